/**
 * Kills the process at a chosen step of its work. Preload it into the server:
 *
 *   CRASH_STEP=<name of STEPS> CRASH_NTH=<n> CRASH_WHEN=before|after|commit CRASH_DELAY_MS=<ms> node --import …/kill-points.ts …
 *
 * It does so from the signal SIGCONT on, so that a server can be looked at before. A step is known by what it sends to the database or does to files; the product has no hooks for it. `before`: the
 * statement was not sent; `after`: it was sent, and so many milliseconds passed; `commit`: the commit that ends its
 * transaction was sent as well.
 */
import fs from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'
import { Worker, isMainThread } from 'node:worker_threads'

/** Text of a statement, or `fs:` and a call with a part of the path that it is given. */
export const STEPS = {
  'bytes renamed': 'fs:rename /files/',
  'document added': 'insert into document ',
  'revision added': 'insert into revision ',
  'job added': 'insert into job ',
  'job leased': 'with next as (',
  'step begun': 'insert into step ',
  'pages written': 'insert into page ',
  'chunks written': 'insert into chunk ',
  'page read by OCR': 'update page set',
  'waiting pages listed': `status = 'waiting'`,
  'revision read': 'update revision set extracted_at = now()',
  'chunks indexed': 'select t.id, $1, $2, t.tokens',
  'revision taken over': 'delete from chunk where document_id = $1 and (revision_id',
  'step ended': 'update step set finished_at = now(), detail',
  'job completed': 'update job set state = 2',
  'children counted': 'where d.root_id = $1 and d.parent_id <> $2',
  'children compared': 'parent_revision_id is distinct from $2',
  'moved to trash': 'update document set trashed_at',
  'taken out of the index': 'delete from chunk_tok where document_id',
  stopped: 'update revision set cancelled_at',
  'job withdrawn': 'delete from job where kind',
  'tried again': 'error_params = null, cancelled_at = null',
  'reference given back': 'update file set refs',
  'document deleted': 'delete from document where',
  'bytes removed': 'fs:rm /files/',
  'question asked': 'insert into message ',
  'answer ended': 'insert into citation ',
  'backup begun': 'schema_migration',
  'backup copied': 'fs:cp /db',
  'backup removed': 'fs:rm backup.tmp',
} as const
export type Step = keyof typeof STEPS

const when = process.env['CRASH_WHEN']
const pattern = STEPS[process.env['CRASH_STEP'] as Step] as string | undefined
let left = Number(process.env['CRASH_NTH'] ?? 1)
const delayMs = Number(process.env['CRASH_DELAY_MS'] ?? 0)
let untilCommit = false
let armed = false

const die = (): void => {
  process.kill(process.pid, 'SIGKILL')
}

/** True when the step was met for the n-th time. */
function met(): boolean {
  if (!armed) return false
  left -= 1
  return left === 0
}

function watchStatements(text: string): void {
  const post = Worker.prototype.postMessage
  Worker.prototype.postMessage = function (this: Worker, ...given: Parameters<typeof post>) {
    const message = given[0] as { bytes?: Uint8Array } | null
    const bytes = message?.bytes ? Buffer.from(message.bytes.buffer, message.bytes.byteOffset, message.bytes.byteLength) : null
    const ends = untilCommit && bytes?.includes('commit') === true
    const hit = bytes !== null && left > 0 && bytes.includes(text) && met()
    if (hit && when === 'before') die()
    post.apply(this, given)
    if (ends) die()
    if (hit && when === 'commit') untilCommit = true
    // A step that is the last of its kind may have no commit after it: then this is the end.
    if (hit && when !== 'before') setTimeout(die, when === 'commit' ? 2000 : delayMs)
  }
}

function watchFiles(call: 'rename' | 'rm' | 'cp', part: string): void {
  const calls = fs.promises as unknown as Record<string, (...given: unknown[]) => Promise<unknown>>
  const real = calls[call]!
  calls[call] = async (...given) => {
    const hit = left > 0 && given.some((one) => typeof one === 'string' && `${one}/`.includes(part)) && met()
    if (hit && when === 'before') die()
    const done = real(...given)
    if (hit && when === 'after') setTimeout(die, delayMs)
    const result = await done
    if (hit) die()
    return result
  }
  syncBuiltinESMExports()
}

if (isMainThread && pattern !== undefined) {
  process.on('SIGCONT', () => (armed = true))
  const file = /^fs:(rename|rm|cp) (.*)$/.exec(pattern)
  if (file) watchFiles(file[1] as 'rename', file[2]!)
  else watchStatements(pattern)
}

/**
 * `npm run test:mutations [-- --count 1000 --seed 1 --families pdf,docx --data DIR --minutes 60]`: files that are damaged on
 * purpose, through the readers of a real server: `count` mutations of good files of each family found under DIR
 * (default: the evaluation sets), every file of DIR/malformed against its INDEX.tsv, and files made to do harm.
 * Each must end in text or in a typed state. Prints one JSON object; exits 1 when the server ended, a file hung past its
 * limit, memory grew by 200 MB or more, or a malformed file ended otherwise than its index says.
 */
import { existsSync, readFileSync, readdirSync, statSync } from 'node:fs'
import path from 'node:path'
import { parseArgs } from 'node:util'
import { ApiError } from '@zhiku/contract/client.ts'
import { ERRORS } from '@zhiku/contract/errors.ts'
import type { Document } from '@zhiku/contract/entities.ts'
import { MUTATIONS, hostileFiles, mutate } from '../tests/support/mutations.ts'
import { seededRandom } from '../tests/support/random.ts'
import { type TestServer, startTestServer } from '../tests/support/server.ts'

const { values } = parseArgs({
  options: {
    count: { type: 'string', default: '1000' },
    seed: { type: 'string', default: '1' },
    families: { type: 'string' },
    data: { type: 'string', default: path.join(import.meta.dirname, '../../shared/data') },
    minutes: { type: 'string', default: '600' },
  },
})
const FAMILIES: Record<string, readonly string[]> = {
  pdf: ['pdf'],
  docx: ['docx'],
  pptx: ['pptx'],
  xlsx: ['xlsx'],
  doc: ['doc'],
  xls: ['xls'],
  ppt: ['ppt'],
  odf: ['odt', 'ods', 'odp'],
  rtf: ['rtf'],
  epub: ['epub'],
  html: ['html', 'htm'],
  markdown: ['md'],
  csv: ['csv', 'tsv'],
  mail: ['eml', 'msg'],
  zip: ['zip'],
}
const SEEDS_PER_FAMILY = 40
const SEED_BYTES = 400_000
const PARALLEL = 3
/** longer than every limit of one file together, on a machine with other work */
const HANG_MS = 420_000
const RSS_MIB = 200

const until = performance.now() + Number(values.minutes) * 60_000
const rssMiB = (pid: number): number => Number(/^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) / 1024

function goodFiles(extensions: readonly string[]): string[] {
  const found: string[] = []
  const walk = (folder: string): void => {
    for (const entry of readdirSync(folder, { withFileTypes: true })) {
      const at = path.join(folder, entry.name)
      if (entry.isDirectory()) {
        if (entry.name !== 'malformed') walk(at)
      } else if (extensions.includes(path.extname(entry.name).slice(1).toLowerCase()) && statSync(at).size < SEED_BYTES) found.push(at)
    }
  }
  walk(values.data)
  const step = Math.max(1, Math.floor(found.length / SEEDS_PER_FAMILY))
  return found.toSorted().filter((_, index) => index % step === 0)
}

interface Outcome {
  name: string
  document: Document | null
  ms: number
}

/** A store that is busy asks its caller to come again. */
async function patiently<T>(call: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await call()
    } catch (error) {
      if (!(error instanceof ApiError) || error.code !== 'db.query_limit') throw error
    }
  }
}

/** Reads a file to its end and forgets it again, so that the library stays small. */
async function read(server: TestServer, name: string, bytes: Buffer): Promise<Outcome> {
  const started = performance.now()
  const { document } = await server.add(name, bytes)
  const hangs = new Promise<null>((resolve) => setTimeout(() => resolve(null), HANG_MS).unref())
  const ended = await Promise.race([patiently(() => server.finished(document.id, 20)), hangs])
  await patiently(() => server.client.deleteDocument({ id: document.id, purge: '1' }))
  return { name, document: ended, ms: performance.now() - started }
}

const isTyped = (document: Document): boolean =>
  document.chunks > 0 ||
  document.children > 0 ||
  (document.notice !== null && document.notice.code in ERRORS && document.notice.code !== 'internal')

async function pool<T>(items: Iterable<T>, work: (item: T) => Promise<void>): Promise<void> {
  const queue = items[Symbol.iterator]()
  await Promise.all(
    Array.from({ length: PARALLEL }, async () => {
      for (let next = queue.next(); next.done !== true && performance.now() < until; next = queue.next()) await work(next.value)
    }),
  )
}

const server = await startTestServer()
const pid = server.process.pid!
const problems: string[] = []
const complain = (line: string): void => {
  problems.push(line)
  console.error(`  ${line}`)
}
const families: Record<string, object> = {}
await read(server, 'warm.txt', Buffer.from('warm'))
const before = rssMiB(pid)
let peak = before

async function run(family: string, files: Iterable<{ name: string; bytes: () => Buffer; expected?: string }>): Promise<void> {
  const outcomes: Record<string, number> = {}
  let done = 0
  let slowestMs = 0
  await pool(files, async ({ name, bytes, expected }) => {
    const outcome = await read(server, name, bytes()).catch((error: unknown) => {
      complain(`${family} ${name}: ${String(error)}`)
      return null
    })
    if (outcome === null) return
    done += 1
    peak = Math.max(peak, rssMiB(pid))
    slowestMs = Math.max(slowestMs, outcome.ms)
    const { document } = outcome
    const state = document ? `${document.state}${document.notice ? ` ${document.notice.code}` : ''}` : 'hangs'
    outcomes[state] = (outcomes[state] ?? 0) + 1
    if (!document || !isTyped(document)) complain(`${family} ${name}: ${state}`)
    else if (expected !== undefined && !meets(document, expected)) complain(`${family} ${name}: ${state}, expected ${expected}`)
  })
  families[family] = { files: done, slowestSeconds: Math.round(slowestMs / 100) / 10, outcomes }
  console.error(family, JSON.stringify(families[family]))
}

/** What INDEX.tsv says of a file. */
function meets(document: Document, expected: string): boolean {
  const code = document.notice?.code ?? ''
  switch (expected) {
    case 'text':
      return document.chunks > 0 || document.children > 0
    case 'state:corrupt':
      return document.state === 'failed' || document.state === 'needs' || document.state === 'empty'
    case 'state:empty':
      return document.state === 'empty'
    case 'state:encrypted':
      return code === 'ingest.password_needed' || code === 'ingest.encrypted'
    case 'state:no-text':
      return document.chunks === 0
    case 'state:too-large':
      return code.endsWith('_limit')
    case 'state:unsupported':
      return document.state === 'needs'
  }
  return true
}

function* mutations(family: string, seeds: readonly string[]): Generator<{ name: string; bytes: () => Buffer }> {
  const random = seededRandom(Number(values.seed))
  for (let n = 0; n < Number(values.count); n += 1) {
    const seed = seeds[Math.floor(random() * seeds.length)]!
    const other = seeds[Math.floor(random() * seeds.length)]!
    const kind = MUTATIONS[n % MUTATIONS.length]!
    const own = seededRandom(Math.floor(random() * 2 ** 31))
    yield { name: `${family}-${n}-${kind}${path.extname(seed)}`, bytes: () => mutate(readFileSync(seed), readFileSync(other), kind, own) }
  }
}

await run(
  'made to do harm',
  (await hostileFiles()).map(({ name, bytes }) => ({ name, bytes: () => bytes })),
)
const index = path.join(values.data, 'malformed/INDEX.tsv')
if (existsSync(index) && values.families === undefined) {
  const [, ...lines] = readFileSync(index, 'utf8').trim().split('\n')
  const rows = lines.map((line) => line.split('\t'))
  await run(
    'malformed',
    rows.map(([file, , , , , , expected]) => ({
      name: path.basename(file!),
      bytes: () => readFileSync(path.join(values.data, 'malformed', file!)),
      expected: expected!,
    })),
  )
}
for (const [family, extensions] of Object.entries(FAMILIES)) {
  if (values.families !== undefined && !values.families.split(',').includes(family)) continue
  const seeds = existsSync(values.data) ? goodFiles(extensions) : []
  if (seeds.length === 0) complain(`${family}: no good files under ${values.data}`)
  else await run(family, mutations(family, seeds))
}
const growth = Math.round(peak - before)
if (growth >= RSS_MIB) complain(`the server grew by ${growth} MiB`)
if (server.process.exitCode !== null) problems.push('the server ended')
const report = await server.client.doctor({})
for (const check of report.checks) if (!check.ok) complain(`doctor: ${check.name}: ${check.found}`)
await server.end()
console.log(JSON.stringify({ count: Number(values.count), seed: Number(values.seed), families, rssGrowthMiB: growth, problems }, null, 2))
process.exitCode = problems.length > 0 ? 1 : 0

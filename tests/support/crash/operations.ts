/** What clients do to a server that is about to die, and what it has promised them by answering. */
import { createWriteStream } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { ReadableStream } from 'node:stream/web'
import { UPLOAD } from '@zhiku/contract/routes.ts'
import { verifyArchive } from '../../../packages/server/src/ops/backup/verify.ts'
import type { TestServer } from '../server.ts'
import { type Content, archiveContent, scanContent, textContent } from './contents.ts'

export const OPERATIONS = ['add', 'replace', 'archive', 'scan', 'delete', 'trash', 'cancel', 'pause', 'ask', 'backup'] as const
export type Operation = (typeof OPERATIONS)[number]

interface Entry {
  id: string | null
  /** what the newest revision may hold: one when acknowledged, more while unsure */
  contents: Content[]
  /** a delete was sent and not answered */
  maybeGone: boolean
  /** an upload was answered */
  mustExist: boolean
}

/** What the server has promised. An operation without an answer may have happened or not. */
export interface Promised {
  documents: Map<string, Entry>
  gone: Set<string>
  /** names that an operation is working on, so that no two change one document at once */
  using: Set<string>
  chats: Map<string, string[]>
  /** backups that were answered and are not what they should be */
  badBackups: string[]
  acknowledged: Record<Operation, number>
  serial: number
}

export const noPromises = (): Promised => ({
  documents: new Map(),
  gone: new Set(),
  using: new Set(),
  chats: new Map(),
  badBackups: [],
  acknowledged: Object.fromEntries(OPERATIONS.map((name) => [name, 0])) as Record<Operation, number>,
  serial: 0,
})

/** How often each is chosen. OCR takes seconds, so it is only done where it is the point. */
const WEIGHTS: Record<Operation, number> = {
  add: 45,
  replace: 15,
  archive: 6,
  scan: 0,
  delete: 12,
  trash: 6,
  cancel: 6,
  pause: 3,
  ask: 15,
  backup: 1,
}

/** @param emphasis  chosen every other time */
export function chooseOperation(random: () => number, emphasis: Operation | null): Operation {
  if (emphasis !== null && random() < 0.5) return emphasis
  let at = random() * Object.values(WEIGHTS).reduce((sum, weight) => sum + weight, 0)
  for (const name of OPERATIONS) {
    at -= WEIGHTS[name]
    if (at < 0) return name
  }
  return 'add'
}

/** One operation. Throws when the server goes away; what it may have done then is kept in `promised`. */
export async function operate(server: TestServer, promised: Promised, random: () => number, operation: Operation): Promise<void> {
  const names = [...promised.documents.keys()].filter((name) => !promised.using.has(name))
  const few = names.length < 3
  const work = few && !['archive', 'scan', 'backup', 'pause'].includes(operation) ? 'add' : operation
  const name = ['add', 'archive', 'scan'].includes(work) ? null : names[Math.floor(random() * names.length)]!
  if (name !== null) promised.using.add(name)
  try {
    await perform(server, promised, random, work, name)
    promised.acknowledged[work] += 1
  } finally {
    if (name !== null) promised.using.delete(name)
  }
}

async function perform(
  server: TestServer,
  promised: Promised,
  random: () => number,
  operation: Operation,
  given: string | null,
): Promise<void> {
  const { client } = server
  const entry = given === null ? null : promised.documents.get(given)!
  const serial = (promised.serial += 1)
  switch (operation) {
    case 'add':
      return await send(server, promised, `file-${serial}.md`, textContent(random, `file-${serial}.md`, serial))
    case 'replace':
      // An archive or a scan is replaced by one of its kind: the name says how it is read.
      return await send(
        server,
        promised,
        given!,
        given!.endsWith('.md') ? textContent(random, given!, serial) : await likeIt(given!, random, serial),
      )
    case 'archive':
      return await send(server, promised, `archive-${serial}.zip`, await archiveContent(serial))
    case 'scan':
      return await send(server, promised, `scan-${serial}.pdf`, await scanContent(random))
    case 'delete': {
      if (entry!.id === null) return
      entry!.maybeGone = true
      await client.deleteDocument({ id: entry!.id, purge: '1' })
      promised.documents.delete(given!)
      promised.gone.add(entry!.id)
      return
    }
    case 'trash': {
      if (entry!.id === null) return
      entry!.maybeGone = true
      await client.deleteDocument({ id: entry!.id })
      await client.restoreDocument({ id: entry!.id })
      entry!.maybeGone = false
      return
    }
    case 'cancel': {
      if (entry!.id === null) return
      await client.cancelDocument({ id: entry!.id })
      if (random() < 0.7) await client.retryDocument({ id: entry!.id })
      return
    }
    case 'pause':
      await client.pauseQueue({})
      await new Promise((resolve) => setTimeout(resolve, random() * 100))
      await client.resumeQueue({})
      return
    case 'ask': {
      const chat = await client.createChat({})
      promised.chats.set(chat.id, [])
      const text = `${entry!.contents[0]!.queries[0] ?? given!}?`
      await client.sendMessage({ id: chat.id, text })
      promised.chats.get(chat.id)!.push(text)
      return
    }
    case 'backup':
      return await takeBackup(server, promised)
  }
}

const likeIt = async (name: string, random: () => number, serial: number): Promise<Content> =>
  name.endsWith('.zip') ? await archiveContent(serial) : await scanContent(random)

async function send(server: TestServer, promised: Promised, name: string, content: Content): Promise<void> {
  const before = promised.documents.get(name) ?? { id: null, contents: [], maybeGone: false, mustExist: false }
  promised.documents.set(name, { ...before, contents: [...before.contents, content] })
  promised.using.add(name)
  try {
    const { document } = await server.add(name, content.bytes)
    promised.documents.set(name, { id: document.id, contents: [content], maybeGone: false, mustExist: true })
  } finally {
    promised.using.delete(name)
  }
}

/** A backup that was answered to its end must be whole. */
async function takeBackup(server: TestServer, promised: Promised): Promise<void> {
  const folder = await mkdtemp(path.join(tmpdir(), 'zhiku-test-backup-'))
  try {
    const file = path.join(folder, 'backup.zip')
    const response = await fetch(`${server.url}${UPLOAD.backup}`)
    await pipeline(Readable.fromWeb(response.body as ReadableStream<Uint8Array>), createWriteStream(file))
    await verifyArchive(file).catch((error: Error) => promised.badBackups.push(error.message))
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

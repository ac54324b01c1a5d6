/** Compares a server with what it had promised before it died; settles what was unsure. */
import { setTimeout as sleep } from 'node:timers/promises'
import type { Document } from '@zhiku/contract/entities.ts'
import { isFinal } from '@zhiku/contract/states.ts'
import type { TestServer } from '../server.ts'
import type { Content } from './contents.ts'
import type { Promised } from './operations.ts'

const RECOVERY_LIMIT_MS = 180_000
/** Nothing waits and nothing runs, and still a document is not at its end: it will not get there. */
const IDLE_LIMIT_MS = 10_000
const PAUSE_MS = 50

async function everyDocument(server: TestServer): Promise<Document[]> {
  return (await server.client.listDocuments({ limit: 500 })).documents
}

/** Waits until nothing is read any more; returns how long that took. */
export async function recovered(server: TestServer): Promise<number> {
  const started = performance.now()
  let idleMs = 0
  // A pause that was sent and whose end was not: it is durable, and somebody has to lift it.
  await server.client.resumeQueue({})
  for (;;) {
    const { queue } = await server.client.status({})
    const open = (await everyDocument(server)).filter((document) => !isFinal(document.state))
    const idle = queue.waiting + queue.running === 0
    if (idle && open.length === 0) return performance.now() - started
    const patience = idle ? IDLE_LIMIT_MS : RECOVERY_LIMIT_MS
    if (idle) idleMs += PAUSE_MS
    else idleMs = 0
    if (idleMs > IDLE_LIMIT_MS || performance.now() - started > RECOVERY_LIMIT_MS) {
      const details = await Promise.all(open.map(async ({ id }) => await server.client.getDocument({ id })))
      throw new Error(`not settled after ${patience / 1000} s: ${JSON.stringify(queue)} ${JSON.stringify(details)}`)
    }
    await sleep(PAUSE_MS)
  }
}

/** A document that was stopped goes on when it is told to. */
async function takeUpStopped(server: TestServer): Promise<void> {
  const stopped = (await everyDocument(server)).filter(({ state }) => state === 'cancelled')
  for (const { id } of stopped) await server.client.retryDocument({ id })
  if (stopped.length > 0) await recovered(server)
}

async function search(server: TestServer, id: string, query: string, wrong: string[], name: string): Promise<void> {
  const { results } = await server.client.search({ q: query, k: 50 })
  const own = results.filter((result) => result.document.id === id && query.split(' ').every((word) => result.text.includes(word)))
  const places = new Set(own.map((result) => `${result.page} ${result.anchor.quote.join()}`))
  if (own.length === 0) wrong.push(`${name}: “${query}” is not found`)
  if (places.size !== own.length) wrong.push(`${name}: “${query}” is found twice at one place`)
}

async function checkChildren(
  server: TestServer,
  parent: Document,
  content: Content,
  children: Map<string, Document[]>,
  wrong: string[],
): Promise<void> {
  const found = children.get(parent.name) ?? []
  const expected = content.children.map(({ name }) => name).toSorted()
  if (
    found
      .map(({ name }) => name)
      .toSorted()
      .join() !== expected.join()
  )
    wrong.push(`${parent.name} has the children ${found.map(({ name }) => name).join()}`)
  for (const { name, query } of content.children) {
    const child = found.find((one) => one.name === name)
    if (child?.state !== 'ready') wrong.push(`${parent.name}/${name} is ${child?.state ?? 'missing'}`)
    else await search(server, child.id, query, wrong, `${parent.name}/${name}`)
  }
}

export async function verify(server: TestServer, promised: Promised): Promise<{ lost: string[]; wrong: string[] }> {
  await takeUpStopped(server)
  const lost: string[] = []
  const wrong: string[] = promised.badBackups.splice(0).map((line) => `a backup that was answered is damaged: ${line}`)
  const documents = await everyDocument(server)
  const found = new Map(documents.filter(({ path }) => path === '').map((document) => [document.name, document]))
  const children = new Map<string, Document[]>()
  for (const document of documents)
    if (document.path !== '') children.set(document.path, [...(children.get(document.path) ?? []), document])

  for (const [name, entry] of promised.documents) {
    const document = found.get(name)
    if (!document) {
      if (entry.mustExist && !entry.maybeGone) lost.push(`${name} was accepted and is not there`)
      promised.documents.delete(name)
      continue
    }
    const bytes = Buffer.from(await (await fetch(`${server.url}/api/revisions/${document.revision.id}/file`)).arrayBuffer())
    const content = entry.contents.find((candidate) => candidate.bytes.equals(bytes))
    if (content === undefined) {
      lost.push(`${name}: its bytes are none of those that were sent`)
      continue
    }
    if (content.children.length > 0) await checkChildren(server, document, content, children, wrong)
    else if (document.state !== 'ready') wrong.push(`${name} is ${document.state} ${document.notice?.code ?? ''}`)
    for (const query of content.queries) await search(server, document.id, query, wrong, name)
    promised.documents.set(name, { id: document.id, contents: [content], maybeGone: false, mustExist: true })
  }
  for (const id of promised.gone) {
    const { status } = await fetch(`${server.url}/api/documents/${id}`)
    if (status !== 404) wrong.push(`${id} was deleted and answers ${status}`)
  }
  for (const name of found.keys()) if (!promised.documents.has(name)) wrong.push(`${name} is there but was never sent or was deleted`)
  for (const parent of children.keys()) if (!promised.documents.has(parent)) wrong.push(`${parent} is gone, what was in it is not`)
  await verifyChats(server, promised, lost, wrong)
  const report = await server.client.doctor({})
  for (const check of report.checks) if (!check.ok) wrong.push(`doctor: ${check.name}: ${check.found}`)
  return { lost, wrong }
}

async function verifyChats(server: TestServer, promised: Promised, lost: string[], wrong: string[]): Promise<void> {
  for (const [id, texts] of promised.chats) {
    const chat = await server.client.getChat({ id }).catch(() => null)
    if (!chat) {
      lost.push(`${id} was created and is not there`)
      continue
    }
    const asked = chat.messages.filter((message) => message.role === 'user').map((message) => message.text)
    for (const text of texts) if (!asked.includes(text)) lost.push(`${id}: the question ${text} is not there`)
    for (const message of chat.messages)
      if (message.run?.state === 'running') wrong.push(`${id}: an answer of before the crash is still running`)
  }
}

/** Keeps the library small: one that grows without end makes every round slower than the one before. */
export async function trim(server: TestServer, promised: Promised, keep: number): Promise<void> {
  for (const name of [...promised.documents.keys()].slice(0, Math.max(0, promised.documents.size - keep))) {
    await server.client.deleteDocument({ id: promised.documents.get(name)!.id!, purge: '1' })
    promised.documents.delete(name)
  }
  for (const id of [...promised.chats.keys()].slice(0, Math.max(0, promised.chats.size - keep))) {
    await server.client.deleteChat({ id })
    promised.chats.delete(id)
  }
}

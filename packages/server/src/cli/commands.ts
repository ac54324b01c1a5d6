/** ask, search, status, doctor, queue, cancel, retry, delete: each a few lines over the typed client. */
import type { Queue } from '@zhiku/contract/control.ts'
import type { Collection, Document } from '@zhiku/contract/entities.ts'
import { showHeading } from '@zhiku/contract/heading.ts'
import { idSchema } from '@zhiku/contract/ids.ts'
import { fail } from '../base/fail.ts'
import type { Connection } from './connection.ts'
import { complain, noticeText, placeOf, print, printJson, say } from './output.ts'

const one = (parts: (string | null)[]): string => parts.filter((part) => part).join(' · ')
const flat = (text: string): string => text.replaceAll(/\s+/g, ' ').trim()

export async function ask(
  connection: Connection,
  question: string,
  options: { json: boolean; collection?: string; extractive: boolean },
): Promise<number> {
  const answer = await connection.client.ask({
    question,
    mode: options.extractive ? 'extractive' : 'auto',
    ...(options.collection === undefined ? {} : { collectionName: options.collection }),
  })
  if (options.json) {
    printJson({
      answer: answer.answer,
      answered: answer.answered,
      mode: answer.mode,
      citations: answer.citations.map(({ mark, document, page, quote, anchor }) => ({ mark, document, page, quote, anchor })),
      ...(answer.notice ? { notice: answer.notice } : {}),
    })
    return 0
  }
  const notice = noticeText(answer.notice)
  if (notice) complain(notice)
  print(answer.answer)
  if (answer.citations.length > 0) print('')
  for (const { mark, document, page, quote, anchor } of answer.citations)
    print(`[${mark}] ${one([document.name, placeOf(anchor, page), `“${flat(quote)}”`])}`)
  return 0
}

export async function search(
  connection: Connection,
  query: string,
  options: { json: boolean; k: number; collection?: string },
): Promise<number> {
  const { results } = await connection.client.search({
    q: query,
    k: options.k,
    ...(options.collection === undefined ? {} : { collectionName: options.collection }),
  })
  if (options.json) {
    printJson({ query, results: results.map(({ document, text, score, anchor }) => ({ document, text, score, anchor })) })
    return 0
  }
  if (results.length === 0) print(say('没有找到。', 'Nothing found.'))
  results.forEach(({ document, page, heading, text, anchor }, index) => {
    print(`${index + 1}. ${one([document.name, placeOf(anchor, page), showHeading(heading)])}`)
    print(`   ${flat(text).slice(0, 200)}`)
  })
  return 0
}

export async function status(connection: Connection, options: { json: boolean }): Promise<number> {
  const found = await connection.client.status({})
  if (options.json) {
    printJson(found)
    return 0
  }
  print(`Zhiku 智库 ${found.version} · ${found.engine}`)
  const states = Object.entries(found.documents).map(([state, count]) => `${state} ${count}`)
  print(say(`文档：${states.join('，') || '无'}`, `documents: ${states.join(', ') || 'none'}`))
  print(say(`可检索的段落：${found.chunks}`, `searchable passages: ${found.chunks}`))
  print(queueLine(found.queue))
  return 0
}

export async function doctor(connection: Connection, options: { json: boolean }): Promise<number> {
  const report = await connection.client.doctor({})
  if (options.json) printJson(report)
  else for (const check of report.checks) print(`${check.ok ? 'ok ' : 'BAD'} ${check.name}: ${check.found}`)
  return report.ok ? 0 : 1
}

/** By id, or by name when only one document has it. */
async function findDocument(connection: Connection, given: string): Promise<Document | null> {
  if (idSchema('document').safeParse(given).success) {
    return (await connection.client.getDocument({ id: given })).document
  }
  const { documents } = await connection.client.listDocuments({ q: given, limit: 500 })
  const named = documents.filter((document) => document.name === given || `${document.path}/${document.name}` === given)
  if (named.length > 1) {
    complain(say(`有 ${named.length} 个文档叫“${given}”，请用编号：`, `${named.length} documents are named “${given}”; use the id:`))
    for (const document of named) complain(`  ${document.id}  ${document.path}/${document.name}`)
  } else if (named.length === 0) complain(say(`没有叫“${given}”的文档。`, `No document is named “${given}”.`))
  return named.length === 1 ? named[0]! : null
}

/** Documents by id or name, each given to `act`; those that are not there are named. */
async function forEach(connection: Connection, given: readonly string[], act: (document: Document) => Promise<void>): Promise<number> {
  let missing = 0
  for (const name of given) {
    const document = await findDocument(connection, name)
    if (document) await act(document)
    else missing += 1
  }
  return missing > 0 ? 1 : 0
}

const stateLine = (document: Document): string => {
  const reason = noticeText(document.notice)
  return `${document.name}: ${document.state}${reason ? ` — ${reason}` : ''}`
}

/** Stops reading; `given` by id or name. */
export async function cancel(connection: Connection, given: readonly string[], options: { json: boolean }): Promise<number> {
  return await forEach(connection, given, async ({ id }) => {
    const document = await connection.client.cancelDocument({ id })
    if (options.json) printJson({ name: document.name, document: id, state: document.state })
    else print(stateLine(document))
  })
}

/** Reads again: the documents named, or with `failed` all that failed, of one collection or everywhere. */
export async function retry(
  connection: Connection,
  given: readonly string[],
  options: { json: boolean; failed: boolean; collection?: string },
): Promise<number> {
  if (!options.failed) {
    return await forEach(connection, given, async ({ id }) => {
      const document = await connection.client.retryDocument({ id })
      if (options.json) printJson({ name: document.name, document: id, state: document.state })
      else print(stateLine(document))
    })
  }
  const { changed, documents } = await connection.client.retryDocuments(await collectionIdOf(connection, options.collection))
  if (options.json) printJson({ retried: changed, documents })
  else print(say(`重试 ${changed} 个文档`, `${changed} documents are read again`))
  return 0
}

async function collectionIdOf(connection: Connection, name: string | undefined): Promise<{ collection?: Collection['id'] }> {
  if (name === undefined) return {}
  const { collections } = await connection.client.listCollections({})
  const found = collections.find((collection) => collection.name === name)
  if (!found) throw fail('collection.not_found')
  return { collection: found.id }
}

/** pause, resume, status of the reading queue */
export async function queue(
  connection: Connection,
  action: 'pause' | 'resume' | 'status',
  options: { json: boolean; collection?: string },
): Promise<number> {
  const where = await collectionIdOf(connection, options.collection)
  const found =
    action === 'pause'
      ? await connection.client.pauseQueue(where)
      : action === 'resume'
        ? await connection.client.resumeQueue(where)
        : await connection.client.getQueue({})
  if (options.json) {
    printJson(found)
    return 0
  }
  print(queueLine(found))
  if (found.pausedCollections.length > 0) {
    const { collections } = await connection.client.listCollections({})
    const names = collections.filter(({ id }) => found.pausedCollections.includes(id)).map(({ name }) => name)
    print(say(`暂停的合集：${names.join('，')}`, `paused collections: ${names.join(', ')}`))
  }
  return 0
}

function queueLine(found: Queue): string {
  const paused = found.paused ? say('；已暂停', '; paused') : ''
  const held = found.held > 0 ? say(`（其中 ${found.held} 个被暂停）`, ` (${found.held} of them held back)`) : ''
  return say(
    `队列：等待 ${found.waiting}${held}，进行中 ${found.running}${paused}`,
    `queue: ${found.waiting} waiting${held}, ${found.running} running${paused}`,
  )
}

export async function remove(connection: Connection, given: readonly string[], options: { json: boolean }): Promise<number> {
  return await forEach(connection, given, async (document) => {
    await connection.client.deleteDocument({ id: document.id, purge: '1' })
    if (options.json) printJson({ name: document.name, document: document.id, deleted: true })
    else print(say(`已删除 ${document.name}`, `deleted ${document.name}`))
  })
}

export async function list(connection: Connection, options: { json: boolean; collection?: string }): Promise<number> {
  const { collections } = await connection.client.listCollections({})
  const chosen: Collection | undefined = collections.find((collection) => collection.name === options.collection)
  const { documents } = await connection.client.listDocuments({ limit: 500, ...(chosen ? { collection: chosen.id } : {}) })
  for (const document of documents) {
    if (options.json)
      printJson({
        id: document.id,
        name: document.name,
        path: document.path,
        state: document.state,
        pages: document.pages.total,
        chunks: document.chunks,
      })
    else print(`${document.id}  ${document.state.padEnd(9)} ${document.path ? `${document.path}/` : ''}${document.name}`)
  }
  return 0
}

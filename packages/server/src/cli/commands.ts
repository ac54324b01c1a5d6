/** ask, search, status, doctor, delete: each a few lines over the typed client. */
import type { Collection, Document } from '@zhiku/contract/entities.ts'
import { idSchema } from '@zhiku/contract/ids.ts'
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
    print(`${index + 1}. ${one([document.name, placeOf(anchor, page), heading.join(' › ')])}`)
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
  print(
    say(
      `队列：等待 ${found.queue.waiting}，进行中 ${found.queue.running}`,
      `queue: ${found.queue.waiting} waiting, ${found.queue.running} running`,
    ),
  )
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

export async function remove(connection: Connection, given: readonly string[], options: { json: boolean }): Promise<number> {
  let missing = 0
  for (const name of given) {
    const document = await findDocument(connection, name)
    if (!document) {
      missing += 1
      continue
    }
    await connection.client.deleteDocument({ id: document.id, purge: '1' })
    if (options.json) printJson({ name: document.name, document: document.id, deleted: true })
    else print(say(`已删除 ${document.name}`, `deleted ${document.name}`))
  }
  return missing > 0 ? 1 : 0
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

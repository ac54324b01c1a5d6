/** `zhiku add`: uploads files and folders, has addresses fetched, waits until each is at its right end, says what became of it. */
import { createReadStream } from 'node:fs'
import { readdir, stat } from 'node:fs/promises'
import path from 'node:path'
import { Readable } from 'node:stream'
import * as clack from '@clack/prompts'
import { toApiError } from '@zhiku/contract/client.ts'
import type { Document } from '@zhiku/contract/entities.ts'
import { UPLOAD, uploadResultSchema } from '@zhiku/contract/routes.ts'
import { isFinal } from '@zhiku/contract/states.ts'
import { fail } from '../base/fail.ts'
import type { Connection } from './connection.ts'
import { complain, explain, noticeText, print, printJson, say } from './output.ts'

interface FileSource {
  file: string
  name: string
  /** folder within the folder that was named, "" for files named directly */
  folder: string
}

/** Anything that becomes one document. */
interface Source {
  name: string
  start(): Promise<{ document: Document; known: boolean }>
}

/** One line of `--json`. */
export interface Outcome {
  name: string
  document: string | null
  state: Document['state'] | 'failed'
  pages: number
  chunks: number
  code?: string
  reason?: string
  /** what was inside: attachments, files of an archive */
  children?: Outcome[]
}

const PARALLEL = 4
const POLL_MS = 100

/** Files as named; folders with everything in them but hidden files. */
async function collect(paths: readonly string[]): Promise<{ sources: FileSource[]; missing: string[] }> {
  const sources: FileSource[] = []
  const missing: string[] = []
  const walk = async (folder: string, shown: string): Promise<void> => {
    const entries = await readdir(folder, { withFileTypes: true })
    for (const entry of entries.toSorted((a, b) => a.name.localeCompare(b.name))) {
      if (entry.name.startsWith('.')) continue
      if (entry.isDirectory()) await walk(path.join(folder, entry.name), `${shown}/${entry.name}`)
      else if (entry.isFile()) sources.push({ file: path.join(folder, entry.name), name: entry.name, folder: shown })
    }
  }
  for (const given of paths) {
    const found = await stat(given).catch(() => null)
    if (!found) missing.push(given)
    else if (found.isDirectory()) await walk(given, path.basename(path.resolve(given)))
    else sources.push({ file: given, name: path.basename(given), folder: '' })
  }
  return { sources, missing }
}

async function upload(
  connection: Connection,
  source: FileSource,
  collection: string | undefined,
): Promise<{ document: Document; known: boolean }> {
  const query = new URLSearchParams({ name: source.name, path: source.folder })
  if (collection !== undefined) query.set('collectionName', collection)
  const { size } = await stat(source.file)
  const stream = createReadStream(source.file)
  const response = await connection
    .fetch(`${connection.url}${UPLOAD.raw}?${query.toString()}`, {
      method: 'POST',
      headers: { 'content-type': 'application/octet-stream', 'content-length': String(size) },
      body: Readable.toWeb(stream) as ReadableStream<Uint8Array>,
      duplex: 'half',
    })
    .catch((cause: unknown) => {
      throw fail(
        'upload.unreadable',
        {
          name: source.name,
          detail: cause instanceof Error ? (cause.cause instanceof Error ? cause.cause.message : cause.message) : String(cause),
        },
        cause,
      )
    })
  if (!response.ok) throw await toApiError(response)
  return uploadResultSchema.parse(await response.json())
}

async function follow(connection: Connection, document: Document, onProgress: (document: Document) => void): Promise<Document> {
  let current = document
  while (!isFinal(current.state)) {
    await new Promise((resolve) => setTimeout(resolve, POLL_MS))
    current = (await connection.client.getDocument({ id: document.id })).document
    onProgress(current)
  }
  return current
}

/** Waits for everything that came out of a document as well. */
async function followInside(connection: Connection, document: Document): Promise<Outcome[]> {
  if (document.children === 0) return []
  const { documents } = await connection.client.listDocuments({ parent: document.id, limit: 500 })
  const outcomes: Outcome[] = []
  for (const child of documents.toReversed()) {
    const ended = await follow(connection, child, () => undefined)
    const inside = await followInside(connection, ended)
    outcomes.push({ ...toOutcome(ended.name, ended), ...(inside.length > 0 ? { children: inside } : {}) })
  }
  return outcomes
}

/** Waits until a document and what is inside it are at their right end. */
export async function outcomeOf(
  connection: Connection,
  name: string,
  document: Document,
  onProgress: (document: Document) => void = () => undefined,
): Promise<Outcome> {
  const ended = await follow(connection, document, onProgress)
  const children = await followInside(connection, ended)
  return { ...toOutcome(name, ended), ...(children.length > 0 ? { children } : {}) }
}

function toOutcome(name: string, document: Document): Outcome {
  const reason = noticeText(document.notice)
  return {
    name,
    document: document.id,
    state: document.state,
    pages: document.pages.total ?? document.pages.decided,
    chunks: document.chunks,
    ...(document.notice ? { code: document.notice.code, reason: reason! } : {}),
  }
}

export function describe(outcome: Outcome, known: boolean): string {
  const counts = say(`${outcome.pages} 页，${outcome.chunks} 段`, `${outcome.pages} pages, ${outcome.chunks} passages`)
  const already = known ? say('（已有相同内容）', ' (same content was already here)') : ''
  const inside = outcome.children ? say(`，内含 ${outcome.children.length} 个文件`, `, ${outcome.children.length} files inside`) : ''
  const lines = [`${outcome.name}: ${outcome.state}, ${counts}${inside}${already}${outcome.reason ? ` — ${outcome.reason}` : ''}`]
  for (const child of outcome.children ?? [])
    if (!isWhole(child))
      lines.push(
        ...describe(child, false)
          .split('\n')
          .map((line) => `  ${line}`),
      )
  return lines.join('\n')
}

/** It and everything inside it were read completely. */
const isWhole = (outcome: Outcome): boolean => outcome.state === 'ready' && (outcome.children ?? []).every(isWhole)

const isAddress = (path: string): boolean => /^https?:\/\//i.test(path)

/** Files, folders and addresses, in the order in which they were named but files first. */
async function sourcesOf(
  connection: Connection,
  given: readonly string[],
  collection: string | undefined,
): Promise<{ sources: Source[]; missing: string[] }> {
  const { sources: files, missing } = await collect(given.filter((path) => !isAddress(path)))
  const into = collection === undefined ? {} : { collectionName: collection }
  return {
    sources: [
      ...files.map((file) => ({ name: file.name, start: () => upload(connection, file, collection) })),
      ...given.filter(isAddress).map((url) => ({ name: url, start: () => connection.client.addUrl({ url, ...into }) })),
    ],
    missing,
  }
}

/** @returns exit code: 0 when every file came to its right end, 1 when one was lost, 2 when a path does not exist */
export async function add(
  connection: Connection,
  paths: readonly string[],
  options: { json: boolean; collection?: string },
): Promise<number> {
  const { sources, missing } = await sourcesOf(connection, paths, options.collection)
  const outcomes: Outcome[] = []
  let lost = 0
  const showProgress = !options.json && process.stdout.isTTY
  const bar = showProgress && sources.length > 0 ? clack.progress({ max: sources.length }) : null
  bar?.start(say('读取文件', 'Reading files'))

  const report = (outcome: Outcome, known: boolean): void => {
    outcomes.push(outcome)
    if (options.json) printJson(outcome)
    else if (bar) bar.advance(1, describe(outcome, known))
    else print(describe(outcome, known))
  }
  const queue = sources.values()
  await Promise.all(
    Array.from({ length: PARALLEL }, async () => {
      for (const source of queue) {
        try {
          const { document, known } = await source.start()
          const outcome = await outcomeOf(connection, source.name, document, (now) => {
            if (now.pages.total !== null && now.pages.total > 1) bar?.message(`${source.name} ${now.pages.decided}/${now.pages.total}`)
          })
          report(outcome, known)
        } catch (error) {
          const { code, reason } = explain(error)
          // A refusal with a code is an answer; anything else means that we do not know what became of the file.
          if (['internal', 'http', 'network', 'upload.unreadable'].includes(code) || code.startsWith('fetch.')) lost += 1
          report({ name: source.name, document: null, state: 'failed', pages: 0, chunks: 0, code, reason }, false)
        }
      }
    }),
  )
  bar?.stop(say(`${outcomes.length} 个文件`, `${outcomes.length} files`))
  const problems = outcomes.filter((outcome) => !isWhole(outcome))
  if (!options.json && sources.length > 1 && problems.length > 0) {
    complain(say(`${problems.length} 个文件没有完全读出：`, `${problems.length} files were not read completely:`))
    for (const outcome of problems) complain(`  ${describe(outcome, false)}`)
  }
  for (const path of missing) {
    if (options.json)
      printJson({
        name: path,
        document: null,
        state: 'failed',
        pages: 0,
        chunks: 0,
        code: 'upload.unreadable',
        reason: say('没有这个文件或文件夹', 'no such file or folder'),
      })
    else complain(say(`没有这个文件或文件夹：${path}`, `No such file or folder: ${path}`))
  }
  if (lost > 0) return 1
  return missing.length > 0 ? 2 : 0
}

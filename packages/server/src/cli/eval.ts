/** `zhiku eval …`: gives evaluation an application of its own, on a data folder that is thrown away, without a model. */
import { DEFAULT_COLLECTION, type Document } from '@zhiku/contract/entities.ts'
import type { DocumentId } from '@zhiku/contract/ids.ts'
import type { Page } from '@zhiku/contract/page.ts'
import { type App, createApp, settle } from '../app.ts'
import { retrieve } from '../ask/retrieve.ts'
import { readConfig } from '../base/config.ts'
import { isAppError } from '../base/fail.ts'
import { LIMITS } from '../base/limits.ts'
import { createLog } from '../base/log.ts'
import { askOnce } from '../chats/once.ts'
import type { EvalApp, EvalHost, EvalPage, EvalSettings } from '../eval/app.ts'
import { runEval as run } from '../eval/command.ts'
import { receive } from '../ingest/receive.ts'
import { listSteps } from '../ingest/steps.ts'
import { putCollection } from '../library/collections.ts'
import { getDocument, listDocuments } from '../library/documents.ts'
import { getPage } from '../library/pages.ts'
import { complain, print } from './output.ts'

const OWNER = 'local'
const EVERYTHING = { collections: [], documents: [] }

async function open(dataDir: string, { ocrEngine }: EvalSettings): Promise<EvalApp> {
  const read = readConfig(process.env)
  const config = {
    ...read,
    dataDir,
    databaseUrl: null,
    discover: false,
    chat: { url: null, model: null, key: null },
    ocr: { ...read.ocr, engine: ocrEngine ?? read.ocr.engine },
  }
  const app = await createApp(config, createLog('warn'))
  const { id: collectionId } = await putCollection(app.db, OWNER, DEFAULT_COLLECTION)
  return {
    async addFile({ name, path = '', bytes }) {
      async function* stream(): AsyncGenerator<Uint8Array> {
        yield bytes
      }
      const file = await app.ingest.files.put({ stream: stream(), name, limitBytes: LIMITS.uploadBytes })
      const { document } = await receive(app.ingest, { owner: OWNER, collectionId, path, name, file })
      return document.id
    },
    outcome: (id) =>
      patiently(async () => {
        const document = await getDocument(app.db, OWNER, id as DocumentId)
        return { state: document.state, code: document.notice?.code ?? null, text: await textOf(app, document) }
      }),
    async pages(id) {
      const document = await getDocument(app.db, OWNER, id as DocumentId)
      const pages: EvalPage[] = []
      for (let page = 1; page <= (document.pages.total ?? 0); page += 1) {
        const { text, engine, confidence } = await getPage(app.db, document.revision.id, page)
        pages.push({ page, text, engine, confidence })
      }
      return pages
    },
    async ocrCpuMs(id) {
      const document = await getDocument(app.db, OWNER, id as DocumentId)
      const times = (await listSteps(app.db, document.revision.id)).flatMap(({ step, detail }) =>
        step === 'ocr' && typeof detail?.['cpuMs'] === 'number' ? [detail['cpuMs']] : [],
      )
      return times.length === 0 ? null : times.reduce((sum, ms) => sum + ms, 0)
    },
    settle: () => patiently(() => settle(app)),
    async ask(question) {
      const answer = await askOnce(app, { owner: OWNER, question, scope: EVERYTHING, mode: 'extractive' }, new AbortController().signal)
      return { answered: answer.answered, citations: answer.citations.map(({ quote, document }) => ({ quote, document: document.name })) }
    },
    async search(query, limit) {
      const { hits } = await retrieve(app.db, { owner: OWNER, question: query, scope: EVERYTHING, limit })
      return hits.map((hit) => ({ document: hit.documentName }))
    },
    close: () => app.close(),
  }
}

/** A machine that does other work as well may keep the store waiting: a measurement does not end with that. */
const PATIENCE_MS = 2000
const TRIES = 30

async function patiently<T>(work: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await work()
    } catch (error) {
      if (!isAppError(error) || !error.retryable || tries === TRIES) throw error
      complain(error.message)
      await new Promise((resolve) => setTimeout(resolve, PATIENCE_MS))
    }
  }
}

/** null behind the last page that was read: of a file that ended with an error nobody knows how many there are. */
const findPage = (app: App, document: Document, page: number): Promise<Page | null> =>
  getPage(app.db, document.revision.id, page).catch((error: unknown) => {
    if (isAppError(error, 'page.not_found')) return null
    throw error
  })

/** Files inside files lie at most this deep and are at most this many: what the product itself allows is less. */
const CHILDREN = 10_000

/** What was read of a document and of those that came out of it. */
async function textOf(app: App, document: Document): Promise<string> {
  const parts: string[] = []
  let sheet: string | null = null
  for (let page = 1; ; page += 1) {
    const found = await findPage(app, document, page)
    if (!found) break
    const { kind, label, text, blocks } = found
    // The name of a sheet stands outside of its cells.
    if (kind === 'cells' && label !== sheet) parts.push(label ?? '')
    sheet = label
    parts.push(...blocks.map(({ marker, start, end }) => `${marker ?? ''} ${text.slice(start, end)}`))
  }
  if (document.children > 0) {
    const { documents } = await listDocuments(app.db, OWNER, { parent: document.id, limit: CHILDREN })
    for (const child of documents) parts.push(await textOf(app, child))
  }
  return parts.join('\n')
}

/** @returns the exit code */
export async function runEval(argv: readonly string[]): Promise<number> {
  const host: EvalHost = { open, print, note: complain }
  return await run(argv, host)
}

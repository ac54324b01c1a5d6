/** `zhiku eval …`: gives evaluation an application of its own, on a data folder that is thrown away, without a model. */
import { DEFAULT_COLLECTION } from '@zhiku/contract/entities.ts'
import { createApp, settle } from '../app.ts'
import { retrieve } from '../ask/retrieve.ts'
import { readConfig } from '../base/config.ts'
import { LIMITS } from '../base/limits.ts'
import { createLog } from '../base/log.ts'
import { askOnce } from '../chats/once.ts'
import type { EvalApp, EvalHost } from '../eval/app.ts'
import { runEval as run } from '../eval/command.ts'
import { receive } from '../ingest/receive.ts'
import { putCollection } from '../library/collections.ts'
import { complain, print } from './output.ts'

const OWNER = 'local'
const EVERYTHING = { collections: [], documents: [] }

async function open(dataDir: string): Promise<EvalApp> {
  const config = { ...readConfig(process.env), dataDir, databaseUrl: null, discover: false, chat: { url: null, model: null, key: null } }
  const app = await createApp(config, createLog('warn'))
  const { id: collectionId } = await putCollection(app.db, OWNER, DEFAULT_COLLECTION)
  return {
    async addFile({ name, bytes }) {
      async function* stream(): AsyncGenerator<Uint8Array> {
        yield bytes
      }
      const file = await app.ingest.files.put({ stream: stream(), name, limitBytes: LIMITS.uploadBytes })
      await receive(app.ingest, { owner: OWNER, collectionId, path: '', name, file })
    },
    settle: () => settle(app),
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

/** @returns the exit code */
export async function runEval(argv: readonly string[]): Promise<number> {
  const host: EvalHost = { open, print, note: complain }
  return await run(argv, host)
}

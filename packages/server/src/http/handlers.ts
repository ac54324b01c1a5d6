/** One handler per route of the contract: call the capability, give its result back. */
import type { LibraryEvent } from '@zhiku/contract/events.ts'
import type { CollectionId } from '@zhiku/contract/ids.ts'
import type { Scope } from '@zhiku/contract/entities.ts'
import { askOnce } from '../chats/once.ts'
import { retrieve } from '../ask/retrieve.ts'
import { toPassage } from '../ask/passages.ts'
import type { Config } from '../base/config.ts'
import { fail } from '../base/fail.ts'
import type { Log } from '../base/log.ts'
import type { LoopDelay } from '../base/loop-delay.ts'
import type { Chats } from '../chats/chats.ts'
import type { Db } from '../db/db.ts'
import { type IngestContext, LIBRARY_TOPIC } from '../ingest/context.ts'
import { cancel, cancelMany, pauseReading, requeueOutdated, resumeReading, retry, retryMany } from '../ingest/control.ts'
import { readAgain, takeTextBack } from '../ingest/ocr/again.ts'
import { type Ocr, describeOcr } from '../ingest/ocr/ocr.ts'
import { moveToTrash, purge, restore } from '../ingest/removal.ts'
import { listSteps } from '../ingest/steps.ts'
import {
  createCollection,
  deleteCollection,
  findCollectionByName,
  getCollection,
  listCollections,
  updateCollection,
} from '../library/collections.ts'
import { listCoverage } from '../library/coverage.ts'
import { getDocument, getRevision, listDocuments, listRevisions } from '../library/documents.ts'
import { getPage, getPlaces, listPageNames } from '../library/pages.ts'
import { listVersions } from '../library/readings.ts'
import type { Watches } from '../ingest/watch/watches.ts'
import type { Models } from '../models/models.ts'
import type { SafeFetch } from '../net/safe-fetch.ts'
import { doctor } from '../ops/doctor.ts'
import { status } from '../ops/status.ts'
import { describeQueue } from '../queue/pause.ts'
import { SESSION_COOKIE, sameSecret, sessionValue } from './guard.ts'
import type { Handlers } from './register.ts'
import { sourceHandlers } from './sources.ts'

export interface HttpContext {
  config: Config
  log: Log
  db: Db
  ingest: IngestContext
  models: Models
  chats: Chats
  ocr: Ocr
  loop: { read(): LoopDelay }
  fetcher: SafeFetch
  watches: Watches
}

const YEAR_SECONDS = 365 * 24 * 3600

export function createHandlers(ctx: HttpContext): Handlers {
  const { db, ingest, chats } = ctx

  /** Scope of a search: the collection by id or name, checked to be the reader's. */
  async function scopeOf(
    owner: string,
    input: { collection?: CollectionId | undefined; collectionName?: string | undefined },
  ): Promise<Scope> {
    if (input.collection !== undefined) return { collections: [(await getCollection(db, owner, input.collection)).id], documents: [] }
    if (input.collectionName === undefined) return { collections: [], documents: [] }
    const found = await findCollectionByName(db, owner, input.collectionName)
    if (!found) throw fail('collection.not_found')
    return { collections: [found.id], documents: [] }
  }

  return {
    ...sourceHandlers(ctx),
    status: ({ owner }) => status(db, owner, { loopDelay: ctx.loop.read(), ocr: describeOcr(ctx.ocr) }),
    doctor: () => doctor(db, ingest.files),
    chatModel: () => ctx.models.describeChat(),
    async openSession({ body, reply, request }) {
      if (ctx.config.token !== null) {
        if (!sameSecret(body.token, ctx.config.token)) throw fail('auth.wrong_token')
        const secure = request.protocol === 'https'
        void reply.setCookie(SESSION_COOKIE, sessionValue(ctx.config.token), {
          httpOnly: true,
          sameSite: 'strict',
          path: '/',
          maxAge: YEAR_SECONDS,
          secure,
        })
      }
      return { ok: true }
    },

    listCollections: async ({ owner }) => ({ collections: await listCollections(db, owner) }),
    createCollection: ({ owner, body }) => createCollection(db, owner, body),
    updateCollection: ({ owner, params, body }) =>
      db.transaction(async (tx) => {
        const { collection, chunkingChanged } = await updateCollection(tx, owner, params.id, body)
        if (chunkingChanged) await requeueOutdated(ingest, tx, params.id)
        return collection
      }),
    async deleteCollection({ owner, params }) {
      await deleteCollection(db, owner, params.id)
      return { ok: true }
    },

    listDocuments: ({ owner, query }) => listDocuments(db, owner, query),
    async getDocument({ owner, params }) {
      const document = await getDocument(db, owner, params.id)
      return {
        document,
        revisions: await listRevisions(db, document.id),
        timeline: await listSteps(db, document.revision.id),
        coverage: await listCoverage(db, document.revision.id, document.pages.total),
      }
    },
    async deleteDocument({ owner, params, query }) {
      if (query.purge === '1') {
        await purge(ingest, owner, params.id)
        return { ok: true, undoUntil: null }
      }
      return { ok: true, ...(await moveToTrash(ingest, owner, params.id)) }
    },
    restoreDocument: ({ owner, params }) => restore(ingest, owner, params.id),
    retryDocument: ({ owner, params }) => retry(ingest, owner, params.id),
    cancelDocument: ({ owner, params }) => cancel(ingest, owner, params.id),
    retryDocuments: ({ owner, body }) => retryMany(ingest, owner, body),
    cancelDocuments: ({ owner, body }) => cancelMany(ingest, owner, body),
    getQueue: ({ owner }) => describeQueue(db, owner),
    pauseQueue: ({ owner, body }) => pauseReading(ingest, owner, body.collection ?? null),
    resumeQueue: ({ owner, body }) => resumeReading(ingest, owner, body.collection ?? null),
    async listPages({ owner, params }) {
      const { revision } = await getRevision(db, owner, params.id)
      return { pages: await listPageNames(db, revision.id) }
    },
    async getPage({ owner, params, query }) {
      const { revision, document, pagesTotal } = await getRevision(db, owner, params.id)
      const shown = await getPage(db, params.id, params.page, query.version)
      const places = query.places === '1' ? await getPlaces(db, params.id, params.page, query.version) : []
      return { page: shown, places, versions: await listVersions(db, params.id, params.page), pages: pagesTotal, document, revision }
    },
    readPage({ owner, params, body, signal }) {
      const at = { owner, revisionId: params.id, page: params.page }
      return 'engine' in body ? readAgain(ingest, ctx.ocr, at, body.engine, signal) : takeTextBack(ingest, at, body.version)
    },

    async search({ owner, query }) {
      const { hits } = await retrieve(db, { owner, question: query.q, scope: await scopeOf(owner, query), limit: query.k })
      return { query: query.q, results: hits.map(toPassage) }
    },
    async ask({ owner, body, signal }) {
      const scope = body.collectionName === undefined ? (body.scope ?? { collections: [], documents: [] }) : await scopeOf(owner, body)
      return await askOnce({ db, models: ctx.models, log: ctx.log }, { owner, question: body.question, scope, mode: body.mode }, signal)
    },

    listChats: async ({ owner, query }) => ({ chats: await chats.listChats(owner, query.limit) }),
    createChat: ({ owner, body }) => chats.createChat(owner, body.scope),
    getChat: ({ owner, params }) => chats.getChat(owner, params.id),
    updateChat: ({ owner, params, body }) => chats.updateChat(owner, params.id, body),
    async deleteChat({ owner, params }) {
      await chats.deleteChat(owner, params.id)
      return { ok: true }
    },
    sendMessage: ({ owner, params, body }) => chats.sendMessage(owner, params.id, body.text),
    async runEvents({ owner, params, signal }) {
      await chats.requireRun(owner, params.id)
      return (afterId) => chats.followRun(owner, params.id, afterId ?? 0, signal)
    },
    async stopRun({ owner, params }) {
      await chats.stopRun(owner, params.id)
      return { ok: true }
    },
    getCitation: ({ owner, params }) => chats.getCitation(owner, params.id),
    async libraryEvents({ owner, signal }) {
      return async function* (afterId) {
        for await (const { seq, data } of ingest.outbox.follow({ topic: LIBRARY_TOPIC, owner, afterSeq: afterId, signal }))
          yield { id: seq, event: data as LibraryEvent }
      }
    },
  }
}

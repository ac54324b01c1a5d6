/**
 * The HTTP interface as data: one row per route, with the schemas of what goes in and out. The server registers these
 * rows, the web app and the command line call them through `client.ts`, OpenAPI is made from them.
 *
 * Outside this table: uploads (tus at /api/uploads and a raw body at /api/documents, see `UPLOAD`), file bytes,
 * /livez, /readyz, /docs.
 */
import { z } from 'zod'
import {
  chatModelSchema,
  chatSchema,
  chunkSettingsSchema,
  citationSchema,
  collectionSchema,
  doctorSchema,
  documentSchema,
  messageSchema,
  passageSchema,
  revisionSchema,
  scopeSchema,
  statusSchema,
  timelineEntrySchema,
} from './entities.ts'
import { bulkResultSchema, coverageRunSchema, documentSelectionSchema, queueSchema, retryableStateSchema } from './control.ts'
import { libraryEventSchema, runEventSchema } from './events.ts'
import { idSchema } from './ids.ts'
import { ocrEngineSchema, pageNameSchema, pageReadingSchema, pageSchema, pageVersionSchema, placeSchema } from './page.ts'
import { sitemapPageSchema, sitemapSchema, watchedFolderSchema } from './sources.ts'
import { documentStateSchema } from './states.ts'

export interface Route {
  method: 'GET' | 'POST' | 'PATCH' | 'DELETE'
  path: string
  summary: string
  params?: z.ZodObject
  query?: z.ZodObject
  body?: z.ZodType
  response: z.ZodType
  /** status of success; 200 when absent */
  status?: 200 | 201 | 202
  /** the answer is a stream of server-sent events, each of this form */
  sse?: z.ZodType
}

const id = <K extends Parameters<typeof idSchema>[0]>(kind: K) => z.object({ id: idSchema(kind) })
const ok = z.object({ ok: z.literal(true) })
/** Text that the database can compare: no NUL, no broken Unicode. */
const plain = (max: number) =>
  z
    .string()
    .max(max)
    .refine((text) => text.isWellFormed() && !text.includes('\u0000'), 'has NUL or broken Unicode')
const name = plain(200).trim().min(1)

/** `known`: the same bytes were already here, under the document's name; nothing was read again. */
export const uploadResultSchema = z.object({ document: documentSchema, known: z.boolean() }).meta({ id: 'UploadResult' })
export type UploadResult = z.infer<typeof uploadResultSchema>

/** Which collection takes it; the default one when neither is named. */
const intoCollection = { collection: idSchema('collection').optional(), collectionName: plain(200).optional() }

export const ROUTES = {
  status: { method: 'GET', path: '/api/status', summary: 'Counts of documents, chunks and jobs', response: statusSchema },
  doctor: { method: 'GET', path: '/api/doctor', summary: 'Consistency checks', response: doctorSchema },
  chatModel: { method: 'GET', path: '/api/chat-model', summary: 'Which language model answers', response: chatModelSchema },
  openSession: {
    method: 'POST',
    path: '/api/session',
    summary: 'Exchange the access token for a session cookie',
    body: z.object({ token: z.string().max(1000) }),
    response: ok,
  },

  listCollections: {
    method: 'GET',
    path: '/api/collections',
    summary: 'All collections',
    response: z.object({ collections: z.array(collectionSchema) }),
  },
  createCollection: {
    method: 'POST',
    path: '/api/collections',
    summary: 'Create a collection',
    body: z.object({ name, chunking: chunkSettingsSchema.partial().optional() }),
    response: collectionSchema,
    status: 201,
  },
  updateCollection: {
    method: 'PATCH',
    path: '/api/collections/:id',
    summary: 'Rename a collection or change its chunking (re-chunks beside the old index)',
    params: id('collection'),
    body: z.object({ name: name.optional(), chunking: chunkSettingsSchema.partial().optional() }),
    response: collectionSchema,
  },
  deleteCollection: {
    method: 'DELETE',
    path: '/api/collections/:id',
    summary: 'Delete an empty collection',
    params: id('collection'),
    response: ok,
  },

  listDocuments: {
    method: 'GET',
    path: '/api/documents',
    summary: 'Documents, newest first',
    query: z.object({
      collection: idSchema('collection').optional(),
      state: documentStateSchema.optional(),
      q: plain(200).optional(),
      /** those that came out of this document, or "none": those that came out of no other */
      parent: z.union([idSchema('document'), z.literal('none')]).optional(),
      limit: z.coerce.number().int().min(1).max(500).default(100),
      before: idSchema('document').optional(),
    }),
    response: z.object({ documents: z.array(documentSchema), total: z.int() }),
  },
  getDocument: {
    method: 'GET',
    path: '/api/documents/:id',
    summary: 'A document with its revisions and timeline',
    params: id('document'),
    response: z.object({
      document: documentSchema,
      revisions: z.array(revisionSchema),
      timeline: z.array(timelineEntrySchema),
      /** what has become of every page, as runs of pages */
      coverage: z.array(coverageRunSchema),
    }),
  },
  deleteDocument: {
    method: 'DELETE',
    path: '/api/documents/:id',
    summary: 'Move a document to the trash, from where it goes for good after the undo time; with purge=1 at once',
    params: id('document'),
    query: z.object({ purge: z.enum(['0', '1']).default('0') }),
    response: z.object({ ok: z.literal(true), undoUntil: z.string().nullable() }),
  },
  restoreDocument: {
    method: 'POST',
    path: '/api/documents/:id/restore',
    summary: 'Take a document back from the trash',
    params: id('document'),
    response: documentSchema,
  },
  retryDocument: {
    method: 'POST',
    path: '/api/documents/:id/retry',
    summary: 'Read the newest revision again',
    params: id('document'),
    response: documentSchema,
  },
  cancelDocument: {
    method: 'POST',
    path: '/api/documents/:id/cancel',
    summary: 'Stop reading; what was read stays',
    params: id('document'),
    response: documentSchema,
  },
  retryDocuments: {
    method: 'POST',
    path: '/api/documents/retry',
    summary: 'Read many documents again: those named, or those of a collection or of all that are in one of the states',
    body: documentSelectionSchema.extend({ states: z.array(retryableStateSchema).min(1).default(['failed']) }),
    response: bulkResultSchema,
  },
  cancelDocuments: {
    method: 'POST',
    path: '/api/documents/cancel',
    summary: 'Stop reading many documents: those named, or all that wait or are being read, of a collection or everywhere',
    body: documentSelectionSchema,
    response: bulkResultSchema,
  },
  getQueue: { method: 'GET', path: '/api/queue', summary: 'What waits, runs and is paused', response: queueSchema },
  pauseQueue: {
    method: 'POST',
    path: '/api/queue/pause',
    summary: 'Pause reading, of everything or of one collection; documents that are being read stop after the page at hand',
    body: z.strictObject({ collection: idSchema('collection').optional() }),
    response: queueSchema,
  },
  resumeQueue: {
    method: 'POST',
    path: '/api/queue/resume',
    summary: 'Let reading go on, of everything or of one collection',
    body: z.strictObject({ collection: idSchema('collection').optional() }),
    response: queueSchema,
  },
  getPage: {
    method: 'GET',
    path: '/api/revisions/:id/pages/:page',
    summary: 'One page: text, blocks, size',
    params: z.object({ id: idSchema('revision'), page: z.coerce.number().int().min(1) }),
    /** version: an earlier text of the page, as an anchor names it */
    query: z.object({ places: z.enum(['0', '1']).default('0'), version: z.coerce.number().int().min(1).optional() }),
    response: z.object({
      page: pageSchema,
      /** with places=1: where the words of the text stand; see Place */
      places: z.array(placeSchema),
      /** every text of the page that is kept, newest first; one for a page that was read once */
      versions: z.array(pageVersionSchema),
      pages: z.int().nullable(),
      document: z.object({ id: idSchema('document'), name: z.string() }),
      revision: revisionSchema,
    }),
  },
  listPages: {
    method: 'GET',
    path: '/api/revisions/:id/pages',
    summary: 'Pages of a revision by name: its sheets, its slides',
    params: id('revision'),
    response: z.object({ pages: z.array(pageNameSchema) }),
  },
  readPage: {
    method: 'POST',
    path: '/api/revisions/:id/pages/:page/read',
    summary: 'Read a page again with the named OCR engine, or take an earlier text of it back; answers what it was and what it is now',
    params: z.object({ id: idSchema('revision'), page: z.coerce.number().int().min(1) }),
    body: z.union([z.object({ engine: ocrEngineSchema }), z.object({ version: z.int().min(1) })]),
    response: z.object({ before: pageReadingSchema, after: pageReadingSchema }),
  },

  search: {
    method: 'GET',
    path: '/api/search',
    summary: 'Passages for a query, best first',
    query: z.object({
      q: z.string().max(10_000),
      k: z.coerce.number().int().min(1).max(200).default(10),
      collection: idSchema('collection').optional(),
      collectionName: plain(200).optional(),
    }),
    response: z.object({ query: z.string(), results: z.array(passageSchema) }),
  },
  ask: {
    method: 'POST',
    path: '/api/ask',
    summary: 'Ask once, without a chat; waits for the whole answer',
    body: z.object({
      question: z.string().trim().min(1).max(10_000),
      scope: scopeSchema.optional(),
      collectionName: plain(200).optional(),
      mode: z.enum(['auto', 'extractive']).default('auto'),
    }),
    response: z.object({
      answer: z.string(),
      answered: z.boolean(),
      mode: z.enum(['extractive', 'model']),
      notice: z.object({ code: z.string(), params: z.record(z.string(), z.union([z.string(), z.number()])) }).nullable(),
      citations: z.array(citationSchema),
      nearest: z.array(passageSchema),
    }),
  },

  listChats: {
    method: 'GET',
    path: '/api/chats',
    summary: 'Chats, last used first',
    query: z.object({ limit: z.coerce.number().int().min(1).max(500).default(100) }),
    response: z.object({ chats: z.array(chatSchema) }),
  },
  createChat: {
    method: 'POST',
    path: '/api/chats',
    summary: 'Start a chat',
    body: z.object({ scope: scopeSchema.optional() }),
    response: chatSchema,
    status: 201,
  },
  getChat: {
    method: 'GET',
    path: '/api/chats/:id',
    summary: 'A chat with its messages',
    params: id('chat'),
    response: z.object({ chat: chatSchema, messages: z.array(messageSchema) }),
  },
  updateChat: {
    method: 'PATCH',
    path: '/api/chats/:id',
    summary: 'Rename a chat or change where it looks',
    params: id('chat'),
    body: z.object({ title: name.optional(), scope: scopeSchema.optional() }),
    response: chatSchema,
  },
  deleteChat: { method: 'DELETE', path: '/api/chats/:id', summary: 'Delete a chat', params: id('chat'), response: ok },
  sendMessage: {
    method: 'POST',
    path: '/api/chats/:id/messages',
    summary: 'Ask; the answer runs on the server and is followed with runEvents',
    params: id('chat'),
    body: z.object({ text: z.string().trim().min(1).max(10_000) }),
    response: z.object({ question: messageSchema, answer: messageSchema }),
    status: 202,
  },
  runEvents: {
    method: 'GET',
    path: '/api/runs/:id/events',
    summary: 'Events of a run, from the first or after Last-Event-ID',
    params: id('run'),
    response: z.unknown(),
    sse: runEventSchema,
  },
  stopRun: {
    method: 'POST',
    path: '/api/runs/:id/stop',
    summary: 'Stop an answer; what was written stays',
    params: id('run'),
    response: ok,
  },
  getCitation: {
    method: 'GET',
    path: '/api/citations/:id',
    summary: 'Where a citation leads',
    params: id('citation'),
    response: citationSchema,
  },
  libraryEvents: {
    method: 'GET',
    path: '/api/events',
    summary: 'Changes of documents, as they happen',
    response: z.unknown(),
    sse: libraryEventSchema,
  },

  addUrl: {
    method: 'POST',
    path: '/api/urls',
    summary: 'Fetch a page, or any file behind an address; given again, a new revision when it has changed',
    body: z.object({ url: plain(4000), ...intoCollection }),
    response: uploadResultSchema,
    status: 202,
  },
  fetchDocument: {
    method: 'POST',
    path: '/api/documents/:id/fetch',
    summary: 'Fetch a document from the web again',
    params: id('document'),
    response: uploadResultSchema,
    status: 202,
  },
  addSitemap: {
    method: 'POST',
    path: '/api/sitemaps',
    summary: 'Fetch all pages that a sitemap lists, slowly and as robots.txt allows; given again, they are fetched again',
    body: z.object({
      url: plain(4000),
      ...intoCollection,
      /** pages of other sites too */
      anyOrigin: z.boolean().default(false),
    }),
    response: sitemapSchema,
    status: 202,
  },
  listSitemaps: {
    method: 'GET',
    path: '/api/sitemaps',
    summary: 'Sitemaps, newest first',
    response: z.object({ sitemaps: z.array(sitemapSchema) }),
  },
  getSitemap: {
    method: 'GET',
    path: '/api/sitemaps/:id',
    summary: 'A sitemap and what became of each of its pages',
    params: id('sitemap'),
    response: z.object({ sitemap: sitemapSchema, pages: z.array(sitemapPageSchema) }),
  },
  removeSitemap: {
    method: 'DELETE',
    path: '/api/sitemaps/:id',
    summary: 'Stop fetching a sitemap and forget it; its documents stay',
    params: id('sitemap'),
    response: ok,
  },
  addWatchedFolder: {
    method: 'POST',
    path: '/api/watched-folders',
    summary: 'Keep a collection in step with a folder of the server’s machine',
    body: z.object({
      /** absolute path on the server's machine */
      folder: plain(4000),
      ...intoCollection,
      trashDeleted: z.boolean().default(false),
      polling: z.boolean().default(false),
    }),
    response: watchedFolderSchema,
    status: 201,
  },
  listWatchedFolders: {
    method: 'GET',
    path: '/api/watched-folders',
    summary: 'Watched folders',
    response: z.object({ folders: z.array(watchedFolderSchema) }),
  },
  removeWatchedFolder: {
    method: 'DELETE',
    path: '/api/watched-folders/:id',
    summary: 'Stop watching a folder; its documents stay',
    params: id('watch'),
    response: ok,
  },
} as const satisfies Record<string, Route>

export type RouteName = keyof typeof ROUTES

/** Addresses outside the table. Metadata of a tus upload: filename, path, collection. */
export const UPLOAD = {
  tus: '/api/uploads',
  /** POST, body = the bytes, query: name, path?, collection? | collectionName?; answers 202 with UploadResult */
  raw: '/api/documents',
  file: (revisionId: string): string => `/api/revisions/${revisionId}/file`,
  /** GET: the whole library as one file, for `zhiku restore` */
  backup: '/api/backup',
  /**
   * Picture of a PDF page or of a page of a picture file, WebP, longest side at most `side` pixels (default and most
   * 2,400). It shows the unrotated page or upright picture, the frame that boxes count in; the page's `rotation` is not applied.
   */
  pageImage: (revisionId: string, page: number, side?: number): string =>
    `/api/revisions/${revisionId}/pages/${page}/image${side === undefined ? '' : `?side=${side}`}`,
} as const

export const uploadQuerySchema = z.object({
  name: z.string().max(1000),
  path: z.string().max(2000).default(''),
  collection: idSchema('collection').optional(),
  collectionName: plain(200).optional(),
})

export const errorBodySchema = z
  .object({
    error: z.object({
      code: z.string(),
      message: z.string(),
      params: z.record(z.string(), z.union([z.string(), z.number()])),
      requestId: z.string(),
    }),
  })
  .meta({ id: 'ErrorBody' })
export type ErrorBody = z.infer<typeof errorBodySchema>

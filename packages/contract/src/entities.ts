/** The things of the product as the API shows them. */
import { z } from 'zod'
import { anchorSchema } from './anchor.ts'
import { queueSchema } from './control.ts'
import { idSchema } from './ids.ts'
import { documentStateSchema } from './states.ts'

const time = z.string().meta({ description: 'ISO 8601, UTC' })
export const noticeSchema = z
  .object({ code: z.string(), params: z.record(z.string(), z.union([z.string(), z.number()])) })
  .meta({ id: 'Notice' })
/** A code of the error table with its params; the reader's language is applied where it is shown. */
export type Notice = z.infer<typeof noticeSchema>

/** Chunking of one collection. Part of the pipeline version: a change re-chunks beside the old index. */
export const chunkSettingsSchema = z
  .object({
    /** target length of a chunk in tokens (a Han character or a Latin word counts as one) */
    sizeTokens: z.int().min(50).max(2000).default(400),
    overlapTokens: z.int().min(0).max(500).default(50),
    /** strings after which a chunk may end, strongest first, besides headings, blocks and sentence ends */
    separators: z.array(z.string().min(1).max(20)).max(20).default([]),
  })
  .meta({ id: 'ChunkSettings' })
export type ChunkSettings = z.infer<typeof chunkSettingsSchema>

/** Name of the collection that takes files for which none is named; made at the first start. */
export const DEFAULT_COLLECTION = '默认'

export const collectionSchema = z
  .object({ id: idSchema('collection'), name: z.string(), documents: z.int(), chunking: chunkSettingsSchema, createdAt: time })
  .meta({ id: 'Collection' })
export type Collection = z.infer<typeof collectionSchema>

export const revisionSchema = z
  .object({
    id: idSchema('revision'),
    ord: z.int().min(1),
    fileHash: z.string(),
    mediaType: z.string(),
    sizeBytes: z.int(),
    createdAt: time,
  })
  .meta({ id: 'Revision' })
export type Revision = z.infer<typeof revisionSchema>

/** Page counts of the newest revision. `total` is null until the reader knows it. */
export const pageCountsSchema = z
  .object({
    total: z.int().nullable(),
    decided: z.int(),
    text: z.int(),
    blank: z.int(),
    /** OCR has looked and found no text */
    noText: z.int(),
    failed: z.int(),
    /** to be read by OCR */
    waiting: z.int(),
    /** of `text`: read by OCR */
    ocr: z.int(),
    /** of `ocr`: below the confidence bar */
    unsure: z.int(),
    searchable: z.int(),
  })
  .meta({ id: 'PageCounts' })
export type PageCounts = z.infer<typeof pageCountsSchema>

export const documentSchema = z
  .object({
    id: idSchema('document'),
    collectionId: idSchema('collection'),
    name: z.string(),
    /** folder the file came from, relative, "" at the top */
    path: z.string(),
    /** the mail or archive it came out of; null for what was added by itself */
    parent: z.object({ id: idSchema('document'), name: z.string() }).nullable(),
    /** documents that came out of this one */
    children: z.int(),
    /** where it was fetched from; null for files */
    sourceUrl: z.string().nullable(),
    state: documentStateSchema,
    /** why it is in this state and what to do; null where nothing needs saying */
    notice: noticeSchema.nullable(),
    /** queued: how many documents are before this one */
    position: z.int().nullable(),
    pages: pageCountsSchema,
    chunks: z.int(),
    /** chunks that the keyword index holds */
    indexed: z.int(),
    /** newest revision */
    revision: revisionSchema,
    /** the revision that search answers from; null while none is searchable */
    currentRevisionId: idSchema('revision').nullable(),
    revisions: z.int(),
    createdAt: time,
    updatedAt: time,
    trashedAt: time.nullable(),
  })
  .meta({ id: 'Document' })
export type Document = z.infer<typeof documentSchema>

export const timelineEntrySchema = z
  .object({
    step: z.enum(['receive', 'extract', 'ocr', 'index']),
    version: z.string(),
    startedAt: time,
    finishedAt: time.nullable(),
    attempt: z.int(),
    detail: z.record(z.string(), z.union([z.string(), z.number()])),
    notice: noticeSchema.nullable(),
  })
  .meta({ id: 'TimelineEntry' })
export type TimelineEntry = z.infer<typeof timelineEntrySchema>

const documentRef = z.object({ id: z.string(), name: z.string() })

/** A chunk as found for one question. */
export const passageSchema = z
  .object({
    document: documentRef,
    revisionId: idSchema('revision'),
    page: z.int(),
    heading: z.array(z.string()),
    text: z.string(),
    score: z.number(),
    anchor: anchorSchema,
  })
  .meta({ id: 'Passage' })
export type Passage = z.infer<typeof passageSchema>

/** Where to look; empty lists mean everything. */
export const scopeSchema = z
  .object({
    collections: z.array(idSchema('collection')).max(100).default([]),
    documents: z.array(idSchema('document')).max(1000).default([]),
  })
  .meta({ id: 'Scope' })
export type Scope = z.infer<typeof scopeSchema>

export const citationSchema = z
  .object({
    id: idSchema('citation'),
    /** the number n of `[n]` in the answer's text, counted from 1 by first use */
    mark: z.int().min(1),
    document: documentRef,
    revisionId: z.string(),
    /** ordinal of the cited revision, and of the document's newest one; equal unless the document has changed since */
    revisionOrd: z.int(),
    newestRevisionOrd: z.int(),
    page: z.int(),
    heading: z.array(z.string()),
    quote: z.string(),
    anchor: anchorSchema.nullable(),
    /** the source was deleted: quote and anchor are gone */
    removed: z.boolean(),
  })
  .meta({ id: 'Citation' })
export type Citation = z.infer<typeof citationSchema>

export const runStateSchema = z.enum(['running', 'done', 'stopped', 'interrupted', 'failed'])
export type RunState = z.infer<typeof runStateSchema>
export const answerModeSchema = z.enum(['extractive', 'model'])
export type AnswerMode = z.infer<typeof answerModeSchema>

/** One recorded execution of ask. */
export const runSchema = z
  .object({
    id: idSchema('run'),
    state: runStateSchema,
    mode: answerModeSchema,
    model: z.string().nullable(),
    answered: z.boolean(),
    /** what went wrong or was changed on the way: the model fell silent, the server was restarted */
    notice: noticeSchema.nullable(),
    searchedChunks: z.int(),
    readPassages: z.int(),
    durationMs: z.int().nullable(),
    /** documents in scope that are still being read, so the answer may be incomplete */
    stillReading: z.int(),
  })
  .meta({ id: 'Run' })
export type Run = z.infer<typeof runSchema>

export const messageSchema = z
  .object({
    id: idSchema('message'),
    role: z.enum(['user', 'assistant']),
    text: z.string(),
    createdAt: time,
    /** assistant only */
    run: runSchema.nullable(),
    citations: z.array(citationSchema),
    /** assistant, nothing answered: what came nearest */
    nearest: z.array(passageSchema),
  })
  .meta({ id: 'Message' })
export type Message = z.infer<typeof messageSchema>

export const chatSchema = z
  .object({ id: idSchema('chat'), title: z.string(), scope: scopeSchema, createdAt: time, updatedAt: time })
  .meta({ id: 'Chat' })
export type Chat = z.infer<typeof chatSchema>

export const chatModelSchema = z
  .object({
    connected: z.boolean(),
    server: z.string().nullable(),
    model: z.string().nullable(),
    source: z.enum(['setting', 'found', 'none']),
    notice: noticeSchema.nullable(),
  })
  .meta({ id: 'ChatModel' })
export type ChatModel = z.infer<typeof chatModelSchema>

export const statusSchema = z
  .object({
    version: z.string(),
    engine: z.string(),
    documents: z.partialRecord(documentStateSchema, z.int()),
    chunks: z.int(),
    queue: queueSchema,
    /** how late the server's event loop was over the last minutes, in milliseconds */
    loopDelay: z.object({ p50Ms: z.number(), p99Ms: z.number(), maxMs: z.number() }),
    /** OCR: the engine asked for by ZHIKU_OCR, the execution provider asked for, and the one in use; null until a page was read since the start */
    ocr: z.object({ engine: z.enum(['auto', 'pp-ocr', 'tesseract']), provider: z.string(), providerInUse: z.string().nullable() }),
  })
  .meta({ id: 'Status' })
export type Status = z.infer<typeof statusSchema>

export const doctorSchema = z
  .object({ ok: z.boolean(), checks: z.array(z.object({ name: z.string(), ok: z.boolean(), found: z.string() })) })
  .meta({ id: 'DoctorReport' })
export type DoctorReport = z.infer<typeof doctorSchema>

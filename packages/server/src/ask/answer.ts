/**
 * From a question to an answer: retrieve, then a model's answer with checked marks or, without a model or when it fails
 * before its first word, the best sentences of the documents. Entry point of `ask/`; says what it does as events
 * (events.ts) and stores nothing.
 */
import type { AnswerMode, Notice, Scope } from '@zhiku/contract/entities.ts'
import { fail, isAppError } from '../base/fail.ts'
import { LIMITS } from '../base/limits.ts'
import type { Log } from '../base/log.ts'
import type { Db } from '../db/db.ts'
import { countUnfinished } from '../library/documents.ts'
import type { ChatModelHandle, Models } from '../models/models.ts'
import type { ChunkHit } from '../search/lexical.ts'
import { cite } from './cite.ts'
import { composeQuotes } from './compose.ts'
import type { AskEvent } from './events.ts'
import { type ExtractiveAnswer, answerExtractively } from './extractive.ts'
import { searchTextOf } from './follow-up.ts'
import { SENTENCES, languageOf } from './language.ts'
import { type Spoken, speakModel } from './model-answer.ts'
import { toPassage } from './passages.ts'
import { buildPrompt } from './prompt.ts'
import { retrieve } from './retrieve.ts'

export interface AskContext {
  db: Db
  models: Models
  log: Log
}

export interface AskInput {
  /** whose documents may be read */
  owner: string
  question: string
  scope: Scope
  /** extractive: no model is asked */
  mode: 'auto' | 'extractive'
  /** earlier turns, oldest first; they go to the model */
  history: readonly { role: 'user' | 'assistant'; text: string }[]
}

/**
 * A model judges itself whether the sources answer, so it is asked at less confidence than quotes need; below this the
 * sources are about something else. Interview set, 2026-11: 1 of 94 answerable and 7 of 16 unanswerable questions are below.
 */
const MODEL_CONFIDENCE_MIN = 0.2

/**
 * @throws the signal's reason when aborted, with the model's socket closed; errors of the store. A failing model is no
 *         error: `fallback` or the notice of `finished` tells it.
 */
export async function* answer(ctx: AskContext, input: AskInput, signal: AbortSignal): AsyncGenerator<AskEvent> {
  const { owner, scope, question } = input
  const model = input.mode === 'extractive' ? NO_MODEL : await findModel(ctx.models)
  const [found, stillReading] = await Promise.all([
    model.handle ? findWithHistory(ctx.db, input) : find(ctx.db, input, question),
    countUnfinished(ctx.db, { owner, ...scope }),
  ])
  signal.throwIfAborted()
  const sources = (hits: readonly ChunkHit[]): AskEvent => ({
    kind: 'sources',
    searchedChunks: found.searchedChunks,
    passages: hits.map(toPassage),
    stillReading,
  })

  if (model.handle && isAnswerable(found)) {
    const { prompt, used, leftOut } = buildPrompt({ question, sources: found.hits, history: input.history })
    ctx.log.debug({ event: 'ask.prompt', used, leftOut }, 'prompt built')
    const given = found.hits.slice(0, used)
    yield { kind: 'started', mode: 'model', model: model.handle.model }
    yield sources(given)
    const spoken = yield* speakModel(ctx.db, model.handle, { question, prompt, sources: given }, signal)
    if (spoken.said) {
      logFailure(ctx.log, spoken)
      const answered = !(spoken.declined && spoken.citations === 0)
      yield { kind: 'finished', mode: 'model', answered, notice: noticeOf(spoken, model.handle), nearest: answered ? [] : nearest(found) }
    } else if (spoken.declined) {
      yield* sayNotFound(question, found, 'model', null)
    } else {
      logFailure(ctx.log, spoken)
      const notice = toNotice(spoken.failure ?? fail('model.empty', { server: model.handle.server }))
      yield { kind: 'fallback', mode: 'extractive', notice }
      yield* sayQuotes(ctx.db, question, found, notice)
    }
    return
  }
  yield { kind: 'started', mode: model.notice ? 'model' : 'extractive', model: null }
  yield sources(found.extract.answered ? quotedFirst(found) : [])
  if (model.notice) yield { kind: 'fallback', mode: 'extractive', notice: model.notice }
  yield* sayQuotes(ctx.db, question, found, model.notice)
}

interface Found {
  hits: ChunkHit[]
  searchedChunks: number
  extract: ExtractiveAnswer
}

async function find(db: Db, { owner, scope }: AskInput, question: string): Promise<Found> {
  const { hits, searchedChunks, statistics } = await retrieve(db, { owner, question, scope, limit: LIMITS.answerHits })
  return { hits, searchedChunks, extract: answerExtractively(question, hits, statistics) }
}

const isAnswerable = ({ hits, extract }: Found): boolean => hits.length > 0 && extract.confidence >= MODEL_CONFIDENCE_MIN

/** For a model, which knows the earlier turns: a follow-up is looked for together with what it leans on. */
async function findWithHistory(db: Db, input: AskInput): Promise<Found> {
  const earlier = input.history.filter(({ role }) => role === 'user').map(({ text }) => text)
  const first = await find(db, input, searchTextOf(input.question, earlier))
  if (isAnswerable(first) || earlier.length === 0) return first
  const together = await find(db, input, searchTextOf(input.question, earlier, true))
  return isAnswerable(together) ? together : first
}

/** The passages that are quoted, then the next best. */
function quotedFirst({ hits, extract }: Found): ChunkHit[] {
  return [...new Set([...extract.parts.map((part) => part.hit), ...hits])].slice(0, LIMITS.promptSources)
}

const nearest = ({ hits }: Found) => hits.slice(0, LIMITS.nearestPassages).map(toPassage)

async function* sayQuotes(db: Db, question: string, found: Found, notice: Notice | null): AsyncGenerator<AskEvent> {
  const { parts, answered } = found.extract
  if (!answered) {
    yield* sayNotFound(question, found, 'extractive', notice)
    return
  }
  const quotes = parts.map(({ text, heading, hit }) => ({ text, heading, documentName: hit.documentName }))
  for (const piece of composeQuotes(quotes, languageOf(question))) {
    if (piece.kind === 'text') {
      yield { kind: 'delta', text: piece.text }
      continue
    }
    const { hit, start, end } = parts[piece.part]!
    yield { kind: 'citation', citation: await cite(db, piece.mark, hit, { start: start - hit.start, end: end - hit.start }) }
    yield { kind: 'delta', text: `[${piece.mark}]` }
  }
  yield { kind: 'finished', mode: 'extractive', answered: true, notice, nearest: [] }
}

function* sayNotFound(question: string, found: Found, mode: AnswerMode, notice: Notice | null): Generator<AskEvent> {
  yield { kind: 'delta', text: SENTENCES.notFound[languageOf(question)] }
  yield { kind: 'finished', mode, answered: false, notice, nearest: nearest(found) }
}

interface FoundModel {
  handle: ChatModelHandle | null
  /** why the model that is set cannot be asked */
  notice: Notice | null
}
const NO_MODEL: FoundModel = { handle: null, notice: null }

async function findModel(models: Models): Promise<FoundModel> {
  try {
    return { handle: await models.chat(), notice: null }
  } catch (error) {
    if (!isAppError(error)) throw error
    return { handle: null, notice: toNotice(error) }
  }
}

const toNotice = ({ code, params }: { code: string; params: Notice['params'] }): Notice => ({ code, params })

function noticeOf({ failure, end, citations, declined }: Spoken, { server }: ChatModelHandle): Notice | null {
  if (failure) return { code: 'model.cut', params: { server } }
  if (end === 'length') return { code: 'model.length', params: {} }
  return citations === 0 && !declined ? { code: 'model.uncited', params: {} } : null
}

function logFailure(log: Log, { failure, said }: Spoken): void {
  if (failure) log.warn({ event: 'ask.model.failed', code: failure.code, params: failure.params, said }, 'model failed')
}

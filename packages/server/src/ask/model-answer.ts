/** The answer of a model, as events: its text with checked marks, each citation with the words that it rests on. */
import { type AppError, isAppError } from '../base/fail.ts'
import { LIMITS } from '../base/limits.ts'
import type { Db } from '../db/db.ts'
import type { ChatModelHandle } from '../models/models.ts'
import type { ChatPrompt, StreamEnd } from '../models/stream.ts'
import type { ChunkHit } from '../search/lexical.ts'
import { cite } from './cite.ts'
import type { AskEvent } from './events.ts'
import { type AnswerPart, createMarkParser } from './marks.ts'
import { NOT_FOUND_SIGN } from './prompt.ts'
import { bestQuote, lastSentence } from './quote.ts'
import { SignFilter } from './sign-filter.ts'

export interface Spoken {
  /** something that a reader can see was said */
  said: boolean
  /** the model gave the sign that the sources do not answer */
  declined: boolean
  citations: number
  end: StreamEnd
  /** why it broke off; null when it came to its end */
  failure: AppError | null
}

export interface ModelQuestion {
  question: string
  prompt: ChatPrompt
  /** in the order in which the prompt numbers them, from 1 */
  sources: readonly ChunkHit[]
}

/** @throws the signal's reason when aborted; a failing model is told in what it returns */
export async function* speakModel(
  db: Db,
  model: ChatModelHandle,
  asked: ModelQuestion,
  signal: AbortSignal,
): AsyncGenerator<AskEvent, Spoken> {
  const parser = createMarkParser(asked.sources.length)
  const speech = new Speech(db, asked)
  const spoken = (end: StreamEnd, failure: AppError | null): Spoken => ({
    said: speech.said,
    declined: speech.declined,
    citations: speech.citations,
    end,
    failure,
  })
  const stream = model.stream(asked.prompt, signal)
  try {
    for (;;) {
      const next = await stream.next()
      for (const part of next.done ? parser.end() : parser.push(next.value)) yield* speech.say(part)
      if (next.done) {
        yield* speech.end()
        return spoken(next.value, null)
      }
      if (speech.declined && !speech.said) return spoken('complete', null)
      if (speech.length > LIMITS.answerChars) return spoken('length', null)
    }
  } catch (error) {
    if (signal.aborted || !isAppError(error)) throw error
    // What had come keeps its end, too: half a mark is text.
    for (const part of parser.end()) yield* speech.say(part)
    yield* speech.end()
    return spoken('complete', error)
  } finally {
    await stream.return('complete')
  }
}

/** Turns parts into events. Signs before the first word wait for it, so that an answer of nothing but signs is none. */
class Speech {
  readonly #db: Db
  readonly #asked: ModelQuestion
  readonly #filter = new SignFilter(NOT_FOUND_SIGN)
  #text = ''
  #waiting = ''
  said = false
  citations = 0

  constructor(db: Db, asked: ModelQuestion) {
    this.#db = db
    this.#asked = asked
  }

  get declined(): boolean {
    return this.#filter.found
  }

  get length(): number {
    return this.#text.length
  }

  async *say(part: AnswerPart): AsyncGenerator<AskEvent> {
    if (part.kind === 'text') {
      yield* this.#write(this.#filter.push(part.text))
      return
    }
    yield* this.#write(this.#filter.end())
    if (part.first) yield { kind: 'citation', citation: await this.#cite(part.source, part.mark) }
    this.said = true
    yield* this.#write(`[${part.mark}]`)
  }

  async *end(): AsyncGenerator<AskEvent> {
    yield* this.#write(this.#filter.end())
  }

  *#write(text: string): Generator<AskEvent> {
    this.#waiting += text
    this.said ||= /[\p{L}\p{N}]/u.test(this.#waiting)
    if (!this.said || this.#waiting === '') return
    this.#text += this.#waiting
    yield { kind: 'delta', text: this.#waiting }
    this.#waiting = ''
  }

  async #cite(source: number, mark: number) {
    this.citations += 1
    const hit = this.#asked.sources[source - 1]!
    return await cite(this.#db, mark, hit, bestQuote(hit.text, [lastSentence(this.#text + this.#waiting), this.#asked.question]))
  }
}

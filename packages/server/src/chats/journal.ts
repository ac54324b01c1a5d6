/**
 * Writes what one answer says: numbered events, the message's text, citations, the run's own row. Batches go out every
 * LIMITS.eventBatchMs: first to the store, then to whoever follows, so that nobody sees an event that a restart takes
 * back. A batch is tried again with the same numbers until it is in: what became of a commit that failed is not known.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import type { Notice, Passage, Run, RunState } from '@zhiku/contract/entities.ts'
import type { RunEvent } from '@zhiku/contract/events.ts'
import { withoutQuotes } from '../ask/compose.ts'
import type { AskEvent } from '../ask/events.ts'
import { isAppError } from '../base/fail.ts'
import { newId } from '../base/ids.ts'
import { LIMITS } from '../base/limits.ts'
import type { Log } from '../base/log.ts'
import type { Db, Tx } from '../db/db.ts'
import { type NewCitation, type RevisionPlace, holdRevisions, putCitations, showCitation } from './citations.ts'
import {
  type NumberedEvent,
  type Progress,
  type RunIds,
  closeRun,
  holdRun,
  listEvents,
  putEvents,
  putNearest,
  putProgress,
  putText,
  readRun,
  rewriteText,
} from './runs.sql.ts'

export interface Outcome {
  state: Exclude<RunState, 'running'>
  /** null: what the answer itself has told */
  notice: Notice | null
}

/** An event that has no number yet; a citation has its id, so that writing it again gives the same row. */
type Draft = Exclude<RunEvent, { kind: 'citation' | 'done' }> | { kind: 'citation'; citation: NewCitation }

const RETRY_MS = [50, 250, 1000]

export class Journal {
  readonly #db: Db
  readonly #log: Log
  readonly #ids: RunIds
  readonly #publish: (events: NumberedEvent[]) => void
  #pending: Draft[] = []
  #pump: Promise<void> | null = null
  #ending = false
  #failure: unknown
  #seq = 0
  #text = ''
  #textAt = performance.now()
  #progress: Progress = {
    mode: 'extractive',
    model: null,
    answered: false,
    notice: null,
    searchedChunks: 0,
    readPassages: 0,
    stillReading: 0,
  }
  #nearest: Passage[] = []
  readonly #cited: NewCitation[] = []

  constructor(db: Db, log: Log, ids: RunIds, publish: (events: NumberedEvent[]) => void) {
    this.#db = db
    this.#log = log
    this.#ids = ids
    this.#publish = publish
  }

  /** Takes note of an event. @throws what kept an earlier batch from being written */
  add(event: AskEvent): void {
    if (this.#failure !== undefined) throw this.#failure
    if (event.kind === 'finished') {
      const { mode, answered, notice, nearest } = event
      this.#progress = { ...this.#progress, mode, answered, notice }
      this.#nearest = nearest
      return
    }
    const last = this.#pending.at(-1)
    if (event.kind === 'delta') this.#text += event.text
    if (event.kind === 'delta' && last?.kind === 'delta') last.text += event.text
    else if (event.kind === 'citation') {
      const citation = { ...event.citation, id: newId('citation') }
      this.#cited.push(citation)
      this.#pending.push({ kind: 'citation', citation })
    } else this.#pending.push({ ...event })
    this.#note(event)
    this.#pump ??= this.#writeBatches()
  }

  #note(event: AskEvent): void {
    if (event.kind === 'started') this.#progress = { ...this.#progress, mode: event.mode, model: event.model }
    if (event.kind === 'fallback') this.#progress = { ...this.#progress, mode: event.mode }
    if (event.kind === 'sources') {
      const { searchedChunks, stillReading, passages } = event
      this.#progress = { ...this.#progress, searchedChunks, stillReading, readPassages: passages.length }
    }
  }

  /** Writes the rest, closes the run and tells followers. @throws when it cannot be written */
  async end(outcome: Outcome): Promise<Run> {
    this.#ending = true
    await this.#pump
    if (this.#failure !== undefined) throw this.#failure
    const drafts = this.#take()
    const { run, events } = await this.#persist(async (tx) => {
      // Ended already: by the commit that seemed to fail, or by somebody who took this process for dead.
      if (!(await holdRun(tx, this.#ids.runId))) {
        return { run: await readRun(tx, this.#ids.runId), events: await listEvents(tx, this.#ids.runId, this.#seq, drafts.length + 1) }
      }
      const shown = [...this.#cited, ...this.#nearest].map(({ revisionId }) => revisionId)
      const places = await holdRevisions(tx, [...revisionsIn(drafts), ...shown])
      const written = await this.#write(tx, drafts, places)
      await this.#putWholeText(tx, places)
      await putNearest(tx, this.#ids.messageId, stillThere(this.#nearest, places))
      const closed = await closeRun(tx, this.#ids, outcome.state, outcome.notice)
      const done: NumberedEvent = { id: this.#seq + drafts.length + 1, event: { kind: 'done', run: closed } }
      await putEvents(tx, this.#ids.runId, [done])
      return { run: closed, events: [...written, done] }
    })
    this.#publish(events)
    return run
  }

  /** An answer that is made of quotes must not bring back the words of a document that was deleted while it was given. */
  async #putWholeText(tx: Tx, places: ReadonlyMap<string, RevisionPlace>): Promise<void> {
    const gone = this.#cited.filter(({ revisionId }) => !places.has(revisionId))
    if (this.#progress.mode === 'model' || gone.length === 0) return await putText(tx, this.#ids.messageId, this.#text)
    const quotes = gone.map(({ quote, heading, documentName }) => ({ text: quote, heading, documentName }))
    await rewriteText(tx, this.#ids, withoutQuotes(this.#text, quotes, this.#cited.length))
  }

  async #writeBatches(): Promise<void> {
    try {
      await sleep(LIMITS.eventBatchMs)
      while (this.#pending.length > 0 && !this.#ending) {
        const drafts = this.#take()
        const withText = performance.now() - this.#textAt >= LIMITS.messageTextMs
        const events = await this.#persist(async (tx) => {
          if (!(await holdRun(tx, this.#ids.runId))) throw new Error('the run was ended by somebody else')
          const written = await this.#write(tx, drafts, await holdRevisions(tx, revisionsIn(drafts)))
          if (withText) await putText(tx, this.#ids.messageId, this.#text)
          return written
        })
        if (withText) this.#textAt = performance.now()
        this.#seq += drafts.length
        this.#publish(events)
        await sleep(LIMITS.eventBatchMs)
      }
    } catch (error) {
      this.#failure = error
    }
    this.#pump = null
  }

  #take(): Draft[] {
    const drafts = this.#pending
    this.#pending = []
    return drafts
  }

  async #write(tx: Tx, drafts: readonly Draft[], places: ReadonlyMap<string, RevisionPlace>): Promise<NumberedEvent[]> {
    const events = drafts.map((draft, index): NumberedEvent => ({ id: this.#seq + index + 1, event: toEvent(draft, places) }))
    await putEvents(tx, this.#ids.runId, events)
    await putCitations(
      tx,
      this.#ids.messageId,
      events.flatMap(({ event }) => (event.kind === 'citation' ? [event.citation] : [])),
    )
    if (drafts.some((draft) => draft.kind !== 'delta') || this.#ending) await putProgress(tx, this.#ids.runId, this.#progress)
    return events
  }

  /** One transaction, tried again while the store is not there, for LIMITS.eventWriteSeconds. */
  async #persist<T>(work: (tx: Tx) => Promise<T>): Promise<T> {
    const until = performance.now() + LIMITS.eventWriteSeconds * 1000
    for (let attempt = 0; ; attempt++) {
      try {
        return await this.#db.transaction(work)
      } catch (error) {
        if (!isAppError(error) || !error.retryable || performance.now() > until) throw error
        this.#log.warn({ event: 'chats.run.write_failed', run: this.#ids.runId, code: error.code, attempt }, 'trying again')
        await sleep(RETRY_MS[Math.min(attempt, RETRY_MS.length - 1)])
      }
    }
  }
}

const revisionsIn = (drafts: readonly Draft[]): string[] =>
  drafts.flatMap((draft) => {
    if (draft.kind === 'citation') return [draft.citation.revisionId]
    return draft.kind === 'sources' ? draft.passages.map((passage) => passage.revisionId) : []
  })

/** Documents may have been deleted since they were found. */
const stillThere = (passages: readonly Passage[], places: ReadonlyMap<string, RevisionPlace>): Passage[] =>
  passages.filter((passage) => places.has(passage.revisionId))

function toEvent(draft: Draft, places: ReadonlyMap<string, RevisionPlace>): RunEvent {
  if (draft.kind === 'citation')
    return { kind: 'citation', citation: showCitation(draft.citation, places.get(draft.citation.revisionId) ?? null) }
  return draft.kind === 'sources' ? { ...draft, passages: stillThere(draft.passages, places) } : draft
}

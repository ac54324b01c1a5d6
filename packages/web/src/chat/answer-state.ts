/**
 * What a reader sees of an answer while it is made, folded from the events of its run. Pure: replaying the events from
 * the first gives the same state, so a reload in the middle loses nothing.
 */
import type { AnswerMode, Citation, Message, Notice, Run } from '@zhiku/contract/entities.ts'
import type { RunEvent } from '@zhiku/contract/events.ts'

export type AnswerPhase = 'searching' | 'reading' | 'writing' | 'done'

export interface AnswerState {
  phase: AnswerPhase
  mode: AnswerMode | null
  model: string | null
  /** null until known */
  searchedChunks: number | null
  readPassages: number | null
  /** documents in scope that are still being read */
  stillReading: number
  text: string
  citations: readonly Citation[]
  /** the model failed before its first word; the answer goes on otherwise */
  fallback: Notice | null
  /** final; null while running */
  run: Run | null
}

export const NEW_ANSWER: AnswerState = {
  phase: 'searching',
  mode: null,
  model: null,
  searchedChunks: null,
  readPassages: null,
  stillReading: 0,
  text: '',
  citations: [],
  fallback: null,
  run: null,
}

export function applyRunEvent(state: AnswerState, event: RunEvent): AnswerState {
  switch (event.kind) {
    case 'started':
      return { ...state, mode: event.mode, model: event.model }
    case 'sources':
      return {
        ...state,
        phase: 'reading',
        searchedChunks: event.searchedChunks,
        readPassages: event.passages.length,
        stillReading: event.stillReading,
      }
    case 'citation':
      return { ...state, citations: [...state.citations, event.citation] }
    case 'delta':
      return { ...state, phase: 'writing', text: state.text + event.text }
    case 'fallback':
      return { ...state, mode: event.mode, model: null, fallback: event.notice }
    case 'done':
      return { ...state, ...ofRun(event.run) }
  }
}

const ofRun = (run: Run) =>
  ({
    phase: 'done',
    mode: run.mode,
    model: run.model,
    searchedChunks: run.searchedChunks,
    readPassages: run.readPassages,
    stillReading: run.stillReading,
    run,
  }) as const

/** The same picture of an answer that is stored. */
export function answerOfMessage(message: Message): AnswerState {
  const base = { ...NEW_ANSWER, text: message.text, citations: message.citations }
  if (!message.run || message.run.state === 'running') return base
  const { run } = message
  // A fallback that ended well is kept as the notice of the run.
  return { ...base, ...ofRun(run), fallback: run.state === 'done' ? run.notice : null }
}

/** What to say about an answer that did not end as asked; null when all is well. */
export function answerTrouble(state: AnswerState): { tone: 'plain' | 'warn' | 'bad'; notice: Notice } | null {
  const { run } = state
  if (!run || run.state === 'done' || run.state === 'running') return state.fallback ? { tone: 'warn', notice: state.fallback } : null
  const fallbackNotice: Notice = {
    code: run.state === 'stopped' ? 'run.stopped' : run.state === 'interrupted' ? 'run.interrupted' : 'internal',
    params: { requestId: run.id },
  }
  const tone = run.state === 'stopped' ? 'plain' : run.state === 'interrupted' ? 'warn' : 'bad'
  return { tone, notice: run.notice ?? fallbackNotice }
}

/** Nothing in the documents answers. */
export const isUnanswered = (state: AnswerState): boolean => state.run?.state === 'done' && !state.run.answered

import type { Citation, Message, Run } from '@zhiku/contract/entities.ts'
import type { RunEvent } from '@zhiku/contract/events.ts'
import { describe, expect, test } from 'vitest'
import { NEW_ANSWER, answerOfMessage, answerTrouble, applyRunEvent, isUnanswered } from './answer-state.ts'

const run: Run = {
  id: `run_${'0'.repeat(32)}`,
  state: 'done',
  mode: 'model',
  model: 'm',
  answered: true,
  notice: null,
  searchedChunks: 1204,
  readPassages: 8,
  durationMs: 3100,
  stillReading: 0,
}
const EVENTS: RunEvent[] = [
  { kind: 'started', mode: 'model', model: 'm' },
  { kind: 'sources', searchedChunks: 1204, passages: [], stillReading: 2 },
  { kind: 'citation', citation: { mark: 1 } as Citation },
  { kind: 'delta', text: 'Growth.' },
  { kind: 'delta', text: '[1]' },
  { kind: 'done', run },
]
const message = (over: Partial<Run>): Message => ({
  id: `msg_${'0'.repeat(32)}`,
  role: 'assistant',
  text: 'Growth.',
  createdAt: '',
  run: { ...run, ...over },
  citations: [],
  nearest: [],
})

describe('an answer folded from its events', () => {
  test('goes through its phases with counts', () => {
    const states = EVENTS.reduce((list, event) => [...list, applyRunEvent(list.at(-1)!, event)], [NEW_ANSWER])
    expect(states.map(({ phase }) => phase)).toEqual(['searching', 'searching', 'reading', 'reading', 'writing', 'writing', 'done'])
    expect(states.at(-1)).toMatchObject({ text: 'Growth.[1]', searchedChunks: 1204, readPassages: 8, run })
    expect(states.at(-1)!.citations).toHaveLength(1)
  })

  test('is the same however often it is replayed', () => {
    const fold = () => EVENTS.reduce(applyRunEvent, NEW_ANSWER)
    expect(fold()).toEqual(fold())
  })

  test('a failing model is remembered, with what the answer is made of instead', () => {
    const notice = { code: 'model.unreachable', params: { server: 's' } }
    const state = applyRunEvent(applyRunEvent(NEW_ANSWER, EVENTS[0]!), { kind: 'fallback', mode: 'extractive', notice })
    expect(state).toMatchObject({ mode: 'extractive', model: null, fallback: notice })
    expect(answerTrouble(state)).toEqual({ tone: 'warn', notice })
  })
})

describe('a stored answer', () => {
  test('that ended well has no trouble', () => {
    expect(answerTrouble(answerOfMessage(message({})))).toBeNull()
  })
  test('keeps the notice it ended with', () => {
    const notice = { code: 'model.cut', params: { server: 's' } }
    expect(answerTrouble(answerOfMessage(message({ notice })))).toEqual({ tone: 'warn', notice })
  })
  test.each([
    ['stopped', 'plain', 'run.stopped'],
    ['interrupted', 'warn', 'run.interrupted'],
    ['failed', 'bad', 'internal'],
  ] as const)('that was %s says so', (state, tone, code) => {
    expect(answerTrouble(answerOfMessage(message({ state })))).toMatchObject({ tone, notice: { code } })
  })
  test('without an answer in the documents is unanswered; a stopped one is not', () => {
    expect(isUnanswered(answerOfMessage(message({ answered: false })))).toBe(true)
    expect(isUnanswered(answerOfMessage(message({ answered: false, state: 'stopped' })))).toBe(false)
  })
  test('that still runs is shown without its end', () => {
    expect(answerOfMessage(message({ state: 'running' }))).toMatchObject({ run: null, text: 'Growth.' })
  })
})

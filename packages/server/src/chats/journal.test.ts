import * as fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type TestLibrary, TEST_OWNER, openTestLibrary } from '../../../../tests/support/library.ts'
import type { AskEvent } from '../ask/events.ts'
import { fail } from '../base/fail.ts'
import { silentLog } from '../base/log.ts'
import type { Db } from '../db/db.ts'
import { createModels } from '../models/models.ts'
import { createChats } from './chats.ts'
import type { NumberedEvent } from './runs.sql.ts'

let library: TestLibrary
let cited: { documentId: `doc_${string}`; revisionId: `rev_${string}` }
beforeAll(async () => {
  library = await openTestLibrary()
  const document = await library.add('a.md', 'A gap lock locks the gap.')
  cited = { documentId: document.id, revisionId: document.revision.id }
})
afterAll(() => library.close())

type Fault = 'none' | 'before' | 'after'

/** The real store, whose transactions fail as told: before they begin, or after their commit, when nobody knows. */
function unsteady(db: Db, faults: readonly Fault[]): Db {
  const left = [...faults]
  return {
    engine: db.engine,
    versions: db.versions,
    query: (text, params) => db.query(text, params),
    async transaction(work) {
      const fault = left.shift() ?? 'none'
      if (fault === 'before') throw fail('db.unavailable')
      const result = await db.transaction(work)
      if (fault === 'after') throw fail('db.unavailable')
      return result
    },
    health: () => db.health(),
    close: () => db.close(),
  }
}

async function* script(pieces: number): AsyncGenerator<AskEvent> {
  yield { kind: 'started', mode: 'model', model: 'm' }
  yield { kind: 'sources', searchedChunks: 1, passages: [], stillReading: 0 }
  for (let piece = 0; piece < pieces; piece++) {
    if (piece % 3 === 0) {
      const mark = piece / 3 + 1
      const anchor = { v: 1 as const, kind: 'text' as const, page: 1, start: 0, end: 5, quote: [0, 5] as [number, number] }
      yield { kind: 'citation', citation: { mark, ...cited, documentName: 'a.md', page: 1, heading: [], quote: 'A gap', anchor } }
    }
    yield { kind: 'delta', text: `${piece} ` }
    await new Promise((resolve) => setTimeout(resolve, 15))
  }
  yield { kind: 'finished', mode: 'model', answered: true, notice: null, nearest: [] }
}

test('whatever fails on the way, events are complete, in order and once, and so are text and citations', async () => {
  const models = createModels({ chat: { url: null, model: null, key: null }, discover: false }, silentLog)
  const faults = fc.array(fc.constantFrom<Fault>('none', 'before', 'after'), { maxLength: 8 })
  await fc.assert(
    fc.asyncProperty(faults, fc.integer({ min: 0, max: 14 }), async (plan, pieces) => {
      // The first transaction is that of the question itself: its failure is the caller's to see.
      const db = unsteady(library.db, ['none', ...plan])
      const chats = createChats({ db, models, log: silentLog }, () => script(pieces))
      const chat = await chats.createChat(TEST_OWNER)
      const { answer } = await chats.sendMessage(TEST_OWNER, chat.id, 'why?')
      const live: NumberedEvent[] = await Array.fromAsync(chats.followRun(TEST_OWNER, answer.run!.id, 0, new AbortController().signal))
      const text = Array.from({ length: pieces }, (_, piece) => `${piece} `).join('')
      const message = (await chats.getChat(TEST_OWNER, chat.id)).messages.at(-1)!
      expect(live.map(({ id }) => id)).toEqual(live.map((_, index) => index + 1))
      expect(live.map(({ event }) => (event.kind === 'delta' ? event.text : '')).join('')).toBe(text)
      expect(live.at(-1)!.event).toEqual({ kind: 'done', run: message.run })
      expect(message).toMatchObject({ text, run: { state: 'done', answered: true, mode: 'model', model: 'm' } })
      expect(message.citations.map(({ mark, quote }) => [mark, quote])).toEqual(
        Array.from({ length: Math.ceil(pieces / 3) }, (_, index) => [index + 1, 'A gap']),
      )
      expect(await Array.fromAsync(chats.followRun(TEST_OWNER, answer.run!.id, 0, new AbortController().signal))).toEqual(live)
      await chats.close()
    }),
    { numRuns: 6 },
  )
})

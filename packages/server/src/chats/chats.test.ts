import { setTimeout as sleep } from 'node:timers/promises'
import type { Citation, Message } from '@zhiku/contract/entities.ts'
import { type RunEvent, runEventSchema } from '@zhiku/contract/events.ts'
import { chatSchema, citationSchema, messageSchema } from '@zhiku/contract/entities.ts'
import type { ChatId, RunId } from '@zhiku/contract/ids.ts'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { type TestLibrary, TEST_OWNER, openTestLibrary } from '../../../../tests/support/library.ts'
import { type ModelServer, type Turn, startModelServer } from '../../../../tests/support/model-server.ts'
import { silentLog } from '../base/log.ts'
import { LIMITS } from '../base/limits.ts'
import { createModels } from '../models/models.ts'
import { type Chats, createChats } from './chats.ts'
import type { NumberedEvent } from './runs.sql.ts'

const OWNER = TEST_OWNER
const QUESTION = '间隙锁有什么作用？'
const ANSWER = '间隙锁防止其他事务在间隙中插入[1]。'

let library: TestLibrary
const servers: ModelServer[] = []
const opened: Chats[] = []
beforeAll(async () => {
  library = await openTestLibrary()
  await library.add(
    'mysql.md',
    '# 锁\n\n间隙锁锁住两条索引记录之间的间隙，防止其他事务在间隙中插入新记录。\n\n死锁检测线程发现循环等待后，会回滚代价最小的事务。',
  )
})
afterAll(() => library.close())
afterEach(async () => {
  await Promise.all(opened.splice(0).map((chats) => chats.close()))
  await Promise.all(servers.splice(0).map((server) => server.close()))
})

async function start(turn?: Turn): Promise<{ chats: Chats; server: ModelServer }> {
  const server = await startModelServer()
  servers.push(server)
  if (turn) server.script(turn)
  const models = createModels({ chat: { url: turn ? server.url : null, model: null, key: null }, discover: false }, silentLog)
  const chats = createChats({ db: library.db, models, log: silentLog })
  opened.push(chats)
  return { chats, server }
}

/** A turn whose pieces wait until they are let go. */
function gated(text: readonly string[]): { turn: Turn; release: (upTo: number) => void } {
  let allowed = 0
  const waiting: { piece: number; go: () => void }[] = []
  return {
    turn: { text, before: (piece) => (piece < allowed ? undefined : new Promise<void>((go) => waiting.push({ piece, go }))) },
    release(upTo) {
      allowed = upTo
      for (const { piece, go } of waiting) if (piece < upTo) go()
    },
  }
}

async function send(
  chats: Chats,
  text = QUESTION,
  id?: ChatId,
): Promise<{ chatId: ChatId; runId: RunId; question: Message; answer: Message }> {
  const chatId = id ?? (await chats.createChat(OWNER)).id
  const { question, answer } = await chats.sendMessage(OWNER, chatId, text)
  return { chatId, runId: answer.run!.id, question, answer }
}
const follow = (chats: Chats, runId: RunId, after = 0, signal = new AbortController().signal): Promise<NumberedEvent[]> =>
  Array.fromAsync(chats.followRun(OWNER, runId, after, signal))
const textOf = (events: readonly NumberedEvent[]): string => events.map(({ event }) => (event.kind === 'delta' ? event.text : '')).join('')
const lastMessage = async (chats: Chats, chatId: ChatId): Promise<Message> => (await chats.getChat(OWNER, chatId)).messages.at(-1)!
const kinds = (events: readonly NumberedEvent[]): RunEvent['kind'][] => events.map(({ event }) => event.kind)

/** Reads a run until `enough`, then leaves. */
async function until(chats: Chats, runId: RunId, enough: (event: RunEvent) => boolean): Promise<NumberedEvent[]> {
  const events: NumberedEvent[] = []
  for await (const numbered of chats.followRun(OWNER, runId, 0, new AbortController().signal)) {
    events.push(numbered)
    if (enough(numbered.event)) break
  }
  return events
}
const firstDelta = (event: RunEvent): boolean => event.kind === 'delta'

describe('a conversation', () => {
  test('is named by its first question, keeps its scope, and is listed by last use', async () => {
    const { chats } = await start()
    const one = await chats.createChat(OWNER, { collections: [library.collectionId], documents: [] })
    const two = await chats.createChat(OWNER)
    chatSchema.parse(one)
    expect(one).toMatchObject({ title: '', scope: { collections: [library.collectionId], documents: [] } })
    const long = `  为什么\n${'很'.repeat(100)}长？`
    const { runId } = await send(chats, long, one.id)
    await follow(chats, runId)
    const listed = await chats.listChats(OWNER, 2)
    expect(listed.map(({ id }) => id)).toEqual([one.id, two.id])
    expect(listed[0]!.title).toBe(`为什么 ${'很'.repeat(LIMITS.chatTitleChars - 4)}`)
    expect(await chats.updateChat(OWNER, one.id, { title: 'mine' })).toMatchObject({ title: 'mine', scope: one.scope })
    await follow(chats, (await send(chats, 'and?', one.id)).runId)
    expect((await chats.getChat(OWNER, one.id)).chat.title).toBe('mine')
  })

  test('holds questions and answers in order, as the contract has them', async () => {
    const { chats } = await start({ text: ANSWER })
    const { chatId, runId, question, answer } = await send(chats)
    for (const message of [question, answer]) messageSchema.parse(message)
    expect(question).toMatchObject({ role: 'user', text: QUESTION, run: null })
    expect(answer).toMatchObject({ role: 'assistant', text: '', run: { state: 'running' } })
    await follow(chats, runId)
    await follow(chats, (await send(chats, '那死锁呢？', chatId)).runId)
    const { messages } = await chats.getChat(OWNER, chatId)
    for (const message of messages) messageSchema.parse(message)
    expect(messages.map(({ role, text }) => [role, text])).toEqual([
      ['user', QUESTION],
      ['assistant', ANSWER],
      ['user', '那死锁呢？'],
      ['assistant', ANSWER],
    ])
    expect(messages[1]!.run).toMatchObject({
      id: runId,
      state: 'done',
      mode: 'model',
      model: 'scripted-chat',
      answered: true,
      stillReading: 0,
      notice: null,
    })
    expect(messages[1]!.run!.durationMs).toBeGreaterThanOrEqual(0)
    expect(messages[1]!.run!.readPassages).toBeGreaterThan(0)
    expect(messages[1]!.citations).toMatchObject([
      { mark: 1, document: { name: 'mysql.md' }, removed: false, revisionOrd: 1, newestRevisionOrd: 1 },
    ])
  })

  test('earlier turns reach the model', async () => {
    const { chats, server } = await start({ text: ANSWER })
    const { chatId, runId } = await send(chats)
    await follow(chats, runId)
    await follow(chats, (await send(chats, '间隙锁之间冲突吗？', chatId)).runId)
    expect(server.requests[1]!.messages.map(({ content }) => content.split('\n').at(-1))).toEqual([
      expect.any(String),
      QUESTION,
      ANSWER.replace('[1]', ''),
      '问题：间隙锁之间冲突吗？',
    ])
  })

  test('an unanswered question keeps what came nearest', async () => {
    const { chats } = await start()
    const { chatId, runId } = await send(chats, '企鹅的事务在哪里过冬？')
    await follow(chats, runId)
    expect(await lastMessage(chats, chatId)).toMatchObject({
      citations: [],
      run: { answered: false, state: 'done' },
      nearest: [{ document: { name: 'mysql.md' } }],
    })
  })

  test('belongs to its owner in every way', async () => {
    const { chats } = await start({ text: ANSWER })
    const { chatId, runId } = await send(chats)
    await follow(chats, runId)
    const citation = (await lastMessage(chats, chatId)).citations[0]!
    const other = 'somebody'
    const nothing = new AbortController().signal
    expect(await chats.listChats(other, 10)).toEqual([])
    for (const [attempt, code] of [
      [() => chats.getChat(other, chatId), 'chat.not_found'],
      [() => chats.updateChat(other, chatId, { title: 'x' }), 'chat.not_found'],
      [() => chats.deleteChat(other, chatId), 'chat.not_found'],
      [() => chats.sendMessage(other, chatId, 'x'), 'chat.not_found'],
      [() => chats.requireRun(other, runId), 'run.not_found'],
      [() => Array.fromAsync(chats.followRun(other, runId, 0, nothing)), 'run.not_found'],
      [() => chats.stopRun(other, runId), 'run.not_found'],
      [() => chats.getCitation(other, citation.id), 'citation.not_found'],
    ] as [() => Promise<unknown>, string][]) {
      await expect(attempt()).rejects.toMatchObject({ code })
    }
    expect(await chats.getCitation(OWNER, citation.id)).toEqual(citation)
  })

  test('a question with characters that cannot be stored is asked without them', async () => {
    const { chats } = await start()
    const { chatId, runId } = await send(chats, `间隙锁\0有什么作用？\ud83d`)
    await follow(chats, runId)
    expect((await chats.getChat(OWNER, chatId)).messages[0]!.text).toBe('间隙锁有什么作用？\ufffd')
  })
})

describe('an answer', () => {
  test('its events are numbered without gaps, follow the contract, and are its text', async () => {
    const { chats } = await start({ text: ANSWER, pieceChars: 1 })
    const { chatId, runId } = await send(chats)
    const events = await follow(chats, runId)
    for (const { event } of events) runEventSchema.parse(event)
    expect(events.map(({ id }) => id)).toEqual(events.map((_, index) => index + 1))
    expect(kinds(events).slice(0, 2)).toEqual(['started', 'sources'])
    expect(kinds(events).at(-1)).toBe('done')
    expect(kinds(events).indexOf('citation')).toBeLessThan(
      events.findIndex(({ event }) => event.kind === 'delta' && event.text.includes('[1]')) + 0,
    )
    expect(textOf(events)).toBe(ANSWER)
    const message = await lastMessage(chats, chatId)
    expect(message.text).toBe(ANSWER)
    expect(events.at(-1)!.event).toEqual({ kind: 'done', run: message.run })
  })

  test('followers that come early, late, in the middle, or after the end see the same events, each once', async () => {
    const { turn, release } = gated(Array.from(ANSWER))
    const { chats } = await start(turn)
    const { runId } = await send(chats)
    const early = follow(chats, runId)
    release(6)
    const seen = await until(chats, runId, firstDelta)
    const middle = follow(chats, runId, seen.at(-1)!.id)
    const beside = follow(chats, runId)
    release(100)
    const whole = await early
    expect(await beside).toEqual(whole)
    expect([...seen, ...(await middle)]).toEqual(whole)
    expect(await follow(chats, runId)).toEqual(whole)
    expect(await follow(chats, runId, whole.length - 1)).toEqual(whole.slice(-1))
    expect(await follow(chats, runId, whole.length)).toEqual([])
  })

  test('goes on without anybody following, and after a follower has gone', async () => {
    const { turn, release } = gated(Array.from(ANSWER))
    const { chats } = await start(turn)
    const { chatId, runId } = await send(chats)
    const gone = new AbortController()
    const leaving = follow(chats, runId, 0, gone.signal)
    release(5)
    await until(chats, runId, firstDelta)
    gone.abort()
    expect(kinds(await leaving)).not.toContain('done')
    release(100)
    await expect.poll(async () => (await lastMessage(chats, chatId)).run!.state).toBe('done')
    expect((await lastMessage(chats, chatId)).text).toBe(ANSWER)
  })

  test('one at a time in a chat', async () => {
    const { turn, release } = gated([ANSWER])
    const { chats } = await start(turn)
    const { chatId, runId } = await send(chats)
    await expect(chats.sendMessage(OWNER, chatId, 'next')).rejects.toMatchObject({ code: 'chat.busy' })
    release(10)
    await follow(chats, runId)
    const [first, second] = await Promise.allSettled([chats.sendMessage(OWNER, chatId, 'a'), chats.sendMessage(OWNER, chatId, 'b')])
    expect([first.status, second.status].toSorted()).toEqual(['fulfilled', 'rejected'])
    expect((await chats.getChat(OWNER, chatId)).messages).toHaveLength(4)
  })

  test('stopping closes the socket of the model and keeps the text', async () => {
    const { turn, release } = gated(Array.from(ANSWER))
    const { chats, server } = await start(turn)
    const { chatId, runId } = await send(chats)
    const following = follow(chats, runId)
    release(5)
    await until(chats, runId, firstDelta)
    await chats.stopRun(OWNER, runId)
    await server.until((request) => request.aborted)
    const message = await lastMessage(chats, chatId)
    expect(message).toMatchObject({ run: { state: 'stopped', notice: { code: 'run.stopped' } } })
    expect(message.text).not.toBe('')
    expect(ANSWER.startsWith(message.text)).toBe(true)
    const events = await following
    expect(textOf(events)).toBe(message.text)
    expect(events.at(-1)!.event).toEqual({ kind: 'done', run: message.run })
    // Once more does nothing, and the chat goes on.
    await chats.stopRun(OWNER, runId)
    expect((await lastMessage(chats, chatId)).run).toEqual(message.run)
    await chats.sendMessage(OWNER, chatId, 'next')
  })

  test('stopping before the first word', async () => {
    const { chats, server } = await start({ text: ANSWER, fault: { kind: 'silence' } })
    const { chatId, runId } = await send(chats)
    await server.until(() => true)
    await chats.stopRun(OWNER, runId)
    await server.until((request) => request.aborted)
    expect(await lastMessage(chats, chatId)).toMatchObject({ text: '', run: { state: 'stopped' } })
  })

  test('the text is on the message before the answer ends, so that a crash keeps it', async () => {
    const { turn, release } = gated(Array.from(ANSWER))
    const { chats } = await start(turn)
    const { chatId } = await send(chats)
    release(5)
    await sleep(LIMITS.messageTextMs)
    release(8)
    await expect.poll(async () => (await lastMessage(chats, chatId)).text, { timeout: 10_000 }).not.toBe('')
    expect((await lastMessage(chats, chatId)).run!.state).toBe('running')
  })

  test('a fallback is told and kept', async () => {
    const { chats } = await start({ fault: { kind: 'status', status: 500 } })
    const { chatId, runId } = await send(chats)
    expect(kinds(await follow(chats, runId))).toContain('fallback')
    const message = await lastMessage(chats, chatId)
    expect(message.run).toMatchObject({ state: 'done', mode: 'extractive', notice: { code: 'model.refused' } })
    expect(message.citations.length).toBeGreaterThan(0)
  })

  test('what breaks the answer ends it as failed, with the reason', async () => {
    const chats = createChats(
      { db: library.db, models: createModels({ chat: { url: null, model: null, key: null }, discover: false }, silentLog), log: silentLog },
      async function* () {
        yield { kind: 'started', mode: 'extractive', model: null }
        yield { kind: 'delta', text: 'so far' }
        throw new Error('a programming error')
      },
    )
    opened.push(chats)
    const { chatId, runId } = await send(chats)
    expect(kinds(await follow(chats, runId))).toEqual(['started', 'delta', 'done'])
    expect(await lastMessage(chats, chatId)).toMatchObject({
      text: 'so far',
      run: { state: 'failed', notice: { code: 'internal', params: { requestId: runId } } },
    })
  })
})

describe('a restart', () => {
  test('a proper one interrupts answers and keeps their text', async () => {
    const { turn, release } = gated(Array.from(ANSWER))
    const { chats, server } = await start(turn)
    const { chatId, runId } = await send(chats)
    release(5)
    await until(chats, runId, firstDelta)
    await chats.close()
    await server.until((request) => request.aborted)
    const message = await lastMessage(chats, chatId)
    expect(message.run).toMatchObject({ state: 'interrupted', notice: { code: 'run.interrupted' } })
    expect(message.text).not.toBe('')
  })

  test('what a dead process left behind is ended with all the text that was written', async () => {
    const { turn, release } = gated(Array.from(ANSWER))
    const { chats } = await start(turn)
    const { chatId, runId } = await send(chats)
    release(5)
    const seen = await until(chats, runId, firstDelta)
    // Another process finds the run as a killed one leaves it; here the first one is still there, only unknown to it.
    const { chats: next } = await start()
    await next.interruptOrphans()
    const message = await lastMessage(next, chatId)
    expect(message.run).toMatchObject({ state: 'interrupted', notice: { code: 'run.interrupted' } })
    expect(message.text).toBe(textOf(seen))
    const events = await follow(next, runId)
    expect(events.slice(0, seen.length)).toEqual(seen)
    expect(events.at(-1)).toEqual({ id: seen.length + 1, event: { kind: 'done', run: message.run } })
    expect((await send(next, 'next', chatId)).answer.run!.state).toBe('running')
  })

  test('a run that nobody makes does not keep its chat busy', async () => {
    const { turn, release } = gated([ANSWER])
    const { chats } = await start(turn)
    const { chatId, runId } = await send(chats)
    const { chats: next } = await start()
    const again = await send(next, QUESTION, chatId)
    await follow(next, again.runId)
    const { messages } = await next.getChat(OWNER, chatId)
    expect(messages.map(({ run }) => run?.state ?? null)).toEqual([null, 'interrupted', null, 'done'])
    // Should that process live after all, it cannot write any more.
    release(10)
    await chats.close()
    expect((await follow(next, runId)).at(-1)!.event).toMatchObject({ kind: 'done', run: { state: 'interrupted' } })
    expect((await next.getChat(OWNER, chatId)).messages[1]).toEqual(messages[1])
  })
})

/** Nothing of the document's words may be left anywhere in the chat tables but what a model said in its own words. */
async function expectForgotten(citation: Citation, words: string): Promise<void> {
  expect(citation).toMatchObject({ quote: '', anchor: null, removed: true })
  citationSchema.parse(citation)
  const { rows } = await library.db.query<{ n: number }>(
    `select (select count(*) from citation where quote like $1)::int + (select count(*) from message where nearest::text like $1)::int
       + (select count(*) from event where data::text like $1 and data->>'kind' <> 'delta')::int as n`,
    [`%${words}%`],
  )
  expect(rows[0]!.n).toBe(0)
}

describe('what is cited', () => {
  const TEXT = '# 乐观锁\n\n乐观锁在提交时检查版本号，失败时重试。'
  const ask = '乐观锁在提交时检查什么？'

  test('a new revision: the citation leads to the old one and knows of the new one', async () => {
    const document = await library.add('revised.md', TEXT)
    const { chats } = await start({ text: '检查版本号[1]。' })
    const chat = await chats.createChat(OWNER, { collections: [], documents: [document.id] })
    await follow(chats, (await send(chats, ask, chat.id)).runId)
    await library.add('revised.md', `${TEXT}\n\n新的一段。`)
    const citation = (await lastMessage(chats, chat.id)).citations[0]!
    expect(citation).toMatchObject({ revisionId: document.revision.id, revisionOrd: 1, newestRevisionOrd: 2, removed: false })
    expect(citation.quote).toContain('版本号')
  })

  test('deleted afterwards: the citation says so, and the words are gone', async () => {
    const document = await library.add('deleted.md', TEXT.replaceAll('乐观锁', '乐观锁甲'))
    const { chats } = await start({ text: '检查版本号[1]。' })
    const chat = await chats.createChat(OWNER, { collections: [], documents: [document.id] })
    const { runId } = await send(chats, '乐观锁甲检查什么？', chat.id)
    await follow(chats, runId)
    const before = (await lastMessage(chats, chat.id)).citations[0]!
    expect(before.quote).toContain('乐观锁甲')
    await library.purge(document.id, (tx, id) => chats.forgetDocument(tx, id))
    const message = await lastMessage(chats, chat.id)
    await expectForgotten(message.citations[0]!, '乐观锁甲在提交时')
    expect(await chats.getCitation(OWNER, before.id)).toEqual(message.citations[0])
    expect(message.text).toBe('检查版本号[1]。')
    const events = await follow(chats, runId)
    for (const { event } of events) runEventSchema.parse(event)
    expect(events.find(({ event }) => event.kind === 'citation')!.event).toMatchObject({
      citation: { quote: '', anchor: null, removed: true },
    })
    expect(events.find(({ event }) => event.kind === 'sources')!.event).toMatchObject({ passages: [] })
  })

  test.each([
    ['before it is cited', 0],
    ['after it was cited', 3],
  ])('deleted while the answer streams, %s: the answer goes on', async (_, pieces) => {
    const name = `乐观锁乙${pieces}`
    const document = await library.add(`${name}.md`, TEXT.replaceAll('乐观锁', name))
    const { turn, release } = gated(['检查', '版本号', '[1]', '。', '就这样。'])
    const { chats, server } = await start(turn)
    const chat = await chats.createChat(OWNER, { collections: [], documents: [document.id] })
    const { runId } = await send(chats, `${name}在提交时检查什么？`, chat.id)
    release(pieces)
    if (pieces > 0) await until(chats, runId, (event) => event.kind === 'delta' && event.text.includes('[1]'))
    else await server.until(() => true)
    await library.purge(document.id, (tx, id) => chats.forgetDocument(tx, id))
    release(100)
    await follow(chats, runId)
    const message = await lastMessage(chats, chat.id)
    expect(message).toMatchObject({ text: '检查版本号[1]。就这样。', run: { state: 'done' } })
    await expectForgotten(message.citations[0]!, `${name}在提交时`)
  })

  test.each([['alone'], ['beside another document']])(
    'deleted after it was quoted without a model, %s: the words leave the answer',
    async (how) => {
      const word = how === 'alone' ? '乐观锁丁' : '乐观锁戊'
      const words = `失败时重试${word}`
      const document = await library.add(`${word}.md`, TEXT.replaceAll('乐观锁', word).replace('失败时重试', words))
      const other = how === 'alone' ? [] : [await library.add(`${word}二.md`, `# 别的\n\n${word}在提交时检查时间戳，而不是锁。`)]
      const { chats } = await start()
      const chat = await chats.createChat(OWNER, { collections: [], documents: [document.id, ...other.map(({ id }) => id)] })
      const { runId } = await send(chats, `${word}在提交时检查什么？`, chat.id)
      await follow(chats, runId)
      const before = await lastMessage(chats, chat.id)
      expect(before.text).toContain(words)
      await library.purge(document.id, (tx, id) => chats.forgetDocument(tx, id))
      const { text, citations } = await lastMessage(chats, chat.id)
      expect(text).not.toContain(words)
      for (const { mark } of before.citations) expect(text).toContain(`[${mark}]`)
      expect(text.includes('检查时间戳')).toBe(other.length > 0)
      await expectForgotten(
        citations.find((citation) => citation.document.id === document.id)!,
        words,
      )
      const told = (await follow(chats, runId)).map(({ event }) => (event.kind === 'delta' ? event.text : '')).join('')
      expect(told).toBe(text)
    },
  )

  test('the nearest passages of an unanswered question are forgotten too', async () => {
    const document = await library.add('near.md', '# 悲观锁\n\n悲观锁丙先加锁再访问。')
    const { chats } = await start()
    const chat = await chats.createChat(OWNER, { collections: [], documents: [document.id] })
    await follow(chats, (await send(chats, '悲观锁企鹅南极过冬帝企鹅在哪里？', chat.id)).runId)
    expect((await lastMessage(chats, chat.id)).nearest).toHaveLength(1)
    await library.purge(document.id, (tx, id) => chats.forgetDocument(tx, id))
    expect((await lastMessage(chats, chat.id)).nearest).toEqual([])
  })
})

describe('deleting a chat', () => {
  test('ends its answer and leaves nothing', async () => {
    const { turn, release } = gated(Array.from(ANSWER))
    const { chats, server } = await start(turn)
    const { chatId, runId } = await send(chats)
    release(5)
    await until(chats, runId, firstDelta)
    await chats.deleteChat(OWNER, chatId)
    await server.until((request) => request.aborted)
    await expect(chats.getChat(OWNER, chatId)).rejects.toMatchObject({ code: 'chat.not_found' })
    const { rows } = await library.db.query<{ n: number }>(
      'select (select count(*) from message where chat_id = $1)::int + (select count(*) from run where id = $2)::int + (select count(*) from event where run_id = $2)::int as n',
      [chatId, runId],
    )
    expect(rows[0]!.n).toBe(0)
  })
})

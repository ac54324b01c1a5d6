/** Answers of a real server with a scripted model: followed, left, taken up again, stopped, killed. */
import type { ChatId, RunId } from '@zhiku/contract/ids.ts'
import type { Message } from '@zhiku/contract/entities.ts'
import type { RunEvent } from '@zhiku/contract/events.ts'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { type ModelServer, type Turn, startModelServer } from './support/model-server.ts'
import { type TestServer, newDataDir, startTestServer, zhiku } from './support/server.ts'

const QUESTION = '间隙锁有什么作用？'
const ANSWER = '间隙锁防止其他事务在间隙中插入[1]，见 [7]。'
const SHOWN = '间隙锁防止其他事务在间隙中插入[1]，见。'
const TEXT = '# 锁\n\n间隙锁锁住两条索引记录之间的间隙，防止其他事务在间隙中插入新记录。'
const KEY = 'a-key-that-must-not-be-seen'

let model: ModelServer
let server: TestServer
beforeAll(async () => {
  model = await startModelServer({ key: KEY })
  server = await startTestServer({ env: { ZHIKU_CHAT_URL: model.url, ZHIKU_CHAT_KEY: KEY } })
  await server.read('mysql.md', TEXT)
})
afterAll(async () => {
  await server.end()
  await model.close()
})
afterEach(() => model.requests.splice(0))

/** A turn that says its first `held` pieces and then waits to be let go. */
function held(text: string, pieces: number): { turn: Turn; release: () => void } {
  let release: () => void = () => undefined
  const gate = new Promise<void>((resolve) => (release = resolve))
  return { turn: { text, pieceChars: 2, before: (piece) => (piece >= pieces ? gate : undefined) }, release }
}

async function ask(of: TestServer, question = QUESTION): Promise<{ chatId: ChatId; runId: RunId }> {
  const { id } = await of.client.createChat({})
  const { answer } = await of.client.sendMessage({ id, text: question })
  return { chatId: id, runId: answer.run!.id }
}
const answerOf = async (of: TestServer, id: ChatId): Promise<Message> => (await of.client.getChat({ id })).messages.at(-1)!

interface Seen {
  text: string
  last: number
  done: boolean
}
/** Follows until the end, or until the text is long enough: then the connection is dropped. */
async function follow(of: TestServer, runId: RunId, from: Seen = { text: '', last: 0, done: false }, chars = Infinity): Promise<Seen> {
  const seen = { ...from }
  const connection = new AbortController()
  const events = await of.client.runEvents(
    { id: runId },
    { signal: connection.signal, ...(from.last > 0 ? { lastEventId: from.last } : {}) },
  )
  for await (const { id, event } of events as AsyncIterable<{ id: number; event: RunEvent }>) {
    expect(id).toBe(seen.last + 1)
    seen.last = id
    if (event.kind === 'delta') seen.text += event.text
    if (event.kind === 'done') seen.done = true
    if (seen.text.length >= chars) {
      connection.abort()
      break
    }
  }
  return seen
}

describe('an answer', () => {
  it('is the same after a lost connection, from the last event on and from the first', async () => {
    const { turn, release } = held(ANSWER, 4)
    model.script(turn)
    const { chatId, runId } = await ask(server)
    const cut = await follow(server, runId, undefined, 4)
    expect(cut.done).toBe(false)
    release()
    const whole = await follow(server, runId, cut)
    expect(whole).toMatchObject({ text: SHOWN, done: true })
    expect(await follow(server, runId)).toEqual(whole)
    const message = await answerOf(server, chatId)
    expect(message).toMatchObject({ text: SHOWN, run: { state: 'done', mode: 'model' } })
    expect(message.citations).toMatchObject([{ mark: 1, document: { name: 'mysql.md' } }])
    const citation = await server.client.getCitation({ id: message.citations[0]!.id })
    const { page } = await server.client.getPage({ id: citation.revisionId, page: citation.page })
    expect(page.text.slice(...citation.anchor!.quote)).toBe(citation.quote)
  })

  it('is stopped with the socket of the model', async () => {
    const { turn, release } = held(ANSWER, 4)
    model.script(turn)
    const { chatId, runId } = await ask(server)
    await follow(server, runId, undefined, 4)
    const following = follow(server, runId)
    await server.client.stopRun({ id: runId })
    await model.until((request) => request.aborted)
    expect((await following).done).toBe(true)
    const message = await answerOf(server, chatId)
    expect(message).toMatchObject({ run: { state: 'stopped', notice: { code: 'run.stopped' } } })
    expect(SHOWN.startsWith(message.text) && message.text !== '').toBe(true)
    release()
  })

  it('says that its source is gone when that is deleted on the way', async () => {
    const document = await server.read('doomed.md', '# 乐观锁\n\n乐观锁在提交时检查版本号。')
    const { turn, release } = held('检查版本号[1]。', 1)
    model.script(turn)
    const chat = await server.client.createChat({ scope: { documents: [document.id] } })
    const { answer } = await server.client.sendMessage({ id: chat.id, text: '乐观锁检查什么？' })
    await model.until((request) => request.sent === 1)
    await server.client.deleteDocument({ id: document.id, purge: '1' })
    release()
    expect(await follow(server, answer.run!.id)).toMatchObject({ text: '检查版本号[1]。', done: true })
    const message = await answerOf(server, chat.id)
    expect(message.citations).toMatchObject([{ removed: true, quote: '', anchor: null, document: { name: 'doomed.md' } }])
    expect((await server.client.doctor({})).ok).toBe(true)
  })

  it('is given in quotes when the model fails, and tells why', async () => {
    model.script({ fault: { kind: 'status', status: 429, message: `rate limit for ${KEY}` } })
    const { runId, chatId } = await ask(server)
    expect((await follow(server, runId)).done).toBe(true)
    expect((await answerOf(server, chatId)).run).toMatchObject({ mode: 'extractive', answered: true, notice: { code: 'model.refused' } })
    const once = await server.client.ask({ question: QUESTION })
    expect(once).toMatchObject({ mode: 'extractive', notice: { code: 'model.refused' } })
    expect(once.citations[0]!.quote).toContain('间隙锁')
    const everything = JSON.stringify([once, await answerOf(server, chatId), await server.client.chatModel({}), server.log()])
    expect(everything).not.toContain(KEY)
  })
})

describe('a server that goes', () => {
  it('ends answers in order when told to, and without when killed; what was said is there afterwards', async () => {
    const dataDir = await newDataDir()
    const env = { ZHIKU_CHAT_URL: model.url, ZHIKU_CHAT_KEY: KEY }
    let running = await startTestServer({ dataDir, env })
    await running.read('mysql.md', TEXT)
    const chats: { chatId: ChatId; runId: RunId; seen: string }[] = []
    for (const go of ['stop', 'kill'] as const) {
      const { turn, release } = held(ANSWER, 4)
      model.script(turn)
      const { chatId, runId } = await ask(running)
      const { text: seen } = await follow(running, runId, undefined, 4)
      await running[go]()
      release()
      chats.push({ chatId, runId, seen })
      running = await startTestServer({ dataDir, env })
    }
    for (const { chatId, runId, seen } of chats) {
      const message = await answerOf(running, chatId)
      expect(message).toMatchObject({ run: { state: 'interrupted', notice: { code: 'run.interrupted' } } })
      expect(message.text.startsWith(seen)).toBe(true)
      expect(await follow(running, runId)).toMatchObject({ text: message.text, done: true })
    }
    // The chats go on.
    model.script({ text: ANSWER })
    const { answer } = await running.client.sendMessage({ id: chats[1]!.chatId, text: QUESTION })
    expect(await follow(running, answer.run!.id)).toMatchObject({ text: SHOWN, done: true })
    await running.end()
  })
})

describe('the command line', () => {
  it('asks the model and prints the contract’s JSON', async () => {
    model.script({ text: ANSWER })
    const { code, stdout } = await zhiku(server.dataDir, ['ask', QUESTION, '--json'])
    expect(code).toBe(0)
    expect(JSON.parse(stdout)).toMatchObject({
      answer: SHOWN,
      mode: 'model',
      answered: true,
      citations: [{ mark: 1, document: { name: 'mysql.md' } }],
    })
  })
})

import { Writable } from 'node:stream'
import pino from 'pino'
import { afterEach, describe, expect, test } from 'vitest'
import { type ModelServer, type ModelServerOptions, type Turn, startModelServer } from '../../../../tests/support/model-server.ts'
import type { AppError } from '../base/fail.ts'
import { silentLog } from '../base/log.ts'
import { type ChatModelHandle, createModels } from './models.ts'
import type { StreamLimits } from './stream.ts'

const open: ModelServer[] = []
afterEach(async () => {
  await Promise.all(open.splice(0).map((server) => server.close()))
})
async function start(options: ModelServerOptions = {}): Promise<ModelServer> {
  const server = await startModelServer(options)
  open.push(server)
  return server
}
const local = (...servers: ModelServer[]) => servers.map(({ port }, index) => ({ name: `Local ${index + 1}`, port }))
const nothingSet = { chat: { url: null, model: null, key: null }, discover: true }
const setTo = (url: string, model: string | null = null, key: string | null = null) => ({ chat: { url, model, key }, discover: true })

/** A port on which nothing listens. */
async function deadUrl(): Promise<string> {
  const server = await startModelServer()
  await server.close()
  return server.url
}

async function connect(server: ModelServer, turn: Turn, streamLimits?: StreamLimits): Promise<ChatModelHandle> {
  server.script(turn)
  const models = createModels(setTo(server.url), silentLog, streamLimits ? { streamLimits } : {})
  return (await models.chat())!
}
const prompt = { instructions: 'Answer.', messages: [{ role: 'user' as const, content: 'Why?' }] }

async function collect(
  handle: ChatModelHandle,
  signal = new AbortController().signal,
): Promise<{ text: string; error: AppError | null; end: string | null }> {
  const stream = handle.stream(prompt, signal)
  let text = ''
  try {
    for (;;) {
      const next = await stream.next()
      if (next.done) return { text, error: null, end: next.value }
      text += next.value
    }
  } catch (error) {
    return { text, error: error as AppError, end: null }
  }
}

describe('which model answers', () => {
  test('the set one, by default the first of its list that can chat', async () => {
    const server = await start({ models: ['text-embedding-3-small', 'bge-reranker-v2', 'gpt-x', 'gpt-y'] })
    const models = createModels(setTo(server.url), silentLog)
    expect((await models.chat())?.model).toBe('gpt-x')
    expect(await models.describeChat()).toEqual({
      connected: true,
      server: `127.0.0.1:${server.port}/v1`,
      model: 'gpt-x',
      source: 'setting',
      notice: null,
    })
    // One look serves both.
    expect(server.listed).toBe(1)
  })

  test('a set model is taken as it is', async () => {
    const server = await start({ models: ['a', 'b'] })
    const handle = (await createModels(setTo(server.url, 'b'), silentLog).chat())!
    await collect(handle)
    expect(server.requests.map((request) => request.model)).toEqual(['b'])
  })

  test('a set server that is down is named, with what to do', async () => {
    const url = await deadUrl()
    const models = createModels(setTo(url), silentLog)
    await expect(models.chat()).rejects.toMatchObject({ code: 'model.unreachable' })
    const server = url.replace('http://', '')
    expect(await models.describeChat()).toEqual({
      connected: false,
      server,
      model: null,
      source: 'setting',
      notice: { code: 'model.unreachable', params: { server } },
    })
  })

  test.each([
    ['no chat model', { models: ['nomic-embed-text', 'bge-m3'] }, 'model.none'],
    ['a web page', { modelsBody: { type: 'text/html', body: '<html>' } }, 'model.invalid'],
    ['other JSON', { modelsBody: { type: 'application/json', body: '{"data":[{"id":"x"}]}' } }, 'model.invalid'],
    ['a wrong key', { key: 'right' }, 'model.refused'],
  ])('a set server with %s', async (_, options, code) => {
    const server = await start(options)
    const models = createModels(setTo(server.url, null, 'wrong-key'), silentLog)
    await expect(models.chat()).rejects.toMatchObject({ code })
    expect(await models.describeChat()).toMatchObject({ connected: false, source: 'setting', notice: { code } })
  })

  test('an address without /v1 says so', async () => {
    const server = await start()
    await expect(createModels(setTo(server.url.replace('/v1', '')), silentLog).chat()).rejects.toMatchObject({
      code: 'model.invalid',
      message: expect.stringContaining('/v1'),
    })
  })

  test('without a setting: the first local server in order that lists a chat model', async () => {
    const web = await start({ modelsBody: { type: 'application/json', body: '{"data":[{"id":"users"}]}' } })
    const embedding = await start({ models: ['nomic-embed-text:latest'] })
    const first = await start({ models: ['m3e-base', 'qwen3:8b'] })
    const second = await start({ models: ['llama'] })
    const models = createModels(nothingSet, silentLog, { localServers: local(web, embedding, first, second) })
    expect(await models.describeChat()).toEqual({
      connected: true,
      server: `Local 3 (127.0.0.1:${first.port})`,
      model: 'qwen3:8b',
      source: 'found',
      notice: null,
    })
    expect((await collect((await models.chat())!)).text).toBe('This is the scripted answer [1].')
    expect(first.requests).toHaveLength(1)
  })

  test('a set model name is looked for among the local servers', async () => {
    const [one, two] = [await start({ models: ['a'] }), await start({ models: ['a', 'b'] })]
    const models = createModels({ chat: { url: null, model: 'b', key: null }, discover: true }, silentLog, {
      localServers: local(one, two),
    })
    expect(await models.chat()).toMatchObject({ server: `Local 2 (127.0.0.1:${two.port})`, model: 'b' })
  })

  test('a local port that accepts and says nothing does not hold up the answer', async () => {
    const silent = await start({ modelsSilent: true })
    const models = createModels(nothingSet, silentLog, { localServers: local(silent) })
    const before = performance.now()
    expect(await models.chat()).toBeNull()
    expect(performance.now() - before).toBeLessThan(3000)
  })

  test('discovery can be switched off, and never sends a key', async () => {
    const server = await start()
    expect(await createModels({ ...nothingSet, discover: false }, silentLog, { localServers: local(server) }).chat()).toBeNull()
    expect(server.listed).toBe(0)
    const models = createModels({ chat: { url: null, model: null, key: 'secret-key' }, discover: true }, silentLog, {
      localServers: local(server),
    })
    await collect((await models.chat())!)
    expect(server.requests[0]?.authorization).toBeNull()
  })

  test('nothing there: no model and no notice', async () => {
    const port = Number(new URL(await deadUrl()).port)
    const models = createModels(nothingSet, silentLog, { localServers: [{ name: 'Nobody', port }] })
    expect(await models.chat()).toBeNull()
    expect(await models.describeChat()).toEqual({ connected: false, server: null, model: null, source: 'none', notice: null })
  })
})

describe('an answer', () => {
  test('streams, and sends instructions, messages and key', async () => {
    const server = await start({ key: 'secret-key' })
    server.script({ text: ['间隙', '锁', '[1]'] })
    const handle = (await createModels(setTo(server.url, null, 'secret-key'), silentLog).chat())!
    const pieces: string[] = []
    for await (const piece of handle.stream(prompt, new AbortController().signal)) pieces.push(piece)
    expect(pieces).toEqual(['间隙', '锁', '[1]'])
    expect(server.requests[0]).toMatchObject({
      stream: true,
      authorization: 'Bearer secret-key',
      aborted: false,
      messages: [
        { role: 'system', content: 'Answer.' },
        { role: 'user', content: 'Why?' },
      ],
    })
  })

  test('reasoning is left out', async () => {
    expect(await collect(await connect(await start(), { reasoning: 'let me think', text: 'Yes.' }))).toEqual({
      text: 'Yes.',
      error: null,
      end: 'complete',
    })
  })

  test('the length limit of the model is told', async () => {
    expect(await collect(await connect(await start(), { text: 'Yes, bec', finish: 'length' }))).toEqual({
      text: 'Yes, bec',
      error: null,
      end: 'length',
    })
  })

  test.each<[string, Turn, string, string]>([
    ['429', { fault: { kind: 'status', status: 429 } }, 'model.refused', ''],
    ['500', { fault: { kind: 'status', status: 500 } }, 'model.refused', ''],
    ['a cut before the first word', { fault: { kind: 'cut' } }, 'model.unreachable', ''],
    ['a cut in the middle', { text: ['a', 'b', 'c'], fault: { kind: 'cut', after: 2 } }, 'model.unreachable', 'ab'],
    ['an end without a finish reason', { text: ['a', 'b', 'c'], fault: { kind: 'unfinished', after: 2 } }, 'model.invalid', 'ab'],
    ['bad JSON', { text: ['a', 'b'], fault: { kind: 'bad-json', after: 1 } }, 'model.invalid', 'a'],
    ['an error in the stream', { fault: { kind: 'error-chunk' } }, 'model.invalid', ''],
    ['a web page', { fault: { kind: 'html' } }, 'model.invalid', ''],
  ])('%s', async (_, turn, code, text) => {
    const server = await start()
    const result = await collect(await connect(server, turn))
    expect(result).toMatchObject({ text, error: { code, params: { server: `127.0.0.1:${server.port}/v1` } } })
    // Never tried again: what comes next is decided by the caller.
    expect(server.requests).toHaveLength(1)
  })

  test('what arrived before a cut reaches a slow reader too', async () => {
    const pieces = Array.from({ length: 40 }, (_, index) => `${index} `)
    const handle = await connect(await start(), { text: pieces, fault: { kind: 'cut', after: 40 } })
    const read: string[] = []
    const reading = (async () => {
      for await (const piece of handle.stream(prompt, new AbortController().signal)) {
        read.push(piece)
        await new Promise((resolve) => setTimeout(resolve, 5))
      }
    })()
    await expect(reading).rejects.toMatchObject({ code: 'model.unreachable' })
    expect(read).toEqual(pieces)
  })

  test('a server that is gone', async () => {
    const handle = (await createModels(setTo(await deadUrl(), 'some-model'), silentLog).chat())!
    expect(await collect(handle)).toMatchObject({ text: '', error: { code: 'model.unreachable' } })
  })

  test('a model that the server does not have', async () => {
    const server = await start()
    const handle = (await createModels(setTo(server.url, 'no-such-model'), silentLog).chat())!
    const { error } = await collect(handle)
    expect(error).toMatchObject({
      code: 'model.refused',
      params: { detail: expect.stringContaining("HTTP 404: model 'no-such-model' not found") },
    })
  })

  test('silence ends at the limit and closes the socket', async () => {
    const limits = { firstSignMs: 200, silenceMs: 200 }
    for (const [turn, text] of [
      [{ fault: { kind: 'silence' } }, ''],
      [{ text: ['a', 'b'], fault: { kind: 'silence', after: 1 } }, 'a'],
    ] satisfies [Turn, string][]) {
      const server = await start()
      expect(await collect(await connect(server, turn, limits))).toMatchObject({ text, error: { code: 'model.timeout' } })
      await server.until((request) => request.aborted)
    }
  })

  test('signs of life keep a slow answer going', async () => {
    const handle = await connect(await start(), { text: 'abcdefghij', pieceChars: 1, delayMs: 60 }, { firstSignMs: 400, silenceMs: 400 })
    expect(await collect(handle)).toMatchObject({ text: 'abcdefghij', error: null })
  })

  test('abort closes the socket at once, in the middle and before the first word', async () => {
    for (const after of [0, 2]) {
      const server = await start()
      const handle = await connect(server, { text: 'abcdef', pieceChars: 1, fault: { kind: 'silence', after } })
      const controller = new AbortController()
      const result = collect(handle, controller.signal)
      await server.until((request) => request.sent === after)
      const before = performance.now()
      controller.abort(new Error('stopped'))
      await server.until((request) => request.aborted)
      expect(performance.now() - before).toBeLessThan(2000)
      expect((await result).error).toMatchObject({ message: 'stopped' })
    }
  })

  test('closing the models ends what is streaming', async () => {
    const server = await start()
    server.script({ text: 'abcdef', pieceChars: 1, fault: { kind: 'silence', after: 2 } })
    const models = createModels(setTo(server.url), silentLog)
    const result = collect((await models.chat())!)
    await server.until((request) => request.sent === 2)
    await models.close()
    await server.until((request) => request.aborted)
    expect((await result).error).not.toBeNull()
  })

  test('leaving the loop closes the socket', async () => {
    const server = await start()
    const handle = await connect(server, { text: 'abcdef', pieceChars: 1, fault: { kind: 'silence', after: 2 } })
    for await (const _ of handle.stream(prompt, new AbortController().signal)) break
    await server.until((request) => request.aborted)
  })

  test('a login in the address is used, and shown nowhere', async () => {
    const server = await start()
    const models = createModels(setTo(server.url.replace('http://', 'http://name:p%40ss@')), silentLog)
    await collect((await models.chat())!)
    expect(server.requests[0]?.authorization).toBe(`Basic ${Buffer.from('name:p@ss').toString('base64')}`)
    expect(await models.describeChat()).toMatchObject({ server: `127.0.0.1:${server.port}/v1` })
  })

  test('the key is in no log, no description and no error', async () => {
    const lines: string[] = []
    const log = pino({ level: 'debug' }, new Writable({ write: (chunk, _, done) => (lines.push(String(chunk)), done()) }))
    const server = await start({ key: 'right' })
    const url = server.url.replace('http://', 'http://name:password@')
    for (const model of [null, 'scripted-chat']) {
      const models = createModels(setTo(url, model, 'secret-key'), log)
      const handle = await models.chat().catch((error: unknown) => error as AppError)
      const error = handle && 'stream' in handle ? (await collect(handle)).error : handle
      const all = JSON.stringify([error, error?.message, await models.describeChat(), lines])
      expect(error?.code).toMatch(/^model\./)
      expect(all).not.toMatch(/secret-key|password/)
    }
  })
})

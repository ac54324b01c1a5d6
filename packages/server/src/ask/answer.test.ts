import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { type TestLibrary, TEST_OWNER, openTestLibrary } from '../../../../tests/support/library.ts'
import { type ModelServer, type ModelServerOptions, type Turn, startModelServer } from '../../../../tests/support/model-server.ts'
import { silentLog } from '../base/log.ts'
import { LIMITS } from '../base/limits.ts'
import { getPage } from '../library/pages.ts'
import { type Models, createModels } from '../models/models.ts'
import { type AskInput, answer } from './answer.ts'
import type { AskEvent, CitationDraft } from './events.ts'
import { SENTENCES } from './language.ts'

const LOCKS = `# 锁

## 记录锁

记录锁锁住一条索引记录，其他事务不能修改它。

## 间隙锁

间隙锁锁住两条索引记录之间的间隙，防止其他事务在间隙中插入新记录。间隙锁之间互不冲突。

## 死锁

死锁检测线程发现循环等待后，会回滚代价最小的事务。
`
const PORTS = `# Network

## Listening

The server listens on port 7700 by default. Set ZHIKU_PORT to choose another port.

## Proxies

Behind a reverse proxy the header X-Forwarded-For is ignored.
`
const QUESTION = '间隙锁有什么作用？'

let library: TestLibrary
let locks: string
const open: ModelServer[] = []
beforeAll(async () => {
  library = await openTestLibrary()
  locks = (await library.add('mysql 锁.md', LOCKS)).id
  await library.add('network.md', PORTS)
})
afterAll(() => library.close())
afterEach(async () => {
  await Promise.all(open.splice(0).map((server) => server.close()))
})

const noModels = createModels({ chat: { url: null, model: null, key: null }, discover: false }, silentLog)
async function withModel(turn: Turn, options: ModelServerOptions = {}): Promise<{ models: Models; server: ModelServer }> {
  const server = await startModelServer(options)
  open.push(server)
  server.script(turn)
  const models = createModels({ chat: { url: server.url, model: null, key: null }, discover: false }, silentLog, {
    streamLimits: { firstSignMs: 500, silenceMs: 500 },
  })
  return { models, server }
}

interface Said {
  events: AskEvent[]
  text: string
  citations: CitationDraft[]
  finished: Extract<AskEvent, { kind: 'finished' }>
}
async function ask(models: Models, question: string, input: Partial<AskInput> = {}, signal = new AbortController().signal): Promise<Said> {
  const events: AskEvent[] = []
  const whole: AskInput = { owner: TEST_OWNER, question, scope: { collections: [], documents: [] }, mode: 'auto', history: [], ...input }
  for await (const event of answer({ db: library.db, models, log: silentLog }, whole, signal)) events.push(event)
  return {
    events,
    text: events.map((event) => (event.kind === 'delta' ? event.text : '')).join(''),
    citations: events.flatMap((event) => (event.kind === 'citation' ? [event.citation] : [])),
    finished: events.at(-1) as Said['finished'],
  }
}

/** Kinds in order, repeats of citation and delta as one. */
const order = ({ events }: Said): string =>
  events
    .map(({ kind }) => (kind === 'citation' || kind === 'delta' ? 'said' : kind))
    .filter((kind, index, all) => kind !== all[index - 1])
    .join(' ')

/** Everything that must hold of any answer. */
async function check({ events, text, citations }: Said): Promise<void> {
  expect(events[0]?.kind).toBe('started')
  expect(events[1]?.kind).toBe('sources')
  expect(events.filter(({ kind }) => kind === 'finished')).toHaveLength(1)
  const announced = new Set<number>()
  for (const event of events) {
    if (event.kind === 'citation') announced.add(event.citation.mark)
    if (event.kind === 'delta') for (const [, mark] of event.text.matchAll(/(?<!\\)\[(\d+)\]/g)) expect(announced).toContain(Number(mark))
  }
  expect(citations.map(({ mark }) => mark)).toEqual(citations.map((_, index) => index + 1))
  for (const { mark, quote, anchor, page, revisionId } of citations) {
    expect(text).toContain(`[${mark}]`)
    expect(quote.length).toBeLessThanOrEqual(LIMITS.quoteChars)
    const kept = await getPage(library.db, revisionId, page)
    // The anchor leads to exactly the quoted words.
    expect(kept.text.slice(...anchor.quote)).toBe(quote)
  }
}

describe('without a model', () => {
  test('the answer is quotes, word for word, each cited', async () => {
    const said = await ask(noModels, QUESTION)
    await check(said)
    expect(order(said)).toBe('started sources said finished')
    expect(said.events[0]).toEqual({ kind: 'started', mode: 'extractive', model: null })
    expect(said.finished).toMatchObject({ mode: 'extractive', answered: true, notice: null, nearest: [] })
    expect(said.text.startsWith(SENTENCES.lead.zh)).toBe(true)
    expect(said.citations[0]).toMatchObject({ documentId: locks, documentName: 'mysql 锁.md', heading: ['锁'] })
    // Without its fixed line, marks and headings the answer is the quotes and nothing else.
    const rest = said.text
      .replace(SENTENCES.lead.zh, '')
      .replace(/\[\d\]/g, '')
      .replace(/\*\*.*?\*\*/g, '')
      .replace(/\s/g, '')
    expect(rest).toBe(said.citations.map(({ quote }) => quote.replace(/\s/g, '')).join(''))
  })

  test('the passages that are quoted are among the sources', async () => {
    const said = await ask(noModels, QUESTION)
    const sources = said.events[1] as Extract<AskEvent, { kind: 'sources' }>
    expect(sources.searchedChunks).toBeGreaterThan(0)
    for (const { quote } of said.citations) expect(sources.passages.some(({ text }) => text.includes(quote))).toBe(true)
  })

  test('an English question is answered in English words around the quotes', async () => {
    const said = await ask(noModels, 'Which port does the server listen on by default?')
    await check(said)
    expect(said.text.startsWith(SENTENCES.lead.en)).toBe(true)
    expect(said.citations[0]!.quote).toContain('7700')
  })

  test('what the documents do not say is not answered', async () => {
    for (const [question, sentence] of [
      ['企鹅在南极吃什么？', SENTENCES.notFound.zh],
      ['How tall is Mount Everest?', SENTENCES.notFound.en],
      ['???', SENTENCES.notFound.en],
    ]) {
      const said = await ask(noModels, question!)
      await check(said)
      expect(said).toMatchObject({ text: sentence, citations: [], finished: { answered: false, mode: 'extractive' } })
      expect(said.finished.nearest.length).toBeLessThanOrEqual(LIMITS.nearestPassages)
    }
  })

  test('only the scope and only the own documents answer', async () => {
    expect((await ask(noModels, QUESTION, { owner: 'somebody' })).finished).toMatchObject({ answered: false, nearest: [] })
    const other = (await library.add('other.md', '# Else\n\nNothing of interest stands here.')).id
    expect((await ask(noModels, QUESTION, { scope: { collections: [], documents: [other] } })).finished.answered).toBe(false)
  })
})

describe('with a model', () => {
  test('it gets numbered sources, and its marks become citations with the words they rest on', async () => {
    const { models, server } = await withModel({ text: '间隙锁防止其他事务在间隙中插入[1]。冲突与否见 [1]。', pieceChars: 3 })
    const said = await ask(models, QUESTION)
    await check(said)
    expect(order(said)).toBe('started sources said finished')
    expect(said.events[0]).toEqual({ kind: 'started', mode: 'model', model: 'scripted-chat' })
    expect(said.text).toBe('间隙锁防止其他事务在间隙中插入[1]。冲突与否见 [1]。')
    expect(said.finished).toEqual({ kind: 'finished', mode: 'model', answered: true, notice: null, nearest: [] })
    const sources = said.events[1] as Extract<AskEvent, { kind: 'sources' }>
    const prompt = server.requests[0]!.messages.at(-1)!.content
    sources.passages.forEach((passage, index) => expect(prompt).toContain(`<source id="${index + 1}" document="${passage.document.name}"`))
    expect(said.citations).toHaveLength(1)
    expect(said.citations[0]!.quote).toContain('防止其他事务在间隙中插入新记录。')
  })

  test('numbers it makes up are removed', async () => {
    const { models } = await withModel({ text: '见 [99]。间隙锁[42][1]。' })
    const said = await ask(models, QUESTION)
    await check(said)
    expect(said.text).toBe('见。间隙锁[1]。')
  })

  test('an answer without any source says so', async () => {
    const { models } = await withModel({ text: '间隙锁是一种锁。' })
    expect((await ask(models, QUESTION)).finished).toMatchObject({ answered: true, notice: { code: 'model.uncited' } })
  })

  test.each([
    ['the sign', 'NOT_IN_SOURCES', SENTENCES.notFound.zh],
    ['the sign, dressed up', '**NOT_IN_SOURCES**。 The sources are about locks.', SENTENCES.notFound.zh],
    ['the sign in the end', '资料只讲了锁。NOT_IN_SOURCES', '资料只讲了锁。'],
  ])('it may decline: %s', async (_, text, shown) => {
    const { models } = await withModel({ text, pieceChars: 3 })
    const said = await ask(models, QUESTION)
    await check(said)
    expect(said).toMatchObject({ text: shown, citations: [], finished: { mode: 'model', answered: false, notice: null } })
    expect(said.finished.nearest.length).toBeGreaterThan(0)
  })

  test('it is not asked when nothing was found', async () => {
    const { models, server } = await withModel({ text: 'I know everything [1].' })
    const said = await ask(models, 'How tall is Mount Everest?')
    await check(said)
    expect(said).toMatchObject({ text: SENTENCES.notFound.en, finished: { mode: 'extractive', answered: false } })
    expect(server.requests).toHaveLength(0)
  })

  test('it is not asked when quotes are wanted', async () => {
    const { models, server } = await withModel({ text: 'x' })
    expect((await ask(models, QUESTION, { mode: 'extractive' })).finished).toMatchObject({ mode: 'extractive', answered: true })
    expect(server.requests).toHaveLength(0)
  })

  test('earlier turns go along, and a follow-up is looked for with the question before', async () => {
    const { models, server } = await withModel({ text: '互不冲突[1]。' })
    const history = [
      { role: 'user' as const, text: QUESTION },
      { role: 'assistant' as const, text: '防止插入[1]。' },
    ]
    const said = await ask(models, '为什么呢？', { history })
    await check(said)
    expect(said.finished).toMatchObject({ mode: 'model', answered: true })
    expect(server.requests[0]!.messages.map(({ role, content }) => [role, content.split('\n')[0]])).toEqual([
      ['system', expect.any(String)],
      ['user', QUESTION],
      ['assistant', '防止插入。'],
      ['user', '资料：'],
    ])
    expect(server.requests[0]!.messages.at(-1)!.content).toContain('问题：为什么呢？')
  })

  test.each<[string, Turn, string]>([
    ['429', { fault: { kind: 'status', status: 429 } }, 'model.refused'],
    ['500', { fault: { kind: 'status', status: 500 } }, 'model.refused'],
    ['a cut', { fault: { kind: 'cut' } }, 'model.unreachable'],
    ['nothing', { text: '' }, 'model.empty'],
    ['blanks and signs', { text: ' \n ** ' }, 'model.empty'],
    ['only reasoning', { reasoning: 'hm', text: '' }, 'model.empty'],
    ['only reasoning in the text', { text: '<think>hm [1]</think>' }, 'model.empty'],
    ['bad JSON', { fault: { kind: 'bad-json' } }, 'model.invalid'],
    ['a web page', { fault: { kind: 'html' } }, 'model.invalid'],
    ['silence', { fault: { kind: 'silence' } }, 'model.timeout'],
    ['silence while reasoning', { reasoning: 'hm', fault: { kind: 'silence' } }, 'model.timeout'],
  ])('before its first word %s: quotes are given instead, and it is said why', async (_, turn, code) => {
    const { models } = await withModel(turn)
    const said = await ask(models, QUESTION)
    await check(said)
    expect(order(said)).toBe('started sources fallback said finished')
    expect(said.events.find(({ kind }) => kind === 'fallback')).toMatchObject({ mode: 'extractive', notice: { code } })
    expect(said.finished).toMatchObject({ mode: 'extractive', answered: true, notice: { code } })
    expect(said.text.startsWith(SENTENCES.lead.zh)).toBe(true)
    expect(said.citations.length).toBeGreaterThan(0)
  })

  test('a set model that is not there: the same', async () => {
    const { models, server } = await withModel({ text: 'x' })
    await server.close()
    const said = await ask(models, QUESTION)
    await check(said)
    expect(order(said)).toBe('started sources fallback said finished')
    expect(said.finished).toMatchObject({ mode: 'extractive', answered: true, notice: { code: 'model.unreachable' } })
  })

  test.each<[string, Turn]>([
    ['cut', { text: ['间隙锁[1]', '防止', '插入。'], fault: { kind: 'cut', after: 2 } }],
    ['bad JSON', { text: ['间隙锁[1]', '防止', '插入。'], fault: { kind: 'bad-json', after: 2 } }],
    ['silence', { text: ['间隙锁[1]', '防止', '插入。'], fault: { kind: 'silence', after: 2 } }],
  ])('after its first word %s: what was said is kept', async (_, turn) => {
    const { models, server } = await withModel(turn)
    const said = await ask(models, QUESTION)
    await check(said)
    expect(order(said)).toBe('started sources said finished')
    expect(said.text).toBe('间隙锁[1]防止')
    expect(said.finished).toMatchObject({
      mode: 'model',
      answered: true,
      notice: { code: 'model.cut', params: { server: server.url.replace('http://', '') } },
    })
  })

  test('half a mark at the cut is text', async () => {
    const { models } = await withModel({ text: ['间隙锁[1', ']'], fault: { kind: 'cut', after: 1 } })
    expect((await ask(models, QUESTION)).text).toBe('间隙锁[1')
  })

  test('the length limit is told', async () => {
    const { models } = await withModel({ text: '间隙锁[1]防', finish: 'length' })
    expect((await ask(models, QUESTION)).finished).toMatchObject({ mode: 'model', notice: { code: 'model.length' } })
  })

  test('an endless answer is ended', async () => {
    const { models, server } = await withModel({
      text: Array.from({ length: 300 }, () => '锁'.repeat(1000)),
      fault: { kind: 'silence', after: 300 },
    })
    const said = await ask(models, QUESTION)
    expect(said.text.length).toBeLessThan(LIMITS.answerChars + 2000)
    expect(said.finished).toMatchObject({ mode: 'model', notice: { code: 'model.length' } })
    await server.until((request) => request.aborted)
  })

  test('a document deleted while the model speaks is still cited; who shows it says that it is gone', async () => {
    const doomed = await library.add('doomed.md', '# 乐观锁\n\n乐观锁在提交时检查版本号。')
    let gate: () => void = () => undefined
    const opened = new Promise<void>((resolve) => (gate = resolve))
    const { models, server } = await withModel({
      text: ['乐观锁', '检查版本号[1]。'],
      before: (piece) => (piece === 1 ? opened : undefined),
    })
    const saying = ask(models, '乐观锁检查什么？', { scope: { collections: [], documents: [doomed.id] } })
    await server.until((request) => request.sent === 1)
    await library.purge(doomed.id)
    gate()
    const said = await saying
    expect(said.text).toBe('乐观锁检查版本号[1]。')
    expect(said.citations).toMatchObject([{ documentId: doomed.id, quote: '乐观锁在提交时检查版本号。' }])
  })

  test.each([0, 2])('stopped after %i pieces: the socket is closed and nothing more is said', async (after) => {
    const { models, server } = await withModel({ text: '间隙锁防止插入', pieceChars: 1, fault: { kind: 'silence', after } })
    const controller = new AbortController()
    const saying = ask(models, QUESTION, {}, controller.signal)
    await server.until((request) => request.sent === after)
    controller.abort(new Error('stopped'))
    await expect(saying).rejects.toThrow('stopped')
    await server.until((request) => request.aborted)
  })
})

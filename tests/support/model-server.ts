/**
 * A scripted chat model server: real HTTP on loopback, OpenAI-compatible (`GET /v1/models`, `POST
 * /v1/chat/completions`, streamed or whole), so that tests meet real sockets, aborts and faults. It says what its
 * script says, records every request, and sees when a client hangs up.
 */
import { once } from 'node:events'
import { type IncomingMessage, type Server, type ServerResponse, createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

/** What goes wrong. `after` = pieces that were still sent (default 0). */
export type Fault =
  /** an HTTP error instead of an answer */
  | { kind: 'status'; status: number; message?: string }
  /** the connection breaks */
  | { kind: 'cut'; after?: number }
  /** the stream ends properly, but without a finish reason */
  | { kind: 'unfinished'; after?: number }
  /** a line that is not JSON */
  | { kind: 'bad-json'; after?: number }
  /** an error object in the stream */
  | { kind: 'error-chunk'; after?: number; message?: string }
  /** nothing more comes, the connection stays open */
  | { kind: 'silence'; after?: number }
  /** a web page with status 200 */
  | { kind: 'html' }

/** One answer. */
export interface Turn {
  /** the answer, cut into pieces of `pieceChars`, or the pieces themselves */
  text?: string | readonly string[]
  pieceChars?: number
  /** sent first, as `reasoning_content` */
  reasoning?: string
  /** pause before every piece */
  delayMs?: number
  /** awaited before piece `n` (from 0) is sent: lets a test hold the answer at a known place */
  before?: (piece: number) => Promise<unknown> | undefined
  /** default "stop" */
  finish?: string
  fault?: Fault
}

export interface ChatRequest {
  model: string
  stream: boolean
  messages: { role: string; content: string }[]
  authorization: string | null
  body: Record<string, unknown>
  /** the client closed the connection before the answer was complete */
  aborted: boolean
  /** pieces sent so far */
  sent: number
}

export interface ModelServer {
  /** base URL, with /v1 */
  readonly url: string
  readonly port: number
  /** chat requests in order */
  readonly requests: ChatRequest[]
  /** GET /v1/models so far */
  readonly listed: number
  /** answers of the following requests, in order; the last one is repeated */
  script(...turns: Turn[]): void
  /** resolves once `requests` holds one for which `test` is true */
  until(test: (request: ChatRequest) => boolean): Promise<ChatRequest>
  close(): Promise<void>
}

export interface ModelServerOptions {
  /** 0 (default): any free port */
  port?: number
  /** ids in the order of /v1/models; default one model. A request for another one gets 404. */
  models?: readonly string[]
  /** when set, requests without this bearer key get 401 */
  key?: string
  /** replaces the body of /v1/models, e.g. to be some other web server */
  modelsBody?: { type: string; body: string }
  /** /v1/models never answers */
  modelsSilent?: boolean
}

export async function startModelServer(options: ModelServerOptions = {}): Promise<ModelServer> {
  const models = options.models ?? ['scripted-chat']
  const requests: ChatRequest[] = []
  const waiting = new Set<() => void>()
  let listed = 0
  let turns: Turn[] = [{ text: 'This is the scripted answer [1].' }]
  const notify = (): void => waiting.forEach((check) => check())

  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const authorization = request.headers.authorization ?? null
    if (options.key !== undefined && authorization !== `Bearer ${options.key}`) {
      return sendError(response, 401, `Incorrect API key provided: ${authorization ?? 'none'}`)
    }
    if (request.method === 'GET' && request.url === '/v1/models') {
      listed += 1
      if (options.modelsSilent) return
      if (options.modelsBody) return send(response, 200, options.modelsBody.type, options.modelsBody.body)
      return sendJson(response, 200, { object: 'list', data: models.map((id) => ({ id, object: 'model', created: 0, owned_by: 'test' })) })
    }
    if (request.method !== 'POST' || request.url !== '/v1/chat/completions') return sendError(response, 404, 'not found')
    const body = JSON.parse(await readBody(request)) as Record<string, unknown>
    const recorded: ChatRequest = {
      model: String(body.model),
      stream: body.stream === true,
      messages: body.messages as ChatRequest['messages'],
      authorization,
      body,
      aborted: false,
      sent: 0,
    }
    requests.push(recorded)
    response.on('close', () => {
      recorded.aborted = !response.writableFinished
      notify()
    })
    notify()
    if (!models.includes(recorded.model)) return sendError(response, 404, `model '${recorded.model}' not found`)
    const turn = turns.length > 1 ? turns.shift()! : turns[0]!
    if (turn.fault?.kind === 'status') return sendError(response, turn.fault.status, turn.fault.message ?? 'scripted fault')
    if (turn.fault?.kind === 'html') return send(response, 200, 'text/html', '<!doctype html><title>Something else</title>')
    if (recorded.stream) await stream(turn, recorded, response, notify)
    else await whole(turn, recorded, response)
  }

  const server: Server = createServer((request, response) => {
    handle(request, response).catch((error: unknown) => response.destroy(error instanceof Error ? error : undefined))
  })
  server.listen(options.port ?? 0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo

  return {
    url: `http://127.0.0.1:${port}/v1`,
    port,
    requests,
    get listed() {
      return listed
    },
    script(...next) {
      turns = next
    },
    until(test) {
      return new Promise((resolve) => {
        const check = (): void => {
          const found = requests.find(test)
          if (!found) return
          waiting.delete(check)
          resolve(found)
        }
        waiting.add(check)
        check()
      })
    },
    async close() {
      server.close()
      server.closeAllConnections()
      if (server.listening) await once(server, 'close')
    },
  }
}

const piecesOf = ({ text = '', pieceChars = 4 }: Turn): readonly string[] =>
  typeof text === 'string' ? (text.match(new RegExp(`[^]{1,${pieceChars}}`, 'gu')) ?? []) : text

/** Waits for the pause and the gate of one piece; false when the client has gone. */
async function due(turn: Turn, piece: number, response: ServerResponse, gone: Promise<unknown>): Promise<boolean> {
  if (turn.delayMs) await new Promise((resolve) => setTimeout(resolve, turn.delayMs))
  const gate = turn.before?.(piece)
  if (gate) await Promise.race([gate, gone])
  return !response.destroyed
}

async function stream(turn: Turn, recorded: ChatRequest, response: ServerResponse, notify: () => void): Promise<void> {
  response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-cache' })
  response.flushHeaders()
  const chunk = (delta: Record<string, unknown>, finish: string | null = null): void => {
    response.write(
      `data: ${JSON.stringify({ id: 'chatcmpl-1', object: 'chat.completion.chunk', created: 0, model: recorded.model, choices: [{ index: 0, delta, finish_reason: finish }] })}\n\n`,
    )
  }
  const pieces = piecesOf(turn)
  const gone = new Promise((resolve) => response.once('close', resolve))
  const { fault } = turn
  const faultAt = fault && 'after' in fault ? (fault.after ?? 0) : 0
  if (turn.reasoning !== undefined) chunk({ role: 'assistant', reasoning_content: turn.reasoning })
  for (let piece = 0; piece <= pieces.length; piece++) {
    if (!(await due(turn, piece, response, gone))) return
    if (fault && piece >= Math.min(faultAt, pieces.length)) {
      if (fault.kind === 'cut') return await cut(response)
      if (fault.kind === 'unfinished') return void response.end()
      if (fault.kind === 'silence') return
      if (fault.kind === 'bad-json') response.write('data: {"choices":[{"delta":{"content":"x\n\n')
      if (fault.kind === 'error-chunk')
        response.write(`data: ${JSON.stringify({ error: { message: fault.message ?? 'scripted fault' } })}\n\n`)
      return void response.end('data: [DONE]\n\n')
    }
    if (piece === pieces.length) break
    chunk({ role: 'assistant', content: pieces[piece] })
    recorded.sent = piece + 1
    notify()
  }
  chunk({}, turn.finish ?? 'stop')
  const usage = { prompt_tokens: 10, completion_tokens: pieces.length, total_tokens: 10 + pieces.length }
  response.write(
    `data: ${JSON.stringify({ id: 'chatcmpl-1', object: 'chat.completion.chunk', created: 0, model: recorded.model, choices: [], usage })}\n\n`,
  )
  response.end('data: [DONE]\n\n')
}

/** Breaks the connection once what was written has gone out. */
async function cut(response: ServerResponse): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, 20))
  response.destroy()
}

async function whole(turn: Turn, recorded: ChatRequest, response: ServerResponse): Promise<void> {
  const pieces = piecesOf(turn)
  const gone = new Promise((resolve) => response.once('close', resolve))
  for (let piece = 0; piece <= pieces.length; piece++) {
    if (!(await due(turn, piece, response, gone))) return
  }
  if (turn.fault?.kind === 'silence') return
  if (turn.fault?.kind === 'cut') return await cut(response)
  if (turn.fault?.kind === 'bad-json') return send(response, 200, 'application/json', '{"choices":[')
  recorded.sent = pieces.length
  const message = {
    role: 'assistant',
    content: pieces.join(''),
    ...(turn.reasoning === undefined ? {} : { reasoning_content: turn.reasoning }),
  }
  sendJson(response, 200, {
    id: 'chatcmpl-1',
    object: 'chat.completion',
    created: 0,
    model: recorded.model,
    choices: [{ index: 0, message, finish_reason: turn.finish ?? 'stop' }],
    usage: { prompt_tokens: 10, completion_tokens: pieces.length, total_tokens: 10 + pieces.length },
  })
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks).toString('utf8')
}

function send(response: ServerResponse, status: number, type: string, body: string): void {
  response.writeHead(status, { 'content-type': type })
  response.end(body)
}
const sendJson = (response: ServerResponse, status: number, value: unknown): void =>
  send(response, status, 'application/json', JSON.stringify(value))
const sendError = (response: ServerResponse, status: number, message: string): void =>
  sendJson(response, status, { error: { message, type: 'scripted', code: null } })

/**
 * One streamed answer of a chat model through the AI SDK. No retries: a failed answer is answered in another way at
 * once. Closing the iterator or aborting the signal closes the socket.
 */
import { createOpenAICompatible } from '@ai-sdk/openai-compatible'
import { APICallError, streamText } from 'ai'
import { AppError, fail } from '../base/fail.ts'
import { type ModelServerAddress, briefly } from './address.ts'

export interface ChatPrompt {
  instructions: string
  messages: { role: 'user' | 'assistant'; content: string }[]
}

export interface StreamLimits {
  /** longest silence before the first sign of the model, and between signs; reasoning counts as a sign */
  firstSignMs: number
  silenceMs: number
}

export interface StreamTarget {
  server: ModelServerAddress
  model: string
  limits: StreamLimits
}

/** How an answer ended: by itself, or at the model's length limit. */
export type StreamEnd = 'complete' | 'length'

/**
 * Yields text as it comes, without reasoning; returns how it ended.
 *
 * @throws model.unreachable (also: broke off), model.refused, model.timeout, model.invalid; the signal's reason when aborted
 */
export async function* streamChat(target: StreamTarget, prompt: ChatPrompt, signal: AbortSignal): AsyncGenerator<string, StreamEnd> {
  const silence = new AbortController()
  const watch = new Watch(silence, target)
  const closed = new AbortController()
  const connection = new Connection(target.server)
  try {
    watch.start(target.limits.firstSignMs)
    const { stream } = streamText({
      model: connection.model(target.model),
      instructions: prompt.instructions,
      messages: prompt.messages,
      maxRetries: 0,
      abortSignal: AbortSignal.any([signal, silence.signal, closed.signal]),
      // The default prints to the console; errors reach us as parts of the stream.
      onError: () => undefined,
    })
    let end: StreamEnd = 'complete'
    for await (const part of stream) {
      if (part.type === 'error') throw part.error
      if (part.type === 'abort') break
      if (part.type === 'finish' && part.finishReason === 'length') end = 'length'
      if (part.type !== 'text-delta' && part.type !== 'reasoning-delta') continue
      watch.start(target.limits.silenceMs)
      if (part.type === 'text-delta' && part.text !== '') yield part.text
    }
    signal.throwIfAborted()
    silence.signal.throwIfAborted()
    return end
  } catch (error) {
    signal.throwIfAborted()
    throw toModelError(silence.signal.aborted ? silence.signal.reason : (connection.broken ?? error), target.server)
  } finally {
    watch.stop()
    closed.abort()
  }
}

/** Aborts when it is not started again in time. */
class Watch {
  readonly #controller: AbortController
  readonly #target: StreamTarget
  #timer: NodeJS.Timeout | undefined
  constructor(controller: AbortController, target: StreamTarget) {
    this.#controller = controller
    this.#target = target
  }
  start(ms: number): void {
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => {
      this.#controller.abort(fail('model.timeout', { server: this.#target.server.label, seconds: Math.round(ms / 1000) }))
    }, ms)
  }
  stop(): void {
    clearTimeout(this.#timer)
  }
}

/** The AI SDK's model of one request, and what became of its connection. */
class Connection {
  /** why the connection broke while the answer came */
  broken: unknown
  readonly #server: ModelServerAddress

  constructor(server: ModelServerAddress) {
    this.#server = server
  }

  model(id: string) {
    const { url, authorization } = this.#server
    const headers = authorization === null ? {} : { authorization }
    return createOpenAICompatible({ name: 'chat', baseURL: url, includeUsage: true, headers, fetch: this.#fetch }).chatModel(id)
  }

  /**
   * A redirect could lead off this machine. The body is read as it comes, and one that breaks ends here like a complete
   * one: as an error it would throw away what was received but not yet asked for.
   */
  #fetch: typeof fetch = async (input, init) => {
    const response = await fetch(input, { ...init, redirect: 'manual' })
    const received = response.body
    if (!received) return response
    const body = new ReadableStream<Uint8Array>({
      start: async (controller) => {
        try {
          for await (const chunk of received) controller.enqueue(chunk)
        } catch (error) {
          this.broken = error
        }
        controller.close()
      },
    })
    return new Response(body, { status: response.status, statusText: response.statusText, headers: response.headers })
  }
}

function toModelError(error: unknown, server: ModelServerAddress): AppError {
  if (error instanceof AppError) return error
  if (APICallError.isInstance(error) && error.statusCode !== undefined && error.statusCode !== 200) {
    return fail('model.refused', { server: server.label, detail: `HTTP ${error.statusCode}: ${briefly(error.message, server)}` }, error)
  }
  if (isConnectionError(error)) return fail('model.unreachable', { server: server.label }, error)
  return fail('model.invalid', { server: server.label, detail: briefly(messageOf(error), server) }, error)
}

/** fetch failed, socket closed: anything with a code of the system or of undici in its chain of causes. */
function isConnectionError(error: unknown): boolean {
  for (let at = error; at instanceof Error; at = at.cause) {
    if ('code' in at && typeof at.code === 'string' && /^(?:E[A-Z]+|UND_ERR_\w+)$/.test(at.code)) return true
  }
  return false
}

/** Of an error, or of an error object that the server put into the stream. */
function messageOf(error: unknown): string {
  if (typeof error === 'object' && error !== null && 'message' in error) return String(error.message)
  return String(error)
}

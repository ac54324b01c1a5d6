/**
 * Typed client of the routes in `routes.ts`, for the browser and for the command line.
 * Errors of the server arrive as `ApiError` with the code of the error table.
 */
import { EventSourceParserStream } from 'eventsource-parser/stream'
import type { z } from 'zod'
import { type ErrorParams, type Language, errorMessage, isErrorCode } from './errors.ts'
import { ROUTES, type Route, type RouteName, errorBodySchema } from './routes.ts'

type Routes = typeof ROUTES
type Input<R> = (R extends { params: infer P extends z.ZodType } ? z.input<P> : unknown) &
  (R extends { query: infer Q extends z.ZodType } ? z.input<Q> : unknown) &
  (R extends { body: infer B extends z.ZodType } ? z.input<B> : unknown)
type Output<R> = R extends { sse: infer S extends z.ZodType }
  ? AsyncIterable<{ id: number; event: z.output<S> }>
  : R extends { response: infer O extends z.ZodType }
    ? z.output<O>
    : never
interface CallOptions {
  signal?: AbortSignal
  /** sse only: number of the last event already seen */
  lastEventId?: number
}

export type Client = {
  [N in RouteName]: (input: Input<Routes[N]>, options?: CallOptions) => Promise<Output<Routes[N]>>
}

/** The server answered with an error, or could not be reached (`code` "network"). */
export class ApiError extends Error {
  readonly code: string
  readonly status: number
  readonly params: ErrorParams
  readonly requestId: string
  constructor(code: string, status: number, params: ErrorParams, requestId: string, message: string) {
    super(message)
    this.code = code
    this.status = status
    this.params = params
    this.requestId = requestId
  }
  in(language: Language): string {
    return isErrorCode(this.code) ? errorMessage(this.code, this.params, language) : this.message
  }
}

/** Turns a response that is not 2xx into an ApiError. */
export async function toApiError(response: Response): Promise<ApiError> {
  const text = await response.text().catch(() => '')
  try {
    const { error } = errorBodySchema.parse(JSON.parse(text))
    return new ApiError(error.code, response.status, error.params, error.requestId, error.message)
  } catch {
    return new ApiError('http', response.status, {}, '', `HTTP ${response.status}: ${text.slice(0, 200)}`)
  }
}

async function* readEvents(body: ReadableStream<Uint8Array>): AsyncIterable<{ id: number; event: unknown }> {
  const events = body
    .pipeThrough(new TextDecoderStream() as ReadableWritablePair<string, Uint8Array>)
    .pipeThrough(new EventSourceParserStream())
  const reader = events.getReader()
  try {
    for (;;) {
      const { done, value } = await reader.read()
      if (done) return
      yield { id: Number(value.id ?? 0), event: JSON.parse(value.data) as unknown }
    }
  } finally {
    await reader.cancel().catch(() => undefined)
  }
}

/**
 * @param base   origin of the server, "" in the browser
 * @param fetch  the fetch to use; headers that every call needs (a token) are added by the caller's wrapper
 */
export function createClient(base: string, fetch: typeof globalThis.fetch = globalThis.fetch.bind(globalThis)): Client {
  const call = async (route: Route, input: Record<string, unknown>, options: CallOptions): Promise<unknown> => {
    const rest = { ...input }
    const path = route.path.replace(/:(\w+)/g, (_, key: string) => {
      const value = String(rest[key])
      delete rest[key]
      return encodeURIComponent(value)
    })
    const query = new URLSearchParams()
    for (const key of Object.keys(route.query?.shape ?? {})) {
      if (rest[key] !== undefined) query.set(key, `${rest[key] as string | number}`)
      delete rest[key]
    }
    const headers: Record<string, string> = { accept: route.sse ? 'text/event-stream' : 'application/json' }
    if (route.body) headers['content-type'] = 'application/json'
    if (options.lastEventId !== undefined) headers['last-event-id'] = String(options.lastEventId)
    const response = await fetch(`${base}${path}${query.size > 0 ? `?${query}` : ''}`, {
      method: route.method,
      headers,
      ...(route.body ? { body: JSON.stringify(rest) } : {}),
      ...(options.signal ? { signal: options.signal } : {}),
    }).catch((cause: unknown) => {
      if (options.signal?.aborted) throw cause
      throw new ApiError('network', 0, {}, '', cause instanceof Error ? cause.message : String(cause))
    })
    if (!response.ok) throw await toApiError(response)
    if (route.sse) return readEvents(response.body!)
    return await response.json()
  }
  const entries = Object.entries(ROUTES).map(([routeName, route]) => [
    routeName,
    (input: Record<string, unknown> = {}, options: CallOptions = {}) => call(route, input, options),
  ])
  return Object.fromEntries(entries) as Client
}

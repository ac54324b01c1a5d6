/** Registers the contract's routes: every row of ROUTES needs one handler, which parses nothing and holds no logic. */
import { ROUTES, type Route, type RouteName } from '@zhiku/contract/routes.ts'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { z } from 'zod'

type Routes = typeof ROUTES
type Part<R, K extends 'params' | 'query' | 'body'> = R extends Record<K, infer S extends z.ZodType> ? z.output<S> : undefined

export interface Call<R> {
  params: Part<R, 'params'>
  query: Part<R, 'query'>
  body: Part<R, 'body'>
  /** whose things may be read; checked inside every query */
  owner: string
  request: FastifyRequest
  reply: FastifyReply
  /** the client went away */
  signal: AbortSignal
}

/** An event of a stream, with its number. */
export interface NumberedEvent<E> {
  id: number
  event: E
}

/** A stream resolves first (a foreign or unknown id is a 404, not an empty stream), then yields what came after `afterId`. */
type Result<R> = R extends { sse: infer S extends z.ZodType }
  ? Promise<(afterId: number | null) => AsyncIterable<NumberedEvent<z.output<S>>>>
  : R extends { response: infer O extends z.ZodType }
    ? Promise<z.input<O>>
    : never

export type Handlers = { [N in RouteName]: (call: Call<Routes[N]>) => Result<Routes[N]> }

/** Until there are accounts, everything belongs to the one local person. */
export const OWNER = 'local'

type EventSource = (afterId: number | null) => AsyncIterable<NumberedEvent<unknown>>
type AnyHandler = (call: Call<Route>) => Promise<unknown>

export function registerRoutes(app: FastifyInstance, handlers: Handlers): void {
  for (const [name, route] of Object.entries(ROUTES) as [RouteName, Route][]) {
    const handler = handlers[name] as unknown as AnyHandler
    app.route({
      method: route.method,
      url: route.path,
      schema: {
        operationId: name,
        summary: route.summary,
        ...(route.params ? { params: route.params } : {}),
        ...(route.query ? { querystring: route.query } : {}),
        ...(route.body ? { body: route.body } : {}),
        ...(route.sse ? {} : { response: { [route.status ?? 200]: route.response } }),
      },
      ...(route.sse ? { sse: 'only' as const } : {}),
      handler: async (request, reply) => {
        const gone = new AbortController()
        reply.raw.once('close', () => gone.abort())
        const result = await handler({
          params: request.params,
          query: request.query,
          body: request.body,
          owner: OWNER,
          request,
          reply,
          signal: gone.signal,
        } as Call<Route>)
        if (!route.sse) return reply.code(route.status ?? 200).send(result)
        await stream(request, reply, result as EventSource, gone.signal)
      },
    })
  }
}

async function stream(request: FastifyRequest, reply: FastifyReply, source: EventSource, signal: AbortSignal): Promise<void> {
  const last = reply.sse.lastEventId
  reply.sse.keepAlive()
  reply.sse.sendHeaders()
  // Something must go out for the client to see the headers at once.
  reply.raw.write(': open\n\n')
  try {
    for await (const { id, event } of source(last !== null && /^\d+$/.test(last) ? Number(last) : null)) {
      if (signal.aborted) break
      await reply.sse.send({ id: String(id), data: event })
    }
  } catch (error) {
    if (!signal.aborted) request.log.warn({ event: 'http.stream.failed', err: error }, 'stream failed')
  } finally {
    reply.sse.close()
  }
}

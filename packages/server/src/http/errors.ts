/** Errors on the wire: one form, `{ error: { code, message, params, requestId } }`, in the reader's language. */
import { type ErrorCode, type ErrorParams, type Language, ERRORS, errorMessage } from '@zhiku/contract/errors.ts'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { hasZodFastifySchemaValidationErrors } from 'fastify-type-provider-zod'
import { isAppError } from '../base/fail.ts'
import type { Log } from '../base/log.ts'

/** zh when the reader prefers Chinese, else en */
export function languageOf(request: FastifyRequest): Language {
  return /^\s*zh\b/i.test(request.headers['accept-language'] ?? '') ? 'zh' : 'en'
}

function send(
  request: FastifyRequest,
  reply: FastifyReply,
  code: ErrorCode,
  params: ErrorParams,
  status: number = ERRORS[code].status,
): FastifyReply {
  return reply
    .code(status)
    .type('application/json; charset=utf-8')
    .send(JSON.stringify({ error: { code, message: errorMessage(code, params, languageOf(request)), params, requestId: request.id } }))
}

/** Codes of Fastify itself for bad input. */
const FASTIFY: Record<string, (request: FastifyRequest) => [ErrorCode, ErrorParams]> = {
  FST_ERR_CTP_INVALID_JSON_BODY: () => ['request.malformed_json', {}],
  FST_ERR_CTP_EMPTY_JSON_BODY: () => ['request.malformed_json', {}],
  FST_ERR_CTP_BODY_TOO_LARGE: () => ['request.too_large', { limit: '1 MB' }],
  FST_ERR_CTP_INVALID_MEDIA_TYPE: (request) => [
    'request.unsupported_media_type',
    { type: (request.headers['content-type'] ?? '-').slice(0, 100) },
  ],
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: () => ['request.invalid', { detail: 'Content-Length' }],
}

export function registerErrors(app: FastifyInstance, log: Log): void {
  app.setNotFoundHandler((request, reply) => send(request, reply, 'request.not_found', { path: request.url.slice(0, 200) }))
  app.setErrorHandler((error: Error & { code?: string; statusCode?: number }, request, reply) => {
    if (isAppError(error)) {
      if (ERRORS[error.code].status >= 500)
        log.error({ event: 'http.error', requestId: request.id, code: error.code, err: error }, 'request failed')
      return send(request, reply, error.code, error.params)
    }
    if (hasZodFastifySchemaValidationErrors(error)) {
      const detail = error.validation.map((issue) => `${issue.instancePath || '/'} ${issue.message ?? ''}`.trim()).join('; ')
      return send(request, reply, 'request.invalid', { detail: detail.slice(0, 500) })
    }
    const known = FASTIFY[error.code ?? '']
    if (known) return send(request, reply, ...known(request))
    if (error instanceof SyntaxError && error.statusCode === 400) return send(request, reply, 'request.malformed_json', {})
    if (error.statusCode !== undefined && error.statusCode >= 400 && error.statusCode < 500)
      return send(request, reply, 'request.invalid', { detail: error.message.slice(0, 300) }, error.statusCode)
    log.error({ event: 'http.error', requestId: request.id, err: error }, 'request failed')
    return send(request, reply, 'internal', { requestId: request.id })
  })
}

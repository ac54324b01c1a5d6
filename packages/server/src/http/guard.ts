/**
 * Who may talk to the server at all. On loopback: only requests that name a loopback host (against DNS rebinding) and,
 * where the browser says where they come from, only from our own pages. On another interface: only with the token.
 */
import { createHash, timingSafeEqual } from 'node:crypto'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { fail } from '../base/fail.ts'
import type { Config } from '../base/config.ts'

export const SESSION_COOKIE = 'zhiku_session'

const LOOPBACK_HOST = /^(localhost|127(?:\.\d{1,3}){3}|\[::1\])(?::\d+)?$/i

const digest = (text: string): Buffer => createHash('sha256').update(text).digest()
/** What the cookie holds instead of the token itself. */
export const sessionValue = (token: string): string => createHash('sha256').update(`session ${token}`).digest('hex')
export const sameSecret = (a: string, b: string): boolean => timingSafeEqual(digest(a), digest(b))

/** Open without a token: the page itself and what it loads, so that it can ask for the token; probes of an orchestrator. */
function isPublic(url: string): boolean {
  const path = url.split('?')[0]!
  return path === '/livez' || path === '/readyz' || path === '/api/session' || !(path.startsWith('/api/') || path.startsWith('/docs'))
}

export function registerGuard(app: FastifyInstance, config: Config): void {
  app.addHook('onRequest', async (request) => {
    const host = request.headers.host ?? ''
    if (config.token === null && !LOOPBACK_HOST.test(host)) throw fail('request.host_not_allowed', { host: host.slice(0, 100) })
    const origin = request.headers.origin
    // A browser sends Origin with every request that could change something from another page.
    if (origin !== undefined && origin !== `http://${host}` && origin !== `https://${host}`)
      throw fail('request.origin_not_allowed', { origin: origin.slice(0, 100) })
    if (request.headers['sec-fetch-site'] === 'cross-site' && request.url.startsWith('/api/'))
      throw fail('request.origin_not_allowed', { origin: 'another site' })
    if (config.token !== null && !isPublic(request.url)) checkToken(request, config.token)
  })
}

function checkToken(request: FastifyRequest, token: string): void {
  const bearer = /^Bearer (.+)$/i.exec(request.headers.authorization ?? '')?.[1]
  if (bearer !== undefined) {
    if (!sameSecret(bearer, token)) throw fail('auth.wrong_token')
    return
  }
  const cookie = request.cookies[SESSION_COOKIE]
  if (cookie === undefined) throw fail('auth.required')
  if (!sameSecret(cookie, sessionValue(token))) throw fail('auth.wrong_token')
}

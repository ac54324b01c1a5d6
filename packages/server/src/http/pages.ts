/** The web app: built files with the security headers under which they were tested. */
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import fastifyHelmet from '@fastify/helmet'
import fastifyStatic from '@fastify/static'
import type { FastifyInstance } from 'fastify'

const WEB_DIST = fileURLToPath(new URL('../../../web/dist/', import.meta.url))

export async function registerPages(app: FastifyInstance): Promise<void> {
  await app.register(fastifyHelmet, {
    // Plain HTTP on a local network is normal use: no HSTS, no upgrade of requests.
    strictTransportSecurity: false,
    crossOriginEmbedderPolicy: false,
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'self'"],
        scriptSrc: ["'self'", "'wasm-unsafe-eval'"],
        styleSrc: ["'self'", "'unsafe-inline'"],
        imgSrc: ["'self'", 'data:', 'blob:'],
        workerSrc: ["'self'", 'blob:'],
        connectSrc: ["'self'", 'blob:', 'data:'],
        objectSrc: ["'none'"],
        baseUri: ["'self'"],
        formAction: ["'self'"],
        frameAncestors: ["'none'"],
      },
    },
  })
  if (!existsSync(WEB_DIST)) {
    app.get('/', { schema: { hide: true } }, (_request, reply) => {
      void reply
        .type('text/plain; charset=utf-8')
        .send('The web app is not built. Run: npm run prepare\n网页尚未构建，请运行：npm run prepare\n')
    })
    return
  }
  await app.register(fastifyStatic, {
    root: WEB_DIST,
    // Names of assets carry a hash of their content; the page itself is asked for every time.
    setHeaders: (reply, path) => {
      reply.header('cache-control', /[/\\]assets[/\\]/.test(path) ? 'public, max-age=31536000, immutable' : 'no-cache')
    },
  })
  // Addresses of the app itself (app/router.ts of the web app): the page decides.
  for (const url of ['/library', '/library/*', '/sources', '/c/*', '/d/*']) {
    app.get(url, { schema: { hide: true } }, (_request, reply) => reply.header('cache-control', 'no-cache').sendFile('index.html'))
  }
}

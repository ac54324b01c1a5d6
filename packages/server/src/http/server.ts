/** The HTTP server: guard, errors, routes, uploads, bytes, pages. */
import fastifyCompress from '@fastify/compress'
import fastifyCookie from '@fastify/cookie'
import sseModule, { type SSEPluginOptions } from '@fastify/sse'
import fastifySwagger from '@fastify/swagger'
import fastifySwaggerUi from '@fastify/swagger-ui'
import Fastify, { type FastifyInstance, type FastifyPluginAsync } from 'fastify'
import { jsonSchemaTransform, jsonSchemaTransformObject, serializerCompiler, validatorCompiler } from 'fastify-type-provider-zod'
import { LIMITS } from '../base/limits.ts'
import { VERSION } from '../base/version.ts'
import { registerBackup } from './backup.ts'
import { registerBytes } from './bytes.ts'
import { registerErrors } from './errors.ts'
import { registerGuard } from './guard.ts'
import { createHandlers, type HttpContext } from './handlers.ts'
import { registerPageImages } from './page-images.ts'
import { registerPages } from './pages.ts'
import { registerRoutes } from './register.ts'
import { registerRawUpload, registerTusUpload } from './uploads.ts'

// The package's types describe an ES module; what Node imports is the plugin itself.
const ssePlugin = sseModule as unknown as FastifyPluginAsync<SSEPluginOptions>

const HEARTBEAT_MS = 15_000
const SWEEP_UPLOADS_MS = 3600 * 1000

export async function createHttpServer(ctx: HttpContext): Promise<FastifyInstance> {
  const app = Fastify({
    bodyLimit: LIMITS.jsonBodyBytes,
    logger: false,
    routerOptions: { maxParamLength: 500 },
    // A slow upload is fine, a client that never finishes its headers is not.
    requestTimeout: 0,
    connectionTimeout: 0,
    forceCloseConnections: true,
    genReqId: () => crypto.randomUUID(),
  })
  app.setValidatorCompiler(validatorCompiler)
  app.setSerializerCompiler(serializerCompiler)
  registerErrors(app, ctx.log)
  await app.register(fastifyCookie)
  registerGuard(app, ctx.config)
  await app.register(fastifyCompress, {
    global: true,
    threshold: 1024,
    customTypes: /^(?:application\/(?:json|javascript|wasm)|text\/(?!event-stream))/,
  })
  await app.register(ssePlugin, { heartbeatInterval: HEARTBEAT_MS })
  await app.register(fastifySwagger, {
    openapi: { openapi: '3.1.0', info: { title: 'Zhiku 智库', version: VERSION, license: { name: 'MIT' } } },
    transform: jsonSchemaTransform,
    transformObject: jsonSchemaTransformObject,
  })
  await app.register(fastifySwaggerUi, { routePrefix: '/docs' })

  let stopping = false
  app.addHook('preClose', async () => {
    stopping = true
  })
  app.get('/livez', { schema: { hide: true } }, () => ({ ok: true }))
  app.get('/readyz', { schema: { hide: true } }, async (_request, reply) => {
    const ready =
      !stopping &&
      (await ctx.db.query('select 1').then(
        () => true,
        () => false,
      ))
    return await reply.code(ready ? 200 : 503).send({ ok: ready })
  })
  registerRoutes(app, createHandlers(ctx))
  registerBytes(app, ctx.db, ctx.ingest.files)
  registerBackup(app, { ...ctx, files: ctx.ingest.files })
  registerPageImages(app, ctx)
  await registerRawUpload(app, ctx.ingest)
  const uploads = await registerTusUpload(app, ctx.ingest, ctx.config.dataDir)
  await registerPages(app)

  const sweeping = setInterval(
    () =>
      void uploads
        .sweep()
        .catch((error: unknown) => ctx.log.warn({ event: 'http.uploads.sweep.failed', err: error }, 'could not sweep uploads')),
    SWEEP_UPLOADS_MS,
  )
  app.addHook('onClose', async () => clearInterval(sweeping))
  return app
}

/**
 * Uploads: resumable (tus) for the web app, one raw body for the command line and other programs. Both stream to disk
 * and end in `receive`; "accepted" is answered when file, document and job are durable.
 */
import { DEFAULT_COLLECTION } from '@zhiku/contract/entities.ts'
import { mkdir, rm } from 'node:fs/promises'
import path from 'node:path'
import { FileStore } from '@tus/file-store'
import { Server as TusServer } from '@tus/server'
import { type ErrorParams, ERRORS, errorMessage } from '@zhiku/contract/errors.ts'
import type { CollectionId } from '@zhiku/contract/ids.ts'
import { UPLOAD, type UploadResult, uploadQuerySchema, uploadResultSchema } from '@zhiku/contract/routes.ts'
import type { FastifyInstance } from 'fastify'
import { AppError, fail, isAppError } from '../base/fail.ts'
import { LIMITS } from '../base/limits.ts'
import type { IngestContext } from '../ingest/context.ts'
import { receive } from '../ingest/receive.ts'
import { getCollection, putCollection } from '../library/collections.ts'
import { checkName, checkPath } from '../library/names.ts'
import { OWNER } from './register.ts'

const SIZE_LIMIT = `${Math.floor(LIMITS.uploadBytes / 1024 / 1024)} MB`

/** The collection that takes something new: by id, else by name, made when it is not there. @throws collection.not_found */
export async function collectionOf(
  ctx: IngestContext,
  owner: string,
  query: { collection?: string | undefined; collectionName?: string | undefined },
): Promise<CollectionId> {
  if (query.collection !== undefined) return (await getCollection(ctx.db, owner, query.collection as CollectionId)).id
  return (await putCollection(ctx.db, owner, query.collectionName ?? DEFAULT_COLLECTION)).id
}

/** POST /api/documents?name=…: the body is the file. */
export async function registerRawUpload(app: FastifyInstance, ctx: IngestContext): Promise<void> {
  await app.register(async (scope) => {
    // The body is read by the file store, not by a parser.
    scope.removeAllContentTypeParsers()
    scope.addContentTypeParser('*', (_request, _payload, done) => done(null))
    scope.post(
      UPLOAD.raw,
      {
        bodyLimit: LIMITS.uploadBytes,
        schema: {
          operationId: 'uploadDocument',
          summary: 'Upload one file; the body is its bytes',
          querystring: uploadQuerySchema,
          response: { 202: uploadResultSchema },
        },
      },
      async (request, reply): Promise<UploadResult> => {
        const query = uploadQuerySchema.parse(request.query)
        const name = checkName(query.name)
        checkPath(query.path)
        const declared = Number(request.headers['content-length'] ?? 0)
        if (declared > LIMITS.uploadBytes) {
          // The client is still sending; the connection has to go with the answer.
          reply.header('connection', 'close')
          throw fail('upload.too_large', { name, limit: SIZE_LIMIT })
        }
        const collectionId = await collectionOf(ctx, OWNER, query)
        const gone = new AbortController()
        request.raw.once('aborted', () => gone.abort(fail('upload.unreadable', { name, detail: 'connection closed' })))
        const file = await ctx.files.put({ stream: request.raw, name, limitBytes: LIMITS.uploadBytes, signal: gone.signal })
        const result = await receive(ctx, { owner: OWNER, collectionId, path: query.path, name, file })
        reply.code(202)
        return result
      },
    )
  })
}

/** An error in the form tus wants: status and body. */
function tusError(error: unknown): { status_code: number; body: string } | undefined {
  if (!isAppError(error)) return undefined
  const params: ErrorParams = error.params
  return {
    status_code: ERRORS[error.code].status,
    body: JSON.stringify({ error: { code: error.code, message: errorMessage(error.code, params, 'en'), params, requestId: '' } }),
  }
}

/** Resumable uploads. Unfinished ones are kept a day. The answer to the last part names the document in `Zhiku-Document`. */
export async function registerTusUpload(app: FastifyInstance, ctx: IngestContext, dataDir: string): Promise<{ sweep(): Promise<void> }> {
  const folder = path.join(dataDir, 'uploads')
  await mkdir(folder, { recursive: true })
  const store = new FileStore({ directory: folder, expirationPeriodInMilliseconds: 24 * 3600 * 1000 })
  const tus = new TusServer({
    path: UPLOAD.tus,
    datastore: store,
    maxSize: LIMITS.uploadBytes,
    relativeLocation: true,
    exposedHeaders: ['Zhiku-Document', 'Zhiku-Known'],
    async onUploadCreate(_request, upload) {
      try {
        const name = checkName(upload.metadata?.filename ?? '')
        checkPath(upload.metadata?.path ?? '')
        if ((upload.size ?? 0) > LIMITS.uploadBytes) throw fail('upload.too_large', { name, limit: SIZE_LIMIT })
        if (upload.metadata?.collection) await getCollection(ctx.db, OWNER, upload.metadata.collection as CollectionId)
        return {}
      } catch (error) {
        throw tusError(error) ?? error
      }
    },
    async onUploadFinish(_request, upload) {
      try {
        const metadata = upload.metadata ?? {}
        const collectionId = await collectionOf(ctx, OWNER, metadata.collection ? { collection: metadata.collection } : {})
        const file = await ctx.files.adopt({ path: path.join(folder, upload.id) })
        const { document, known } = await receive(ctx, {
          owner: OWNER,
          collectionId,
          path: metadata.path ?? '',
          name: metadata.filename ?? '',
          file,
        })
        await rm(path.join(folder, `${upload.id}.json`), { force: true })
        return { headers: { 'Zhiku-Document': document.id, 'Zhiku-Known': known ? '1' : '0' } }
      } catch (error) {
        throw tusError(error) ?? error
      }
    },
    onResponseError(_request, error) {
      if (error instanceof AppError) return tusError(error)
      if (error instanceof Error) ctx.log.error({ event: 'http.upload.failed', err: error }, 'upload failed')
      return undefined
    },
  })
  await app.register(async (scope) => {
    scope.removeAllContentTypeParsers()
    scope.addContentTypeParser('*', (_request, _payload, done) => done(null))
    const handler = async (request: import('fastify').FastifyRequest, reply: import('fastify').FastifyReply): Promise<void> => {
      reply.hijack()
      await tus.handle(request.raw, reply.raw)
    }
    scope.all(UPLOAD.tus, { schema: { hide: true }, bodyLimit: LIMITS.uploadBytes }, handler)
    scope.all(`${UPLOAD.tus}/*`, { schema: { hide: true }, bodyLimit: LIMITS.uploadBytes }, handler)
  })
  return {
    async sweep() {
      await tus.cleanUpExpiredUploads()
    },
  }
}

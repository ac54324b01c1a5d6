/** Pictures of pages, drawn in a child, for viewers that show a scan, a picture or a PDF page with boxes on it. */
import { idSchema } from '@zhiku/contract/ids.ts'
import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import { fail } from '../base/fail.ts'
import { LIMITS } from '../base/limits.ts'
import { getRevision } from '../library/documents.ts'
import { getPageToRead } from '../library/readings.ts'
import type { HttpContext } from './handlers.ts'
import { OWNER } from './register.ts'

const paramsSchema = z.object({ id: idSchema('revision'), page: z.coerce.number().int().min(1) })
const querySchema = z.object({ side: z.coerce.number().int().min(16).max(LIMITS.pageImageSide).default(LIMITS.pageImageSide) })

export function registerPageImages(app: FastifyInstance, { db, ingest, ocr }: Pick<HttpContext, 'db' | 'ingest' | 'ocr'>): void {
  app.get(
    '/api/revisions/:id/pages/:page/image',
    {
      schema: {
        operationId: 'getPageImage',
        summary: 'Picture of a page (WebP): the unrotated PDF page or the upright picture, the frame that boxes count in',
        params: paramsSchema,
        querystring: querySchema,
      },
    },
    async (request, reply) => {
      const { id, page } = paramsSchema.parse(request.params)
      const { side } = querySchema.parse(request.query)
      const { revision } = await getRevision(db, OWNER, id)
      const { kind } = await getPageToRead(db, id, page)
      if (kind !== 'page' && kind !== 'region') throw fail('page.not_a_picture')
      const etag = `"${revision.fileHash}-${page}-${side}"`
      void reply.header('etag', etag).header('cache-control', 'private, max-age=0, must-revalidate')
      if (request.headers['if-none-match'] === etag) return await reply.code(304).send()
      const gone = new AbortController()
      // Someone who has scrolled on does not hold up those who look.
      reply.raw.once('close', () => gone.abort())
      const { bytes, mediaType } = await ocr.pool.draw({ path: ingest.files.pathOf(revision.fileHash), kind, page, side }, gone.signal)
      return await reply.type(mediaType).send(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength))
    },
  )
}

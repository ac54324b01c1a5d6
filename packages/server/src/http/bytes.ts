/** The bytes of a revision, with ranges, for viewers and for download. */
import { idSchema } from '@zhiku/contract/ids.ts'
import type { FastifyInstance } from 'fastify'
import { stat } from 'node:fs/promises'
import { z } from 'zod'
import { fail } from '../base/fail.ts'
import type { Db } from '../db/db.ts'
import type { Files } from '../files/files.ts'
import { getRevision } from '../library/documents.ts'
import { OWNER } from './register.ts'

/** Kinds that a browser may show by itself; everything else, HTML and SVG above all, is only ever downloaded. */
const INLINE = new Set(['application/pdf', 'image/png', 'image/jpeg', 'image/webp', 'image/gif'])

export function registerBytes(app: FastifyInstance, db: Db, files: Files): void {
  app.get(
    '/api/revisions/:id/file',
    { schema: { operationId: 'getFile', summary: 'The uploaded bytes; answers ranges', params: z.object({ id: idSchema('revision') }) } },
    async (request, reply) => {
      const { id } = z.object({ id: idSchema('revision') }).parse(request.params)
      const { revision, document } = await getRevision(db, OWNER, id)
      const found = await stat(files.pathOf(revision.fileHash)).catch(() => null)
      if (!found) throw fail('ingest.file_missing')
      const inline = INLINE.has(revision.mediaType)
      reply
        .header('accept-ranges', 'bytes')
        .header('etag', `"${revision.fileHash}"`)
        .header('cache-control', 'private, max-age=0, must-revalidate')
        .header('content-security-policy', "sandbox; default-src 'none'")
        .header(
          'content-disposition',
          `${inline ? 'inline' : 'attachment'}; filename*=UTF-8''${encodeURIComponent(document.name).replace(/['()*]/g, (c) => `%${c.charCodeAt(0).toString(16)}`)}`,
        )
        .type(inline ? revision.mediaType : 'application/octet-stream')
      const range = parseRange(request.headers.range, found.size)
      if (range === 'unsatisfiable') {
        return await reply.code(416).header('content-range', `bytes */${found.size}`).send()
      }
      if (!range) {
        return await reply.header('content-length', found.size).send(files.open(revision.fileHash))
      }
      return await reply
        .code(206)
        .header('content-range', `bytes ${range.start}-${range.end}/${found.size}`)
        .header('content-length', range.end - range.start + 1)
        .send(files.open(revision.fileHash, range))
    },
  )
}

/** One range of RFC 9110 section 14.1.2; several ranges are answered with the whole file, as the RFC allows. */
export function parseRange(header: string | undefined, size: number): { start: number; end: number } | 'unsatisfiable' | null {
  const match = /^bytes=(\d*)-(\d*)$/.exec(header ?? '')
  if (!match || (match[1] === '' && match[2] === '')) return null
  const start = match[1] === '' ? Math.max(0, size - Number(match[2])) : Number(match[1])
  const end = match[1] === '' || match[2] === '' ? size - 1 : Math.min(Number(match[2]), size - 1)
  return start > end || start >= size ? 'unsatisfiable' : { start, end }
}

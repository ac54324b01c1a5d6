/** A page of the web, or any file behind an address, becomes a document as an upload does. */
import type { Document } from '@zhiku/contract/entities.ts'
import type { CollectionId, DocumentId } from '@zhiku/contract/ids.ts'
import { fail } from '../../base/fail.ts'
import { LIMITS } from '../../base/limits.ts'
import { getDocument } from '../../library/documents.ts'
import { checkUrl, type SafeFetch } from '../../net/safe-fetch.ts'
import type { IngestContext } from '../context.ts'
import { receive } from '../receive.ts'
import { folderOfPage, HEAD_BYTES, nameOfPage } from './page-name.ts'

const ACCEPT = 'text/html, application/xhtml+xml, application/pdf;q=0.9, */*;q=0.8'

/**
 * Fetches an address. A document that came from it before gets a new revision when the bytes have changed.
 * @returns known: the same bytes were here already
 * @throws fetch.*
 */
export async function addPage(
  ctx: IngestContext,
  fetcher: SafeFetch,
  input: { owner: string; collectionId: CollectionId; url: string; signal?: AbortSignal },
): Promise<{ document: Document; known: boolean }> {
  const sourceUrl = checkUrl(input.url).href
  const { file, name, path } = await fetcher.fetch(
    sourceUrl,
    { accept: ACCEPT, limitBytes: LIMITS.fetchBytes, ...(input.signal ? { signal: input.signal } : {}) },
    async ({ url, mediaType, fileName, body }) => {
      const head: Uint8Array[] = []
      const stored = await ctx.files.put({ stream: keepingHead(body, head), name: url, limitBytes: LIMITS.fetchBytes })
      return { file: stored, name: nameOfPage({ url, mediaType, fileName, head: Buffer.concat(head) }), path: folderOfPage(url) }
    },
  )
  return await receive(ctx, { owner: input.owner, collectionId: input.collectionId, path, name, file, sourceUrl })
}

/** @throws document.not_found, document.no_address for a file, fetch.* */
export async function fetchAgain(
  ctx: IngestContext,
  fetcher: SafeFetch,
  owner: string,
  documentId: DocumentId,
): Promise<{ document: Document; known: boolean }> {
  const { sourceUrl, collectionId } = await getDocument(ctx.db, owner, documentId)
  if (sourceUrl === null) throw fail('document.no_address')
  return await addPage(ctx, fetcher, { owner, collectionId, url: sourceUrl })
}

async function* keepingHead(body: AsyncIterable<Uint8Array>, head: Uint8Array[]): AsyncGenerator<Uint8Array> {
  let kept = 0
  for await (const part of body) {
    if (kept < HEAD_BYTES) head.push(Buffer.from(part.subarray(0, HEAD_BYTES - kept)))
    kept += part.byteLength
    yield part
  }
}

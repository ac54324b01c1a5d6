/**
 * Files inside files: what a reader takes out of a mail or an archive becomes a document of its own, received as an
 * upload is: stored, revision, job. Idempotent by container, place in it and bytes, so a container that is read again
 * after a crash adds nothing twice.
 *
 * The bounds count over the whole upload, however many containers it is made of.
 */
import type { DocumentId } from '@zhiku/contract/ids.ts'
import { fail, isAppError } from '../base/fail.ts'
import { LIMITS } from '../base/limits.ts'
import type { Tx } from '../db/db.ts'
import type { PutFile } from '../files/files.ts'
import { checkName, checkPath } from '../library/names.ts'
import type { IngestTarget } from '../library/revisions.ts'
import { listVanished, measureTree } from '../library/tree.ts'
import { enqueue } from '../queue/queue.ts'
import { type IngestContext, PURGE_JOB } from './context.ts'
import type { InnerVerdict } from './extract/types.ts'
import { InnerCut } from './pool/inner.ts'
import { accept } from './receive.ts'

/** A file as the reader found it. */
export interface FoundChild {
  name: string
  /** folder within the container, "" at its top */
  path: string
}

/** The rest of the upload is counted again after so much: other containers of it may be read at the same time. */
const RECOUNT_FILES = 50
const RECOUNT_BYTES = 64 * 1024 * 1024

const MIB = 1024 * 1024
const no = (stop: boolean, ...error: Parameters<typeof fail>): InnerVerdict => {
  const { code, params } = fail(...error)
  return { notice: { code, params }, stop }
}

export interface ChildIntake {
  take(child: FoundChild, bytes: AsyncIterable<Uint8Array>): Promise<InnerVerdict>
}

/**
 * Takes the children of one container, one after the other.
 * @param write  a transaction that proves the lease of the container's job
 */
export function childIntake(
  ctx: IngestContext,
  container: IngestTarget,
  write: <T>(work: (tx: Tx) => Promise<T>) => Promise<T>,
  signal: AbortSignal,
): ChildIntake {
  const rootId: DocumentId = container.rootId ?? container.documentId
  let elsewhere = { files: 0, bytes: 0 }
  let counted: { files: number; bytes: number } | null = null
  const taken = { files: 0, bytes: 0 }

  /** Bytes that the upload may still grow by; a verdict when it may not. */
  async function room(): Promise<{ bytes: number } | InnerVerdict> {
    if (counted === null || taken.files - counted.files >= RECOUNT_FILES || taken.bytes - counted.bytes >= RECOUNT_BYTES) {
      elsewhere = await measureTree(ctx.db, rootId, container.documentId)
      counted = { ...taken }
    }
    if (elsewhere.files + taken.files >= LIMITS.containerFiles) return no(true, 'ingest.files_limit', { limit: LIMITS.containerFiles })
    const bytes = LIMITS.containerBytes - elsewhere.bytes - taken.bytes
    return bytes > 0 ? { bytes } : no(true, 'ingest.unpacked_limit', { limit: `${LIMITS.containerBytes / MIB} MB` })
  }

  async function store(child: FoundChild, bytes: AsyncIterable<Uint8Array>, limitBytes: number): Promise<PutFile | InnerVerdict> {
    try {
      return await ctx.files.put({ stream: bytes, name: child.name, limitBytes: Math.min(limitBytes, LIMITS.uploadBytes), signal })
    } catch (error) {
      if (error instanceof InnerCut) return null
      if (!isAppError(error, 'upload.too_large')) throw error
      const whole = limitBytes < LIMITS.uploadBytes
      return no(whole, 'ingest.unpacked_limit', { limit: `${(whole ? LIMITS.containerBytes : LIMITS.uploadBytes) / MIB} MB` })
    }
  }

  return {
    async take(found, bytes) {
      if (container.depth >= LIMITS.containerDepth) return no(true, 'ingest.depth_limit', { limit: LIMITS.containerDepth })
      const place = placeOf(container, found)
      if ('notice' in place) return place
      const left = await room()
      if (left === null || 'notice' in left) return left
      const file = await store(found, bytes, left.bytes)
      if (file === null || 'notice' in file) return file
      try {
        const { owner, collectionId, documentId, revisionId } = container
        const parent = { documentId, revisionId, rootId, depth: container.depth + 1 }
        await write((tx) => accept(ctx, tx, { ...place, owner, collectionId, file, parent }))
        taken.files += 1
        taken.bytes += file.sizeBytes
        return null
      } finally {
        await file.settle()
      }
    },
  }
}

function placeOf(container: IngestTarget, found: FoundChild): { name: string; path: string } | NonNullable<InnerVerdict> {
  try {
    const folder = [container.path, container.name].filter((part) => part !== '').join('/')
    const path = checkPath(found.path)
    return { name: checkName(found.name), path: path === '' ? folder : `${folder}/${path}` }
  } catch (error) {
    if (isAppError(error)) return { notice: { code: error.code, params: error.params }, stop: false }
    throw error
  }
}

/** Children that this revision, read to its end, no longer has are to go; each in a transaction of its own. */
export async function dropVanished(ctx: IngestContext, tx: Tx, container: IngestTarget): Promise<void> {
  for (const documentId of await listVanished(tx, container.documentId, container.revisionId)) {
    const { owner } = container
    await enqueue(tx, { kind: PURGE_JOB, key: documentId, payload: { documentId, owner }, owner }, () => ctx.jobs.wake(PURGE_JOB))
  }
}

/** One file of a watched folder: taken when it is new or changed, never through a link out of the folder. */
import { constants } from 'node:fs'
import { lstat, open, realpath } from 'node:fs/promises'
import path from 'node:path'
import { fail, isAppError } from '../../base/fail.ts'
import { LIMITS } from '../../base/limits.ts'
import type { IngestContext } from '../context.ts'
import { receive } from '../receive.ts'
import { placeOf } from './names.ts'
import { countFiles, findFile, putKnownFile, type WatchRow } from './rows.ts'

/** `again`: it is still being written, look later · `full`: the folder has more files than are taken */
export type Taken = 'taken' | 'unchanged' | 'gone' | 'passed' | 'again' | 'full'

/** Windows has no such flag; there links need rights that few have. */
const NO_FOLLOW = constants.O_NOFOLLOW ?? 0

/**
 * @param relative   path within the folder, with /
 * @param settledMs  how long ago a file must have been changed last to count as written
 */
export async function takeFile(ctx: IngestContext, watch: WatchRow, relative: string, settledMs: number): Promise<Taken> {
  const file = path.join(watch.folder, ...relative.split('/'))
  const found = await lstat(file).catch(() => null)
  if (!found) return 'gone'
  if (!found.isFile() || !(await isInside(file, watch.folder))) return 'passed'
  const known = await findFile(ctx.db, watch.id, relative)
  if (known && !known.failed && known.sizeBytes === found.size && known.modifiedMs === found.mtimeMs) return 'unchanged'
  const age = Date.now() - found.mtimeMs
  if (age >= 0 && age < settledMs) return 'again'
  if (!known && (await countFiles(ctx.db, watch.id)) >= LIMITS.watchedFiles) return 'full'

  const state = { sizeBytes: found.size, modifiedMs: found.mtimeMs }
  try {
    const stored = await store(ctx, file, found)
    if (stored === null) return 'again'
    const { document } = await receive(ctx, {
      ...placeOf(watch.folder, relative),
      owner: watch.owner,
      collectionId: watch.collectionId,
      file: stored,
    })
    await putKnownFile(ctx.db, watch.id, relative, { ...state, documentId: document.id, notice: null })
  } catch (error) {
    const reason = asFileError(error, relative)
    if (reason === null) throw error
    await putKnownFile(ctx.db, watch.id, relative, { ...state, documentId: null, notice: { code: reason.code, params: reason.params } })
  }
  return 'taken'
}

/** Null when the file has changed while it was read. */
async function store(ctx: IngestContext, file: string, seen: { size: number; mtimeMs: number; ino: number }) {
  const handle = await open(file, constants.O_RDONLY | NO_FOLLOW)
  try {
    const before = await handle.stat()
    if (!before.isFile() || before.ino !== seen.ino) return null
    const stream = handle.createReadStream({ autoClose: false, highWaterMark: 1 << 20 })
    const stored = await ctx.files.put({ stream, name: path.basename(file), limitBytes: LIMITS.uploadBytes })
    const after = await handle.stat()
    if (after.size === seen.size && after.mtimeMs === seen.mtimeMs && stored.sizeBytes === seen.size) return stored
    await stored.settle()
    return null
  } finally {
    await handle.close()
  }
}

/** Folders on the way may be links too. */
async function isInside(file: string, folder: string): Promise<boolean> {
  try {
    const [real, root] = await Promise.all([realpath(file), realpath(folder)])
    return real.startsWith(root.endsWith(path.sep) ? root : root + path.sep)
  } catch {
    return false
  }
}

/** What is wrong with this one file; null for what concerns everything (the disk is full, the database is away). */
function asFileError(error: unknown, relative: string): ReturnType<typeof fail> | null {
  if (isAppError(error)) return error.code.startsWith('upload.') ? error : null
  const code = (error as NodeJS.ErrnoException).code
  return code !== undefined && /^E[A-Z]+$/.test(code) ? fail('upload.unreadable', { name: relative, detail: code }, error) : null
}

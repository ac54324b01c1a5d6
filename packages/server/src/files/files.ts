/**
 * Bytes of uploaded files, kept by sha-256 under `<data>/files/ab/cdef…`. Owner of the table `file`.
 *
 * Order of writing: temp file -> fsync -> rename -> fsync of the folder, and only then the row. So a row always has
 * its bytes; bytes without a row are left-overs of a crash and go in `sweep`.
 *
 * A file goes when no revision uses it. Between `put` and the transaction that takes the reference, the returned
 * `PutFile` holds the bytes, so that a delete of the same content in that moment cannot remove them.
 */
import { createHash, randomUUID } from 'node:crypto'
import { constants, createReadStream, type ReadStream } from 'node:fs'
import { type FileHandle, access, mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises'
import path from 'node:path'
import { fail } from '../base/fail.ts'
import type { Db, Sql, Tx } from '../db/db.ts'

export interface PutFile {
  hash: string
  sizeBytes: number
  /** Call when the transaction that took the reference has ended, either way. */
  settle(): Promise<void>
}

export interface Files {
  /** Folder that reader children may read. */
  readonly folder: string
  /**
   * Stores a stream. Nothing is held in memory.
   * @throws upload.too_large when more than `limitBytes` arrive; the partial file is removed
   */
  put(input: { stream: AsyncIterable<Uint8Array>; name: string; limitBytes: number; signal?: AbortSignal }): Promise<PutFile>
  /** Stores a file that is already on this disk by moving it (a finished resumable upload). */
  adopt(input: { path: string }): Promise<PutFile>
  /** Takes one reference, in the transaction that writes the revision. */
  retain(tx: Tx, file: { hash: string; sizeBytes: number }): Promise<void>
  /** Gives one reference back; the bytes go after the commit when it was the last. */
  release(tx: Tx, hash: string): Promise<void>
  /** Keeps the bytes of these hashes, also when their last reference goes, until what is returned is called. */
  hold(hashes: readonly string[]): () => Promise<void>
  pathOf(hash: string): string
  open(hash: string, range?: { start: number; end: number }): ReadStream
  /** Removes bytes without a row and left-over temp files. Returns how many. */
  sweep(): Promise<number>
  /** Differences between rows and folder, for the doctor. */
  check(db: Sql): Promise<{ rows: number; missing: string[]; stray: string[]; wrongSize: string[] }>
}

const HASH = /^[0-9a-f]{64}$/

async function syncFolder(folder: string): Promise<void> {
  // Windows refuses to open folders; there the rename alone has to do.
  if (process.platform === 'win32') return
  const handle = await open(folder, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

export async function openFiles(dataDir: string, db: Db): Promise<Files> {
  const folder = path.join(dataDir, 'files')
  const tempFolder = path.join(folder, 'tmp')
  await mkdir(tempFolder, { recursive: true })

  /** hash -> number of puts whose transaction has not ended */
  const held = new Map<string, number>()
  /** hash -> an unlink under way; a put of the same content waits for it before it moves its bytes in */
  const removing = new Map<string, Promise<void>>()
  const pathOf = (hash: string): string => {
    if (!HASH.test(hash)) throw new Error('not a file hash')
    return path.join(folder, hash.slice(0, 2), hash.slice(2))
  }

  async function removeIfUnused(hash: string): Promise<void> {
    if (held.has(hash)) return
    const { rows } = await db.query('select 1 from file where hash = $1', [hash])
    // Checked again after the query: a put may have started meanwhile.
    if (rows.length > 0 || held.has(hash)) return
    const removal = rm(pathOf(hash), { force: true }).finally(() => removing.delete(hash))
    removing.set(hash, removal)
    await removal
  }

  function hold(hash: string): () => Promise<void> {
    held.set(hash, (held.get(hash) ?? 0) + 1)
    let settled = false
    return async () => {
      if (settled) return
      settled = true
      const left = held.get(hash)! - 1
      if (left > 0) held.set(hash, left)
      else {
        held.delete(hash)
        await removeIfUnused(hash)
      }
    }
  }

  /** Moves a complete, synced temp file to its place. The hold is taken first, so no delete can come between. */
  async function keep(temp: string, hash: string, sizeBytes: number): Promise<PutFile> {
    const settle = hold(hash)
    try {
      await removing.get(hash)
      const target = pathOf(hash)
      const parent = path.dirname(target)
      const existed = await access(parent, constants.F_OK).then(
        () => true,
        () => false,
      )
      await mkdir(parent, { recursive: true })
      await rename(temp, target)
      await syncFolder(parent)
      if (!existed) await syncFolder(folder)
      return { hash, sizeBytes, settle }
    } catch (error) {
      await settle()
      throw error
    }
  }

  return {
    folder,
    pathOf,
    hold(hashes) {
      const releases = hashes.map((hash) => hold(hash))
      return async () => {
        for (const release of releases) await release()
      }
    },

    async put({ stream, name, limitBytes, signal }) {
      const temp = path.join(tempFolder, randomUUID())
      const digest = createHash('sha256')
      let sizeBytes = 0
      let handle: FileHandle | null = await open(temp, 'wx')
      try {
        for await (const part of stream) {
          signal?.throwIfAborted()
          sizeBytes += part.byteLength
          if (sizeBytes > limitBytes) throw fail('upload.too_large', { name, limit: `${Math.floor(limitBytes / 1024 / 1024)} MB` })
          digest.update(part)
          await handle.writeFile(part)
        }
        await handle.sync()
        await handle.close()
        handle = null
        return await keep(temp, digest.digest('hex'), sizeBytes)
      } catch (error) {
        await handle?.close().catch(() => undefined)
        await rm(temp, { force: true })
        if ((error as NodeJS.ErrnoException).code === 'ENOSPC') throw fail('db.disk_full', {}, error)
        throw error
      }
    },

    async adopt({ path: source }) {
      const digest = createHash('sha256')
      let sizeBytes = 0
      for await (const part of createReadStream(source, { highWaterMark: 1 << 20 })) {
        digest.update(part as Uint8Array)
        sizeBytes += (part as Uint8Array).byteLength
      }
      const handle = await open(source, 'r+')
      try {
        await handle.sync()
      } finally {
        await handle.close()
      }
      return await keep(source, digest.digest('hex'), sizeBytes)
    },

    async retain(tx, file) {
      await tx.query('insert into file (hash, size_bytes, refs) values ($1, $2, 1) on conflict (hash) do update set refs = file.refs + 1', [
        file.hash,
        file.sizeBytes,
      ])
    },

    async release(tx, hash) {
      const { rows } = await tx.query<{ refs: number }>('update file set refs = refs - 1 where hash = $1 returning refs', [hash])
      if (rows[0] && rows[0].refs <= 0) {
        await tx.query('delete from file where hash = $1', [hash])
        // Lost in a crash: then the next start's sweep removes the bytes.
        tx.afterCommit(() => void removeIfUnused(hash).catch(() => undefined))
      }
    },

    open: (hash, range) => createReadStream(pathOf(hash), range ? { start: range.start, end: range.end } : {}),

    async sweep() {
      let removed = 0
      for (const name of await readdir(tempFolder)) {
        await rm(path.join(tempFolder, name), { force: true, recursive: true })
        removed += 1
      }
      for (const hash of await listHashes(folder)) {
        if (held.has(hash)) continue
        const { rows } = await db.query('select 1 from file where hash = $1', [hash])
        if (rows.length === 0) {
          await removeIfUnused(hash)
          removed += 1
        }
      }
      return removed
    },

    async check(sql) {
      const { rows } = await sql.query<{ hash: string; size_bytes: number }>('select hash, size_bytes from file order by hash')
      const kept = new Set(rows.map((row) => row.hash))
      const missing: string[] = []
      const wrongSize: string[] = []
      for (const row of rows) {
        const found = await stat(pathOf(row.hash)).catch(() => null)
        if (!found) missing.push(row.hash)
        else if (found.size !== row.size_bytes) wrongSize.push(row.hash)
      }
      const stray = (await listHashes(folder)).filter((hash) => !kept.has(hash) && !held.has(hash))
      return { rows: rows.length, missing, stray, wrongSize }
    },
  }
}

async function listHashes(folder: string): Promise<string[]> {
  const hashes: string[] = []
  for (const prefix of await readdir(folder)) {
    if (!/^[0-9a-f]{2}$/.test(prefix)) continue
    for (const rest of await readdir(path.join(folder, prefix))) {
      if (HASH.test(prefix + rest)) hashes.push(prefix + rest)
    }
  }
  return hashes
}

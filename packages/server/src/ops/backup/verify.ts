/** Reads every entry of a backup to its end and compares length and sha-256 with the manifest. */
import { createHash } from 'node:crypto'
import { Writable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { fail, isAppError } from '../../base/fail.ts'
import { type Archive, openArchive } from './archive.ts'
import type { Manifest, ManifestEntry } from './manifest.ts'

/** Copies an entry into `sink` and checks it. @throws backup.damaged naming the entry */
export async function readEntry(archive: Archive, entry: ManifestEntry, sink: Writable): Promise<void> {
  const hash = createHash('sha256')
  let sizeBytes = 0
  try {
    await pipeline(
      await archive.open(entry.name),
      async function* (source: AsyncIterable<Buffer>) {
        for await (const part of source) {
          sizeBytes += part.byteLength
          if (sizeBytes > entry.sizeBytes) break
          hash.update(part)
          yield part
        }
      },
      sink,
    )
  } catch (error) {
    if (isAppError(error) || (error as NodeJS.ErrnoException).code === 'ENOSPC') throw error
    throw fail('backup.damaged', { detail: entry.name }, error)
  }
  if (sizeBytes !== entry.sizeBytes || hash.digest('hex') !== entry.sha256) throw fail('backup.damaged', { detail: entry.name })
}

/** @throws backup.damaged */
export async function verifyArchive(file: string): Promise<Manifest> {
  const archive = await openArchive(file)
  try {
    for (const entry of archive.manifest.entries)
      await readEntry(archive, entry, new Writable({ write: (_part, _encoding, next) => next() }))
    return archive.manifest
  } finally {
    archive.close()
  }
}

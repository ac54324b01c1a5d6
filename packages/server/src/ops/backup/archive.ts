/**
 * Backups as bytes: one ZIP file (any tool opens it) or, for the backup before an upgrade, a folder in which uploaded
 * files are links and cost nothing. Both are read alike.
 */
import { createHash } from 'node:crypto'
import { createReadStream, createWriteStream } from 'node:fs'
import { copyFile, link, mkdir, open, readFile, rename, rm, stat } from 'node:fs/promises'
import path from 'node:path'
import { type Readable, Transform } from 'node:stream'
import { text } from 'node:stream/consumers'
import { pipeline } from 'node:stream/promises'
import yauzl from 'yauzl'
import yazl from 'yazl'
import { fail } from '../../base/fail.ts'
import { inParallel } from './parallel.ts'
import { FILES, MANIFEST, type Manifest, type ManifestEntry, parseManifest } from './manifest.ts'
import type { Snapshot, Source } from './snapshot.ts'

/** Pages of a database are half empty: a little effort gains most of it. */
const COMPRESSION_LEVEL = 3

/** Passes bytes on and tells their hash at the end. */
function hashing(done: (digest: { sizeBytes: number; sha256: string }) => void): Transform {
  const hash = createHash('sha256')
  let sizeBytes = 0
  return new Transform({
    transform(part: Buffer, _encoding, next) {
      hash.update(part)
      sizeBytes += part.byteLength
      next(null, part)
    },
    flush(next) {
      done({ sizeBytes, sha256: hash.digest('hex') })
      next()
    },
  })
}

/** The whole backup as a stream; nothing is held in memory. A source that cannot be read ends it with that error. */
export function packSnapshot(snapshot: Snapshot): Readable {
  const zip = new yazl.ZipFile()
  const out = zip.outputStream as Readable
  zip.on('error', (error: Error) => out.destroy(error))
  const entries: ManifestEntry[] = []
  let reading: Readable | null = null
  // Whoever asked went away, or a source failed.
  out.once('close', () => reading?.destroy())
  for (const source of snapshot.sources) {
    zip.addReadStreamLazy(source.name, { compressionLevel: source.compress ? COMPRESSION_LEVEL : 0 }, (give) => {
      const stream = createReadStream(source.path)
      reading = stream
      const hash = hashing((digest) => entries.push({ name: source.name, ...digest }))
      stream.on('error', (error) => out.destroy(error))
      give(null, stream.pipe(hash))
    })
  }
  zip.addReadStreamLazy(MANIFEST, { compress: true }, (give) => {
    const manifest: Manifest = { ...snapshot.manifest, entries }
    const bytes = hashing(() => undefined)
    bytes.end(JSON.stringify(manifest))
    give(null, bytes)
  })
  zip.end()
  return out
}

/** Writes the backup as a folder; uploaded files are links to the same bytes where the file system can. */
export async function writeFolder(snapshot: Snapshot, target: string): Promise<Manifest> {
  const making = `${target}.making`
  await rm(making, { recursive: true, force: true })
  const entries: ManifestEntry[] = []
  await inParallel(snapshot.sources, async (source) => {
    const at = path.join(making, source.name)
    await mkdir(path.dirname(at), { recursive: true, mode: 0o700 })
    entries.push(await place(source, at))
  })
  const manifest: Manifest = { ...snapshot.manifest, entries }
  const handle = await open(path.join(making, MANIFEST), 'wx')
  try {
    await handle.writeFile(JSON.stringify(manifest))
    await handle.sync()
  } finally {
    await handle.close()
  }
  await rename(making, target)
  return manifest
}

async function place(source: Source, at: string): Promise<ManifestEntry> {
  if (source.name.startsWith(FILES)) {
    // Bytes under their hash never change, so the name is the checksum and a link is as good as a copy.
    await link(source.path, at).catch(() => copyFile(source.path, at))
    return { name: source.name, sizeBytes: (await stat(at)).size, sha256: source.name.slice(FILES.length) }
  }
  let digest = { sizeBytes: 0, sha256: '' }
  const hash = hashing((found) => (digest = found))
  await pipeline(createReadStream(source.path), hash, createWriteStream(at, { flags: 'wx', mode: 0o600, flush: true }))
  return { name: source.name, ...digest }
}

export interface Archive {
  manifest: Manifest
  /** Bytes of an entry of the manifest. @throws backup.damaged */
  open(name: string): Promise<Readable>
  close(): void
}

/** @throws backup.damaged, upload.unreadable when there is nothing at `file` */
export async function openArchive(file: string): Promise<Archive> {
  const found = await stat(file).catch((cause: Error) => {
    throw fail('upload.unreadable', { name: file, detail: cause.message }, cause)
  })
  return found.isDirectory() ? await openFolder(file) : await openZip(file)
}

async function openFolder(folder: string): Promise<Archive> {
  const bytes = await readFile(path.join(folder, MANIFEST), 'utf8').catch((cause: unknown) => {
    throw fail('backup.damaged', { detail: MANIFEST }, cause)
  })
  return {
    manifest: parseManifest(bytes),
    open: async (name) => createReadStream(path.join(folder, name)),
    close: () => undefined,
  }
}

async function openZip(file: string): Promise<Archive> {
  const damaged = (cause: unknown): never => {
    throw fail('backup.damaged', { detail: cause instanceof Error ? cause.message : String(cause) }, cause)
  }
  const zip = await yauzl.openPromise(file, { autoClose: false, lazyEntries: true }).catch(damaged)
  const entries = new Map<string, yauzl.Entry>()
  try {
    for await (const entry of zip.eachEntry()) entries.set(entry.fileName, entry)
    const read = async (name: string): Promise<Readable> => {
      const entry = entries.get(name)
      if (!entry) throw fail('backup.damaged', { detail: name })
      return await zip.openReadStreamPromise(entry).catch(damaged)
    }
    const manifest = parseManifest(await text(await read(MANIFEST)).catch(damaged))
    return { manifest, open: read, close: () => zip.close() }
  } catch (error) {
    zip.close()
    return damaged(error)
  }
}

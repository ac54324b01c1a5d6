/**
 * ZIP archives of documents: every file inside becomes a document of its own; the archive's own text is the list of
 * them. Nothing is ever written under an entry's name. Links, system left-overs and folders are passed over.
 *
 * Bounds: entries looked at, declared and real size, ratio of compression; those of the whole upload are the server's.
 */
import type { Readable } from 'node:stream'
import { type Entry, fromBuffer, getFileNameLowLevel, type ZipFile } from 'yauzl'
import { fail, isAppError } from '../../base/fail.ts'
import { LIMITS } from '../../base/limits.ts'
import { handOver, type Member, memberBlocks, problemOf } from './container/members.ts'
import { decodeNames, DistinctNames, placeOfEntry } from './container/names.ts'
import { cutIntoPages } from './pages.ts'
import type { ExtractedPage, Extractor } from './types.ts'

export const ZIP_VERSION = 'zip-1 yauzl-3.4.0'

const UTF8_FLAG = 0x800
/** Info-ZIP's field with the name in Unicode */
const UNICODE_PATH = 0x7075
/** Unix mode of a symbolic link in the upper half of the external attributes */
const MODE_TYPE = 0o170000
const MODE_LINK = 0o120000

const STORED = 0
const DEFLATED = 8

export const extractZip: Extractor = async ({ bytes, name, fromPage, progress }) => {
  const archive = await open(bytes)
  const members = membersOf(archive, await entriesOf(archive, progress))
  if (members.length === 0) throw fail('ingest.no_text')
  return {
    mediaType: 'application/zip',
    engine: ZIP_VERSION,
    pagesTotal: null,
    inner: async (give) => {
      const outcome = await handOver(members, give)
      // Not one file came out: then the list of them is no document either.
      if (outcome.notice && outcome.complete && members.every(({ problem }) => problem !== null)) throw asError(outcome.notice)
      return outcome
    },
    pages: listing(name, members, fromPage),
  }
}

const asError = (notice: { code: string; params: Record<string, string | number> }): Error =>
  fail(notice.code as Parameters<typeof fail>[0], notice.params)

function* listing(name: string, members: readonly Member[], fromPage: number): Generator<ExtractedPage> {
  yield* cutIntoPages([{ kind: 'heading', level: 1, text: name }, ...memberBlocks(members)], ZIP_VERSION).slice(fromPage - 1)
}

async function open(bytes: Uint8Array): Promise<ZipFile> {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  return await new Promise((resolve, reject) => {
    // Names are decoded here, not by the library: it knows only UTF-8 and code page 437, and ends at the first bad name.
    fromBuffer(buffer, { lazyEntries: true, decodeStrings: false }, (error, archive) => {
      if (error) reject(fail('ingest.corrupt', { detail: 'ZIP' }, error))
      else resolve(archive)
    })
  })
}

/** The list of entries as far as it can be read. @throws ingest.unpacked_limit, ingest.corrupt when there is none at all */
async function entriesOf(archive: ZipFile, progress: () => void): Promise<Entry[]> {
  const entries: Entry[] = []
  try {
    for await (const entry of archive.eachEntry()) {
      entries.push(entry)
      if (entries.length > LIMITS.containerEntries) throw fail('ingest.unpacked_limit', { limit: `${LIMITS.containerEntries} entries` })
      if (entries.length % 100 === 0) progress()
    }
  } catch (error) {
    throw isAppError(error) ? error : fail('ingest.corrupt', { detail: 'ZIP directory' }, error)
  }
  return entries
}

function membersOf(archive: ZipFile, entries: readonly Entry[]): Member[] {
  const names = namesOf(entries)
  const distinct = new DistinctNames()
  return entries.flatMap((entry, index): Member[] => {
    const raw = names[index]!
    const isLink = ((entry.externalFileAttributes >>> 16) & MODE_TYPE) === MODE_LINK
    if (/[/\\]$/.test(raw) || isLink) return []
    const place = placeOfEntry(raw)
    if (place.kind === 'left-behind') return []
    const safe = place.kind === 'file' ? place : { path: '', name: raw.replace(/[/\\]+/g, '_').slice(0, 100) }
    const member: Member = {
      shown: place.kind === 'file' ? `${place.path === '' ? '' : `${place.path}/`}${place.name}` : safe.name,
      path: safe.path,
      name: distinct.of(safe.path, safe.name),
      sizeBytes: entry.uncompressedSize,
      problem: place.kind === 'unsafe' ? problemOf('upload.name_invalid', { detail: '..' }) : problemOfEntry(entry),
      bytes: () => inflate(archive, entry),
    }
    return [member]
  })
}

function namesOf(entries: readonly Entry[]): string[] {
  const asFormat = (entry: Entry): string => getFileNameLowLevel(entry.generalPurposeBitFlag, entry.fileNameRaw, entry.extraFields, false)
  const declared = (entry: Entry): boolean =>
    (entry.generalPurposeBitFlag & UTF8_FLAG) !== 0 || entry.extraFields.some(({ id }) => id === UNICODE_PATH)
  const undeclared = entries.filter((entry) => !declared(entry))
  const byRaw = new Map(undeclared.map((entry) => [entry.fileNameRaw, entry]))
  const decoded = decodeNames(
    undeclared.map((entry) => entry.fileNameRaw),
    (raw) => asFormat(byRaw.get(raw as Buffer)!),
  )
  let next = 0
  return entries.map((entry) => (declared(entry) ? asFormat(entry) : decoded[next++]!))
}

/** What the directory alone says against an entry. */
function problemOfEntry(entry: Entry): Member['problem'] {
  if (entry.isEncrypted()) return problemOf('ingest.password_needed')
  if (entry.compressionMethod !== STORED && entry.compressionMethod !== DEFLATED)
    return problemOf('ingest.unsupported_archive', { format: `ZIP, method ${entry.compressionMethod}` })
  if (entry.uncompressedSize > LIMITS.unpackedRatioFromBytes && entry.uncompressedSize > entry.compressedSize * LIMITS.unpackedRatio)
    return problemOf('ingest.unpacked_limit', { limit: `${LIMITS.unpackedRatio} : 1` })
  return null
}

/** The library checks what comes against the declared size, so a header that lies ends here too. */
async function* inflate(archive: ZipFile, entry: Entry): AsyncGenerator<Uint8Array> {
  let stream: Readable | null = null
  try {
    stream = await archive.openReadStreamPromise(entry)
    for await (const part of stream) yield part as Uint8Array
  } catch (error) {
    throw fail('ingest.corrupt', { detail: 'ZIP entry' }, error)
  } finally {
    stream?.destroy()
  }
}

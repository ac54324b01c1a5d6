/**
 * The directory of a ZIP container in memory, read once. ZIP64 too.
 * Source: APPNOTE.TXT 6.3.10 (PKWARE), 4.3.6-4.3.16.
 */
import { fail } from '../../../base/fail.ts'
import { LIMITS } from '../../../base/limits.ts'

export interface ZipEntry {
  /** with `/`, never one in front */
  name: string
  /** 0 stored, 8 deflated; nothing else is read */
  method: number
  encrypted: boolean
  /** bytes in the container, and what they claim to unpack to */
  packed: number
  size: number
  /** of the local header */
  offset: number
}

const END = 0x06054b50
const END_BYTES = 22
const END_SEARCH_BYTES = END_BYTES + 0xffff
const LOCATOR_64 = 0x07064b50
const END_64 = 0x06064b50
const CENTRAL = 0x02014b50
const CENTRAL_BYTES = 46
const LOCAL = 0x04034b50
const LOCAL_BYTES = 30
const FULL_32 = 0xffffffff
const FULL_16 = 0xffff

const viewOf = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)

/**
 * Entries in the order of the directory; of several with one name the last counts, as for those who unpack to a disk.
 * @throws ingest.corrupt when there is no directory, ingest.unpacked_limit for too many entries
 */
export function zipEntries(bytes: Uint8Array): ZipEntry[] {
  const view = viewOf(bytes)
  try {
    return [...entries(bytes, view)]
  } catch (error) {
    // A position outside of the file.
    if (error instanceof RangeError) throw fail('ingest.corrupt', { detail: 'ZIP' }, error)
    throw error
  }
}

function* entries(bytes: Uint8Array, view: DataView): Generator<ZipEntry> {
  const { count, start, shift } = directoryOf(view)
  if (count > LIMITS.unpackedEntries) throw fail('ingest.unpacked_limit', { limit: `${LIMITS.unpackedEntries} files` })
  const decoder = new TextDecoder()
  let at = start
  for (let index = 0; index < count; index++) {
    if (view.getUint32(at, true) !== CENTRAL) throw fail('ingest.corrupt', { detail: 'ZIP' })
    const nameBytes = view.getUint16(at + 28, true)
    const extraBytes = view.getUint16(at + 30, true)
    const entry: ZipEntry = {
      name: decoder
        .decode(bytes.subarray(at + CENTRAL_BYTES, at + CENTRAL_BYTES + nameBytes))
        .replaceAll('\\', '/')
        .replace(/^\/+/, ''),
      method: view.getUint16(at + 10, true),
      encrypted: (view.getUint16(at + 8, true) & 1) !== 0,
      packed: view.getUint32(at + 20, true),
      size: view.getUint32(at + 24, true),
      offset: view.getUint32(at + 42, true),
    }
    widen(view, entry, at + CENTRAL_BYTES + nameBytes, extraBytes)
    entry.offset += shift
    yield entry
    at += CENTRAL_BYTES + nameBytes + extraBytes + view.getUint16(at + 32, true)
  }
}

/** Where the directory is; `shift` is what foreign bytes before the container have moved it by. */
function directoryOf(view: DataView): { count: number; start: number; shift: number } {
  const least = Math.max(0, view.byteLength - END_SEARCH_BYTES)
  let end = view.byteLength - END_BYTES
  while (end >= least && view.getUint32(end, true) !== END) end--
  if (end < least) throw fail('ingest.corrupt', { detail: 'ZIP' })
  let count = view.getUint16(end + 10, true)
  let start = view.getUint32(end + 16, true)
  const bytes = view.getUint32(end + 12, true)
  const wide = end >= 20 && view.getUint32(end - 20, true) === LOCATOR_64 ? Number(view.getBigUint64(end - 12, true)) : null
  if (wide !== null && (count === FULL_16 || start === FULL_32 || bytes === FULL_32) && view.getUint32(wide, true) === END_64) {
    count = Number(view.getBigUint64(wide + 32, true))
    start = Number(view.getBigUint64(wide + 48, true))
    return { count, start, shift: 0 }
  }
  if (count === 0 || (start + 4 <= view.byteLength && view.getUint32(start, true) === CENTRAL)) return { count, start, shift: 0 }
  const real = end - bytes
  return { count, start: real, shift: real - start }
}

/** Figures that do not fit in 32 bits stand in an extra field, in this order. */
function widen(view: DataView, entry: ZipEntry, from: number, bytes: number): void {
  if (entry.size !== FULL_32 && entry.packed !== FULL_32 && entry.offset !== FULL_32) return
  for (let at = from; at + 4 <= from + bytes; at += 4 + view.getUint16(at + 2, true)) {
    if (view.getUint16(at, true) !== 1) continue
    let field = at + 4
    for (const name of ['size', 'packed', 'offset'] as const) {
      if (entry[name] !== FULL_32) continue
      entry[name] = Number(view.getBigUint64(field, true))
      field += 8
    }
    return
  }
}

/**
 * The bytes of an entry as they lie in the container.
 * @throws ingest.corrupt
 */
export function packedBytes(bytes: Uint8Array, entry: ZipEntry): Uint8Array {
  const view = viewOf(bytes)
  if (entry.offset < 0 || entry.offset + LOCAL_BYTES > bytes.length || view.getUint32(entry.offset, true) !== LOCAL)
    throw fail('ingest.corrupt', { detail: entry.name })
  const from = entry.offset + LOCAL_BYTES + view.getUint16(entry.offset + 26, true) + view.getUint16(entry.offset + 28, true)
  if (from + entry.packed > bytes.length) throw fail('ingest.corrupt', { detail: entry.name })
  return bytes.subarray(from, from + entry.packed)
}

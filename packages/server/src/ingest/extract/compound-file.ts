/**
 * Names in the root storage of an OLE compound file ([MS-CFB]): enough to tell DOC, XLS, PPT and MSG apart. What is
 * embedded deeper (a Word file inside a mail) must not decide, so the bytes are not simply searched for names.
 */
const SIGNATURE = Buffer.from('d0cf11e0a1b11ae1', 'hex')
const ENTRY_BYTES = 128
/** directory sectors that are followed: 64 entries each with sectors of 4096 bytes, 8 with 512 */
const SECTORS_MAX = 20_000
const NONE = 0xffffffff
const HEADER_DIFAT = 109

export const isCompoundFile = (bytes: Uint8Array): boolean => SIGNATURE.equals(bytes.subarray(0, 8))

interface Entry {
  name: string
  left: number
  right: number
  child: number
}

/** Names of the streams and storages directly in the root, in no order; empty when the directory cannot be followed. */
export function rootNames(bytes: Uint8Array): Set<string> {
  const names = new Set<string>()
  if (bytes.length < 512 || !isCompoundFile(bytes)) return names
  const entries = directory(bytes)
  const seen = new Set<number>()
  const open = [entries[0]?.child ?? NONE]
  for (let index = open.pop(); index !== undefined; index = open.pop()) {
    const entry = entries[index]
    if (!entry || seen.has(index)) continue
    seen.add(index)
    names.add(entry.name)
    open.push(entry.left, entry.right)
  }
  return names
}

function directory(bytes: Uint8Array): Entry[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const sectorBytes = 2 ** Math.min(view.getUint16(30, true), 16)
  const entries: Entry[] = []
  let sector = view.getUint32(48, true)
  for (let count = 0; count < SECTORS_MAX; count++) {
    const at = (sector + 1) * sectorBytes
    if (at + sectorBytes > bytes.length) break
    for (let entry = at; entry < at + sectorBytes; entry += ENTRY_BYTES) entries.push(entryAt(view, entry))
    const next = nextSector(view, sector, sectorBytes)
    if (next === null) break
    sector = next
  }
  return entries
}

function entryAt(view: DataView, at: number): Entry {
  const nameBytes = Math.max(0, Math.min(view.getUint16(at + 64, true), 64) - 2)
  const name = Buffer.from(view.buffer, view.byteOffset + at, nameBytes).toString('utf16le')
  return { name, left: view.getUint32(at + 68, true), right: view.getUint32(at + 72, true), child: view.getUint32(at + 76, true) }
}

/** The sector after this one in its chain; null at the end, and where the table lies outside of the header's 109 parts. */
function nextSector(view: DataView, sector: number, sectorBytes: number): number | null {
  const perSector = sectorBytes / 4
  const part = Math.floor(sector / perSector)
  if (part >= HEADER_DIFAT) return null
  const table = (view.getUint32(76 + 4 * part, true) + 1) * sectorBytes + 4 * (sector % perSector)
  if (table + 4 > view.byteLength) return null
  const next = view.getUint32(table, true)
  return next >= 0xfffffffa ? null : next
}

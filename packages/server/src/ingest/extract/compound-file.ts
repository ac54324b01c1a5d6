/**
 * OLE compound files ([MS-CFB]): the streams and storages in the root. What is embedded deeper (a Word file inside a
 * mail) is not looked at. Every chain of sectors is as long as the file at most, so no damage makes a walk without end.
 */
import { fail } from '../../base/fail.ts'

const SIGNATURE = Buffer.from('d0cf11e0a1b11ae1', 'hex')
const HEADER_BYTES = 512
const ENTRY_BYTES = 128
/** sectors of the table of sectors that the header itself names; further ones are in sectors of their own */
const HEADER_TABLES = 109
/** sector numbers from here on are no sectors: free, end of chain, table */
const FIRST_SPECIAL = 0xfffffffa
const ROOT = 5
const STORAGE = 1
const STREAM = 2

export const isCompoundFile = (bytes: Uint8Array): boolean => SIGNATURE.equals(bytes.subarray(0, 8))

interface Entry {
  name: string
  type: number
  left: number
  right: number
  child: number
  start: number
  size: number
}

/** Does following the numbers lead to where one has been? Each is looked at once. */
function comesBack(next: Uint32Array): boolean {
  /** 0: not seen · else the walk that came by */
  const walks = new Uint32Array(next.length)
  for (let start = 0; start < next.length; start++) {
    for (let at = start; at < next.length; at = next[at]!) {
      if (walks[at] === start + 1) return true
      if (walks[at] !== 0) break
      walks[at] = start + 1
    }
  }
  return false
}

export class CompoundFile {
  readonly #bytes: Uint8Array
  readonly #view: DataView
  readonly #sectorBytes: number
  /** number of the sector after each */
  readonly #next: Uint32Array
  readonly #root: Entry
  readonly #directoryEntries: readonly Entry[]
  readonly #entries = new Map<string, Entry>()

  /** @throws ingest.corrupt */
  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    if (bytes.length < HEADER_BYTES || !isCompoundFile(bytes)) throw fail('ingest.corrupt', { detail: 'OLE' })
    const shift = this.#view.getUint16(30, true)
    if (shift !== 9 && shift !== 12) throw fail('ingest.corrupt', { detail: 'OLE' })
    this.#sectorBytes = 2 ** shift
    this.#next = this.#table()
    const entries = this.#directory()
    this.#directoryEntries = entries
    const root = entries[0]
    if (root?.type !== ROOT) throw fail('ingest.corrupt', { detail: 'OLE' })
    this.#root = root
    const seen = new Set<number>()
    const open = [root.child]
    for (let index = open.pop(); index !== undefined; index = open.pop()) {
      const entry = entries[index]
      if (!entry || seen.has(index)) continue
      seen.add(index)
      this.#entries.set(entry.name, entry)
      open.push(entry.left, entry.right)
    }
  }

  has(name: string): boolean {
    return this.#entries.has(name)
  }

  /**
   * Bytes of a stream in the root, null when there is none.
   * @throws ingest.corrupt when its sectors do not hold what it claims
   */
  stream(name: string): Uint8Array | null {
    const entry = this.#entries.get(name)
    if (entry?.type !== STREAM) return null
    const small = entry.size < this.#view.getUint32(56, true)
    return small ? this.#smallStream(entry) : this.#read(entry.start, entry.size)
  }

  /**
   * For libraries that follow chains and trees without a bound: no chain of sectors comes back to itself, no entry is
   * reached twice, no stream claims more than the whole file.
   * @throws ingest.corrupt
   */
  requireSound(): void {
    const tooLarge = this.#directoryEntries.some(({ type, size }) => type === STREAM && size > this.#bytes.length)
    if (tooLarge || comesBack(this.#next) || comesBack(this.#smallTable()) || !this.#isTree())
      throw fail('ingest.corrupt', { detail: 'OLE' })
  }

  #isTree(): boolean {
    const seen = new Set([0])
    const open = [this.#root.child]
    for (let index = open.pop(); index !== undefined; index = open.pop()) {
      const entry = this.#directoryEntries[index]
      if (!entry) continue
      if (seen.has(index)) return false
      seen.add(index)
      open.push(entry.left, entry.right)
      if (entry.type === STORAGE) open.push(entry.child)
    }
    return true
  }

  #read(start: number, size: number): Uint8Array {
    const sectors = this.#chain(start, Math.ceil(size / this.#sectorBytes))
    const parts = sectors.map((sector) => this.#sector(sector))
    const bytes = Buffer.concat(parts)
    if (bytes.length < size) throw fail('ingest.corrupt', { detail: 'OLE' })
    return Uint8Array.from(bytes.subarray(0, size))
  }

  /** Short streams lie in the stream of the root, in pieces of 64 bytes that have a table of their own. */
  #smallStream({ start, size }: Entry): Uint8Array {
    const pieceBytes = 2 ** Math.min(this.#view.getUint16(32, true), 12)
    const container = this.#read(this.#root.start, this.#root.size)
    const table = this.#smallTable()
    const bytes = new Uint8Array(size)
    let piece = start
    for (let at = 0; at < size; at += pieceBytes) {
      const from = piece * pieceBytes
      if (from >= container.length || piece >= table.length) throw fail('ingest.corrupt', { detail: 'OLE' })
      bytes.set(container.subarray(from, from + Math.min(pieceBytes, size - at)), at)
      piece = table[piece]!
    }
    return bytes
  }

  /** Number of the piece after each. */
  #smallTable(): Uint32Array {
    const sectors = this.#chain(this.#view.getUint32(60, true), this.#next.length)
    const bytes = Buffer.concat(sectors.map((sector) => this.#sector(sector)))
    return Uint32Array.from({ length: Math.floor(bytes.length / 4) }, (_, index) => bytes.readUInt32LE(4 * index))
  }

  /** Sectors from `start` on, `most` of them at most. */
  #chain(start: number, most: number): number[] {
    const sectors: number[] = []
    for (let sector = start; sector < this.#next.length && sectors.length < Math.min(most, this.#next.length); sector = this.#next[sector]!)
      sectors.push(sector)
    return sectors
  }

  /** The last sector of a file may be short. */
  #sector(sector: number): Uint8Array {
    const at = (sector + 1) * this.#sectorBytes
    return this.#bytes.subarray(at, at + this.#sectorBytes)
  }

  #table(): Uint32Array {
    const count = Math.max(0, Math.ceil(this.#bytes.length / this.#sectorBytes) - 1)
    const next = new Uint32Array(count).fill(0xffffffff)
    const perSector = this.#sectorBytes / 4
    this.#tableSectors(count).forEach((sector, part) => {
      const at = (sector + 1) * this.#sectorBytes
      for (let index = 0; index < perSector && part * perSector + index < count && at + 4 * index + 4 <= this.#bytes.length; index++)
        next[part * perSector + index] = this.#view.getUint32(at + 4 * index, true)
    })
    return next
  }

  /** Where the parts of the table lie: named by the header, then by a chain of sectors whose last number leads to the next. */
  #tableSectors(count: number): number[] {
    const sectors: number[] = []
    const add = (at: number): void => {
      const sector = at + 4 <= this.#bytes.length ? this.#view.getUint32(at, true) : FIRST_SPECIAL
      if (sector < count) sectors.push(sector)
    }
    for (let index = 0; index < HEADER_TABLES; index++) add(76 + 4 * index)
    let list = this.#view.getUint32(68, true)
    for (let lists = 0; list < count && lists < count; lists++) {
      const at = (list + 1) * this.#sectorBytes
      for (let index = 0; index < this.#sectorBytes / 4 - 1; index++) add(at + 4 * index)
      const next = at + this.#sectorBytes - 4
      list = next + 4 <= this.#bytes.length ? this.#view.getUint32(next, true) : FIRST_SPECIAL
    }
    return sectors.slice(0, count)
  }

  #directory(): Entry[] {
    return this.#chain(this.#view.getUint32(48, true), this.#next.length).flatMap((sector) => {
      const at = (sector + 1) * this.#sectorBytes
      const fits = Math.min(this.#sectorBytes, this.#bytes.length - at)
      return Array.from({ length: Math.floor(fits / ENTRY_BYTES) }, (_, index) => this.#entry(at + index * ENTRY_BYTES))
    })
  }

  #entry(at: number): Entry {
    const view = this.#view
    const nameBytes = Math.max(0, Math.min(view.getUint16(at + 64, true), 64) - 2)
    return {
      name: Buffer.from(view.buffer, view.byteOffset + at, nameBytes).toString('utf16le'),
      type: view.getUint8(at + 66),
      left: view.getUint32(at + 68, true),
      right: view.getUint32(at + 72, true),
      child: view.getUint32(at + 76, true),
      start: view.getUint32(at + 116, true),
      size: view.getUint32(at + 120, true),
    }
  }
}

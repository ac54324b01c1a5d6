/**
 * The ZIP container of an Office file: parts are unpacked one at a time, within limits, and only those that are read.
 * Names of parts are compared without regard to case (ECMA-376 part 2, 6.2.2.3).
 */
import { Inflate, inflateSync } from 'fflate'
import { fail, isAppError } from '../../../base/fail.ts'
import { LIMITS } from '../../../base/limits.ts'
import { decodeText, knownCharset } from '../charset.ts'
import { entityCounter, resolveEntities } from '../xml/entities.ts'
import { attributeOf, readXml } from './xml.ts'
import { packedBytes, type ZipEntry, zipEntries } from './zip.ts'

const MiB = 1024 * 1024
/** Compressed bytes unpacked at once: at the highest ratio of deflate (1:1032) 16 MiB. */
const STREAM_BYTES = 16 * 1024

export class OfficePackage {
  readonly #bytes: Uint8Array
  readonly #entries = new Map<string, ZipEntry>()
  #unpacked = 0
  /** bytes of the parts that were read in pieces; one that is read twice counts once */
  readonly #streamed = new Map<string, number>()

  /** @throws ingest.corrupt when it is no ZIP file, ingest.unpacked_limit for too many entries */
  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
    for (const entry of zipEntries(bytes)) this.#entries.set(entry.name.toLowerCase(), entry)
  }

  has(name: string): boolean {
    return this.#entries.has(name.toLowerCase())
  }

  /** Names of all parts as the container writes them. */
  names(): string[] {
    return [...this.#entries.values()].map((entry) => entry.name)
  }

  /**
   * A part as bytes, null when there is none.
   * @throws ingest.unpacked_limit, ingest.corrupt, ingest.password_needed
   */
  bytes(name: string): Uint8Array | null {
    const entry = this.#entries.get(name.toLowerCase())
    if (!entry) return null
    this.#check(entry, LIMITS.unpackedPartBytes)
    const packed = packedBytes(this.#bytes, entry)
    if (entry.method === 0) return packed
    try {
      // Never writes past the size that was claimed and checked.
      const bytes = inflateSync(packed, { out: new Uint8Array(entry.size) })
      this.#unpacked += bytes.length
      return bytes
    } catch (error) {
      throw fail('ingest.corrupt', { detail: entry.name }, error)
    }
  }

  /**
   * Text of an XML part, null when there is none.
   * @throws ingest.unpacked_limit, ingest.corrupt
   */
  text(name: string): string | null {
    const bytes = this.bytes(name)
    if (bytes === null) return null
    let text: string
    try {
      text = decodeText(bytes, declaredIn(bytes) ?? 'utf-8').text
    } catch (error) {
      throw fail('ingest.corrupt', { detail: name }, error)
    }
    return resolveEntities(text)
  }

  /**
   * Text of a large XML part in pieces; nothing but the piece is kept in memory.
   * @throws ingest.unpacked_limit, ingest.corrupt
   */
  *pieces(name: string): Generator<string> {
    const entry = this.#entries.get(name.toLowerCase())
    if (!entry) return
    if (!this.#streamed.has(entry.name)) this.#check(entry, LIMITS.unpackedBytes)
    let decoder: InstanceType<typeof TextDecoder> | null = null
    const countEntities = entityCounter()
    for (const piece of this.#unpack(entry)) {
      decoder ??= new TextDecoder(wideCharset(piece) ?? knownCharset(declaredIn(piece) ?? 'utf-8') ?? 'utf-8')
      const text = decoder.decode(piece, { stream: true })
      countEntities(text)
      yield text
    }
  }

  *#unpack(entry: ZipEntry): Generator<Uint8Array> {
    const packed = packedBytes(this.#bytes, entry)
    const before = this.#streamed.get(entry.name) ?? 0
    let bytes = 0
    let out: Uint8Array[] = []
    const inflate = new Inflate((piece) => void out.push(piece))
    for (let at = 0; at < packed.length; at += STREAM_BYTES) {
      const piece = packed.subarray(at, at + STREAM_BYTES)
      if (entry.method === 0) out.push(piece)
      else this.#push(inflate, piece, at + STREAM_BYTES >= packed.length, entry)
      for (const unpacked of out) {
        bytes += unpacked.length
        if (this.#unpacked + bytes - before > LIMITS.unpackedBytes) throw tooLarge(LIMITS.unpackedBytes)
        if (unpacked.length > 0) yield unpacked
      }
      out = []
    }
    this.#streamed.set(entry.name, bytes)
    this.#unpacked += bytes - before
  }

  #push(inflate: Inflate, piece: Uint8Array, last: boolean, entry: ZipEntry): void {
    try {
      inflate.push(piece, last)
    } catch (error) {
      throw fail('ingest.corrupt', { detail: entry.name }, error)
    }
  }

  /** Sizes are what the file claims; what is unpacked is counted or bounded by the claim. */
  #check({ name, encrypted, method, packed, size }: ZipEntry, limit: number): void {
    if (encrypted) throw fail('ingest.password_needed')
    if (method !== 0 && method !== 8) throw fail('ingest.corrupt', { detail: name })
    if (size > limit) throw tooLarge(limit)
    if (this.#unpacked + size > LIMITS.unpackedBytes) throw tooLarge(LIMITS.unpackedBytes)
    if (size > MiB && size > packed * LIMITS.unpackedRatio) throw fail('ingest.unpacked_limit', { limit: `1:${LIMITS.unpackedRatio}` })
  }
}

const tooLarge = (bytes: number): Error => fail('ingest.unpacked_limit', { limit: `${bytes / MiB} MiB` })

/** Charset that the XML declaration names. */
function declaredIn(bytes: Uint8Array): string | null {
  const head = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.length, 200)).toString('latin1')
  return /encoding\s*=\s*["']([\w-]+)/.exec(head)?.[1] ?? null
}

function wideCharset([first, second]: Uint8Array): string | null {
  if ((first === 0xff && second === 0xfe) || (first === 0x3c && second === 0)) return 'utf-16le'
  return (first === 0xfe && second === 0xff) || (first === 0 && second === 0x3c) ? 'utf-16be' : null
}

export interface Relation {
  /** last part of the type's address: styles, footnotes, header … the same in both editions of the standard */
  type: string
  /** name of the part, or an address outside */
  target: string
  external: boolean
}

/** Relations of a part by id; of the package itself with ''. */
export function relationsOf(pack: OfficePackage, part: string): Map<string, Relation> {
  const slash = part.lastIndexOf('/') + 1
  const folder = part.slice(0, slash)
  const relations = new Map<string, Relation>()
  const text = pack.text(`${folder}_rels/${part.slice(slash)}.rels`)
  if (text === null) return relations
  readXml(text, 'Relationships', (element) => {
    const target = attributeOf(element, 'Target')
    const id = attributeOf(element, 'Id')
    const type = attributeOf(element, 'Type')
    if (target === null || id === null || type === null) return
    const external = attributeOf(element, 'TargetMode') === 'External'
    relations.set(id, { type: type.slice(type.lastIndexOf('/') + 1), target: external ? target : resolve(folder, target), external })
  })
  return relations
}

/** Relations of a kind whose part is there, in the order of the file. */
export function partsOf(pack: OfficePackage, relations: ReadonlyMap<string, Relation>, type: string): string[] {
  return [...relations.values()]
    .filter((relation) => relation.type === type && !relation.external && pack.has(relation.target))
    .map((relation) => relation.target)
}

/**
 * The main part of a package: the one the package names, else the customary one.
 * @throws ingest.corrupt when there is none
 */
export function mainPart(pack: OfficePackage, customary: string): string {
  const named = partsOf(pack, relationsOf(pack, ''), 'officeDocument')[0]
  if (named !== undefined) return named
  if (!pack.has(customary)) throw fail('ingest.corrupt', { detail: 'no main part' })
  return customary
}

/** A damaged part that hangs on the document (a comment, a chart) does not take the document with it. Limits do. */
export function orElse<T>(fallback: T, read: () => T): T {
  try {
    return read()
  } catch (error) {
    if (isAppError(error, 'ingest.corrupt')) return fallback
    throw error
  }
}

/** A target relative to the folder of its source, or from the root of the package. */
function resolve(folder: string, target: string): string {
  const steps = target.startsWith('/') ? [] : folder.split('/').filter((step) => step !== '')
  for (const step of target.split('/')) {
    if (step === '..') steps.pop()
    else if (step !== '.' && step !== '') steps.push(step)
  }
  return steps.join('/')
}

/** The ZIP container of an Office file: parts are unpacked one at a time, within limits, and only those that are read. */
import { unzipSync } from 'fflate'
import { fail } from '../../../base/fail.ts'
import { LIMITS } from '../../../base/limits.ts'
import { decodeText } from '../charset.ts'
import { attributeOf, readXml } from './xml.ts'

const MiB = 1024 * 1024

interface Entry {
  compressed: number
  size: number
}

export class OfficePackage {
  readonly #bytes: Uint8Array
  readonly #entries = new Map<string, Entry>()
  #unpacked = 0

  /** @throws ingest.corrupt when it is no ZIP file, ingest.unpacked_limit for too many entries */
  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
    let count = 0
    readZip(bytes, (file) => {
      if (++count > LIMITS.unpackedEntries) throw fail('ingest.unpacked_limit', { limit: `${LIMITS.unpackedEntries} files` })
      this.#entries.set(file.name, { compressed: file.size, size: file.originalSize })
      return false
    })
  }

  has(name: string): boolean {
    return this.#entries.has(name)
  }

  /**
   * Text of an XML part, null when there is none.
   * @throws ingest.unpacked_limit, ingest.corrupt
   */
  text(name: string): string | null {
    const entry = this.#entries.get(name)
    if (!entry) return null
    this.#check(entry)
    const bytes = readZip(this.#bytes, (file) => file.name === name)[name]
    if (!bytes) throw fail('ingest.corrupt', { detail: name })
    this.#unpacked += bytes.length
    const head = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.length, 200)).toString('latin1')
    return decodeText(bytes, /encoding\s*=\s*["']([\w-]+)/.exec(head)?.[1] ?? 'utf-8').text
  }

  /** Sizes are what the file claims; unpacking never writes past them, so a false claim ends as a damaged part. */
  #check({ compressed, size }: Entry): void {
    if (size > LIMITS.unpackedPartBytes) throw fail('ingest.unpacked_limit', { limit: `${LIMITS.unpackedPartBytes / MiB} MiB` })
    if (this.#unpacked + size > LIMITS.unpackedBytes) throw fail('ingest.unpacked_limit', { limit: `${LIMITS.unpackedBytes / MiB} MiB` })
    if (size > MiB && size > compressed * LIMITS.unpackedRatio) throw fail('ingest.unpacked_limit', { limit: `1:${LIMITS.unpackedRatio}` })
  }
}

function readZip(
  bytes: Uint8Array,
  filter: NonNullable<NonNullable<Parameters<typeof unzipSync>[1]>['filter']>,
): Record<string, Uint8Array> {
  try {
    return unzipSync(bytes, { filter })
  } catch (error) {
    if (error instanceof Error && error.name === 'AppError') throw error
    throw fail('ingest.corrupt', { detail: 'ZIP' }, error)
  }
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

/** A target relative to the folder of its source, or from the root of the package. */
function resolve(folder: string, target: string): string {
  const steps = target.startsWith('/') ? [] : folder.split('/').filter((step) => step !== '')
  for (const step of target.split('/')) {
    if (step === '..') steps.pop()
    else if (step !== '.' && step !== '') steps.push(step)
  }
  return steps.join('/')
}

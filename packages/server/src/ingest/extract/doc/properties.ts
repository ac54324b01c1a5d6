/** What modifications say of a paragraph or of characters. [MS-DOC] 2.2.5, 2.6. */

/** Bytes of the operand by the top three bits of the operation; 6 names its own length. */
const OPERAND_BYTES = [1, 1, 2, 4, 2, 2, -1, 3] as const
const DEFINE_TABLE = 0xd608
const CHANGE_TABS = 0xc615

/** Operations with their operands; ends where the bytes do. */
export function* modifications(bytes: Uint8Array): Generator<{ code: number; value: number }> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  for (let at = 0; at + 3 <= bytes.length;) {
    const code = view.getUint16(at, true)
    at += 2
    const fixed = OPERAND_BYTES[code >> 13]!
    let size: number = fixed
    if (fixed < 0) {
      // Two operations are longer than one byte can say.
      if (code === DEFINE_TABLE) size = at + 2 <= bytes.length ? view.getUint16(at, true) + 1 : bytes.length
      else if (code === CHANGE_TABS && bytes[at] === 255) return
      else size = (bytes[at] ?? 0) + 1
    }
    yield { code, value: size >= 2 && at + 2 <= bytes.length ? view.getUint16(at, true) : (bytes[at] ?? 0) }
    at += size
  }
}

export interface ParagraphProperties {
  inTable: boolean
  /** the mark at its end ends a row */
  endsRow: boolean
  depth: number
  /** heading level, 0 for none, null when not said */
  level: number | null
  /** use of a list, from 1; 0 for none, null when not said */
  list: number | null
  listLevel: number | null
}

/** a paragraph that was taken out of its list */
const NO_LIST = 0xf801

export function paragraphProperties(bytes: Uint8Array): ParagraphProperties {
  const found: ParagraphProperties = { inTable: false, endsRow: false, depth: 0, level: null, list: null, listLevel: null }
  for (const { code, value } of modifications(bytes)) {
    if (code === 0x2416) found.inTable = value !== 0
    else if (code === 0x2417) found.endsRow = value !== 0
    else if (code === 0x6649) found.depth = value
    else if (code === 0x2640) found.level = value < 9 ? value + 1 : 0
    else if (code === 0x460b) found.list = value === NO_LIST ? 0 : value
    else if (code === 0x260a) found.listLevel = Math.min(value, 8)
  }
  return found
}

const DELETED = 0x0800
const HIDDEN = 0x083c

/** Are characters with these modifications shown? */
export function visibility(bytes: Uint8Array): 'shown' | 'deleted' | 'hidden' {
  let result: 'shown' | 'deleted' | 'hidden' = 'shown'
  for (const { code, value } of modifications(bytes)) {
    if (code === DELETED && (value & 1) === 1) return 'deleted'
    if (code === HIDDEN && (value & 1) === 1) result = 'hidden'
  }
  return result
}

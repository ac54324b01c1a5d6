/** Records of PowerPoint 97-2003: [MS-PPT] 2.3.1. A container holds records, any other holds bytes. */

export interface PptRecord {
  type: number
  instance: number
  isContainer: boolean
  /** bytes [from, to) of the stream, without the header */
  from: number
  to: number
}

const HEADER_BYTES = 8

/** Record at a place; null where there is none that fits into [at, end). */
export function recordAt(view: DataView, at: number, end: number): PptRecord | null {
  if (at < 0 || at + HEADER_BYTES > end) return null
  const version = view.getUint16(at, true)
  const from = at + HEADER_BYTES
  const length = view.getUint32(at + 4, true)
  if (from + length > end) return null
  return { type: view.getUint16(at + 2, true), instance: version >> 4, isContainer: (version & 0xf) === 0xf, from, to: from + length }
}

/** Records one after the other in [from, to); ends at the first that does not fit. */
export function* recordsIn(view: DataView, from: number, to: number): Generator<PptRecord> {
  for (let at = from; ;) {
    const record = recordAt(view, at, to)
    if (!record) return
    yield record
    at = record.to
  }
}

/** Record types, [MS-PPT] 2.13.24 and [MS-ODRAW] 2.2. */
export const RT = {
  document: 1000,
  documentAtom: 1001,
  slide: 1006,
  notes: 1008,
  notesAtom: 1009,
  slidePersist: 1011,
  mainMaster: 1016,
  drawing: 1036,
  outlineTextRef: 3998,
  textHeader: 3999,
  textChars: 4000,
  textBytes: 4008,
  slideList: 4080,
  slideNumber: 4056,
  dateTime: 4055,
  headerMark: 4057,
  footerMark: 4058,
  rtfDateTime: 4117,
  userEdit: 4085,
  persistDirectory: 6002,
  group: 0xf003,
  shape: 0xf004,
  shapeAtom: 0xf00a,
  groupBox: 0xf009,
  textBox: 0xf00d,
  childAnchor: 0xf00f,
  anchor: 0xf010,
} as const

/**
 * Records of delimited text (RFC 4180 and what programs make of it): quotes, doubled quotes, line breaks inside of
 * quotes, rows of different lengths. Text comes in pieces; only the record at hand is kept.
 */

/** A quoted field longer than this was not meant as one: its quote stands for itself. */
const QUOTED_CHARS_MAX = 100_000

/** Fields of each record, as they stand. An empty line is a record of one empty field. */
export function* records(pieces: Iterable<string>, delimiter: string): Generator<string[]> {
  let text = ''
  let at = 0
  let ended = false
  const source = pieces[Symbol.iterator]()
  /** More text; what was used is dropped. */
  const more = (): boolean => {
    if (ended) return false
    const next = source.next()
    if (next.done) {
      ended = true
      return false
    }
    text = text.slice(at) + next.value
    at = 0
    return true
  }
  while (at < text.length || more()) {
    const record = recordAt(text, at, delimiter, ended)
    if (record === null) {
      if (!more()) continue
    } else {
      yield record.fields
      at = record.next
    }
  }
}

/** The record that begins at `at`; null when its end is not there yet. */
function recordAt(text: string, at: number, delimiter: string, ended: boolean): { fields: string[]; next: number } | null {
  const fields: string[] = []
  let from = at
  for (;;) {
    let field: { value: string; next: number } | null = null
    if (text[from] === '"') {
      const quoted = quotedAt(text, from, delimiter, ended)
      if (quoted === 'more') return null
      field = quoted
    }
    field ??= plainAt(text, from, delimiter)
    // The end of the text may be the middle of a field, or of a line break.
    if (field.next >= text.length - 1 && !ended) return null
    fields.push(field.value)
    if (text[field.next] === delimiter) {
      from = field.next + 1
      continue
    }
    const next = text.startsWith('\r\n', field.next) ? field.next + 2 : field.next + 1
    return { fields, next }
  }
}

function plainAt(text: string, from: number, delimiter: string): { value: string; next: number } {
  let end = from
  while (end < text.length) {
    const character = text[end]!
    if (character === delimiter || character === '\n' || character === '\r') break
    end++
  }
  return { value: text.slice(from, end), next: end }
}

/** null when the quote is not the beginning of a quoted field after all. */
function quotedAt(text: string, from: number, delimiter: string, ended: boolean): { value: string; next: number } | 'more' | null {
  let search = from + 1
  for (;;) {
    const quote = text.indexOf('"', search)
    if (quote < 0 || quote - from > QUOTED_CHARS_MAX) return quote < 0 && !ended && text.length - from <= QUOTED_CHARS_MAX ? 'more' : null
    if (text[quote + 1] === '"') {
      search = quote + 2
      continue
    }
    const after = text[quote + 1]
    if (after === undefined && !ended) return 'more'
    const value = text.slice(from + 1, quote).replaceAll('""', '"')
    if (after === undefined || after === delimiter || after === '\n' || after === '\r') return { value, next: quote + 1 }
    // Something stands behind the closing quote: it belongs to the field.
    const rest = plainAt(text, quote + 1, delimiter)
    return { value: value + rest.value, next: rest.next }
  }
}

const DELIMITERS = [',', '\t', ';', '|'] as const
const SAMPLE_RECORDS = 60

/**
 * The delimiter of a text: the one that gives the most records of one and the same length above one.
 * @param head  beginning of the text, cut at the end of a line where it is cut at all
 */
export function delimiterOf(head: string, preferred: string | null): string {
  let best: { delimiter: string; score: number } = { delimiter: preferred ?? ',', score: 0 }
  for (const delimiter of DELIMITERS) {
    const lengths: number[] = []
    for (const fields of records([head], delimiter)) {
      if (fields.length > 1 || fields[0]!.trim() !== '') lengths.push(fields.length)
      if (lengths.length === SAMPLE_RECORDS) break
    }
    const counts = new Map<number, number>()
    for (const length of lengths) if (length > 1) counts.set(length, (counts.get(length) ?? 0) + 1)
    const [length, count] = [...counts].toSorted((a, b) => b[1] - a[1] || b[0] - a[0])[0] ?? [1, 0]
    // A comma that happens to stand in every line does not beat a delimiter that parts more.
    const score = (count / Math.max(1, lengths.length)) * (1 + Math.log2(length)) * (delimiter === preferred ? 1.5 : 1)
    if (score > best.score) best = { delimiter, score }
  }
  return best.delimiter
}

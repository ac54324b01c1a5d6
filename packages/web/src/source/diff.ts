/**
 * Difference of two readings of one page, word by word. Pure.
 * Longest common subsequence by the usual table: after cutting the common beginning and end, what is left of two
 * readings of one page is small.
 */

export interface DiffPiece {
  kind: 'same' | 'removed' | 'added'
  text: string
}

/** Words, Han characters one by one, white space and signs by themselves: what a reader compares. */
const TOKEN = /\p{Script=Han}|[\p{L}\p{N}\p{M}]+|\s+|[^\p{L}\p{N}\p{M}\s]/gu

/** Above this many cells of the table the middle is shown as a whole: two pages that have nothing in common. */
export const MAX_CELLS = 4_000_000

export function wordDiff(before: string, after: string): DiffPiece[] {
  const a = before.match(TOKEN) ?? []
  const b = after.match(TOKEN) ?? []
  let head = 0
  while (head < a.length && head < b.length && same(a[head]!, b[head]!)) head++
  let tail = 0
  while (tail < a.length - head && tail < b.length - head && same(a[a.length - 1 - tail]!, b[b.length - 1 - tail]!)) tail++
  const pieces: DiffPiece[] = []
  const add = (kind: DiffPiece['kind'], text: string): void => {
    const last = pieces.at(-1)
    if (text === '') return
    if (last?.kind === kind) last.text += text
    else pieces.push({ kind, text })
  }
  add('same', b.slice(0, head).join(''))
  for (const { kind, text } of middle(a.slice(head, a.length - tail), b.slice(head, b.length - tail))) add(kind, text)
  add('same', b.slice(b.length - tail).join(''))
  return pieces
}

/** White space is white space: another line break is no other reading. */
const same = (a: string, b: string): boolean => a === b || (a.trim() === '' && b.trim() === '')

function middle(a: readonly string[], b: readonly string[]): DiffPiece[] {
  if ((a.length + 1) * (b.length + 1) > MAX_CELLS)
    return [
      { kind: 'removed', text: a.join('') },
      { kind: 'added', text: b.join('') },
    ]
  const width = b.length + 1
  /** length of the longest common subsequence of a[i..] and b[j..] */
  const table = new Uint32Array((a.length + 1) * width)
  for (let i = a.length - 1; i >= 0; i--)
    for (let j = b.length - 1; j >= 0; j--)
      table[i * width + j] = same(a[i]!, b[j]!)
        ? table[(i + 1) * width + j + 1]! + 1
        : Math.max(table[(i + 1) * width + j]!, table[i * width + j + 1]!)
  const pieces: DiffPiece[] = []
  let [i, j] = [0, 0]
  while (i < a.length || j < b.length) {
    if (i < a.length && j < b.length && same(a[i]!, b[j]!)) {
      pieces.push({ kind: 'same', text: b[j]! })
      i++
      j++
    } else if (j >= b.length || (i < a.length && table[(i + 1) * width + j]! >= table[i * width + j + 1]!))
      pieces.push({ kind: 'removed', text: a[i++]! })
    else pieces.push({ kind: 'added', text: b[j++]! })
  }
  return pieces
}

/** How many words one reading has that the other has not, white space left out. */
export function diffCounts(pieces: readonly DiffPiece[]): { removed: number; added: number } {
  const count = (kind: DiffPiece['kind']): number =>
    pieces
      .filter((piece) => piece.kind === kind)
      .reduce((sum, { text }) => sum + (text.match(TOKEN) ?? []).filter((token) => token.trim() !== '').length, 0)
  return { removed: count('removed'), added: count('added') }
}

/** What is the same in both is cut to so many characters beside a difference. */
export const CONTEXT = 60

/** The pieces with long runs of what is the same cut short: "…" stands for what is left out. */
export function foldSame(pieces: readonly DiffPiece[], context = CONTEXT): DiffPiece[] {
  return pieces.map((piece, index) => {
    if (piece.kind !== 'same') return piece
    const head = index === 0 ? 0 : context
    const tail = index === pieces.length - 1 ? 0 : context
    if (piece.text.length <= head + tail + 1) return piece
    return { kind: 'same', text: `${piece.text.slice(0, head)}…${tail === 0 ? '' : piece.text.slice(-tail)}` }
  })
}

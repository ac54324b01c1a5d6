/** Text cut at the borders of highlighted spans. Pure. */

export interface Span {
  key: string
  active: boolean
  strong: boolean
  /** [start, end) of the page's text */
  span: readonly [number, number]
}

export interface Piece {
  text: string
  /** the highlight it belongs to; the active one wins where several overlap */
  mark: Span | null
}

/**
 * Cuts [start, end) of `text` at the borders of `spans`. The pieces joined are exactly the slice.
 */
export function piecesOf(text: string, start: number, end: number, spans: readonly Span[]): Piece[] {
  const inside = spans.filter(({ span }) => span[0] < end && span[1] > start)
  if (inside.length === 0) return end > start ? [{ text: text.slice(start, end), mark: null }] : []
  const cuts = new Set([start, end])
  for (const { span } of inside) {
    cuts.add(Math.max(start, span[0]))
    cuts.add(Math.min(end, span[1]))
  }
  const points = [...cuts].toSorted((a, b) => a - b)
  const pieces: Piece[] = []
  for (const [index, from] of points.entries()) {
    const to = points[index + 1]
    if (to === undefined || to === from) continue
    const covering = inside.filter(({ span }) => span[0] <= from && span[1] >= to)
    pieces.push({ text: text.slice(from, to), mark: covering.find(({ active }) => active) ?? covering[0] ?? null })
  }
  return pieces
}

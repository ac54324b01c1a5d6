/**
 * Segments to reading order: columns are read one after the other, everything else row by row.
 *
 * A gutter is a vertical strip that few segments cross. Those that do (titles, wide figures) part the page into zones;
 * inside a zone the left side is read before the right one. Whether the two sides are columns of text or cells of a
 * table is told by the order in which the file draws them: column by column, or row by row. Prose on both sides counts
 * as columns whatever the order.
 */
import type { Segment } from './segments.ts'

/** Segments that stand on one line, in reading order. A ruled table is a row of its own. */
export type Row = Segment[]
/** Rows of one column, top to bottom. */
export type Column = Row[]

/** Least width of a gutter in font sizes; single lines may reach into it. */
const GUTTER_MIN = 0.5
/** Share of all segment heights that may cross a gutter. */
const CROSSING_MAX = 0.8
/** Lines that must end at a gutter on either side for it to be looked at. */
const WALL_LINES = 2
/** A line of prose is at least so wide, in font sizes. */
const PROSE_WIDTH = 13
const PROSE_LINES = 4
const DEPTH_MAX = 12
/** Gutters that are tried on a page. */
const TRIES = 6

export function readingOrder(segments: readonly Segment[]): Column[] {
  const columns: Column[] = []
  order([...segments], columns, 0)
  return columns
}

function order(segments: Segment[], out: Column[], depth: number): void {
  if (segments.length === 0) return
  const zones = depth < DEPTH_MAX ? zonesAtGutter(segments) : null
  if (zones === null) {
    out.push(rowsOf(segments))
    return
  }
  for (const zone of zones) {
    if (zone.right.length === 0) order(zone.left, out, depth + 1)
    else {
      const sides = isRtl(segments) ? [zone.right, zone.left] : [zone.left, zone.right]
      for (const side of sides) order(side, out, depth + 1)
    }
  }
}

/** Does most of the text run from right to left? */
function isRtl(segments: readonly Segment[]): boolean {
  let rtl = 0
  let all = 0
  for (const segment of segments) {
    all += segment.glyphs.length
    if (segment.rtl) rtl += segment.glyphs.length
  }
  return rtl * 2 > all
}

/** Part of the page between two heights: two columns, or (right side empty) what is read across. */
interface Zone {
  left: Segment[]
  right: Segment[]
}

const crosses = (segment: Segment, gutter: number): boolean => segment.x0 < gutter && segment.x1 > gutter

/** The zones at the best gutter, or null when there are no columns and the segments are read row by row. */
function zonesAtGutter(segments: readonly Segment[]): Zone[] | null {
  if (segments.length < 4) return null
  const em = segments.reduce((sum, segment) => sum + segment.size, 0) / segments.length
  const total = segments.reduce((sum, segment) => sum + segment.y1 - segment.y0, 0)
  const valleys = valleysOf(segments, WALL_LINES * em).filter((valley) => valley.crossing <= CROSSING_MAX * total)
  for (const { x } of valleys.toSorted((a, b) => a.crossing - b.crossing || b.width - a.width).slice(0, TRIES)) {
    const zones = zonesOf(segments, x)
    if (zones.some((zone) => zone.right.length > 0)) return zones
  }
  return null
}

/** Segments that cross the gutter part the page, from top to bottom; what lies between two of them is columns or not. */
function zonesOf(segments: readonly Segment[], gutter: number): Zone[] {
  const zones: Zone[] = []
  let open: Zone = { left: [], right: [] }
  const across = (more: readonly Segment[]): void => {
    if (more.length === 0) return
    const last = zones.at(-1)
    if (last && last.right.length === 0) last.left.push(...more)
    else zones.push({ left: [...more], right: [] })
  }
  const close = (): void => {
    if (areColumns(open.left, open.right)) zones.push(open)
    else across([...open.left, ...open.right])
    open = { left: [], right: [] }
  }
  for (const segment of segments.toSorted((a, b) => a.y0 + a.y1 - b.y0 - b.y1)) {
    if (crosses(segment, gutter)) {
      close()
      across([segment])
    } else (segment.x1 <= gutter ? open.left : open.right).push(segment)
  }
  close()
  return zones
}

/**
 * Places where few segments stand, between places where more do: the height of the segments across, the width.
 * @param wall  how much more must stand on either side, in points of segment height
 */
function valleysOf(segments: readonly Segment[], wall: number): { x: number; crossing: number; width: number }[] {
  const events: [number, number][] = []
  for (const segment of segments) {
    const height = segment.y1 - segment.y0
    events.push([segment.x0, height], [segment.x1, -height])
  }
  events.sort((a, b) => a[0] - b[0] || b[1] - a[1])
  const levels: { from: number; to: number; crossing: number }[] = []
  let crossing = 0
  for (let i = 0; i + 1 < events.length; i++) {
    crossing += events[i]![1]
    const [from, to] = [events[i]![0], events[i + 1]![0]]
    if (to > from) levels.push({ from, to, crossing })
  }
  const valleys: { x: number; crossing: number; width: number }[] = []
  let highest = 0
  let lowest = -1
  levels.forEach((level, i) => {
    if (lowest === -1) {
      highest = Math.max(highest, level.crossing)
      if (level.crossing < highest - wall) lowest = i
    } else if (level.crossing < levels[lowest]!.crossing) lowest = i
    else if (level.crossing > levels[lowest]!.crossing + wall) {
      valleys.push(valleyAt(levels, lowest, wall / 2))
      lowest = -1
      highest = level.crossing
    }
  })
  return valleys
}

/** The valley around its lowest level, as wide as the level stays within `tolerance`. */
function valleyAt(
  levels: readonly { from: number; to: number; crossing: number }[],
  lowest: number,
  tolerance: number,
): { x: number; crossing: number; width: number } {
  const { crossing } = levels[lowest]!
  let [a, b] = [lowest, lowest]
  while (a > 0 && levels[a - 1]!.crossing <= crossing + tolerance) a--
  while (b + 1 < levels.length && levels[b + 1]!.crossing <= crossing + tolerance) b++
  // The middle of the lowest stretch itself: beside it single lines reach in.
  const x = (levels[lowest]!.from + levels[lowest]!.to) / 2
  return { x, crossing, width: levels[b]!.to - levels[a]!.from }
}

function areColumns(left: readonly Segment[], right: readonly Segment[]): boolean {
  const fewer = Math.min(left.length, right.length)
  if (fewer < 2 || !facing(left, right)) return false
  const em = (left[0]!.size + right[0]!.size) / 2
  if (Math.min(...right.map((segment) => segment.x0)) - Math.max(...left.map((segment) => segment.x1)) < GUTTER_MIN * em) return false
  const drawn = [
    ...left.map((segment) => ({ order: segment.order, side: 1 })),
    ...right.map((segment) => ({ order: segment.order, side: 2 })),
  ].toSorted((a, b) => a.order - b.order)
  let switches = 0
  for (let i = 1; i < drawn.length; i++) if (drawn[i]!.side !== drawn[i - 1]!.side) switches++
  const drawnByColumn = switches <= Math.max(1, 0.3 * fewer)
  if (drawnByColumn) return fewer >= 3 || switches <= 1
  return isProse(left) && isProse(right)
}

/** Do the two sides stand beside each other, rather than one above the other? */
function facing(left: readonly Segment[], right: readonly Segment[]): boolean {
  const [a0, a1] = [Math.min(...left.map((s) => s.y0)), Math.max(...left.map((s) => s.y1))]
  const [b0, b1] = [Math.min(...right.map((s) => s.y0)), Math.max(...right.map((s) => s.y1))]
  return Math.min(a1, b1) - Math.max(a0, b0) > 0.3 * Math.min(a1 - a0, b1 - b0)
}

function isProse(segments: readonly Segment[]): boolean {
  if (segments.length < PROSE_LINES) return false
  const wide = segments.filter((segment) => segment.x1 - segment.x0 >= PROSE_WIDTH * segment.size).length
  return wide >= PROSE_LINES && wide >= 0.5 * segments.length
}

/** Segments that overlap in height by more than half stand on one row. */
export function rowsOf(segments: readonly Segment[]): Row[] {
  const rows: { row: Row; y0: number; y1: number }[] = []
  for (const segment of segments.toSorted((a, b) => a.y0 + a.y1 - b.y0 - b.y1 || a.x0 - b.x0)) {
    if (segment.table) {
      rows.push({ row: [segment], y0: segment.y0, y1: segment.y0 })
      continue
    }
    const last = rows.at(-1)
    const overlap = last ? Math.min(last.y1, segment.y1) - Math.max(last.y0, segment.y0) : 0
    if (last && overlap > 0.5 * Math.min(last.y1 - last.y0, segment.y1 - segment.y0)) {
      last.row.push(segment)
      // A row keeps the extent of its largest segment, so that a row of formulas does not swallow the next one.
      if (segment.y1 - segment.y0 > last.y1 - last.y0 && segment.y1 - segment.y0 < 2 * (last.y1 - last.y0))
        Object.assign(last, { y0: segment.y0, y1: segment.y1 })
    } else rows.push({ row: [segment], y0: segment.y0, y1: segment.y1 })
  }
  return rows.map(({ row }) => (row.length === 1 ? row : row.toSorted(isRtl(row) ? (a, b) => b.x1 - a.x1 : (a, b) => a.x0 - b.x0)))
}

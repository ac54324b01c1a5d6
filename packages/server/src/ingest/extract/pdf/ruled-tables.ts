/** Tables whose cells are drawn with lines: grid, merged cells, and which segment stands in which cell. */
import type { Segment } from './segments.ts'

/** Coordinates of the reading frame, as those of segments. */
export interface RuledTable {
  x0: number
  y0: number
  x1: number
  y1: number
  /** rows of cells, each cell the segments in it; a merged cell stands where it begins */
  rows: Segment[][][]
}

interface Line {
  /** position across: y of a level line, x of an upright one */
  at: number
  from: number
  to: number
}

/** Lines meet within this distance, in points. */
const NEAR = 2.5
const PAIRS_MAX = 250_000
const CELLS_MAX = 6000
/** A cell that holds more glyphs is a frame around text, not a cell. */
const CELL_GLYPHS_MAX = 1500

/**
 * @param rules  thin boxes in the reading frame
 * @returns the tables, and the segments that stand in none
 */
export function ruledTables(
  rules: readonly (readonly [number, number, number, number])[],
  segments: readonly Segment[],
): { tables: RuledTable[]; rest: Segment[] } {
  const level = joinTouching(
    rules.filter((rule) => rule[2] - rule[0] >= rule[3] - rule[1]).map(([x0, y0, x1, y1]) => ({ at: (y0 + y1) / 2, from: x0, to: x1 })),
  )
  const upright = joinTouching(
    rules.filter((rule) => rule[2] - rule[0] < rule[3] - rule[1]).map(([x0, y0, x1, y1]) => ({ at: (x0 + x1) / 2, from: y0, to: y1 })),
  )
  const tables: RuledTable[] = []
  let rest = [...segments]
  if (level.length < 2 || upright.length === 0 || level.length * upright.length > PAIRS_MAX) return { tables, rest }
  for (const component of componentsOf(level, upright)) {
    const inside = rest.filter((segment) => isInside(segment, component))
    const table = inside.length === 0 ? null : tableOf(component, inside)
    if (!table) continue
    tables.push(table)
    const taken = new Set(inside)
    rest = rest.filter((segment) => !taken.has(segment))
  }
  return { tables, rest }
}

/** Pieces of one line, as borders of neighbouring cells are drawn, become one. */
function joinTouching(lines: Line[]): Line[] {
  const joined: Line[] = []
  for (const line of lines.toSorted((a, b) => a.at - b.at || a.from - b.from)) {
    let home: Line | undefined
    for (let i = joined.length - 1; i >= 0 && line.at - joined[i]!.at <= NEAR; i--) {
      const other = joined[i]!
      if (line.from <= other.to + NEAR && line.to >= other.from - NEAR) {
        home = other
        break
      }
    }
    if (home) {
      home.from = Math.min(home.from, line.from)
      home.to = Math.max(home.to, line.to)
    } else joined.push({ ...line })
  }
  return joined
}

interface Component {
  level: Line[]
  upright: Line[]
  x0: number
  y0: number
  x1: number
  y1: number
}

/** Lines that meet each other, directly or through others. */
function componentsOf(level: readonly Line[], upright: readonly Line[]): Component[] {
  const parent = Array.from({ length: level.length + upright.length }, (_, index) => index)
  const find = (index: number): number => {
    let root = index
    while (parent[root] !== root) root = parent[root]!
    parent[index] = root
    return root
  }
  level.forEach((h, i) =>
    upright.forEach((v, j) => {
      const meet = v.at >= h.from - NEAR && v.at <= h.to + NEAR && h.at >= v.from - NEAR && h.at <= v.to + NEAR
      if (meet) parent[find(i)] = find(level.length + j)
    }),
  )
  const groups = new Map<number, { level: Line[]; upright: Line[] }>()
  const groupOf = (index: number): { level: Line[]; upright: Line[] } => {
    const root = find(index)
    let group = groups.get(root)
    if (!group) groups.set(root, (group = { level: [], upright: [] }))
    return group
  }
  level.forEach((line, i) => groupOf(i).level.push(line))
  upright.forEach((line, j) => groupOf(level.length + j).upright.push(line))
  return [...groups.values()]
    .filter((group) => group.level.length >= 2 && group.upright.length > 0)
    .map((group) => ({
      ...group,
      x0: Math.min(...group.level.map((h) => h.from), ...group.upright.map((v) => v.at)),
      x1: Math.max(...group.level.map((h) => h.to), ...group.upright.map((v) => v.at)),
      y0: Math.min(...group.level.map((h) => h.at), ...group.upright.map((v) => v.from)),
      y1: Math.max(...group.level.map((h) => h.at), ...group.upright.map((v) => v.to)),
    }))
    .toSorted((a, b) => (a.x1 - a.x0) * (a.y1 - a.y0) - (b.x1 - b.x0) * (b.y1 - b.y0))
}

const isInside = (segment: Segment, box: { x0: number; y0: number; x1: number; y1: number }): boolean => {
  const x = (segment.x0 + segment.x1) / 2
  const y = (segment.y0 + segment.y1) / 2
  return x >= box.x0 && x <= box.x1 && y >= box.y0 && y <= box.y1
}

/** Distinct positions, those nearer than NEAR taken as one. */
function positions(values: number[]): number[] {
  const distinct: number[] = []
  for (const value of values.toSorted((a, b) => a - b)) if (distinct.length === 0 || value - distinct.at(-1)! > NEAR) distinct.push(value)
  return distinct
}

function tableOf(component: Component, segments: readonly Segment[]): RuledTable | null {
  const { level, upright, x0, y0, x1, y1 } = component
  const xs = positions([...upright.map((v) => v.at), x0, x1])
  const ys = positions([...level.map((h) => h.at), y0, y1])
  const [columns, rows] = [xs.length - 1, ys.length - 1]
  if (columns < 2 || rows < 1 || columns * rows > CELLS_MAX) return null
  const owner = mergedCells(xs, ys, level, upright)
  const cells = new Map<number, Segment[]>()
  for (const segment of segments) {
    const column = slot(xs, (segment.x0 + segment.x1) / 2)
    const row = slot(ys, (segment.y0 + segment.y1) / 2)
    const cell = owner(row * columns + column)
    const held = cells.get(cell)
    if (held) held.push(segment)
    else cells.set(cell, [segment])
  }
  if (cells.size < 2) return null
  for (const held of cells.values()) if (held.reduce((sum, segment) => sum + segment.glyphs.length, 0) > CELL_GLYPHS_MAX) return null
  const lines: Segment[][][] = Array.from({ length: rows }, () => [])
  // The number of a merged cell is that of its first elementary cell, so ascending order is row by row.
  for (const [cell, held] of [...cells].toSorted((a, b) => a[0] - b[0])) lines[Math.floor(cell / columns)]!.push(held)
  return { x0, y0, x1, y1, rows: lines.filter((row) => row.length > 0) }
}

function slot(edges: readonly number[], value: number): number {
  let index = 0
  while (index < edges.length - 2 && value >= edges[index + 1]!) index++
  return index
}

/** Which elementary cells are one because no line parts them: gives the first cell of each. */
function mergedCells(
  xs: readonly number[],
  ys: readonly number[],
  level: readonly Line[],
  upright: readonly Line[],
): (cell: number) => number {
  const [columns, rows] = [xs.length - 1, ys.length - 1]
  const parent = Array.from({ length: columns * rows }, (_, index) => index)
  const find = (index: number): number => {
    let root = index
    while (parent[root] !== root) root = parent[root]!
    return root
  }
  const join = (a: number, b: number): void => {
    const [first, second] = [find(a), find(b)]
    parent[Math.max(first, second)] = Math.min(first, second)
  }
  const parted = (lines: readonly Line[], at: number, middle: number): boolean =>
    lines.some((line) => Math.abs(line.at - at) <= NEAR && line.from <= middle && line.to >= middle)
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const cell = row * columns + column
      if (column + 1 < columns && !parted(upright, xs[column + 1]!, (ys[row]! + ys[row + 1]!) / 2)) join(cell, cell + 1)
      if (row + 1 < rows && !parted(level, ys[row + 1]!, (xs[column]! + xs[column + 1]!) / 2)) join(cell, cell + columns)
    }
  }
  return find
}

/** Upright lines by position, to cut text that runs from one cell into the next without a gap. */
export class Fences {
  readonly #lines: Line[]
  constructor(rules: readonly (readonly [number, number, number, number])[]) {
    this.#lines = rules
      .filter((rule) => rule[3] - rule[1] > rule[2] - rule[0])
      .map(([x0, y0, x1, y1]) => ({ at: (x0 + x1) / 2, from: y0, to: y1 }))
      .toSorted((a, b) => a.at - b.at)
  }
  /** Does a line stand between x = from and x = to at height y? */
  between(from: number, to: number, y: number): boolean {
    const lines = this.#lines
    let low = 0
    let high = lines.length
    while (low < high) {
      const middle = (low + high) >> 1
      if (lines[middle]!.at < from) low = middle + 1
      else high = middle
    }
    for (let i = low; i < lines.length && lines[i]!.at <= to; i++) if (lines[i]!.from <= y && lines[i]!.to >= y) return true
    return false
  }
}

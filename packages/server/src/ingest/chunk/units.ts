/**
 * Units: the smallest pieces a chunk is made of, in order and without gaps but white space.
 * Each knows how good a place its beginning is to cut at.
 */
import type { Block } from '@zhiku/contract/page.ts'
import { cost, measure, Meter } from './measure.ts'
import { sentenceEnds } from './sentences.ts'

export interface Unit {
  start: number
  end: number
  /** in tokens, see `cost` */
  cost: number
  /** how good it is to cut before this unit; see CUT */
  strength: number
  block: Block
  /** table: index of the row */
  row?: number
}

/** Strengths of places to cut at, stronger first. A collection's separators lie between blocks and lines. */
export const CUT = {
  block: 100,
  deepestItem: 90,
  separator: 80,
  row: 60,
  line: 40,
  sentence: 30,
  clause: 20,
  space: 10,
  hard: 1,
  afterHeading: 0,
} as const

/** A unit is at most this share of a chunk, so that cuts can be chosen and overlaps are fine-grained. */
const UNIT_SHARE_MAX = 0.25

export function unitsOf(text: string, blocks: readonly Block[], sizeTokens: number, separators: readonly string[]): Unit[] {
  const units: Unit[] = []
  let afterHeading = false
  for (const block of blocks) {
    const first = units.length
    if (block.rows && block.rows.length > 0) addRows(units, text, block)
    else addPieces(units, text, block, separators)
    if (units.length === first) continue
    const level = block.kind === 'list-item' ? Math.min(block.level ?? 0, CUT.block - CUT.deepestItem) : 0
    units[first]!.strength = afterHeading ? CUT.afterHeading : CUT.block - level
    afterHeading = block.kind === 'heading'
  }
  return units.flatMap((unit) =>
    unit.cost > sizeTokens * UNIT_SHARE_MAX && unit.end - unit.start > 1 ? breakUp(text, unit, sizeTokens * UNIT_SHARE_MAX) : [unit],
  )
}

function push(units: Unit[], text: string, start: number, end: number, strength: number, block: Block, row?: number): void {
  let from = start
  let to = end
  while (from < to && /\s/.test(text[from]!)) from++
  while (to > from && /\s/.test(text[to - 1]!)) to--
  if (from === to) return
  const unit: Unit = { start: from, end: to, cost: cost(measure(text, from, to)), strength, block }
  if (row !== undefined) unit.row = row
  units.push(unit)
}

function addRows(units: Unit[], text: string, block: Block): void {
  const rows = block.rows!.filter((row) => row.length > 0)
  rows.forEach((row, index) => {
    // Rows take in whatever stands between them, so that nothing of the block is left out.
    const start = index === 0 ? block.start : row[0]![0]
    const end = index + 1 < rows.length ? rows[index + 1]![0]![0] : block.end
    push(units, text, start, end, CUT.row, block, index)
  })
}

/** Sentences, lines and the collection's separators. */
function addPieces(units: Unit[], text: string, block: Block, separators: readonly string[]): void {
  const cuts = new Map<number, number>()
  const mark = (at: number, strength: number): void => {
    if (at > block.start && at < block.end && strength > (cuts.get(at) ?? -1)) cuts.set(at, strength)
  }
  if (block.kind !== 'code' && block.kind !== 'heading')
    for (const end of sentenceEnds(text, block.start, block.end)) mark(end, CUT.sentence)
  for (let at = text.indexOf('\n', block.start); at !== -1 && at < block.end; at = text.indexOf('\n', at + 1)) mark(at + 1, CUT.line)
  separators.forEach((separator, order) => {
    for (let at = text.indexOf(separator, block.start); at !== -1 && at < block.end; at = text.indexOf(separator, at + separator.length)) {
      mark(at + separator.length, CUT.separator - order / separators.length)
    }
  })
  let from = block.start
  let strength: number = CUT.block
  for (const [at, next] of [...cuts].toSorted((a, b) => a[0] - b[0])) {
    const before = units.length
    push(units, text, from, at, strength, block)
    // A piece of nothing but white space hands its place to the next one.
    strength = units.length > before ? next : Math.max(strength, next)
    from = at
  }
  push(units, text, from, block.end, strength, block)
}

const CLAUSE_END = /[，、：,:)）\]】]/

/** A unit that is too long: cut after clauses, else at spaces, else anywhere but inside a surrogate pair. */
function breakUp(text: string, unit: Unit, max: number): Unit[] {
  const pieces: Unit[] = []
  let from = unit.start
  let strength = unit.strength
  while (from < unit.end) {
    const [to, next] = cutAfter(text, from, unit.end, max)
    const before = pieces.length
    push(pieces, text, from, to, strength, unit.block, unit.row)
    if (pieces.length > before) strength = next
    from = to
  }
  return pieces
}

function cutAfter(text: string, from: number, end: number, max: number): [number, number] {
  const meter = new Meter()
  let clause = -1
  let space = -1
  for (let at = from; at < end; at++) {
    meter.add(text.charCodeAt(at))
    if (cost(meter) > max && at > from) {
      if (clause > from) return [clause, CUT.clause]
      if (space > from) return [space, CUT.space]
      const low = text.charCodeAt(at)
      return [low >= 0xdc00 && low <= 0xdfff && at - 1 > from ? at - 1 : at, CUT.hard]
    }
    if (cost(meter) < max / 2) continue
    if (CLAUSE_END.test(text[at]!)) clause = at + 1
    else if (/\s/.test(text[at]!)) space = at + 1
  }
  return [end, CUT.hard]
}

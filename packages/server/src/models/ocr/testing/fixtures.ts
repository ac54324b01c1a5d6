/**
 * Small pictures with known text that both engines are tested with. They were drawn once by `make-fixtures.ts`, because the
 * machines that run the tests need not have Chinese fonts; the texts are our own.
 */
import { readFileSync } from 'node:fs'
import path from 'node:path'
import type { Picture } from '../types.ts'
import { decodePicture } from '../picture/decode.ts'

export const FOLDER = path.join(import.meta.dirname, '..', 'fixtures')

/** Text, left edge and baseline in pixels. */
export interface Drawn {
  text: string
  x: number
  y: number
}

export interface Fixture {
  width: number
  height: number
  font: string
  size: number
  drawn: Drawn[]
  /** in reading order, as an engine should give them; cells are parted by a tab */
  lines: string[]
}

const column = (lines: readonly string[], x: number, y: number, step: number): Drawn[] =>
  lines.map((text, n) => ({ text, x, y: y + n * step }))

const CHINESE = [
  '仓库管理员每天早上核对库存数量，',
  '发现差异后在系统里登记原因。',
  '超过三天没有处理的差异会提醒主管，',
  '由主管决定是否重新盘点整个货架。',
]
const ENGLISH = [
  'The harbour office keeps a log of every ship',
  'that enters or leaves the basin. Each entry',
  'names the vessel, its cargo and the pilot on',
  'duty, and is signed by two clerks before noon.',
]
const LEFT = [
  'Rain fell on the old',
  'mill for nine days.',
  'The river rose over',
  'the lower meadow and',
  'carried the fence off',
  'towards the bridge.',
]
const RIGHT = [
  'When the water went',
  'down again, farmers',
  'found new channels',
  'cut deep in the clay,',
  'and a boat that no',
  'one had ever seen.',
]
const CELLS = [
  ['Part', 'Count', 'Price'],
  ['Copper pipe', '24', '18.60'],
  ['Brass valve', '6', '42.75'],
  ['Steel clamp', '150', '0.95'],
]

const SANS = 'Liberation Sans'
const SERIF = 'Liberation Serif'

export const FIXTURES = {
  chinese: { width: 560, height: 210, font: 'Noto Sans CJK SC', size: 26, drawn: column(CHINESE, 30, 55, 42), lines: CHINESE },
  english: { width: 620, height: 200, font: SERIF, size: 26, drawn: column(ENGLISH, 30, 55, 38), lines: ENGLISH },
  columns: {
    width: 640,
    height: 260,
    font: SANS,
    size: 22,
    drawn: [...column(LEFT, 30, 45, 34), ...column(RIGHT, 345, 45, 34)],
    lines: [...LEFT, ...RIGHT],
  },
  table: {
    width: 620,
    height: 210,
    font: SANS,
    size: 24,
    drawn: CELLS.flatMap((row, n) => row.map((text, at) => ({ text, x: [30, 290, 470][at]!, y: 50 + n * 42 }))),
    lines: CELLS.map((row) => row.join('\t')),
  },
} satisfies Record<string, Fixture>

export type FixtureName = keyof typeof FIXTURES

export const fixtureBytes = (name: FixtureName): Uint8Array => readFileSync(path.join(FOLDER, `${name}.png`))

export async function fixturePicture(name: FixtureName): Promise<Picture> {
  return await (await decodePicture(fixtureBytes(name))).picture(1)
}

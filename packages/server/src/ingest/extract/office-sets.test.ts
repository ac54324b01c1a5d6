/** PowerPoint, Excel and CSV on real and damaged documents. The sets lie beside the repository; where they are absent these tests skip and say so. */
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { afterAll, describe, expect, it, type TestContext } from 'vitest'
import { silentLog } from '../../base/log.ts'
import { createReaderPool, type ReaderPool } from '../pool/pool.ts'
import { dataSet, filesIn } from '../testing/data-sets.ts'
import { converted, expectedStrings, hostileFiles, mean } from '../testing/quality.ts'
import { checkPage, read } from '../testing/read.ts'

function folderOf(name: string, context: TestContext): string {
  const folder = dataSet(name)
  if (folder === null) context.skip(`the set ${name} is not there: ../shared/data, or ZHIKU_DATA_SETS`)
  return folder
}

describe('words of real documents', () => {
  it.for([
    ['docling/pptx', 'pptx', 0.94],
    ['docling/xlsx', 'xlsx', 0.95],
    ['docling/csv', 'csv', 0.99],
  ] as const)('%s: the words that another converter finds are found', async ([set, extension, least], context) => {
    const scores = await converted(folderOf(set, context), extension)
    expect(scores.length).toBeGreaterThan(6)
    expect(mean(scores.map(({ recall }) => recall))).toBeGreaterThanOrEqual(least)
  })

  it('strings that must appear do', async (context) => {
    const scores = await expectedStrings(folderOf('markitdown', context), ['pptx', 'xlsx', 'csv'])
    expect(scores.filter(({ missing }) => missing.length > 0)).toEqual([])
    expect(scores.length).toBeGreaterThanOrEqual(3)
  })

  it('every cell of a real sheet has a place, every slide a size', async (context) => {
    const folder = folderOf('office-real', context)
    for (const name of [...filesIn(folder, 'xlsx'), ...filesIn(folder, 'pptx')]) {
      const { pages } = await read(readFileSync(path.join(folder, name)), name)
      pages.forEach(checkPage)
      expect(
        pages.some(({ status }) => status === 'text'),
        name,
      ).toBe(true)
      for (const page of pages) {
        if (page.kind === 'slide') expect(page.width! * page.height!, name).toBeGreaterThan(0)
        const tables = page.blocks.filter(({ kind }) => kind === 'table')
        const cells = tables.flatMap(({ rows = [] }) => rows.flat()).filter(([start, end]) => end > start)
        if (page.kind === 'cells') expect(page.words!.length, name).toBeGreaterThanOrEqual(cells.length === 0 ? 0 : 1)
      }
    }
  })
})

describe('damaged and hostile files', () => {
  let pool: ReaderPool | null = null
  afterAll(() => pool?.close())

  // One of them unpacks to as much text as a document may have.
  it.for(['xlsx', 'pptx', 'csv'])(
    '%s: each gives text or ends typed, in time and memory',
    { timeout: 240_000 },
    async (family, context) => {
      const folder = folderOf('malformed', context)
      pool ??= createReaderPool({ size: 2, log: silentLog, readPaths: [folder] })
      const outcomes = await hostileFiles(folder, [family], pool)
      expect(outcomes.length).toBeGreaterThan(5)
      expect(outcomes.filter(({ outcome }) => !/^(?:text|no text|ingest\.\w+)$/.test(outcome))).toEqual([])
      const bad = new Set(['ingest.reader_crashed', 'ingest.time_limit', 'ingest.memory_limit'])
      expect(outcomes.filter(({ outcome }) => bad.has(outcome))).toEqual([])
      expect(outcomes.filter(({ expected, outcome }) => expected === 'state:encrypted' && outcome !== 'ingest.password_needed')).toEqual([])
      expect(outcomes.filter(({ expected, outcome }) => expected === 'text' && outcome !== 'text')).toEqual([])
    },
  )
})

/**
 * `node bench/extract.ts [--set NAME]`: quality of the readers on every file of the evaluation sets, damaged files
 * included, one JSON object at the end. Needs ../shared/data (or ZHIKU_DATA_SETS).
 */
import { readdirSync } from 'node:fs'
import path from 'node:path'
import { parseArgs } from 'node:util'
import { silentLog } from '../packages/server/src/base/log.ts'
import { createReaderPool } from '../packages/server/src/ingest/pool/pool.ts'
import { dataSet } from '../packages/server/src/ingest/testing/data-sets.ts'
import {
  charactersOfPages,
  converted,
  expectedStrings,
  fullText,
  hostileFiles,
  listedTexts,
  mainTexts,
  mean,
  type Outcome,
  type Score,
} from '../packages/server/src/ingest/testing/quality.ts'

const { values } = parseArgs({ options: { set: { type: 'string' } } })
const round = (value: number): number => Number(value.toFixed(4))
const FAMILIES = ['pdf', 'docx', 'xlsx', 'pptx', 'csv', 'html', 'txt']

function summary(scores: readonly Score[], worst = 5): object {
  const low = scores.toSorted((a, b) => a.recall - b.recall).slice(0, worst)
  return {
    files: scores.length,
    recall: round(mean(scores.map((score) => score.recall))),
    precision: round(mean(scores.map((score) => score.precision))),
    lowest: low.map(({ file, recall }) => [file, round(recall)]),
  }
}

function tally(outcomes: readonly Outcome[]): object {
  const counts: Record<string, number> = {}
  for (const { expected, outcome } of outcomes) counts[`${expected} -> ${outcome}`] = (counts[`${expected} -> ${outcome}`] ?? 0) + 1
  return {
    files: outcomes.length,
    crashed: outcomes.filter(({ outcome }) => outcome === 'ingest.reader_crashed').map(({ file }) => file),
    overTheTime: outcomes.filter(({ outcome }) => outcome === 'ingest.time_limit').map(({ file }) => file),
    untyped: outcomes.filter(({ outcome }) => !/^(?:text|no text|ingest\.\w+)$/.test(outcome)).map(({ file }) => file),
    expectedTextButNone: outcomes
      .filter(({ expected, outcome }) => expected === 'text' && outcome !== 'text')
      .map(({ file, outcome }) => [file, outcome]),
    cpuSeconds: round(outcomes.reduce((sum, { cpuMs }) => sum + cpuMs, 0) / 1000),
    counts: Object.fromEntries(Object.entries(counts).toSorted((a, b) => b[1] - a[1])),
  }
}

const MEASURES: Record<string, (folder: string) => Promise<object>> = {
  'docling/docx': async (folder) => summary(await converted(folder, 'docx')),
  'docling/pptx': async (folder) => summary(await converted(folder, 'pptx')),
  'docling/xlsx': async (folder) => summary(await converted(folder, 'xlsx')),
  'docling/csv': async (folder) => summary(await converted(folder, 'csv')),
  'docling/md': async (folder) => summary(await converted(folder, 'md')),
  'docling/html': async (folder) => summary(await converted(folder, 'html')),
  'docling/pdf': async (folder) => summary(await converted(folder, 'pdf'), 16),
  'web-readability': async (folder) => summary(await mainTexts(folder)),
  markitdown: async (folder) => summary(await expectedStrings(folder, ['docx', 'pptx', 'xlsx', 'csv', 'html', 'pdf'])),
  mammoth: async (folder) => summary(await listedTexts(folder)),
  'office-real': async (folder) => ({
    quarterlyReportPages3To6: await charactersOfPages(
      path.join(folder, 'pdf-zh-quarterly-report-22p.pdf'),
      path.join(folder, 'pdf-zh-image-only-scan-4p.truth.txt'),
      3,
      6,
    ),
    characters: Object.fromEntries(
      await Promise.all(
        readdirSync(folder)
          .filter((name) => /^(?:pdf|docx|md)-/.test(name) && !name.endsWith('.txt'))
          .map(async (name) => [name, await lengthOf(path.join(folder, name))]),
      ),
    ),
  }),
  malformed: async (folder) => {
    const pool = createReaderPool({ size: 2, log: silentLog, readPaths: [folder] })
    try {
      const results: Record<string, object> = {}
      for (const family of FAMILIES) results[family] = tally(await hostileFiles(folder, [family], pool))
      return results
    } finally {
      await pool.close()
    }
  },
}

const lengthOf = async (file: string): Promise<number | string> =>
  fullText(file).then(
    (text) => text.length,
    (error: Error & { code?: string }) => error.code ?? error.message,
  )

const report: Record<string, object> = {}
for (const [name, measure] of Object.entries(MEASURES)) {
  if (values.set !== undefined && values.set !== name) continue
  const folder = dataSet(name)
  const started = process.cpuUsage()
  report[name] = folder === null ? { skipped: 'the set is not there' } : await measure(folder)
  const { user, system } = process.cpuUsage(started)
  process.stderr.write(`${name}: ${((user + system) / 1e6).toFixed(1)} CPU-s\n`)
}
process.stdout.write(`${JSON.stringify(report, null, 2)}\n`)

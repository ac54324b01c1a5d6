/**
 * How well files are read: the words of a known text that are found in what the product keeps of the file, and the
 * state that each file ends in. The files go through the product as it is.
 */
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import type { EvalApp, ReadOutcome } from './app.ts'
import { round, table } from './metrics.ts'
import { findSources, type Known, type SourceFile } from './sources.ts'
import { missingOf, overlap, wordsOf } from './words.ts'

/** A file is read well when at least this share of the known words is found. */
const ENOUGH = 0.95
const MISSING_SHOWN = 12
/** Files that are accepted before their outcomes are looked at. */
const BATCH = 50

export interface FileReport {
  file: string
  kind: string
  state: string
  /** of the error or notice; null when nothing needs saying */
  code: string | null
  characters: number
  /** of the known words, or of the strings that must appear; null when nothing is known */
  recall: number | null
  precision: number | null
  /** first words or strings that were not found */
  missing?: string[]
  /** strings that must not appear and do */
  unwanted?: string[]
  /** where a state is expected */
  expected?: string
  asExpected?: boolean
}

interface KindRow {
  files: number
  measured: number
  recall: number | null
  precision: number | null
  /** share of the measured files with at least 95 % of the words */
  enough: number | null
}

export interface ExtractReport {
  set: 'extract'
  all: KindRow
  byKind: Record<string, KindRow>
  states: Record<string, number>
  codes: Record<string, number>
  /** below 95 % of the words, or in another state than expected, or with strings that must not appear */
  below: FileReport[]
  files: FileReport[]
}

/** @param kinds  extensions to look at; null for all */
export async function evaluateExtract(
  app: EvalApp,
  folder: string,
  kinds: readonly string[] | null,
  progress: (done: number, all: number) => void,
): Promise<ExtractReport> {
  const sources = (await findSources(folder)).filter(({ file }) => kinds === null || kinds.includes(kindOf(file)))
  const files: FileReport[] = []
  for (let from = 0; from < sources.length; from += BATCH) {
    const batch = sources.slice(from, from + BATCH)
    const outcomes: ((() => Promise<ReadOutcome>) | ReadOutcome)[] = []
    for (const { file } of batch) outcomes.push(await accept(app, folder, file))
    await app.settle()
    for (const [index, source] of batch.entries()) {
      const outcome = outcomes[index]!
      files.push(reportOf(source, typeof outcome === 'function' ? await outcome() : outcome))
    }
    progress(files.length, sources.length)
  }
  return summary(files)
}

const kindOf = (file: string): string => path.posix.extname(file).slice(1).toLowerCase() || 'none'

/** A name that cannot be uploaded is an outcome too. */
async function accept(app: EvalApp, folder: string, file: string): Promise<(() => Promise<ReadOutcome>) | ReadOutcome> {
  const directory = path.posix.dirname(file)
  try {
    const bytes = await readFile(path.join(folder, file))
    const id = await app.addFile({ name: path.posix.basename(file), path: directory === '.' ? '' : directory, bytes })
    return () => app.outcome(id)
  } catch (error) {
    const { code } = error as { code?: unknown }
    if (typeof code !== 'string') throw error
    return { state: 'refused', code, text: '' }
  }
}

function reportOf({ file, known }: SourceFile, outcome: ReadOutcome): FileReport {
  const { state, code, text } = outcome
  const report: FileReport = { file, kind: kindOf(file), state, code, characters: text.length, recall: null, precision: null }
  if (known.text !== undefined) {
    const ours = wordsOf(text)
    const truth = wordsOf(known.text)
    const { recall, precision } = overlap(ours, truth)
    Object.assign(report, { recall: round(recall), precision: round(precision) })
    if (recall < ENOUGH) report.missing = missingOf(ours, truth, MISSING_SHOWN)
  } else if (known.mustInclude) includeStrings(report, text, known.mustInclude)
  const unwanted = known.mustNotInclude?.filter((string) => squeezed(text).includes(squeezed(string))) ?? []
  if (unwanted.length > 0) report.unwanted = unwanted
  if (known.state !== undefined) Object.assign(report, { expected: known.state, asExpected: isExpected(known, outcome) })
  return report
}

/** White space and marks do not count. */
const squeezed = (text: string): string => wordsOf(text).join('')

function includeStrings(report: FileReport, text: string, wanted: readonly string[]): void {
  const found = squeezed(text)
  const missing = wanted.filter((string) => !found.includes(squeezed(string)))
  report.recall = round(1 - missing.length / Math.max(1, wanted.length))
  if (missing.length > 0) report.missing = missing.slice(0, MISSING_SHOWN)
}

/** What an index calls a state, by what the product says. */
const STATES: Readonly<Record<string, RegExp>> = {
  corrupt: /^ingest\.(?:corrupt|unknown_charset|unsupported_\w+)$/,
  encrypted: /^ingest\.password_needed$/,
  'too-large': /^ingest\.(?:\w+_limit)$/,
  empty: /^ingest\.(?:empty_file|no_text|ocr_no_text)$/,
  'no-text': /^ingest\.(?:no_text|ocr_no_text|pages_unread)$/,
  unsupported: /^ingest\.unsupported_\w+$/,
}
const ENDED = new Set(['ready', 'partial', 'empty', 'needs', 'failed'])

function isExpected({ state: expected = '' }: Known, { state, code, text }: ReadOutcome): boolean {
  if (expected === 'text') return text.trim() !== ''
  if (expected === 'text-or-state') return ENDED.has(state) && (text.trim() !== '' || code !== null)
  return expected
    .replace(/^state:/, '')
    .split('|')
    .map((one) => one.trim())
    .some((one) => one === state || one === code || (code !== null && (STATES[one]?.test(code) ?? false)))
}

const isBelow = (file: FileReport): boolean =>
  (file.recall !== null && file.recall < ENOUGH) || file.asExpected === false || file.unwanted !== undefined || !ENDED.has(file.state)

function rowOf(files: readonly FileReport[]): KindRow {
  const measured = files.filter(({ recall }) => recall !== null)
  const mean = (values: readonly (number | null)[]): number | null => {
    const known = values.filter((value) => value !== null)
    return known.length === 0 ? null : round(known.reduce((sum, value) => sum + value, 0) / known.length)
  }
  return {
    files: files.length,
    measured: measured.length,
    recall: mean(measured.map(({ recall }) => recall)),
    precision: mean(measured.map(({ precision }) => precision)),
    enough: measured.length === 0 ? null : round(measured.filter(({ recall }) => recall! >= ENOUGH).length / measured.length),
  }
}

function summary(files: FileReport[]): ExtractReport {
  const kinds = [...Map.groupBy(files, ({ kind }) => kind)].toSorted((a, b) => (a[0] < b[0] ? -1 : 1))
  const count = (keys: readonly string[]): Record<string, number> =>
    Object.fromEntries([...Map.groupBy(keys, (key) => key)].map(([key, all]) => [key, all.length]))
  return {
    set: 'extract',
    all: rowOf(files),
    byKind: Object.fromEntries(kinds.map(([kind, of]) => [kind, rowOf(of)])),
    states: count(files.map(({ state }) => state)),
    codes: count(files.flatMap(({ code }) => (code === null ? [] : [code]))),
    below: files.filter(isBelow),
    files,
  }
}

export function extractTable(report: ExtractReport): string[] {
  const row = (name: string, { files, measured, recall, precision, enough }: KindRow): string[] =>
    [name, files, measured, recall, precision, enough].map((value) => String(value ?? ''))
  return [
    ...table([
      ['kind', 'files', 'measured', 'recall', 'precision', '>= 0.95'],
      ...Object.entries(report.byKind).map(([kind, of]) => row(kind, of)),
      row('all', report.all),
    ]),
    '',
    `states: ${Object.entries(report.states)
      .map(([state, count]) => `${state} ${count}`)
      .join(', ')}`,
    ...report.below.map(({ file, state, code, recall, expected, missing = [] }) =>
      [file, recall ?? '', state, code ?? '', expected === undefined ? '' : `expected ${expected}`, missing.join(' ')]
        .filter(Boolean)
        .join('  '),
    ),
  ]
}

/**
 * OCR through the whole product: files are added, read by the pipeline, and the text of their pages is compared with what
 * is written on them.
 */
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { z } from 'zod'
import type { EvalApp } from './app.ts'
import { table } from './metrics.ts'
import { type OcrCounts, type OcrShares, compareOcr, percentages } from './ocr-metrics.ts'

/** One row of a ground-truth file: a picture, or a page of a PDF. Files are relative to the folder of the ground truth. */
const rowSchema = z.object({
  file: z.string().min(1),
  kind: z.string(),
  lang: z.string(),
  layout: z.string().optional(),
  /** from 1; without it all pages of the file */
  page: z.int().min(1).optional(),
  text: z.string(),
  lines: z.array(z.union([z.string(), z.object({ text: z.string() })])).optional(),
})
type Row = z.infer<typeof rowSchema>

/** The order of columns is a matter of its own: such pages are reported apart. */
const APART = 'columns'
/** The labels of receipts are all upper case. */
const CASELESS = 'receipts'

interface FileReport extends OcrShares {
  file: string
  page: number | null
  kind: string
  lang: string
  layout: string | null
  state: string
  code: string | null
  engine: string
  confidence: number | null
  cpuSeconds: number | null
}

interface GroupReport extends OcrShares {
  /** user and system time of the OCR processes; null when no page went through OCR */
  cpuSecondsPerPage: number | null
}

export interface OcrReport {
  set: 'ocr'
  data: string
  rows: number
  groups: Record<string, GroupReport>
  files: FileReport[]
}

/** @throws when the ground truth is not of the form, or a file of it is missing */
export async function evaluateOcr(app: EvalApp, data: string, progress: (done: number, all: number) => void): Promise<OcrReport> {
  const rows = (await readFile(data, 'utf8'))
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => rowSchema.parse(JSON.parse(line)))
  const documents = new Map<string, string>()
  const names = [...new Set(rows.map((row) => row.file))]
  for (const [n, name] of names.entries()) {
    const bytes = await readFile(path.join(path.dirname(data), name))
    documents.set(name, await app.addFile({ name: path.basename(name), path: path.dirname(name), bytes }))
    // One file after the other: the CPU time of a page is then its own.
    await app.settle()
    progress(n + 1, names.length)
  }
  const compared: { report: FileReport; counts: OcrCounts }[] = []
  for (const row of rows) compared.push(await compare(app, row, documents.get(row.file)!))
  return { set: 'ocr', data, rows: rows.length, groups: grouped(compared), files: compared.map(({ report }) => report) }
}

async function compare(app: EvalApp, row: Row, document: string): Promise<{ report: FileReport; counts: OcrCounts }> {
  const { state, code } = await app.outcome(document)
  const all = await app.pages(document)
  const pages = row.page === undefined ? all : all.filter(({ page }) => page === row.page)
  const cpuMs = await app.ocrCpuMs(document)
  const text = pages.map((page) => page.text).join('\n')
  const lines = (row.lines ?? row.text.split('\n')).map((line) => (typeof line === 'string' ? line : line.text))
  const counts = compareOcr({ text: row.text, lines }, text, row.kind === CASELESS)
  const report: FileReport = {
    file: row.file,
    page: row.page ?? null,
    kind: row.kind,
    lang: row.lang,
    layout: row.layout ?? null,
    state,
    code,
    engine: [...new Set(pages.map((page) => page.engine))].join(', '),
    confidence: pages[0]?.confidence ?? null,
    ...percentages([counts]),
    // A file tells the time of all its pages.
    cpuSeconds: cpuMs === null || all.length === 0 ? null : hundredths((cpuMs / 1000 / all.length) * Math.max(1, pages.length)),
  }
  return { report, counts }
}

const hundredths = (value: number): number => Math.round(value * 100) / 100

/** By kind, and by kind and language; columns apart. */
function grouped(compared: readonly { report: FileReport; counts: OcrCounts }[]): Record<string, GroupReport> {
  const groups = new Map<string, { report: FileReport; counts: OcrCounts }[]>()
  for (const one of compared) {
    const { kind, lang, layout } = one.report
    const suffix = layout === APART ? ` ${APART}` : ''
    for (const name of [`${kind}${suffix}`, `${kind} ${lang}${suffix}`]) groups.set(name, [...(groups.get(name) ?? []), one])
  }
  return Object.fromEntries(
    [...groups].map(([name, members]) => {
      const seconds = members.flatMap(({ report }) => (report.cpuSeconds === null ? [] : [report.cpuSeconds]))
      const cpuSecondsPerPage = seconds.length === 0 ? null : hundredths(seconds.reduce((sum, value) => sum + value, 0) / seconds.length)
      return [name, { ...percentages(members.map(({ counts }) => counts)), cpuSecondsPerPage }]
    }),
  )
}

export function ocrTable({ groups }: OcrReport): string[] {
  return table([
    ['group', 'pages', 'CER %', 'exact lines %', 'words %', 'CPU-s/page'],
    ...Object.entries(groups).map(([name, group]) => [
      name,
      group.pages,
      group.cerPercent ?? '-',
      group.exactLinesPercent ?? '-',
      group.wordRecallPercent ?? '-',
      group.cpuSecondsPerPage ?? '-',
    ]),
  ])
}

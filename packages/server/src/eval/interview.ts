/**
 * Answers with citations from a folder of documents: `questions.jsonl` {id, question, kind, expect} must be answered with
 * a quote that contains one of `expect`; `unanswerable.jsonl` {id, question, kind} must not be answered.
 */
import { readFile, readdir } from 'node:fs/promises'
import path from 'node:path'
import { z } from 'zod'
import type { EvalApp } from './app.ts'
import { halfOf, quoteContains, shareOf, table } from './metrics.ts'

const questionSchema = z.object({ id: z.string(), question: z.string(), kind: z.string(), expect: z.array(z.string()).min(1) })
const unanswerableSchema = z.object({ id: z.string(), question: z.string(), kind: z.string() })

/** Citations that are looked at. */
const FIRST = 3

interface HitRow {
  questions: number
  'hit@1': number
  'hit@3': number
  /** share that ended in "not in your documents" */
  refused: number
}
interface RefusalRow {
  questions: number
  refused: number
}
export interface InterviewReport {
  set: 'interview'
  documents: number
  answerable: { all: HitRow; byKind: Record<string, HitRow>; byHalf: Record<string, HitRow> }
  unanswerable: { all: RefusalRow; byKind: Record<string, RefusalRow> }
  longestQuoteChars: number
  medianMs: number
  /** ids of answerable questions without a right quote among the first three, and of unanswerable ones that were answered */
  missed: string[]
  answeredAll: string[]
}

interface Outcome {
  id: string
  kind: string
  /** rank of the first right quote from 1 among the first three; null when there is none */
  rank: number | null
  refused: boolean
}

async function readLines<T>(file: string, schema: z.ZodType<T>): Promise<T[]> {
  const lines = (await readFile(file, 'utf8')).split('\n').filter((line) => line.trim() !== '')
  return lines.map((line) => schema.parse(JSON.parse(line)))
}

const hitRow = (outcomes: readonly Outcome[]): HitRow => ({
  questions: outcomes.length,
  'hit@1': shareOf(outcomes.map(({ rank }) => rank === 1)),
  'hit@3': shareOf(outcomes.map(({ rank }) => rank !== null)),
  refused: shareOf(outcomes.map(({ refused }) => refused)),
})
const refusalRow = (outcomes: readonly Outcome[]): RefusalRow => ({
  questions: outcomes.length,
  refused: shareOf(outcomes.map(({ refused }) => refused)),
})

function grouped<R>(
  outcomes: readonly Outcome[],
  key: (outcome: Outcome) => string,
  row: (group: readonly Outcome[]) => R,
): Record<string, R> {
  return Object.fromEntries([...Map.groupBy(outcomes, key)].map(([name, group]) => [name, row(group)]))
}

/** @param folder  documents (all but *.jsonl) with the two question files */
export async function evaluateInterview(app: EvalApp, folder: string): Promise<InterviewReport> {
  const names = (await readdir(folder)).filter((name) => !name.endsWith('.jsonl')).toSorted()
  for (const name of names) await app.addFile({ name, bytes: await readFile(path.join(folder, name)) })
  await app.settle()

  let longestQuoteChars = 0
  const times: number[] = []
  const ask = async (question: string): ReturnType<EvalApp['ask']> => {
    const from = performance.now()
    const answer = await app.ask(question)
    times.push(performance.now() - from)
    for (const { quote } of answer.citations) longestQuoteChars = Math.max(longestQuoteChars, quote.length)
    return answer
  }

  const answerable: Outcome[] = []
  for (const { id, kind, question, expect } of await readLines(path.join(folder, 'questions.jsonl'), questionSchema)) {
    const { answered, citations } = await ask(question)
    const at = citations.slice(0, FIRST).findIndex(({ quote }) => quoteContains(quote, expect))
    answerable.push({ id, kind, rank: at === -1 ? null : at + 1, refused: !answered })
  }
  const unanswerable: Outcome[] = []
  for (const { id, kind, question } of await readLines(path.join(folder, 'unanswerable.jsonl'), unanswerableSchema)) {
    const { answered } = await ask(question)
    unanswerable.push({ id, kind, rank: null, refused: !answered })
  }
  return {
    set: 'interview',
    documents: names.length,
    answerable: {
      all: hitRow(answerable),
      byKind: grouped(answerable, ({ kind }) => kind, hitRow),
      byHalf: grouped(answerable, ({ id }) => halfOf(id), hitRow),
    },
    unanswerable: { all: refusalRow(unanswerable), byKind: grouped(unanswerable, ({ kind }) => kind, refusalRow) },
    longestQuoteChars,
    medianMs: Math.round(times.toSorted((a, b) => a - b)[Math.floor(times.length / 2)] ?? 0),
    missed: answerable.filter(({ rank }) => rank === null).map(({ id }) => id),
    answeredAll: unanswerable.filter(({ refused }) => !refused).map(({ id }) => id),
  }
}

const hitCells = (name: string, row: HitRow): string[] => [
  name,
  String(row.questions),
  ...[row['hit@1'], row['hit@3'], row.refused].map((value) => value.toFixed(4)),
]
const refusalCells = (name: string, row: RefusalRow): string[] => [name, String(row.questions), '', '', row.refused.toFixed(4)]

export function interviewTable(report: InterviewReport): string[] {
  return table([
    ['', 'questions', 'hit@1', 'hit@3', 'refused'],
    hitCells('answerable', report.answerable.all),
    ...Object.entries(report.answerable.byKind).map(([kind, row]) => hitCells(`  ${kind}`, row)),
    ...Object.entries(report.answerable.byHalf).map(([half, row]) => hitCells(`  half: ${half}`, row)),
    refusalCells('unanswerable', report.unanswerable.all),
    ...Object.entries(report.unanswerable.byKind).map(([kind, row]) => refusalCells(`  ${kind}`, row)),
  ]).concat(
    `${report.documents} documents; longest quote ${report.longestQuoteChars} characters; median ${report.medianMs} ms per question`,
  )
}

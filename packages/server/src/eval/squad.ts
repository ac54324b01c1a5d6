/**
 * Search and answers on a file in SQuAD format: every paragraph is one document (identical paragraphs are the same one),
 * every question has one right document.
 */
import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { z } from 'zod'
import type { EvalApp } from './app.ts'
import { type Rank, mrrAt, quoteAnswers, rankOfDocument, recallAt, shareOf, table } from './metrics.ts'

const squadSchema = z.object({
  data: z.array(
    z.object({
      paragraphs: z.array(
        z.object({
          context: z.string(),
          qas: z.array(z.object({ question: z.string(), answers: z.array(z.object({ text: z.string() })).default([]) })),
        }),
      ),
    }),
  ),
})

export interface SquadQuestion {
  question: string
  answers: string[]
  /** name of the right document */
  document: string
}
export interface SquadSet {
  documents: { name: string; text: string }[]
  questions: SquadQuestion[]
}

/** @throws when the file is not of the format */
export function readSquad(json: string): SquadSet {
  const names = new Map<string, string>()
  const questions: SquadQuestion[] = []
  for (const { paragraphs } of squadSchema.parse(JSON.parse(json)).data) {
    for (const { context, qas } of paragraphs) {
      const document = names.get(context) ?? `${names.size + 1}.txt`
      names.set(context, document)
      for (const { question, answers } of qas) questions.push({ question, answers: answers.map(({ text }) => text), document })
    }
  }
  return { documents: [...names].map(([text, name]) => ({ name, text })), questions }
}

export interface SquadOptions {
  /** at most so many questions, spread evenly over the file */
  limit: number | null
  /** also ask: is an answer in the first quote? */
  answers: boolean
  /** share of the paragraphs that is left out; their questions should find no answer (with `answers`) */
  absent: number
}

export interface SquadReport {
  set: 'squad'
  file: string
  documents: number
  questions: number
  'R@1': number
  'R@5': number
  'R@10': number
  'MRR@10': number
  medianMs: number
  answers?: { 'answerInQuote@1': number; 'answerInQuote@3': number; refused: number; absentQuestions: number; absentRefused: number }
}

/** Passages that are asked for: several may belong to one document. */
const PASSAGES = 60

const isLeftOut = (text: string, share: number): boolean => createHash('sha256').update(text).digest().readUInt16BE(0) / 0x10000 < share

const spread = <T>(list: readonly T[], limit: number | null): T[] =>
  limit === null || limit >= list.length
    ? [...list]
    : Array.from({ length: limit }, (_, at) => list[Math.floor((at * list.length) / limit)]!)

/** @param progress  called with the number of questions done and their total */
export async function evaluateSquad(
  app: EvalApp,
  file: string,
  options: SquadOptions,
  progress: (done: number, all: number) => void,
): Promise<SquadReport> {
  const set = readSquad(await readFile(file, 'utf8'))
  const absent = new Set(set.documents.filter(({ text }) => isLeftOut(text, options.absent)).map(({ name }) => name))
  const present = set.documents.filter(({ name }) => !absent.has(name))
  for (const { name, text } of present) await app.addFile({ name, bytes: Buffer.from(text) })
  await app.settle()

  const ranks: Rank[] = []
  const times: number[] = []
  const quoteRanks: Rank[] = []
  const refused: boolean[] = []
  const absentRefused: boolean[] = []
  const questions = spread(set.questions, options.limit)
  for (const [done, { question, answers, document }] of questions.entries()) {
    if (done % 100 === 0) progress(done, questions.length)
    if (!absent.has(document)) {
      const from = performance.now()
      const passages = await app.search(question, PASSAGES)
      times.push(performance.now() - from)
      ranks.push(rankOfDocument(passages, document))
    }
    if (!options.answers) continue
    const answer = await app.ask(question)
    if (absent.has(document)) {
      absentRefused.push(!answer.answered)
      continue
    }
    refused.push(!answer.answered)
    const at = answer.citations.findIndex(({ quote }) => quoteAnswers(quote, answers))
    quoteRanks.push(at === -1 ? null : at + 1)
  }
  return {
    set: 'squad',
    file: path.basename(file),
    documents: present.length,
    questions: ranks.length,
    'R@1': recallAt(ranks, 1),
    'R@5': recallAt(ranks, 5),
    'R@10': recallAt(ranks, 10),
    'MRR@10': mrrAt(ranks, 10),
    medianMs: Math.round(times.toSorted((a, b) => a - b)[Math.floor(times.length / 2)] ?? 0),
    ...(options.answers && {
      answers: {
        'answerInQuote@1': recallAt(quoteRanks, 1),
        'answerInQuote@3': recallAt(quoteRanks, 3),
        refused: shareOf(refused),
        absentQuestions: absentRefused.length,
        absentRefused: shareOf(absentRefused),
      },
    }),
  }
}

export function squadTable(report: SquadReport): string[] {
  const { answers } = report
  const lines = table([
    ['', 'documents', 'questions', 'R@1', 'R@5', 'R@10', 'MRR@10', 'median ms'],
    [
      report.file,
      report.documents,
      report.questions,
      ...[report['R@1'], report['R@5'], report['R@10'], report['MRR@10']].map((value) => value.toFixed(4)),
      report.medianMs,
    ],
  ])
  if (!answers) return lines
  return [
    ...lines,
    `answer in the first quote ${answers['answerInQuote@1'].toFixed(4)}, in the first three ${answers['answerInQuote@3'].toFixed(4)}, refused ${answers.refused.toFixed(4)}`,
    ...(answers.absentQuestions > 0
      ? [`paragraph left out: ${answers.absentQuestions} questions, refused ${answers.absentRefused.toFixed(4)}`]
      : []),
  ]
}

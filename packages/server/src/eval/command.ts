/** `zhiku eval`: measures the product as it is, in a temporary data folder. */
import { mkdtemp, rm } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { parseArgs } from 'node:util'
import type { EvalApp, EvalHost } from './app.ts'
import { evaluateExtract, extractTable } from './extract.ts'
import { evaluateInterview, interviewTable } from './interview.ts'
import { evaluateOcr, ocrTable } from './ocr.ts'
import { evaluateSquad, squadTable } from './squad.ts'

export const EVAL_USAGE = `usage:
  zhiku eval interview --data DIR [--json]
      documents of DIR with questions.jsonl and unanswerable.jsonl: right quotes, refusals
  zhiku eval squad --data FILE.json [--limit N] [--answers] [--absent SHARE] [--json]
      a file in SQuAD format, one document per paragraph: R@1, R@5, R@10, MRR@10;
      --answers also asks; --absent leaves a share of the paragraphs out, whose questions should then be refused
  zhiku eval extract --data DIR [--kinds docx,pptx,...] [--json]
      files of DIR with what is known of their text (expected.jsonl, or a .md or .txt beside each file): share of the
      known words that were read, state of every file; --kinds looks at some extensions only
  zhiku eval ocr --data GT.jsonl [--engine pp-ocr|tesseract] [--json]
      pictures and PDF pages with what is written on them (file, page, text; files relative to GT.jsonl), read by the
      whole pipeline: character errors, lines found exactly, words, CPU seconds a page; by kind, language and file`

/** The command was used wrongly. */
const USAGE_ERROR = 2

const SETS = ['interview', 'squad', 'extract', 'ocr'] as const
type Set = (typeof SETS)[number]
const isSet = (name: string | undefined): name is Set => SETS.includes(name as Set)

const ENGINES = ['pp-ocr', 'tesseract'] as const
type Engine = (typeof ENGINES)[number]
const isEngine = (name: string): name is Engine => ENGINES.includes(name as Engine)

interface Command {
  set: Set
  data: string
  json: boolean
  limit: number | null
  answers: boolean
  absent: number
  /** extensions; null for all */
  kinds: string[] | null
  /** the only OCR engine that is used; null as the settings say */
  engine: Engine | null
}

/** @returns null when the arguments make no sense */
export function parseEvalArgs(argv: readonly string[]): Command | null {
  try {
    const { values, positionals } = parseArgs({
      args: [...argv],
      allowPositionals: true,
      options: {
        data: { type: 'string' },
        json: { type: 'boolean', default: false },
        limit: { type: 'string' },
        answers: { type: 'boolean', default: false },
        absent: { type: 'string', default: '0' },
        kinds: { type: 'string' },
        engine: { type: 'string' },
      },
    })
    const [set, ...rest] = positionals
    const limit = values.limit === undefined ? null : Number(values.limit)
    const absent = Number(values.absent)
    if (!isSet(set) || rest.length > 0 || values.data === undefined) return null
    const engine = values.engine ?? null
    if (engine !== null && !isEngine(engine)) return null
    if (limit !== null && !(Number.isInteger(limit) && limit > 0)) return null
    if (!(absent >= 0 && absent < 1)) return null
    const kinds = values.kinds?.split(',').map((kind) => kind.trim().replace(/^\./, '').toLowerCase()) ?? null
    return { set, data: values.data, json: values.json, limit, answers: values.answers, absent, kinds, engine }
  } catch {
    return null
  }
}

async function measure(app: EvalApp, command: Command, host: EvalHost): Promise<{ report: object; lines: string[] }> {
  if (command.set === 'interview') {
    const report = await evaluateInterview(app, command.data)
    return { report, lines: interviewTable(report) }
  }
  if (command.set === 'extract') {
    const report = await evaluateExtract(app, command.data, command.kinds, (done, all) => host.note(`${done} of ${all} files`))
    return { report, lines: extractTable(report) }
  }
  if (command.set === 'ocr') {
    const report = await evaluateOcr(app, command.data, (done, all) => host.note(`${done} of ${all} files`))
    return { report, lines: ocrTable(report) }
  }
  const report = await evaluateSquad(app, command.data, command, (done, all) => host.note(`${done} of ${all} questions`))
  return { report, lines: squadTable(report) }
}

/** @returns the exit code */
export async function runEval(argv: readonly string[], host: EvalHost): Promise<number> {
  const command = parseEvalArgs(argv)
  if (!command) {
    host.note(EVAL_USAGE)
    return USAGE_ERROR
  }
  const dataDir = await mkdtemp(path.join(os.tmpdir(), 'zhiku-eval-'))
  try {
    const app = await host.open(dataDir, { ocrEngine: command.engine })
    try {
      const { report, lines } = await measure(app, command, host)
      for (const line of command.json ? [JSON.stringify(report)] : lines) host.print(line)
      return 0
    } finally {
      await app.close()
    }
  } finally {
    await rm(dataDir, { recursive: true, force: true })
  }
}

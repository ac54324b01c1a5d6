import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { EvalApp, EvalHost, EvalSettings } from './app.ts'
import { parseEvalArgs, runEval } from './command.ts'
import type { OcrReport } from './ocr.ts'
import { readSquad } from './squad.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'zhiku-eval-test-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

/** Finds every document that has the query in its text; quotes the text up to 300 characters. */
function exactApp(): EvalApp {
  const documents: { name: string; text: string }[] = []
  const having = (query: string) => documents.filter(({ text }) => text.includes(query))
  return {
    addFile: async ({ name, bytes }) => `doc_${documents.push({ name, text: Buffer.from(bytes).toString() }) - 1}`,
    outcome: async (id) => {
      const { text } = documents[Number(id.slice(4))]!
      return { state: text === '' ? 'empty' : 'ready', code: text === '' ? 'ingest.empty_file' : null, text }
    },
    pages: async (id) => [{ page: 1, text: documents[Number(id.slice(4))]!.text, engine: 'exact', confidence: 0.9 }],
    ocrCpuMs: async () => 1500,
    settle: async () => undefined,
    ask: async (question) => {
      const citations = having(question).map(({ name, text }) => ({ quote: text.slice(0, 300), document: name }))
      return { answered: citations.length > 0, citations }
    },
    search: async (query) => having(query).map(({ name }) => ({ document: name })),
    close: async () => undefined,
  }
}

function recordingHost(): EvalHost & { printed: string[]; noted: string[]; folders: string[]; settings: EvalSettings[] } {
  const printed: string[] = []
  const noted: string[] = []
  const folders: string[] = []
  const settings: EvalSettings[] = []
  return {
    printed,
    noted,
    folders,
    settings,
    open: async (dataDir, chosen) => {
      folders.push(dataDir)
      settings.push(chosen)
      return exactApp()
    },
    print: (line) => void printed.push(line),
    note: (line) => void noted.push(line),
  }
}

const lines = (rows: readonly object[]): string => rows.map((row) => JSON.stringify(row)).join('\n')

describe('interview', () => {
  beforeEach(async () => {
    await writeFile(path.join(folder, 'a.md'), 'gap locks keep phantoms out')
    await writeFile(path.join(folder, 'b.txt'), 'gap locks are held until commit')
    await writeFile(
      path.join(folder, 'questions.jsonl'),
      lines([
        { id: '1', question: 'gap locks', kind: 'direct', expect: ['phantoms'] },
        { id: '2', question: 'locks', kind: 'direct', expect: ['commit'] },
        { id: '3', question: 'nothing', kind: 'english', expect: ['commit'] },
      ]),
    )
    await writeFile(
      path.join(folder, 'unanswerable.jsonl'),
      lines([
        { id: '4', question: 'phantoms', kind: 'near' },
        { id: '5', question: 'holiday', kind: 'off-topic' },
      ]),
    )
  })

  test('counts right quotes, refusals and kinds, and prints one JSON object', async () => {
    const host = recordingHost()
    expect(await runEval(['interview', '--data', folder, '--json'], host)).toBe(0)
    expect(host.printed).toHaveLength(1)
    const report = JSON.parse(host.printed[0]!) as object
    expect(report).toMatchObject({
      documents: 2,
      answerable: {
        all: { questions: 3, 'hit@1': 0.3333, 'hit@3': 0.6667, refused: 0.3333 },
        byKind: { direct: { questions: 2, 'hit@1': 0.5, 'hit@3': 1 }, english: { 'hit@3': 0, refused: 1 } },
      },
      unanswerable: { all: { questions: 2, refused: 0.5 }, byKind: { near: { refused: 0 }, 'off-topic': { refused: 1 } } },
      longestQuoteChars: 31,
      missed: ['3'],
      answeredAll: ['4'],
    })
  })

  test('prints a table without --json, and leaves no data folder behind', async () => {
    const host = recordingHost()
    await runEval(['interview', '--data', folder], host)
    expect(host.printed.join('\n')).toContain('half: report')
    await expect(readdir(host.folders[0]!)).rejects.toThrow('ENOENT')
  })
})

describe('squad', () => {
  const set = {
    data: [
      {
        paragraphs: [
          { context: 'alpha beta', qas: [{ question: 'alpha', answers: [{ text: 'beta' }] }] },
          { context: 'alpha gamma', qas: [{ question: 'gamma', answers: [{ text: 'alpha' }] }] },
        ],
      },
      { paragraphs: [{ context: 'alpha beta', qas: [{ question: 'missing', answers: [{ text: 'beta' }] }] }] },
    ],
  }

  test('identical paragraphs are one document', () => {
    const { documents, questions } = readSquad(JSON.stringify(set))
    expect(documents.map(({ text }) => text)).toEqual(['alpha beta', 'alpha gamma'])
    expect(questions.map(({ document }) => document)).toEqual([documents[0]!.name, documents[1]!.name, documents[0]!.name])
  })

  test('prints recall of the right paragraph, and of answers when asked', async () => {
    const file = path.join(folder, 'set.json')
    await writeFile(file, JSON.stringify(set))
    const host = recordingHost()
    expect(await runEval(['squad', '--data', file, '--json', '--answers'], host)).toBe(0)
    expect(JSON.parse(host.printed[0]!)).toMatchObject({
      file: 'set.json',
      documents: 2,
      questions: 3,
      'R@1': 0.6667,
      'R@10': 0.6667,
      'MRR@10': 0.6667,
      answers: { 'answerInQuote@1': 0.6667, refused: 0.3333, absentQuestions: 0 },
    })
  })

  test('paragraphs left out are not added, and their questions count as such', async () => {
    const file = path.join(folder, 'set.json')
    const paragraphs = Array.from({ length: 40 }, (_, n) => ({
      context: `text w${n}w`,
      qas: [{ question: `w${n}w`, answers: [{ text: 'text' }] }],
    }))
    await writeFile(file, JSON.stringify({ data: [{ paragraphs }] }))
    const host = recordingHost()
    await runEval(['squad', '--data', file, '--json', '--answers', '--absent', '0.5'], host)
    const report = JSON.parse(host.printed[0]!) as {
      documents: number
      questions: number
      'R@1': number
      answers: { absentQuestions: number; absentRefused: number }
    }
    expect(report.documents).toBe(report.questions)
    expect(report.answers.absentQuestions).toBe(40 - report.questions)
    expect(report.answers.absentQuestions).toBeGreaterThan(5)
    expect(report['R@1']).toBe(1)
    expect(report.answers.absentRefused).toBe(1)
  })
})

test.each([
  [],
  ['interview'],
  ['other', '--data', 'x'],
  ['squad', '--data', 'x', '--limit', '0'],
  ['squad', '--data', 'x', '--absent', '1'],
  ['squad', '--data', 'x', '--unknown'],
])('wrong arguments %j are refused with the usage', async (...argv) => {
  const host = recordingHost()
  expect(parseEvalArgs(argv)).toBeNull()
  expect(await runEval(argv, host)).toBe(2)
  expect(host.noted.join('\n')).toContain('usage')
  expect(host.folders).toEqual([])
})

describe('ocr', () => {
  const truth = [
    { file: 'a.txt', kind: 'clean', lang: 'en', text: 'Net total “12.50”\nThank you', lines: ['Net total “12.50”', { text: 'Thank you' }] },
    { file: 'b.txt', kind: 'clean', lang: 'zh', layout: 'columns', text: '左栏\n右栏' },
    { file: 'c.txt', kind: 'receipts', lang: 'en', page: 1, text: 'TOTAL\n9.00' },
  ]
  beforeEach(async () => {
    await writeFile(path.join(folder, 'a.txt'), 'Net total "12.50"\nThankyou')
    await writeFile(path.join(folder, 'b.txt'), '右栏\n左栏')
    await writeFile(path.join(folder, 'c.txt'), 'Total\t9.00')
    await writeFile(path.join(folder, 'gt.jsonl'), `${lines(truth)}\n`)
  })

  test('compares pages with what is written on them: by kind and language, columns apart', async () => {
    const host = recordingHost()
    expect(await runEval(['ocr', '--data', path.join(folder, 'gt.jsonl'), '--json'], host)).toBe(0)
    expect(host.printed).toHaveLength(1)
    const report = JSON.parse(host.printed[0]!) as OcrReport
    expect(report.rows).toBe(3)
    expect(Object.keys(report.groups)).toEqual(['clean', 'clean en', 'clean columns', 'clean zh columns', 'receipts', 'receipts en'])
    // "Thankyou" has all the characters, is the same line without white space, but is not the words.
    expect(report.groups['clean']).toEqual({
      pages: 1,
      cerPercent: 0,
      exactLinesPercent: 100,
      wordRecallPercent: 60,
      cpuSecondsPerPage: 1.5,
    })
    expect(report.groups['clean columns']).toMatchObject({ cerPercent: 50, exactLinesPercent: 100, wordRecallPercent: null })
    expect(report.groups['receipts']).toMatchObject({ cerPercent: 0, exactLinesPercent: 100, wordRecallPercent: 100 })
    expect(report.files[0]).toMatchObject({ file: 'a.txt', engine: 'exact', confidence: 0.9, state: 'ready' })
  })

  test('a table without --json; another engine only by its name', async () => {
    const host = recordingHost()
    expect(await runEval(['ocr', '--data', path.join(folder, 'gt.jsonl'), '--engine', 'tesseract'], host)).toBe(0)
    expect(host.printed[0]).toMatch(/^group +pages +CER %/)
    expect(host.settings).toEqual([{ ocrEngine: 'tesseract' }])
    expect(parseEvalArgs(['ocr', '--data', 'x', '--engine', 'other'])).toBeNull()
  })
})

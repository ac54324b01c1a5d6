import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { EvalApp, ReadOutcome } from './app.ts'
import { evaluateExtract, extractTable } from './extract.ts'
import { findSources } from './sources.ts'
import { overlap, plainOfMarkdown, wordsOf } from './words.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'zhiku-extract-test-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

async function put(file: string, text = ''): Promise<void> {
  await mkdir(path.dirname(path.join(folder, file)), { recursive: true })
  await writeFile(path.join(folder, file), text)
}

/** Reads text files as they are; those that begin with an exclamation mark are broken. */
function plainApp(): EvalApp {
  const outcomes: ReadOutcome[] = []
  const refuse = (): never => {
    throw new Error('not asked for')
  }
  return {
    addFile: async ({ bytes }) => {
      const text = Buffer.from(bytes).toString()
      outcomes.push(text.startsWith('!') ? { state: 'failed', code: 'ingest.corrupt', text: '' } : { state: 'ready', code: null, text })
      return String(outcomes.length - 1)
    },
    outcome: async (id) => outcomes[Number(id)]!,
    pages: refuse,
    ocrCpuMs: refuse,
    settle: async () => undefined,
    ask: refuse,
    search: refuse,
    close: async () => undefined,
  }
}

describe('what is known of a folder', () => {
  test('comes from a list, a text beside each file, a pair of pages or an index', async () => {
    await put('a/expected.jsonl', '{"file":"one.docx","text":"words"}\n{"file":"two.docx","must_include":["x"],"state":"ready|partial"}\n')
    await put('a/one.docx')
    await put('a/two.docx')
    await put('b/three.pptx')
    await put('b/three.pptx.md', '# Title <!-- image --> [link](http://x.y)')
    await put('b/notes.md', 'a source itself')
    await put('c/source.html')
    await put('c/expected.html', '<p>main <b>text</b></p>')
    await put('d/four.xlsx')
    await put('d/INDEX.tsv', 'family\tfile\texpected\nxlsx\tfour.xlsx\tstate:corrupt\n')
    await put('f/LIST.tsv', 'file\tshows\ttext (first words)\nsix.docx\ta box\tin the box\nseven.docx\tnothing\t\n')
    await put('f/six.docx')
    await put('f/seven.docx')
    await put('e/vectors.json', '[{"file":"five.pdf","must_include":["# x"],"text_include":["x"]}]')
    await put('e/five.pdf')
    await put('e/LICENSE')
    const sources = await findSources(folder)
    expect(sources.map(({ file }) => file)).toEqual([
      'a/one.docx',
      'a/two.docx',
      'b/notes.md',
      'b/three.pptx',
      'c/source.html',
      'd/four.xlsx',
      'e/five.pdf',
      'f/seven.docx',
      'f/six.docx',
    ])
    const known = Object.fromEntries(sources.map(({ file, known: of }) => [file, of]))
    expect(known['a/one.docx']).toEqual({ text: 'words' })
    expect(known['a/two.docx']).toEqual({ mustInclude: ['x'], state: 'ready|partial' })
    expect(known['b/notes.md']).toEqual({})
    expect(wordsOf(known['b/three.pptx']!.text!)).toEqual(['title', 'link'])
    expect(wordsOf(known['c/source.html']!.text!)).toEqual(['main', 'text'])
    expect(known['d/four.xlsx']).toEqual({ state: 'state:corrupt' })
    expect(known['e/five.pdf']).toEqual({ mustInclude: ['x'] })
    expect([known['f/six.docx'], known['f/seven.docx']]).toEqual([{ text: 'in the box' }, { state: 'empty' }])
  })
})

describe('the report', () => {
  test('counts words per file and kind, names what is missing and every state', async () => {
    await put('good.txt', '间隙锁 keeps phantoms out')
    await put('good.txt.md', '**间隙锁** keeps phantoms out')
    await put('half.txt', 'one two')
    await put('half.txt.md', 'one two three four')
    await put('bad.csv', '!')
    await put('expected.jsonl', '{"file":"bad.csv","state":"failed"}')
    const report = await evaluateExtract(plainApp(), folder, null, () => undefined)
    expect(report.byKind.txt).toEqual({ files: 2, measured: 2, recall: 0.75, precision: 1, enough: 0.5 })
    expect(report.states).toEqual({ failed: 1, ready: 2 })
    expect(report.codes).toEqual({ 'ingest.corrupt': 1 })
    expect(report.below).toMatchObject([{ file: 'half.txt', recall: 0.5, missing: ['three', 'four'] }])
    expect(report.files.find(({ file }) => file === 'bad.csv')).toMatchObject({ asExpected: true })
    expect(extractTable(report).join('\n')).toContain('half.txt  0.5  ready  three four')
    const few = await evaluateExtract(plainApp(), folder, ['csv'], () => undefined)
    expect(few.files.map(({ file }) => file)).toEqual(['bad.csv'])
  })

  test('wants strings that must appear, without regard to spaces and marks, and a state where one is named', async () => {
    await put('a.txt', 'The  Quick-brown fox')
    await put('b.txt', 'text')
    await put(
      'expected.jsonl',
      '{"file":"a.txt","must_include":["quick brown","dog"],"must_not_include":["fox"]}\n{"file":"b.txt","state":"empty"}',
    )
    const { files, below } = await evaluateExtract(plainApp(), folder, null, () => undefined)
    expect(files[0]).toMatchObject({ recall: 0.5, missing: ['dog'], unwanted: ['fox'] })
    expect(below.map(({ file }) => file)).toEqual(['a.txt', 'b.txt'])
  })
})

describe('words', () => {
  test('are counted with repetition; a Han character is a word', () => {
    expect(wordsOf('智库 ＡＢ-12')).toEqual(['智', '库', 'ab', '12'])
    expect(overlap(['a', 'a', 'b'], ['a', 'b', 'b'])).toMatchObject({ recall: 2 / 3, precision: 2 / 3 })
  })

  test('of Markdown leave out marks, formulas in TeX and cells that only repeat their neighbour', () => {
    const words = (markdown: string): string[] => wordsOf(plainOfMarkdown(markdown))
    expect(words('costs $5 and $6, not $x^2 + \\frac{1}{2}$ nor\n$$\\sum_i i$$ end')).toEqual([
      'costs',
      '5',
      'and',
      '6',
      'not',
      'nor',
      'end',
    ])
    expect(words('| A | A | B |  |  |\n| - | - | - | - | - |')).toEqual(['a', 'b'])
    expect(words('- [x] done\n- [ ] open &#124; ![alt](a.png) a\\_b')).toEqual(['done', 'open', 'a', 'b'])
  })
})

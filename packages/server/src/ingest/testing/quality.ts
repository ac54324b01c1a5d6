/** How well the readers read the evaluation sets. Used by the test (a sample) and by bench/extract.ts (everything). */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { charactersOf, overlap, plainOfMarkdown, wordsOf } from '../../eval/words.ts'
import { parsePart, rawText } from '../extract/html/tree.ts'
import type { ReadBatch, ReaderPool } from '../pool/pool.ts'
import { filesIn, rowsOfTsv } from './data-sets.ts'
import { checkPage, read } from './read.ts'

export interface Score {
  file: string
  recall: number
  precision: number
}

/** What stands in a file as a person reads it, list marks included. Fails when a page breaks a rule that holds of any page. */
export async function fullText(file: string): Promise<string> {
  const { pages } = await read(readFileSync(file), path.basename(file))
  pages.forEach(checkPage)
  return pages
    .flatMap((page, index) => [
      // The name of a sheet stands outside of its cells.
      ...(page.kind === 'cells' && page.label !== pages[index - 1]?.label ? [page.label ?? ''] : []),
      ...page.blocks.map((block) => `${block.marker ?? ''} ${page.text.slice(block.start, block.end)}`),
    ])
    .join('\n')
}

export const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length)

/** Every `step`-th of a list: a sample that is the same each time. */
export const sample = <T>(items: readonly T[], step: number): T[] => items.filter((_, index) => index % step === 0)

/** Words of another converter's Markdown (docling) against ours. */
export async function converted(folder: string, extension: string, step = 1): Promise<Score[]> {
  const scores: Score[] = []
  for (const file of sample(filesIn(folder, extension), step)) {
    const truth = [`${file}.md`, file.replace(/\.\w+$/, '.md')]
      .map((name) => path.join(folder, name))
      .find((name) => !name.endsWith(`/${file}`) && existsSync(name))
    if (truth === undefined) continue
    const { recall, precision } = overlap(
      wordsOf(await fullText(path.join(folder, file))),
      wordsOf(plainOfMarkdown(readFileSync(truth, 'utf8'))),
    )
    scores.push({ file, recall, precision })
  }
  return scores
}

/** Main text of saved web pages against what Mozilla's tests expect of readability. */
export async function mainTexts(folder: string, step = 1): Promise<Score[]> {
  const pages = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isDirectory())
  const scores: Score[] = []
  for (const { name } of sample(
    pages.toSorted((a, b) => (a.name < b.name ? -1 : 1)),
    step,
  )) {
    const truth = wordsOf(rawText(parsePart(readFileSync(path.join(folder, name, 'expected.html'), 'utf8'))))
    const { recall, precision } = overlap(wordsOf(await fullText(path.join(folder, name, 'source.html'))), truth)
    scores.push({ file: name, recall, precision })
  }
  return scores
}

const squeezed = (text: string): string => wordsOf(text).join('')

/** Strings that must appear (markitdown's vectors): share found per file. */
export async function expectedStrings(folder: string, extensions: readonly string[]): Promise<(Score & { missing: string[] })[]> {
  const vectors = JSON.parse(readFileSync(path.join(folder, 'vectors.json'), 'utf8')) as { file: string; text_include?: string[] }[]
  const scores = []
  for (const { file, text_include: wanted = [] } of vectors) {
    if (!extensions.includes(path.extname(file).slice(1)) || !existsSync(path.join(folder, file))) continue
    const text = squeezed(await fullText(path.join(folder, file)))
    const missing = wanted.filter((string) => !text.includes(squeezed(string)))
    scores.push({ file, recall: 1 - missing.length / Math.max(1, wanted.length), precision: 1, missing })
  }
  return scores
}

/** Small Word files with one feature each, whose first 80 characters of text are listed. */
export async function listedTexts(folder: string): Promise<Score[]> {
  const scores: Score[] = []
  for (const row of rowsOfTsv(path.join(folder, 'LIST.tsv'))) {
    const truth = wordsOf(Object.values(row)[2] ?? '')
    const { recall, precision } = overlap(wordsOf(await fullText(path.join(folder, row.file!))), truth)
    scores.push({ file: row.file!, recall, precision })
  }
  return scores
}

/** Characters of a PDF against a text of the same pages. */
export async function charactersOfPages(pdf: string, truth: string, first: number, last: number): Promise<{ f1: number; order: number }> {
  const { pages } = await read(readFileSync(pdf), path.basename(pdf))
  const ours = pages.filter((page) => page.page >= first && page.page <= last).map((page) => page.text)
  const theirs = readFileSync(truth, 'utf8')
  return {
    f1: overlap(charactersOf(ours.join('\n')), charactersOf(theirs)).f1,
    order: pairOrder(wordsOf(ours.join('\n')), wordsOf(theirs)),
  }
}

/** Share of the truth's neighbouring words that are neighbours in ours: how far the reading order agrees. */
export function pairOrder(ours: readonly string[], truth: readonly string[]): number {
  const pairs = (words: readonly string[]): string[] => words.slice(1).map((word, index) => `${words[index]} ${word}`)
  return overlap(pairs(ours), pairs(truth)).recall
}

export interface Outcome {
  file: string
  /** what the index of the set expects: text, text-or-state, state:… */
  expected: string
  /** `text`, `no text`, or the code of the error */
  outcome: string
  characters: number
  seconds: number
  cpuMs: number
}

/** Reads damaged and hostile files through real reader children. */
export async function hostileFiles(folder: string, families: readonly string[], pool: ReaderPool, step = 1): Promise<Outcome[]> {
  const rows = sample(
    rowsOfTsv(path.join(folder, 'INDEX.tsv')).filter((row) => families.includes(row.family!)),
    step,
  )
  return await Promise.all(
    rows.map(async (row): Promise<Outcome> => {
      const started = performance.now()
      let characters = 0
      let cpuMs = 0
      let outcome = 'no text'
      try {
        const request = {
          path: path.join(folder, row.file!),
          name: path.basename(row.file!),
          chunking: { sizeTokens: 400, overlapTokens: 50, separators: [] },
          fromPage: 1,
          openHeadings: [],
        }
        const count = async ({ chars }: ReadBatch): Promise<void> => void (characters += chars)
        const result = await pool.read(request, { opened: async () => {}, pages: count }, new AbortController().signal)
        cpuMs = result.cpuMs
        if (characters > 0) outcome = 'text'
      } catch (error) {
        outcome = (error as { code?: string }).code ?? String(error)
      }
      return { file: row.file!, expected: row.expected!, outcome, characters, seconds: (performance.now() - started) / 1000, cpuMs }
    }),
  )
}

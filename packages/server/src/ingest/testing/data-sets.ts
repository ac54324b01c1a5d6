/** The evaluation sets beside the repository (`../shared/data` or ZHIKU_DATA_SETS), and how readers are measured on them. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'

const ROOT = path.join(import.meta.dirname, '../../../../..')

/** Folder of a set, null where the sets are absent. */
export function dataSet(name: string): string | null {
  const folder = path.join(process.env.ZHIKU_DATA_SETS ?? path.join(ROOT, '../shared/data'), name)
  return existsSync(folder) ? folder : null
}

export const filesIn = (folder: string, extension: string): string[] =>
  readdirSync(folder)
    .filter((name) => name.endsWith(`.${extension}`))
    .toSorted()

/** Rows of a tab-separated file with a header line. */
export function rowsOfTsv(file: string): Record<string, string>[] {
  const [head, ...lines] = readFileSync(file, 'utf8').trimEnd().split('\n')
  const names = head!.split('\t')
  return lines.map((row) => Object.fromEntries(row.split('\t').map((value, index) => [names[index]!, value])))
}

/** Words of a text for comparison: NFKC, lower case, a Han character is a word. */
export const wordsOf = (text: string): string[] =>
  text
    .normalize('NFKC')
    .toLowerCase()
    .match(/\p{Script=Han}|[\p{L}\p{N}]+/gu) ?? []

/** Characters without white space, NFKC. */
export const charactersOf = (text: string): string[] => Array.from(text.normalize('NFKC').replace(/\s+/g, ''))

/** Shares of common items, counted with repetition: of the truth in ours, and of ours in the truth. */
export function overlap(ours: readonly string[], truth: readonly string[]): { recall: number; precision: number; f1: number } {
  const counts = new Map<string, number>()
  for (const item of ours) counts.set(item, (counts.get(item) ?? 0) + 1)
  let common = 0
  for (const item of truth) {
    const left = counts.get(item) ?? 0
    if (left === 0) continue
    counts.set(item, left - 1)
    common++
  }
  const recall = truth.length === 0 ? 1 : common / truth.length
  const precision = ours.length === 0 ? 1 : common / ours.length
  return { recall, precision, f1: common === 0 ? 0 : (2 * recall * precision) / (recall + precision) }
}

/** Markdown that another converter wrote, without what it adds: comments for pictures, addresses, escapes. */
export const plainOfMarkdown = (markdown: string): string =>
  markdown
    .replace(/<!--[\s\S]*?-->/g, ' ')
    .replace(/!\[[^\]]*\]\([^)]*\)/g, ' ')
    .replace(/\]\([^)]*\)/g, '] ')
    .replace(/\\([_*&[\]#<>!`~|-])/g, '$1')
    .replace(/&lt;/g, '<')
    .replace(/&gt;/g, '>')
    .replace(/&amp;/g, '&')

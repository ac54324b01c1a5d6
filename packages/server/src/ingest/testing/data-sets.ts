/** The evaluation sets beside the repository (`../shared/data` or ZHIKU_DATA_SETS). */
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

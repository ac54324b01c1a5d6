/**
 * A folder of files and what is known of their text, in any of the usual forms:
 *
 * - `expected.jsonl` or `expected.json`: rows `{file, text?, must_include?, text_include?, must_not_include?, state?}`
 *   (`vectors.json`, a list of such rows, is the same); of the two lists of strings the plain one (`text_include`) counts;
 * - `<file>.md` or `<file>.txt` beside a source; `<name>.truth.txt` for several sources of one name;
 * - `expected.html`, `.md` or `.txt` beside a `source.*`;
 * - `INDEX.tsv` or `LIST.tsv` with the columns `file` and `expected` (`text`, `text-or-state`, `state:…`) or `text…`
 *   (what the file says, or the beginning of it; nothing where it has no text).
 *
 * Folders below are read as well. A file of which nothing is known is a source too: its state is reported.
 */
import { readdir, readFile } from 'node:fs/promises'
import path from 'node:path'
import { z } from 'zod'
import { parsePart, rawText } from '../ingest/extract/html/tree.ts'
import { plainOfMarkdown } from './words.ts'

export interface Known {
  /** all of its text */
  text?: string
  mustInclude?: string[]
  mustNotInclude?: string[]
  /** state or code of an error that it should end in; several, parted by |. `text`, `text-or-state`, `state:…` of an index as they stand */
  state?: string
}

export interface SourceFile {
  /** relative to the folder, with / */
  file: string
  known: Known
}

const rowSchema = z.object({
  file: z.string(),
  text: z.string().optional(),
  must_include: z.array(z.string()).optional(),
  text_include: z.array(z.string()).optional(),
  must_not_include: z.array(z.string()).optional(),
  state: z.string().optional(),
})

/** Files that tell about others. */
const ABOUT = /^(?:LICEN[CS]E.*|README.*|COPYING.*|INDEX\.tsv|LIST\.tsv|expected\.jsonl?|vectors\.json|expected-metadata\.json|\..*)$/i
const LISTS = ['expected.jsonl', 'expected.json', 'vectors.json']
const INDEXES = ['INDEX.tsv', 'LIST.tsv']

/** @returns sources by name; truths and lists are not among them */
export async function findSources(folder: string): Promise<SourceFile[]> {
  const files = await filesBelow(folder, '')
  const all = new Set(files)
  const known = new Map<string, Known>()
  const truths = new Set<string>()
  const learn = (file: string, what: Known): void => {
    if (all.has(file)) known.set(file, { ...known.get(file), ...what })
  }
  for (const file of files) {
    const name = path.posix.basename(file)
    const directory = file.slice(0, file.length - name.length)
    if (LISTS.includes(name)) for (const row of await rowsOf(path.join(folder, file))) learn(directory + row.file, knownOf(row))
    else if (INDEXES.includes(name)) await readIndex(path.join(folder, file), (of, what) => learn(directory + of, what))
    else {
      const sources = sourcesOf(file, files)
      if (sources.length > 0) truths.add(file)
      for (const source of sources) learn(source, { text: await truthText(path.join(folder, file)) })
    }
  }
  const isSource = (file: string): boolean => !truths.has(file) && !ABOUT.test(path.posix.basename(file))
  return files.filter(isSource).map((file) => ({ file, known: known.get(file) ?? {} }))
}

async function filesBelow(folder: string, below: string): Promise<string[]> {
  const files: string[] = []
  const entries = await readdir(path.join(folder, below), { withFileTypes: true })
  for (const entry of entries.toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
    const name = below === '' ? entry.name : `${below}/${entry.name}`
    if (entry.isDirectory()) files.push(...(await filesBelow(folder, name)))
    else if (entry.isFile()) files.push(name)
  }
  return files
}

/** Sources whose text a file holds; none when it is a source itself. */
function sourcesOf(file: string, files: readonly string[]): string[] {
  const plain = file.replace(/\.(?:md|txt)$/, '')
  if (plain !== file && files.includes(plain)) return [plain]
  const stem = /^(.*)\.truth\.(?:md|txt)$/.exec(file)?.[1]
  if (stem !== undefined) return files.filter((other) => other !== file && other.replace(/\.[^./]+$/, '') === stem)
  const directory = /^(.*\/|)expected\.(?:html|md|txt)$/.exec(file)?.[1]
  return directory === undefined
    ? []
    : files.filter((other) => new RegExp(`^source\\.[^./]+$`).test(other.slice(directory.length)) && other.startsWith(directory))
}

async function truthText(file: string): Promise<string> {
  const text = await readFile(file, 'utf8')
  if (file.endsWith('.html')) return rawText(parsePart(text))
  return file.endsWith('.md') ? plainOfMarkdown(text) : text
}

async function rowsOf(file: string): Promise<z.infer<typeof rowSchema>[]> {
  const text = await readFile(file, 'utf8')
  if (file.endsWith('.json')) return z.array(rowSchema).parse(JSON.parse(text))
  return text
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => rowSchema.parse(JSON.parse(line)))
}

function knownOf(row: z.infer<typeof rowSchema>): Known {
  const known: Known = {}
  if (row.text !== undefined) known.text = row.text
  const wanted = row.text_include ?? row.must_include
  if (wanted) known.mustInclude = wanted
  if (row.must_not_include && !row.text_include) known.mustNotInclude = row.must_not_include
  if (row.state !== undefined) known.state = row.state
  return known
}

async function readIndex(file: string, learn: (file: string, what: Known) => void): Promise<void> {
  const [head = '', ...rows] = (await readFile(file, 'utf8')).split(/\r?\n/)
  const names = head.split('\t')
  const [of, expected, text] = [names.indexOf('file'), names.indexOf('expected'), names.findIndex((name) => /^text\b/.test(name))]
  if (of < 0) return
  for (const row of rows) {
    const cells = row.split('\t')
    if (!cells[of]) continue
    if (cells[expected]) learn(cells[of], { state: cells[expected] })
    else if (text >= 0) learn(cells[of], cells[text] ? { text: cells[text] } : { state: 'empty' })
  }
}

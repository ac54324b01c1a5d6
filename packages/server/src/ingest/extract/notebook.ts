/** Jupyter notebooks: Markdown cells as Markdown, code cells as code, what the code printed below it. */
import { cleanText } from './clean.ts'
import type { DraftBlock } from './draft.ts'
import { markdownBlocks } from './markdown.ts'

/** Printed text of one cell; the rest is most often a log. */
const OUTPUT_CHARS_MAX = 10_000

interface Cell {
  cell_type?: unknown
  source?: unknown
  outputs?: unknown
}

/** @returns null when the text is no notebook */
export function notebookBlocks(text: string): DraftBlock[] | null {
  if (!text.includes('"cells"') || !text.includes('"nbformat"')) return null
  const notebook = parsed(text)
  if (!isObject(notebook) || !Array.isArray(notebook.cells)) return null
  const language = languageOf(notebook.metadata)
  return (notebook.cells as unknown[]).filter(isObject).flatMap((cell) => cellBlocks(cell, language))
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    // Damaged JSON is still shown as what it is.
    return null
  }
}

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value)

/** Texts are strings or lists of lines. */
const textOf = (value: unknown): string =>
  typeof value === 'string' ? value : Array.isArray(value) ? value.filter((line) => typeof line === 'string').join('') : ''

function languageOf(metadata: unknown): string {
  const kernel = isObject(metadata) ? metadata.kernelspec : null
  return isObject(kernel) && typeof kernel.language === 'string' ? kernel.language : 'python'
}

function cellBlocks(cell: Cell, language: string): DraftBlock[] {
  const source = cleanText(textOf(cell.source))
  if (cell.cell_type === 'markdown') return markdownBlocks(source)
  const blocks: DraftBlock[] = []
  if (source.trim() !== '') blocks.push({ kind: cell.cell_type === 'code' ? 'code' : 'paragraph', text: source.trimEnd() })
  if (cell.cell_type === 'code' && blocks[0]) blocks[0].language = language
  const printed = Array.isArray(cell.outputs) ? cell.outputs.filter(isObject).map(outputOf).join('\n').trim() : ''
  if (printed !== '') blocks.push({ kind: 'code', text: printed.slice(0, OUTPUT_CHARS_MAX).toWellFormed(), language: 'text' })
  return blocks
}

/** Colours and cursor movements of a terminal. */
// eslint-disable-next-line no-control-regex -- the escape character is what these begin with
const TERMINAL = /\u001b\[[0-9;?]*[A-Za-z]/g

function outputOf(output: Record<string, unknown>): string {
  const data = isObject(output.data) ? output.data['text/plain'] : undefined
  return cleanText((textOf(output.text) || textOf(data)).replaceAll(TERMINAL, '')).trimEnd()
}

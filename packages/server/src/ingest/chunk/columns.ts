/** Names of a table's columns for chunks made of its rows. Pure. */
import type { Block } from '@zhiku/contract/page.ts'
import type { Unit } from './units.ts'

/** So much of a wide header is repeated with each chunk. */
const HEADER_CHARS_MAX = 500

/** The column names above a chunk that holds rows of one table and nothing before them but headings; else null. */
export function tableHeader(text: string, units: readonly Unit[]): string | null {
  const first = units.find(({ block }) => block.kind !== 'heading')
  if (!first || first.row === undefined) return null
  const { block } = first
  const headerRows = block.headerRows ?? 0
  if (headerRows === 0 && block.columns === undefined) return null
  // A chunk of nothing but the header says all of it itself.
  if (!units.some((unit) => unit.block === block && unit.row !== undefined && unit.row >= headerRows)) return null
  return fitted(block.columns ?? headerNames(text, block.rows ?? [], headerRows))
}

/** From the header rows: a name may stand in several rows, the wider ones above. */
export function headerNames(text: string, rows: NonNullable<Block['rows']>, headerRows: number): string[] {
  const names: string[] = []
  for (const row of rows.slice(0, headerRows)) {
    row.forEach(([start, end], column) => {
      const name = text.slice(start, end).replace(/\s+/g, ' ').trim()
      names[column] = [names[column] ?? '', name].filter((part) => part !== '').join(' ')
    })
  }
  return Array.from(names, (name) => name ?? '')
}

/** At least one tab tells column names from other headings. */
function fitted(names: readonly string[]): string | null {
  let header = ''
  for (const name of names) {
    if (header.length + name.length > HEADER_CHARS_MAX) break
    header += `${name}\t`
  }
  // The last tab of a single name stays: it says what the name is.
  const trimmed = header.replace(/\t+$/, '')
  if (trimmed.trim() === '') return null
  return (trimmed.includes('\t') ? trimmed : `${trimmed}\t`).toWellFormed()
}

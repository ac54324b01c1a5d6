/** Pages of a revision: what the reader found, kept so that nothing has to be read twice. Owner of the table `page`. */
import type { Block, Page, PageStatus } from '@zhiku/contract/page.ts'
import type { RevisionId } from '@zhiku/contract/ids.ts'
import { fail } from '../base/fail.ts'
import { storableJson } from '../base/storable.ts'
import type { Sql, Tx } from '../db/db.ts'
import { type WordBox, unpackWords } from './words.ts'

export interface NewPage {
  page: number
  status: PageStatus
  code: string | null
  widthPt: number | null
  heightPt: number | null
  rotation: number
  text: string
  blocks: Block[]
  /** packed, see words.ts */
  words: Uint8Array | null
  /** headings open at the end of the page, outermost first */
  heading: string[]
  engine: string
  dropped: { outside: number; invisible: number }
}

/** Writes pages; a page that is there already stays as it is (a step that ran twice). */
export async function putPages(tx: Tx, revisionId: RevisionId, pages: readonly NewPage[]): Promise<void> {
  // Word boxes are most of a PDF page's bytes: they go as one binary parameter, of which each page takes its part.
  let wordsAt = 1
  const rows = pages.map(({ words, ...page }) => {
    const row = { ...page, wordsAt, wordsBytes: words?.byteLength ?? null }
    wordsAt += words?.byteLength ?? 0
    return row
  })
  const words = Buffer.concat(pages.flatMap((page) => (page.words ? [page.words] : [])))
  await tx.query(
    `insert into page (revision_id, ord, status, code, width_pt, height_pt, rotation, text, blocks, words, heading, engine, dropped_outside, dropped_invisible)
     select $1, p.page, p.status, p.code, p."widthPt", p."heightPt", p.rotation, p.text, p.blocks, substring($3::bytea from p."wordsAt" for p."wordsBytes"),
       array(select jsonb_array_elements_text(p.heading)), p.engine, (p.dropped->>'outside')::int, (p.dropped->>'invisible')::int
     from jsonb_to_recordset($2::jsonb) as p(page int, status text, code text, "widthPt" real, "heightPt" real, rotation smallint, text text, blocks jsonb, "wordsAt" int, "wordsBytes" int, heading jsonb, engine text, dropped jsonb)
     on conflict (revision_id, ord) do nothing`,
    [revisionId, storableJson(rows), words],
  )
}

/** Where reading goes on: pages decided so far and the headings open after the last of them. */
export async function readCheckpoint(db: Sql, revisionId: RevisionId): Promise<{ pages: number; openHeadings: string[] }> {
  const { rows } = await db.query<{ ord: number; heading: string[] }>(
    'select ord, heading from page where revision_id = $1 order by ord desc limit 1',
    [revisionId],
  )
  return { pages: rows[0]?.ord ?? 0, openHeadings: rows[0]?.heading ?? [] }
}

/** @throws page.not_found */
export async function getPage(db: Sql, revisionId: RevisionId, page: number): Promise<Page> {
  const { rows } = await db.query<Page & { dropped_outside: number; dropped_invisible: number }>(
    `select ord as page, status, code, width_pt as "widthPt", height_pt as "heightPt", rotation, text, blocks, engine, dropped_outside, dropped_invisible from page where revision_id = $1 and ord = $2`,
    [revisionId, page],
  )
  const row = rows[0]
  if (!row) throw fail('page.not_found')
  const { dropped_outside: outside, dropped_invisible: invisible, ...rest } = row
  return { ...rest, dropped: { outside, invisible } }
}

/** What chunking needs of a page; for making chunks again without reading the file. */
export async function getPageText(
  db: Sql,
  revisionId: RevisionId,
  page: number,
): Promise<{ text: string; blocks: Block[]; words: WordBox[] | null } | null> {
  const { rows } = await db.query<{ text: string; blocks: Block[]; words: Uint8Array | null }>(
    'select text, blocks, words from page where revision_id = $1 and ord = $2',
    [revisionId, page],
  )
  const row = rows[0]
  return row ? { ...row, words: row.words ? unpackWords(row.words) : null } : null
}

export async function deletePages(tx: Tx, revisionId: RevisionId): Promise<void> {
  await tx.query('delete from page where revision_id = $1', [revisionId])
}

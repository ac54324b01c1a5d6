/** Pages of a revision: what the reader found, kept so that nothing has to be read twice. Owner of the table `page`. */
import type { Block, Page, PageKind, PageStatus, Place } from '@zhiku/contract/page.ts'
import type { RevisionId } from '@zhiku/contract/ids.ts'
import { fail } from '../base/fail.ts'
import { storableJson } from '../base/storable.ts'
import type { Sql, Tx } from '../db/db.ts'
import { type WordBox, unpackWords } from './words.ts'

export interface NewPage {
  page: number
  kind: PageKind
  label: string | null
  status: PageStatus
  code: string | null
  width: number | null
  height: number | null
  rotation: number
  text: string
  blocks: Block[]
  /** packed, see words.ts */
  words: Uint8Array | null
  /** headings open at the end of the page, outermost first */
  heading: string[]
  engine: string
  confidence: number | null
  unsure: boolean
  doubts: [number, number][]
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
    `insert into page (revision_id, ord, kind, label, status, code, width, height, rotation, text, blocks, words, heading, engine, confidence, unsure, doubts, dropped_outside, dropped_invisible)
     select $1, p.page, p.kind, p.label, p.status, p.code, p.width, p.height, p.rotation, p.text, p.blocks, substring($3::bytea from p."wordsAt" for p."wordsBytes"),
       array(select jsonb_array_elements_text(p.heading)), p.engine, p.confidence, p.unsure, p.doubts, (p.dropped->>'outside')::int, (p.dropped->>'invisible')::int
     from jsonb_to_recordset($2::jsonb) as p(page int, kind text, label text, status text, code text, width real, height real, rotation smallint, text text, blocks jsonb, "wordsAt" int, "wordsBytes" int, heading jsonb, engine text, confidence real, unsure boolean, doubts jsonb, dropped jsonb)
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
    `select ord as page, kind, label, status, code, width, height, rotation, text, blocks, engine, confidence, unsure, doubts, dropped_outside, dropped_invisible from page where revision_id = $1 and ord = $2`,
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
): Promise<{ kind: PageKind; label: string | null; text: string; blocks: Block[]; words: WordBox[] | null } | null> {
  const { rows } = await db.query<{ kind: PageKind; label: string | null; text: string; blocks: Block[]; words: Uint8Array | null }>(
    'select kind, label, text, blocks, words from page where revision_id = $1 and ord = $2',
    [revisionId, page],
  )
  const row = rows[0]
  return row ? { ...row, words: row.words ? unpackWords(row.words) : null } : null
}

/** Places of all words of a page, for a viewer that draws them; none for text pages. @throws page.not_found */
export async function getPlaces(db: Sql, revisionId: RevisionId, page: number): Promise<Place[]> {
  const { rows } = await db.query<{ words: Uint8Array | null }>('select words from page where revision_id = $1 and ord = $2', [
    revisionId,
    page,
  ])
  if (!rows[0]) throw fail('page.not_found')
  return rows[0].words ? unpackWords(rows[0].words).map(({ start, end, x, y, w, h }) => [start, end, x, y, w, h]) : []
}

export async function deletePages(tx: Tx, revisionId: RevisionId): Promise<void> {
  await tx.query('delete from page where revision_id = $1', [revisionId])
}

/**
 * Pages of a revision: what the reader found, kept so that nothing has to be read twice. Owner of the table `page`,
 * together with readings.ts, where a page gets another text.
 */
import type { Notice } from '@zhiku/contract/entities.ts'
import type { Block, Page, PageKind, PageName, PageStatus, Place } from '@zhiku/contract/page.ts'
import type { RevisionId } from '@zhiku/contract/ids.ts'
import { fail } from '../base/fail.ts'
import { storableJsonBytes } from '../base/storable.ts'
import type { Sql, Tx } from '../db/db.ts'
import { type WordBox, unpackWords } from './words.ts'

export interface NewPage {
  page: number
  kind: PageKind
  label: string | null
  status: PageStatus
  code: string | null
  codeParams?: Notice['params']
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

/** Pages as the store takes them. Packed where they are read, so that the server only passes bytes on. */
export interface PackedPages {
  /** JSON of the rows, see ROW */
  rows: Uint8Array
  /** word boxes of all pages, of which each row takes its part */
  words: Uint8Array
}

export function packPages(pages: readonly NewPage[]): PackedPages {
  let wordsAt = 1
  const rows = pages.map(({ words, ...page }) => {
    const row = { ...page, codeParams: page.codeParams ?? {}, wordsAt, wordsBytes: words?.byteLength ?? null }
    wordsAt += words?.byteLength ?? 0
    return row
  })
  return { rows: storableJsonBytes(rows), words: Buffer.concat(pages.flatMap((page) => (page.words ? [page.words] : []))) }
}

const ROW = `(page int, kind text, label text, status text, code text, "codeParams" jsonb, width real, height real, rotation smallint, text text, blocks json, "wordsAt" int, "wordsBytes" int, heading json, engine text, confidence real, unsure boolean, doubts json, dropped json)`

/** Writes pages; a page that is there already stays as it is (a step that ran twice). */
export async function putPages(tx: Tx, revisionId: RevisionId, pages: PackedPages): Promise<void> {
  await tx.query(
    `insert into page (revision_id, ord, kind, label, status, code, code_params, width, height, rotation, text, blocks, words, heading, engine, confidence, unsure, doubts, dropped_outside, dropped_invisible)
     select $1, p.page, p.kind, p.label, p.status, p.code, p."codeParams", p.width, p.height, p.rotation, p.text, p.blocks, substring($3::bytea from p."wordsAt" for p."wordsBytes"),
       array(select json_array_elements_text(p.heading)), p.engine, p.confidence, p.unsure, p.doubts, (p.dropped->>'outside')::int, (p.dropped->>'invisible')::int
     from json_to_recordset($2::json) as p${ROW}
     on conflict (revision_id, ord) do nothing`,
    [revisionId, pages.rows, pages.words],
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

/** The pages read so far by name, in order. */
export async function listPageNames(db: Sql, revisionId: RevisionId): Promise<PageName[]> {
  const { rows } = await db.query<PageName>('select ord as page, kind, label, status from page where revision_id = $1 order by ord', [
    revisionId,
  ])
  return rows
}

/** What may be of an earlier version; see readings.ts. */
const TEXT_COLUMNS = [
  'status',
  'code',
  'code_params',
  'width',
  'height',
  'rotation',
  'text',
  'blocks',
  'engine',
  'confidence',
  'unsure',
  'doubts',
  'version',
]

/**
 * A page, with its text of now or of an earlier version.
 * @throws page.not_found, page.version_not_found
 */
export async function getPage(db: Sql, revisionId: RevisionId, page: number, version?: number): Promise<Page> {
  const { rows } = await db.query<
    Page & { code_params: Notice['params']; dropped_outside: number; dropped_invisible: number; there: boolean }
  >(
    `select p.ord as page, p.kind, p.label, p.dropped_outside, p.dropped_invisible, v.version is not null as there, ${TEXT_COLUMNS.map((name) => `v.${name}`).join(', ')}
     from page p left join lateral (
       select ${TEXT_COLUMNS.join(', ')} from page c where c.revision_id = p.revision_id and c.ord = p.ord and c.version = coalesce($3, c.version)
       union all select ${TEXT_COLUMNS.join(', ')} from page_version o where o.revision_id = p.revision_id and o.ord = p.ord and o.version = $3) v on true
     where p.revision_id = $1 and p.ord = $2`,
    [revisionId, page, version ?? null],
  )
  const row = rows[0]
  if (!row) throw fail('page.not_found')
  const { code_params: codeParams, dropped_outside: outside, dropped_invisible: invisible, there, ...rest } = row
  if (!there) throw fail('page.version_not_found', { version: version ?? 0 })
  return { ...rest, codeParams, dropped: { outside, invisible } }
}

/** What chunking needs of a page. */
export interface PageText {
  kind: PageKind
  label: string | null
  text: string
  blocks: Block[]
  words: WordBox[] | null
  heading: string[]
  version: number
}

/** For making chunks again without reading the file. */
export async function getPageText(db: Sql, revisionId: RevisionId, page: number): Promise<PageText | null> {
  const { rows } = await db.query<Omit<PageText, 'words'> & { words: Uint8Array | null }>(
    'select kind, label, text, blocks, words, heading, version from page where revision_id = $1 and ord = $2',
    [revisionId, page],
  )
  const row = rows[0]
  return row ? { ...row, words: row.words ? unpackWords(row.words) : null } : null
}

/** Places of all words of a page, for a viewer that draws them; none for text pages. @throws page.not_found */
export async function getPlaces(db: Sql, revisionId: RevisionId, page: number, version?: number): Promise<Place[]> {
  const { rows } = await db.query<{ words: Uint8Array | null }>(
    `select case when p.version = coalesce($3, p.version) then p.words else v.words end as words
     from page p left join page_version v on v.revision_id = p.revision_id and v.ord = p.ord and v.version = $3
     where p.revision_id = $1 and p.ord = $2`,
    [revisionId, page, version ?? null],
  )
  if (!rows[0]) throw fail('page.not_found')
  return rows[0].words ? unpackWords(rows[0].words).map(({ start, end, x, y, w, h }) => [start, end, x, y, w, h]) : []
}

export async function deletePages(tx: Tx, revisionId: RevisionId): Promise<void> {
  await tx.query('delete from page where revision_id = $1', [revisionId])
}

/**
 * Texts of a page: OCR reads a page that waits, a person has it read again or takes an earlier text back. The text of
 * now stands in `page`, every other one in `page_version`; each exactly once, counted by `version`.
 *
 *   waiting, no text --reading--> version 1
 *   version n --another reading--> version n+1 (n is kept) --back to n--> version n (n+1 is kept)
 *
 * Owner of the table `page_version`, and of these changes of `page`.
 */
import type { Notice } from '@zhiku/contract/entities.ts'
import type { RevisionId } from '@zhiku/contract/ids.ts'
import type { Block, PageKind, PageReading, PageStatus, PageVersion } from '@zhiku/contract/page.ts'
import { LIMITS } from '../base/limits.ts'
import { storableJson } from '../base/storable.ts'
import { fail } from '../base/fail.ts'
import type { Sql, Tx } from '../db/db.ts'

export interface NewReading {
  status: PageStatus
  code: string | null
  codeParams: Notice['params']
  /** size and turn of the page; null: as it stands */
  frame: { width: number; height: number; rotation: number } | null
  text: string
  blocks: Block[]
  /** packed, see words.ts */
  words: Uint8Array | null
  engine: string
  confidence: number | null
  unsure: boolean
  doubts: [number, number][]
  /** of the pixels that were read */
  pictureHash: string | null
}

const KEPT = 'status, code, code_params, width, height, rotation, text, blocks, words, engine, confidence, unsure, doubts, read_at'
const KEPT_BACK = KEPT.split(', ')
  .map((name) => `${name} = v.${name}`)
  .join(', ')

/** Keeps the text of now as a version, unless there is nothing to keep. */
const KEEP = `insert into page_version (revision_id, ord, version, ${KEPT})
  select revision_id, ord, version, ${KEPT} from page where revision_id = $1 and ord = $2 and (status <> 'waiting' or text <> '')`

/** Which pages take a reading: any; one that waits; one that waits and has no text at all yet. */
export type Taking = 'any' | 'waiting' | 'untouched'

/**
 * Gives a page another text. Returns the version it now has, null when the page is gone or does not take it.
 * The caller replaces the chunks of the page in the same transaction.
 */
export async function putReading(
  tx: Tx,
  revisionId: RevisionId,
  page: number,
  reading: NewReading,
  taking: Taking,
): Promise<number | null> {
  const { rows: held } = await tx.query<{ version: number; next: number; empty: boolean }>(
    `select p.version, p.status = 'waiting' and p.text = '' as empty,
       greatest(p.version, (select max(version) from page_version v where v.revision_id = p.revision_id and v.ord = p.ord)) + 1 as next
     from page p where p.revision_id = $1 and p.ord = $2 and ($3 = 'any' or p.status = 'waiting') and ($3 <> 'untouched' or p.text = '') for update`,
    [revisionId, page, taking],
  )
  if (!held[0]) return null
  const { version: now, next, empty } = held[0]
  if (!empty) await tx.query(KEEP, [revisionId, page])
  const version = empty ? now : next
  const { words, ...row } = reading
  await tx.query(
    `update page set status = r.status, code = r.code, code_params = r."codeParams", width = coalesce((r.frame->>'width')::real, page.width), height = coalesce((r.frame->>'height')::real, page.height),
       rotation = coalesce((r.frame->>'rotation')::smallint, page.rotation), text = r.text, blocks = r.blocks, words = $4, engine = r.engine, confidence = r.confidence, unsure = r.unsure, doubts = r.doubts,
       picture_hash = coalesce(r."pictureHash", page.picture_hash), version = $5, read_at = now()
     from json_to_record($3::json) as r(status text, code text, "codeParams" jsonb, frame json, text text, blocks json, engine text, confidence real, unsure boolean, doubts json, "pictureHash" text)
     where revision_id = $1 and ord = $2`,
    [revisionId, page, storableJson(row), words, version],
  )
  await tx.query('delete from page_version where revision_id = $1 and ord = $2 and version <= $3', [
    revisionId,
    page,
    version - LIMITS.pageVersions,
  ])
  return version
}

/** OCR could not read a page that waits; what there is of its text stays. False when it does not wait any more. */
export async function failReading(tx: Tx, revisionId: RevisionId, page: number, notice: Notice): Promise<boolean> {
  const { count } = await tx.query(
    `update page set status = 'failed', code = $3, code_params = $4, read_at = now() where revision_id = $1 and ord = $2 and status = 'waiting'`,
    [revisionId, page, notice.code, JSON.stringify(notice.params)],
  )
  return count === 1
}

/** Takes an earlier text back as the text of now, which is kept in its place. @throws page.not_found, page.version_not_found */
export async function takeBack(tx: Tx, revisionId: RevisionId, page: number, version: number): Promise<void> {
  const { rows } = await tx.query<{ version: number }>('select version from page where revision_id = $1 and ord = $2 for update', [
    revisionId,
    page,
  ])
  if (!rows[0]) throw fail('page.not_found')
  if (rows[0].version === version) return
  await tx.query(KEEP, [revisionId, page])
  const { count } = await tx.query(
    `update page set ${KEPT_BACK}, version = v.version from page_version v where page.revision_id = $1 and page.ord = $2 and v.revision_id = $1 and v.ord = $2 and v.version = $3`,
    [revisionId, page, version],
  )
  if (count === 0) throw fail('page.version_not_found', { version })
  await tx.query('delete from page_version where revision_id = $1 and ord = $2 and version = $3', [revisionId, page, version])
}

/** Every text of a page, newest first. */
export async function listVersions(db: Sql, revisionId: RevisionId, page: number): Promise<PageVersion[]> {
  const columns = `version, status, engine, confidence, unsure, length(text) as characters, read_at as "readAt"`
  const { rows } = await db.query<PageVersion>(
    `select ${columns}, true as current from page where revision_id = $1 and ord = $2
     union all select ${columns}, false from page_version where revision_id = $1 and ord = $2 order by version desc`,
    [revisionId, page],
  )
  return rows
}

/** @throws page.not_found */
export async function getReading(db: Sql, revisionId: RevisionId, page: number): Promise<PageReading> {
  const { rows } = await db.query<PageReading>(
    `select version, status, code, code_params as "codeParams", engine, confidence, unsure, doubts, text from page where revision_id = $1 and ord = $2`,
    [revisionId, page],
  )
  if (!rows[0]) throw fail('page.not_found')
  return rows[0]
}

/** What OCR needs to know of a page that it is to read. */
export interface PageToRead {
  page: number
  kind: PageKind
  status: PageStatus
  /** headings open where the page begins */
  openHeadings: string[]
  /** the part of the page that its text layer tells; null without one */
  layer: { text: string; blocks: Block[]; words: Uint8Array | null } | null
  /** some text of the page is searchable already */
  hasText: boolean
}

const TO_READ = `ord as page, kind, status, text <> '' as "hasText",
  coalesce((select b.heading from page b where b.revision_id = page.revision_id and b.ord = page.ord - 1), '{}') as "openHeadings",
  case when text <> '' and confidence is null and status = 'waiting' then text end as layer_text, blocks, words`
type ToReadRow = Omit<PageToRead, 'layer'> & { layer_text: string | null; blocks: Block[]; words: Uint8Array | null }
const toRead = ({ layer_text: text, blocks, words, ...row }: ToReadRow): PageToRead => ({
  ...row,
  layer: text === null ? null : { text, blocks, words },
})

/** Pages that OCR has to read, in order; at most `limit` after page `after`. */
export async function listWaiting(db: Sql, revisionId: RevisionId, after: number, limit: number): Promise<PageToRead[]> {
  const { rows } = await db.query<ToReadRow>(
    `select ${TO_READ} from page where revision_id = $1 and status = 'waiting' and ord > $2 order by ord limit $3`,
    [revisionId, after, limit],
  )
  return rows.map(toRead)
}

export async function countWaiting(db: Sql, revisionId: RevisionId): Promise<number> {
  const { rows } = await db.query<{ n: number }>(`select count(*)::int as n from page where revision_id = $1 and status = 'waiting'`, [
    revisionId,
  ])
  return rows[0]!.n
}

/** @throws page.not_found */
export async function getPageToRead(db: Sql, revisionId: RevisionId, page: number): Promise<PageToRead> {
  const { rows } = await db.query<ToReadRow>(`select ${TO_READ} from page where revision_id = $1 and ord = $2`, [revisionId, page])
  if (!rows[0]) throw fail('page.not_found')
  return toRead(rows[0])
}

/**
 * The reading of a page with the same pixels in another revision of the document, if it was read surely.
 */
export async function findSameReading(db: Sql, revisionId: RevisionId, pictureHash: string): Promise<NewReading | null> {
  const { rows } = await db.query<Omit<NewReading, 'frame' | 'codeParams'> & { width: number; height: number; rotation: number }>(
    `select p.status, p.code, p.width, p.height, p.rotation, p.text, p.blocks, p.words, p.engine, p.confidence, p.unsure, p.doubts, p.picture_hash as "pictureHash"
     from page p join revision r on r.id = p.revision_id join revision mine on mine.document_id = r.document_id
     where mine.id = $1 and p.revision_id <> $1 and p.picture_hash = $2 and p.status in ('text', 'blank', 'no_text') and not p.unsure
     order by r.ord desc limit 1`,
    [revisionId, pictureHash],
  )
  if (!rows[0]) return null
  const { width, height, rotation, ...rest } = rows[0]
  return { ...rest, codeParams: {}, frame: { width, height, rotation } }
}

/** Pages that failed or are unsure wait again, to be read by OCR; for `retry`. Returns how many. */
export async function waitAgain(tx: Tx, revisionId: RevisionId): Promise<number> {
  const { count } = await tx.query(
    `update page set status = 'waiting', code = null, code_params = '{}' where revision_id = $1 and kind in ('page', 'region') and (status = 'failed' or (status = 'text' and unsure))`,
    [revisionId],
  )
  return count
}

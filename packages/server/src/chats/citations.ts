/**
 * Citations outlive their source: the row keeps what was cited, reading it tells what has become of the source.
 * Owner of the table `citation`.
 */
import type { Citation } from '@zhiku/contract/entities.ts'
import type { CitationId, DocumentId, MessageId, RevisionId, RunId } from '@zhiku/contract/ids.ts'
import { type QuotedPart, withoutQuotes } from '../ask/compose.ts'
import type { CitationDraft } from '../ask/events.ts'
import { fail } from '../base/fail.ts'
import type { Sql, Tx } from '../db/db.ts'
import { rewriteText } from './runs.sql.ts'

export type NewCitation = CitationDraft & { id: CitationId }

/** Without its source a citation shows neither words nor place. */
const COLUMNS = `c.id, c.mark, jsonb_build_object('id', c.document_id, 'name', c.document_name) as document,
    c.revision_id as "revisionId", c.revision_ord as "revisionOrd",
    coalesce((select max(n.ord) from revision n where n.document_id = c.document_id), c.revision_ord) as "newestRevisionOrd",
    c.page, case when r.id is null then '{}' else c.heading end as heading, case when r.id is null then '' else c.quote end as quote, case when r.id is null then null else c.anchor end as anchor,
    r.id is null as removed`
const FROM = `citation c join message m on m.id = c.message_id join chat h on h.id = m.chat_id left join revision r on r.id = c.revision_id`

/** @throws citation.not_found */
export async function getCitation(db: Sql, owner: string, id: CitationId): Promise<Citation> {
  const { rows } = await db.query<Citation>(`select ${COLUMNS} from ${FROM} where h.owner = $1 and c.id = $2`, [owner, id])
  if (!rows[0]) throw fail('citation.not_found')
  return rows[0]
}

/** Citations of a chat by message, in order of their marks. */
export async function listCitations(db: Sql, owner: string, chatId: string): Promise<Map<MessageId, Citation[]>> {
  const { rows } = await db.query<Citation & { messageId: MessageId }>(
    `select c.message_id as "messageId", ${COLUMNS} from ${FROM} where h.owner = $1 and h.id = $2 order by m.ord, c.mark`,
    [owner, chatId],
  )
  const byMessage = new Map<MessageId, Citation[]>()
  for (const { messageId, ...citation } of rows) byMessage.set(messageId, [...(byMessage.get(messageId) ?? []), citation])
  return byMessage
}

export interface RevisionPlace {
  ord: number
  newestOrd: number
}

/**
 * Those of the revisions that still exist. They stay until the end of the transaction: a deletion waits for it and then
 * finds what was written.
 */
export async function holdRevisions(tx: Tx, ids: readonly string[]): Promise<Map<string, RevisionPlace>> {
  if (ids.length === 0) return new Map()
  const { rows } = await tx.query<{ id: RevisionId } & RevisionPlace>(
    `select r.id, r.ord, (select max(n.ord) from revision n where n.document_id = r.document_id) as "newestOrd"
     from revision r where r.id = any($1::text[]) for key share of r`,
    [[...new Set(ids)]],
  )
  return new Map(rows.map(({ id, ord, newestOrd }) => [id, { ord, newestOrd }]))
}

/** A citation as it can be shown now. `place`: null when its revision is gone. */
export function showCitation(draft: NewCitation, place: RevisionPlace | null): Citation {
  const { documentId, documentName, heading, quote, anchor, ...rest } = draft
  return {
    ...rest,
    document: { id: documentId, name: documentName },
    revisionOrd: place?.ord ?? 1,
    newestRevisionOrd: place?.newestOrd ?? 1,
    heading: place ? heading : [],
    quote: place ? quote : '',
    anchor: place ? anchor : null,
    removed: place === null,
  }
}

/** Idempotent by (message, mark). */
export async function putCitations(tx: Tx, messageId: MessageId, citations: readonly Citation[]): Promise<void> {
  if (citations.length === 0) return
  await tx.query(
    `insert into citation (id, message_id, mark, document_id, document_name, revision_id, revision_ord, page, heading, quote, anchor)
     select c.id, $1, c.mark, c.document->>'id', c.document->>'name', c."revisionId", c."revisionOrd", c.page,
       array(select jsonb_array_elements_text(c.heading)), c.quote, nullif(c.anchor, 'null'::jsonb)
     from jsonb_to_recordset($2::jsonb) as c(id text, mark int, document jsonb, "revisionId" text, "revisionOrd" int, page int, heading jsonb, quote text, anchor jsonb)
     on conflict (message_id, mark) do nothing`,
    [messageId, JSON.stringify(citations)],
  )
}

/**
 * Erases what chats keep of a document's words: quotes, anchors, passages. Names and marks stay, so that an answer can
 * say what it cited; so does what a model said in its own words. Called in the transaction that deletes the document.
 */
export async function forgetDocument(tx: Tx, documentId: DocumentId): Promise<void> {
  for (const { messageId, runId, text, marks, gone } of await listQuoting(tx, documentId))
    await rewriteText(tx, { messageId, runId }, withoutQuotes(text, gone, marks))
  await tx.query(
    `update event e set data = jsonb_set(e.data, '{citation}', e.data->'citation' || '{"quote": "", "heading": [], "anchor": null, "removed": true}')
     from run r where e.run_id = r.id and e.data->>'kind' = 'citation' and e.data->'citation'->'document'->>'id' = $1
       and r.message_id in (select message_id from citation where document_id = $1)`,
    [documentId],
  )
  await tx.query(`update citation set quote = '', heading = '{}', anchor = null where document_id = $1`, [documentId])
  const passage = JSON.stringify([{ document: { id: documentId } }])
  await tx.query(`update message set nearest = ${withoutDocument('nearest')} where nearest @> $2::jsonb`, [documentId, passage])
  // The sources of a run are its second event; the join keeps this from reading every delta ever written.
  await tx.query(
    `update event e set data = jsonb_set(e.data, '{passages}', ${withoutDocument(`e.data->'passages'`)})
     from run r where e.run_id = r.id and e.seq = 2 and e.data->'passages' @> $2::jsonb`,
    [documentId, passage],
  )
}

/** Extractive answers that quote a document: their text is the document's own words. */
async function listQuoting(
  tx: Tx,
  documentId: DocumentId,
): Promise<{ messageId: MessageId; runId: RunId; text: string; marks: number; gone: QuotedPart[] }[]> {
  const { rows } = await tx.query<{ messageId: MessageId; runId: RunId; text: string; marks: number; gone: QuotedPart[] }>(
    `select m.id as "messageId", r.id as "runId", m.text, (select count(*)::int from citation x where x.message_id = m.id) as marks,
       jsonb_agg(jsonb_build_object('text', c.quote, 'heading', c.heading, 'documentName', c.document_name)) as gone
     from citation c join message m on m.id = c.message_id join run r on r.message_id = m.id
     where c.document_id = $1 and r.mode = 'extractive' group by m.id, r.id, m.text`,
    [documentId],
  )
  return rows
}

/** A JSON list of passages without those of document $1. */
const withoutDocument = (list: string): string =>
  `coalesce((select jsonb_agg(p) from jsonb_array_elements(${list}) p where p->'document'->>'id' <> $1), '[]')`

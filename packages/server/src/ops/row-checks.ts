/**
 * What must never be found in the store, one statement each: it counts the rows that contradict the rule of its name.
 * Most are forbidden by keys or by the transactions that write; the doctor looks all the same.
 */
const UNFINISHED = (kind: string, key: string): string =>
  `exists (select 1 from job j where j.kind = '${kind}' and j.key = ${key} and j.state in (0, 1))`

const NEWEST = `r.ord = (select max(x.ord) from revision x where x.document_id = r.document_id)`

export const ROW_CHECKS: Record<string, string> = {
  'every revision has its file row': `select count(*) from revision r where not exists (select 1 from file f where f.hash = r.file_hash)`,
  'every document has a revision': `select count(*) from document d where not exists (select 1 from revision r where r.document_id = d.id)`,
  'every document is in a collection of its owner': `select count(*) from document d where not exists (select 1 from collection c where c.id = d.collection_id and c.owner = d.owner)`,
  'documents answer from a revision of their own': `select count(*) from document d where d.current_revision_id is not null and not exists (select 1 from revision r where r.id = d.current_revision_id and r.document_id = d.id)`,
  'no page without a revision': `select count(*) from page p where not exists (select 1 from revision r where r.id = p.revision_id)`,
  'no page beyond the last': `select count(*) from page p join revision r on r.id = p.revision_id where p.ord < 1 or (r.extracted_at is not null and p.ord > r.pages_total)`,
  'no page is missing from a document that was read': `select count(*) from revision r where r.extracted_at is not null and r.error_code is null and r.pages_total <> (select count(*) from page p where p.revision_id = r.id)`,
  'no text is kept of a page that is not there': `select count(*) from page_version v where not exists (select 1 from page p where p.revision_id = v.revision_id and p.ord = v.ord and p.version > v.version)`,
  'chunks belong to their document and collection': `select count(*) from chunk c where not exists (select 1 from revision r join document d on d.id = r.document_id where r.id = c.revision_id and d.id = c.document_id and d.collection_id = c.collection_id)`,
  'chunks match their page text': `select count(*) from chunk c join page p on p.revision_id = c.revision_id and p.ord = c.page where length(c.text) = 0 or position(c.text in p.text) = 0`,
  'no chunk stands twice': `select count(*) from (select 1 from chunk group by revision_id, generation, page, ord having count(*) > 1) twice`,
  'no chunks of replaced revisions': `select count(*) from chunk c join document d on d.id = c.document_id join revision r on r.id = c.revision_id
     where c.revision_id <> d.current_revision_id and not ${UNFINISHED('ingest.revision', 'c.revision_id')}
       and r.ord < (select x.ord from revision x where x.id = d.current_revision_id)`,
  'documents in the trash are not searchable': `select count(*) from chunk_tok t join document d on d.id = t.document_id where d.trashed_at is not null`,
  'no job of a revision that is gone': `select count(*) from job j where j.kind = 'ingest.revision' and j.state in (0, 1) and not exists (select 1 from revision r where r.id = j.key)`,
  'no job of a document that is gone': `select count(*) from job j where j.kind = 'ingest.purge' and j.state in (0, 1) and not exists (select 1 from document d where d.id = j.key)`,
  'no job is stuck': `select count(*) from job where state = 1 and lease_until < now() - interval '60 s'`,
  'every unread document has a job': `select count(*) from revision r join document d on d.id = r.document_id
     where d.trashed_at is null and r.extracted_at is null and r.error_code is null and r.cancelled_at is null and ${NEWEST} and not ${UNFINISHED('ingest.revision', 'r.id')}`,
  'the trash will be emptied': `select count(*) from document d where d.trashed_at is not null and not ${UNFINISHED('ingest.purge', 'd.id')}
     and not exists (select 1 from document p where p.id = d.parent_id and p.trashed_at is not null)`,
  'what came out of a document is with it': `select count(*) from document d join document p on p.id = d.parent_id
     where d.collection_id <> p.collection_id or d.owner <> p.owner or (d.trashed_at is null and p.trashed_at is not null)
       or d.depth <> p.depth + 1 or d.root_id is distinct from coalesce(p.root_id, p.id)`,
  'no step is open that nobody works at': `select count(*) from step s where s.finished_at is null and not ${UNFINISHED('ingest.revision', 's.revision_id')}`,
  'no pause of a collection that is gone': `select count(*) from queue_pause q where q.scope <> '' and not exists (select 1 from collection c where c.id = q.scope)`,
  'every citation of a source that is there has its place': `select count(*) from citation c where c.anchor is null and exists (select 1 from revision r where r.id = c.revision_id)`,
  'no answer runs without a message': `select count(*) from run u where not exists (select 1 from message m where m.id = u.message_id)`,
}

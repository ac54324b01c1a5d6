-- The first schema. Each table names the one folder that writes it; other folders call that folder's functions.
-- Tables that hold a person's things carry `owner` from the start, also while there is only one local person.

-- owner: files. Bytes live in the folder files/ under the data folder; the row says that they are kept.
create table file (
  hash text primary key,                       -- sha-256, hex
  size_bytes bigint not null,
  refs int not null,                           -- revisions that use these bytes; the row goes when it reaches 0
  created_at timestamptz not null default now()
);

-- owner: library
create table collection (
  id text primary key,
  owner text not null default 'local',
  name text not null,
  chunking jsonb not null,
  created_at timestamptz not null default now(),
  unique (owner, name)
);
create table document (
  id text primary key,
  owner text not null default 'local',
  collection_id text not null references collection,
  path text not null default '',
  name text not null,
  parent_id text references document on delete cascade,   -- the mail or archive it came out of
  root_id text references document on delete cascade,     -- the upload at the top, whose bounds count; null for itself
  depth smallint not null default 0,
  parent_revision_id text,                     -- newest revision of the parent that it was in
  source_url text,                             -- where it was fetched from
  current_revision_id text,                    -- what search answers from
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  trashed_at timestamptz
);
create unique index document_name on document (collection_id, coalesce(parent_id, ''), path, name) where trashed_at is null;
create index document_parent on document (parent_id) where parent_id is not null;
create index document_root on document (root_id) where root_id is not null;
create index document_source on document (collection_id, source_url) where source_url is not null;
create index document_listing on document (owner, collection_id, id desc);
create table revision (
  id text primary key,
  document_id text not null references document on delete cascade,
  ord int not null,
  file_hash text not null references file deferrable initially deferred,
  media_type text not null,
  size_bytes bigint not null,
  pipeline text not null,                      -- generation of chunks wanted: versions of chunker and tokenizer and their settings
  pages_total int,                             -- null until the reader knows
  extracted_at timestamptz,                    -- all pages decided
  cancelled_at timestamptz,
  error_code text,
  error_params jsonb,
  created_at timestamptz not null default now(),
  unique (document_id, ord)
);
create index revision_file on revision (file_hash);
create table page (
  revision_id text not null references revision on delete cascade,
  ord int not null,
  kind text not null check (kind in ('text', 'page', 'region', 'cells', 'slide')),
  label text,                                  -- name of the sheet, title of the slide
  status text not null check (status in ('text', 'blank', 'waiting', 'no_text', 'failed')),
  code text,
  code_params jsonb not null default '{}',
  width real,                                  -- unit by kind, see contract/page.ts
  height real,
  rotation smallint not null default 0,
  text text not null,
  blocks json not null,
  words bytea,                                 -- places of the words, see library/words.ts
  heading text[] not null,                     -- headings open at the end of the page, outermost first
  engine text not null,
  confidence real,                             -- read by OCR: mean over its characters
  unsure boolean not null default false,       -- read by OCR: below the bar
  doubts json not null default '[]',           -- spans of the text below the bar
  dropped_outside int not null default 0,
  dropped_invisible int not null default 0,
  version int not null default 1,              -- counts the texts the page has had; earlier ones are in page_version
  picture_hash text,                           -- of the pixels that OCR read: the same page of another revision is not read again
  read_at timestamptz not null default now(),
  primary key (revision_id, ord)
);
alter table page alter column words set storage external, alter column text set storage external, alter column blocks set storage external;
-- Earlier texts of pages that were read again; citations into them stay readable.
create table page_version (
  revision_id text not null,
  ord int not null,
  version int not null,
  status text not null,
  code text,
  code_params jsonb not null default '{}',
  width real,
  height real,
  rotation smallint not null,
  text text not null,
  blocks json not null,
  words bytea,
  engine text not null,
  confidence real,
  unsure boolean not null,
  doubts json not null,
  read_at timestamptz not null,
  primary key (revision_id, ord, version),
  foreign key (revision_id, ord) references page on delete cascade
);
alter table page_version alter column words set storage external, alter column text set storage external, alter column blocks set storage external;
create index page_waiting on page (revision_id, ord) where status = 'waiting';
create index page_picture on page (picture_hash) where picture_hash is not null;

-- owner: queue. State: 0 ready, 1 running, 2 done, 3 given up.
create table job (
  id bigint generated always as identity primary key,
  owner text not null default 'local',
  kind text not null,
  key text not null,
  scope text,                                  -- what it can be paused by, a collection; null: never paused
  priority smallint not null default 0,
  state smallint not null default 0,
  run_at timestamptz not null default now(),
  attempt int not null default 0,
  fence bigint not null default 0,
  lease_until timestamptz,
  payload jsonb not null default '{}',
  error jsonb,
  created_at timestamptz not null default now(),
  finished_at timestamptz
);
create index job_ready on job (kind, priority desc, run_at, id) where state = 0;
create index job_running on job (kind, owner) where state = 1;
create unique index job_key on job (kind, key) where state in (0, 1);
-- When an owner last got a job: the next turn goes to whoever waited longest.
create table queue_turn (
  kind text not null,
  owner text not null,
  at timestamptz not null,
  primary key (kind, owner)
);
-- What a person has paused; scope '' is everything that has a scope.
create table queue_pause (
  owner text not null,
  scope text not null,
  paused_at timestamptz not null default now(),
  primary key (owner, scope)
);
create table outbox (
  seq bigint generated always as identity primary key,
  owner text not null default 'local',
  topic text not null,
  data jsonb not null,
  created_at timestamptz not null default now()
);

-- owner: ingest. The timeline of a revision: one row per step and attempt.
create table step (
  revision_id text not null references revision on delete cascade,
  name text not null,
  attempt int not null,
  version text not null,
  started_at timestamptz not null default now(),
  finished_at timestamptz,
  detail jsonb not null default '{}',
  error_code text,
  error_params jsonb,
  primary key (revision_id, name, attempt)
);

-- A sitemap that was given, and the pages it lists.
create table sitemap (
  id text primary key,
  owner text not null default 'local',
  collection_id text not null references collection on delete cascade,
  url text not null,
  any_origin boolean not null default false,   -- pages of other sites too
  listed_at timestamptz,                       -- its pages are known
  finished_at timestamptz,
  error_code text,
  error_params jsonb,
  created_at timestamptz not null default now()
);
create table sitemap_page (
  sitemap_id text not null references sitemap on delete cascade,
  ord int not null,
  url text not null,
  document_id text references document on delete set null,
  fetched_at timestamptz,                      -- tried, with or without success
  error_code text,
  error_params jsonb,
  primary key (sitemap_id, ord)
);
create index sitemap_page_document on sitemap_page (document_id);
-- A folder of the server's machine, and what is known of its files: an unchanged one is not read again.
create table watched_folder (
  id text primary key,
  owner text not null default 'local',
  collection_id text not null references collection on delete cascade,
  folder text not null,
  trash_deleted boolean not null default false,
  polling boolean not null default false,
  scanned_at timestamptz,
  error_code text,
  error_params jsonb,
  created_at timestamptz not null default now(),
  unique (owner, folder)
);
create table watched_file (
  folder_id text not null references watched_folder on delete cascade,
  path text not null,                          -- within the folder, with /
  size_bytes bigint not null,
  modified_ms double precision not null,
  document_id text references document on delete set null,
  error_code text,
  error_params jsonb,
  primary key (folder_id, path)
);
create index watched_file_document on watched_file (document_id);

-- owner: search
create table chunk (
  id bigint generated always as identity primary key,
  revision_id text not null references revision on delete cascade,
  document_id text not null,                   -- as the revision says: no foreign keys of their own, which are checked row by row
  collection_id text not null,
  generation text not null,                    -- versions of chunker and tokenizer and their settings: revision.pipeline
  page int not null,
  ord int not null,                            -- within the page
  heading text[] not null,
  text text not null,
  start_offset int not null,                   -- UTF-16 offsets into the page's text
  end_offset int not null,
  anchor json not null,
  unique (revision_id, generation, page, ord)
);
create index chunk_document on chunk (document_id);
alter table chunk alter column text set storage external, alter column anchor set storage external;
-- What is searchable, with its encoded tokens: insert and delete only (an update would index the row again and leave statistics of the dead one).
create table chunk_tok (
  chunk_id bigint primary key references chunk on delete cascade,
  document_id text not null,
  collection_id text not null,
  tok text not null
);
-- Not compressed: doing so costs more in WebAssembly than writing the bytes (10 % of ingest, measured).
alter table chunk_tok alter column tok set storage external;
create index chunk_tok_bm25 on chunk_tok using bm25 (tok) with (text_config = 'simple', k1 = 1.2, b = 0.75);
create index chunk_tok_document on chunk_tok (document_id);
create index chunk_tok_collection on chunk_tok (collection_id);
-- The SET clauses force the plan that reads the BM25 index in order: only matches return, and the cheap score is valid.
-- Empty arrays mean no restriction.
create function bm25_top(q text, colls text[], docs text[], n int) returns table (chunk_id bigint, score float8) language plpgsql stable
  set enable_seqscan = off set enable_sort = off set enable_bitmapscan = off as $f$ begin
  return query select c.chunk_id, bm25_get_current_score() from chunk_tok c
    where (cardinality(colls) = 0 or c.collection_id = any(colls)) and (cardinality(docs) = 0 or c.document_id = any(docs))
    order by c.tok <@> to_bm25query(q, 'chunk_tok_bm25') limit n; end $f$;

-- What the state of a document is computed from; read by library. One row per document, facts of its newest revision.
create view document_facts as
select d.id, d.owner, d.collection_id, d.name, d.path, d.parent_id, d.source_url, d.current_revision_id, d.created_at, d.updated_at, d.trashed_at,
  (select p.name from document p where p.id = d.parent_id) as parent_name,
  (select count(*)::int from document k where k.parent_id = d.id and k.trashed_at is null) as children,
  r.id as revision_id, r.ord as revision_ord, r.file_hash, r.media_type, r.size_bytes, r.created_at as revision_created_at,
  r.pages_total, r.extracted_at, r.cancelled_at, r.error_code, r.error_params,
  (select count(*)::int from revision x where x.document_id = d.id) as revisions,
  j.state = 1 and exists (select 1 from step s where s.revision_id = r.id and s.name in ('extract', 'ocr') and s.finished_at is null) as started,
  p.decided, p.text_pages, p.blank_pages, p.no_text_pages, p.failed_pages, p.waiting_pages, p.ocr_pages, p.unsure_pages, p.unread, p.failed_code, p.failed_params, p.looked_with,
  k.chunks, k.indexed, k.chunked_pages, k.searchable_pages,
  j.state as job_state,
  j.state = 0 and exists (select 1 from queue_pause q where q.owner = d.owner and q.scope in ('', d.collection_id)) as held
from document d
join lateral (select * from revision x where x.document_id = d.id order by x.ord desc limit 1) r on true
join lateral (
  select count(*) filter (where status <> 'waiting')::int as decided, count(*) filter (where status = 'waiting')::int as waiting_pages,
    count(*) filter (where confidence is not null and status = 'text')::int as ocr_pages, count(*) filter (where unsure and status = 'text')::int as unsure_pages,
    count(*) filter (where status = 'text')::int as text_pages, count(*) filter (where status = 'blank')::int as blank_pages,
    count(*) filter (where status = 'no_text')::int as no_text_pages, count(*) filter (where status = 'failed')::int as failed_pages,
    array_agg(ord order by ord) filter (where status = 'failed' or (unsure and status = 'text')) as unread, (array_agg(code order by ord) filter (where status = 'failed'))[1] as failed_code,
    (array_agg(code_params order by ord) filter (where status = 'failed'))[1] as failed_params,
    string_agg(distinct engine, ', ') filter (where status = 'no_text') as looked_with
  from page where revision_id = r.id) p on true
join lateral (
  select count(*)::int as chunks, count(t.chunk_id)::int as indexed, count(distinct c.page)::int as chunked_pages,
    count(distinct c.page) filter (where t.chunk_id is not null)::int as searchable_pages
  from chunk c left join chunk_tok t on t.chunk_id = c.id where c.revision_id = r.id and c.generation = r.pipeline) k on true
left join lateral (select q.id, q.kind, q.state from job q where q.kind = 'ingest.revision' and q.key = r.id and q.state in (0, 1) limit 1) j on true;

-- owner: chats
create table chat (
  id text primary key,
  owner text not null default 'local',
  title text not null,
  scope jsonb not null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);
create index chat_listing on chat (owner, updated_at desc);
create table message (
  id text primary key,
  chat_id text not null references chat on delete cascade,
  ord int not null,
  role text not null check (role in ('user', 'assistant')),
  text text not null,
  nearest jsonb not null default '[]',
  created_at timestamptz not null default now(),
  unique (chat_id, ord)
);
create table run (
  id text primary key,
  owner text not null default 'local',
  chat_id text not null references chat on delete cascade,
  message_id text not null references message on delete cascade,
  state text not null check (state in ('running', 'done', 'stopped', 'interrupted', 'failed')),
  mode text not null check (mode in ('extractive', 'model')),
  model text,
  answered boolean not null default false,
  notice jsonb,
  searched_chunks int not null default 0,
  read_passages int not null default 0,
  still_reading int not null default 0,
  started_at timestamptz not null default now(),
  finished_at timestamptz
);
create index run_message on run (message_id);
create index run_running on run (state) where state = 'running';
create table event (
  run_id text not null references run on delete cascade,
  seq int not null,
  data jsonb not null,
  primary key (run_id, seq)
);
-- A citation outlives its source: no foreign key to document or revision.
create table citation (
  id text primary key,
  message_id text not null references message on delete cascade,
  mark int not null,
  document_id text not null,
  document_name text not null,
  revision_id text not null,
  revision_ord int not null,
  page int not null,
  heading text[] not null,
  quote text not null,
  anchor jsonb,
  unique (message_id, mark)
);
create index citation_document on citation (document_id);

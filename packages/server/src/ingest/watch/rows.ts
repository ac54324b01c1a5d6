/** Watched folders and what is known of their files. Owner of the tables `watched_folder` and `watched_file`. */
import type { Notice } from '@zhiku/contract/entities.ts'
import type { CollectionId, DocumentId, WatchId } from '@zhiku/contract/ids.ts'
import type { WatchedFolder } from '@zhiku/contract/sources.ts'
import { fail } from '../../base/fail.ts'
import { newId } from '../../base/ids.ts'
import type { Sql } from '../../db/db.ts'

/** What a running watch works from. */
export interface WatchRow {
  id: WatchId
  owner: string
  collectionId: CollectionId
  folder: string
  trashDeleted: boolean
  polling: boolean
}

export interface KnownFile {
  sizeBytes: number
  modifiedMs: number
  documentId: DocumentId | null
  failed: boolean
}

const WATCH = `id, owner, collection_id as "collectionId", folder, trash_deleted as "trashDeleted", polling`

export async function listWatchRows(db: Sql): Promise<WatchRow[]> {
  return (await db.query<WatchRow>(`select ${WATCH} from watched_folder order by id`)).rows
}

export async function findWatchRow(db: Sql, id: WatchId): Promise<WatchRow | null> {
  return (await db.query<WatchRow>(`select ${WATCH} from watched_folder where id = $1`, [id])).rows[0] ?? null
}

export async function insertWatch(db: Sql, input: Omit<WatchRow, 'id'>): Promise<WatchId> {
  const id = newId('watch')
  const { count } = await db.query(
    `insert into watched_folder (id, owner, collection_id, folder, trash_deleted, polling) values ($1, $2, $3, $4, $5, $6) on conflict do nothing`,
    [id, input.owner, input.collectionId, input.folder, input.trashDeleted, input.polling],
  )
  if (count === 0) throw fail('watch.already', { folder: input.folder })
  return id
}

export async function deleteWatch(db: Sql, owner: string, id: WatchId): Promise<void> {
  const { count } = await db.query('delete from watched_folder where owner = $1 and id = $2', [owner, id])
  if (count === 0) throw fail('watch.not_found')
}

/** @throws watch.not_found */
export async function getWatch(db: Sql, owner: string, id: WatchId): Promise<WatchedFolder> {
  const found = (await listWatches(db, owner)).find((watch) => watch.id === id)
  if (!found) throw fail('watch.not_found')
  return found
}

export async function listWatches(db: Sql, owner: string): Promise<WatchedFolder[]> {
  const { rows } = await db.query<Omit<WatchedFolder, 'notice'> & { error_code: string | null; error_params: Notice['params'] | null }>(
    `select w.id, w.folder, w.collection_id as "collectionId", w.trash_deleted as "trashDeleted", w.polling, w.scanned_at as "scannedAt", w.created_at as "createdAt",
       w.error_code, w.error_params, count(f.path) filter (where f.error_code is null)::int as files, count(f.error_code)::int as failed
     from watched_folder w left join watched_file f on f.folder_id = w.id where w.owner = $1 group by w.id order by w.id`,
    [owner],
  )
  return rows.map(({ error_code: code, error_params: params, ...row }) => ({
    ...row,
    notice: code === null ? null : { code, params: params ?? {} },
  }))
}

export async function setWatchNotice(db: Sql, id: WatchId, notice: Notice | null): Promise<void> {
  await db.query('update watched_folder set error_code = $2, error_params = $3 where id = $1 and error_code is distinct from $2', [
    id,
    notice?.code ?? null,
    notice ? JSON.stringify(notice.params) : null,
  ])
}

export async function setScanned(db: Sql, id: WatchId): Promise<void> {
  await db.query('update watched_folder set scanned_at = now() where id = $1', [id])
}

export async function findFile(db: Sql, id: WatchId, path: string): Promise<KnownFile | null> {
  const { rows } = await db.query<KnownFile>(
    `select size_bytes as "sizeBytes", modified_ms as "modifiedMs", document_id as "documentId", error_code is not null as failed from watched_file where folder_id = $1 and path = $2`,
    [id, path],
  )
  return rows[0] ?? null
}

export async function putKnownFile(
  db: Sql,
  id: WatchId,
  path: string,
  file: { sizeBytes: number; modifiedMs: number; documentId: DocumentId | null; notice: Notice | null },
): Promise<void> {
  // The document may have been deleted in this very moment.
  await db.query(
    `insert into watched_file (folder_id, path, size_bytes, modified_ms, document_id, error_code, error_params)
     select $1, $2, $3, $4, (select id from document where id = $5), $6, $7 where exists (select 1 from watched_folder where id = $1)
     on conflict (folder_id, path) do update set size_bytes = excluded.size_bytes, modified_ms = excluded.modified_ms, document_id = excluded.document_id,
       error_code = excluded.error_code, error_params = excluded.error_params`,
    [
      id,
      path,
      file.sizeBytes,
      file.modifiedMs,
      file.documentId,
      file.notice?.code ?? null,
      file.notice ? JSON.stringify(file.notice.params) : null,
    ],
  )
}

export async function listFilePaths(db: Sql, id: WatchId): Promise<string[]> {
  return (await db.query<{ path: string }>('select path from watched_file where folder_id = $1 order by path', [id])).rows.map(
    ({ path }) => path,
  )
}

export async function countFiles(db: Sql, id: WatchId): Promise<number> {
  return (await db.query<{ n: number }>('select count(*)::int as n from watched_file where folder_id = $1', [id])).rows[0]!.n
}

/** Forgets a file. @returns its document, unless another watched file is the same document */
export async function forgetFile(db: Sql, id: WatchId, path: string): Promise<DocumentId | null> {
  const { rows } = await db.query<{ document_id: DocumentId | null }>(
    'delete from watched_file where folder_id = $1 and path = $2 returning document_id',
    [id, path],
  )
  const documentId = rows[0]?.document_id ?? null
  if (documentId === null) return null
  const { rows: others } = await db.query('select 1 from watched_file where document_id = $1 limit 1', [documentId])
  return others.length > 0 ? null : documentId
}

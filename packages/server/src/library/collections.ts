/** Collections: named sets of documents with their chunking. Owner of the table `collection`. */
import { type ChunkSettings, type Collection, chunkSettingsSchema } from '@zhiku/contract/entities.ts'
import type { CollectionId } from '@zhiku/contract/ids.ts'
import { fail } from '../base/fail.ts'
import { newId } from '../base/ids.ts'
import type { Db, Sql, Tx } from '../db/db.ts'
import { forgetScope } from '../queue/pause.ts'

/** Some of the chunking settings; absent ones stay as they are. */
type ChunkingChange = { [K in keyof ChunkSettings]?: ChunkSettings[K] | undefined }

function merged(before: Partial<ChunkSettings>, change: ChunkingChange = {}): ChunkSettings {
  const given = Object.fromEntries(Object.entries(change).filter(([, value]) => value !== undefined))
  return chunkSettingsSchema.parse({ ...before, ...given })
}

const COLUMNS = `c.id, c.name, c.chunking, c.created_at as "createdAt", (select count(*)::int from document d where d.collection_id = c.id and d.trashed_at is null) as documents`

const isUniqueViolation = (error: unknown): boolean => (error as { code?: string }).code === '23505'

export async function listCollections(db: Sql, owner: string): Promise<Collection[]> {
  const { rows } = await db.query<Collection>(`select ${COLUMNS} from collection c where owner = $1 order by created_at, id`, [owner])
  return rows
}

/** @throws collection.not_found */
export async function getCollection(db: Sql, owner: string, id: CollectionId): Promise<Collection> {
  const { rows } = await db.query<Collection>(`select ${COLUMNS} from collection c where owner = $1 and id = $2`, [owner, id])
  if (!rows[0]) throw fail('collection.not_found')
  return rows[0]
}

export async function findCollectionByName(db: Sql, owner: string, name: string): Promise<Collection | null> {
  const { rows } = await db.query<Collection>(`select ${COLUMNS} from collection c where owner = $1 and name = $2`, [owner, name])
  return rows[0] ?? null
}

/** @throws collection.name_taken */
export async function createCollection(
  db: Sql,
  owner: string,
  input: { name: string; chunking?: ChunkingChange | undefined },
): Promise<Collection> {
  const id = newId('collection')
  const chunking = merged({}, input.chunking)
  const { count } = await db.query(
    'insert into collection (id, owner, name, chunking) values ($1, $2, $3, $4) on conflict (owner, name) do nothing',
    [id, owner, input.name, JSON.stringify(chunking)],
  )
  if (count === 0) throw fail('collection.name_taken', { name: input.name })
  return await getCollection(db, owner, id)
}

/** The collection of that name, made when it is not there. */
export async function putCollection(db: Sql, owner: string, name: string): Promise<Collection> {
  const found = await findCollectionByName(db, owner, name)
  if (found) return found
  await db.query('insert into collection (id, owner, name, chunking) values ($1, $2, $3, $4) on conflict (owner, name) do nothing', [
    newId('collection'),
    owner,
    name,
    JSON.stringify(merged({})),
  ])
  return (await findCollectionByName(db, owner, name))!
}

/**
 * Renames, or changes the chunking. The caller re-chunks the documents when `chunkingChanged`.
 * @throws collection.not_found, collection.name_taken
 */
export async function updateCollection(
  tx: Tx,
  owner: string,
  id: CollectionId,
  change: { name?: string | undefined; chunking?: ChunkingChange | undefined },
): Promise<{ collection: Collection; chunkingChanged: boolean }> {
  const before = await getCollection(tx, owner, id)
  const chunking = merged(before.chunking, change.chunking)
  try {
    await tx.query('update collection set name = $3, chunking = $4 where owner = $1 and id = $2', [
      owner,
      id,
      change.name ?? before.name,
      JSON.stringify(chunking),
    ])
  } catch (error) {
    if (isUniqueViolation(error)) throw fail('collection.name_taken', { name: change.name ?? before.name }, error)
    throw error
  }
  return {
    collection: { ...before, name: change.name ?? before.name, chunking },
    chunkingChanged: JSON.stringify(chunking) !== JSON.stringify(before.chunking),
  }
}

/** @throws collection.not_found, collection.not_empty (also while documents are in the trash) */
export async function deleteCollection(db: Db, owner: string, id: CollectionId): Promise<void> {
  await db.transaction(async (tx) => {
    await getCollection(tx, owner, id)
    const { rows } = await tx.query<{ n: number }>('select count(*)::int as n from document where collection_id = $1', [id])
    if (rows[0]!.n > 0) throw fail('collection.not_empty', { count: rows[0]!.n })
    await tx.query('delete from collection where owner = $1 and id = $2', [owner, id])
    await forgetScope(tx, owner, id)
  })
}

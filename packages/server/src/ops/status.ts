/** What the library holds and does right now. */
import type { Status } from '@zhiku/contract/entities.ts'
import type { Db } from '../db/db.ts'
import { countByState } from '../library/documents.ts'
import { describeQueue } from '../queue/pause.ts'
import { countChunks } from '../search/index.ts'
import { VERSION } from '../base/version.ts'

/** @param live  what is not in the store: how the process does */
export async function status(db: Db, owner: string, live: Pick<Status, 'loopDelay' | 'ocr'>): Promise<Status> {
  return {
    version: VERSION,
    engine: `${db.engine} ${db.versions.postgres}`,
    documents: await countByState(db, owner),
    chunks: await countChunks(db),
    queue: await describeQueue(db, owner),
    ...live,
  }
}

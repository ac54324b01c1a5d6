/**
 * A copy of the embedded database, taken while it serves: the only client is held for as long as the copy takes, so
 * nothing is written meanwhile (PGlite has no background processes), and a checkpoint before it makes the files current.
 * Measured: 39 MB in 135 to 190 ms; others wait for so long.
 */
import fs from 'node:fs'
import path from 'node:path'
import type { Db, Sql } from '../db.ts'

/** Longest copy. */
const COPY_MS = 900_000

/** Folder of the embedded database under the data folder. */
export const databaseFolder = (dataDir: string): string => path.join(dataDir, 'db')

/**
 * @param target  must not exist
 * @param look    reads, in the same moment, what the copy holds
 */
export async function copyDatabase<T>(db: Db, dataDir: string, target: string, look: (sql: Sql) => Promise<T>): Promise<T> {
  return await db.transaction(
    async (tx) => {
      const seen = await look(tx)
      await tx.query('checkpoint')
      // Where the file system can share blocks (btrfs, XFS, APFS) it costs next to nothing.
      await fs.promises.cp(databaseFolder(dataDir), target, {
        recursive: true,
        errorOnExist: true,
        force: false,
        mode: fs.constants.COPYFILE_FICLONE,
      })
      return seen
    },
    { limitMs: COPY_MS, background: true },
  )
}

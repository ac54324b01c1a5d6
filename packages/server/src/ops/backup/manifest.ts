/** What a backup says of itself: the last entry of the archive, so that half a backup is none. */
import { z } from 'zod'
import { fail } from '../../base/fail.ts'

export const MANIFEST = 'manifest.json'

const entrySchema = z.object({ name: z.string(), sizeBytes: z.int().min(0), sha256: z.string().regex(/^[0-9a-f]{64}$/) })
export type ManifestEntry = z.infer<typeof entrySchema>

/**
 * Names in the archive: `database/<path>` is the folder of the embedded database as it was; `tables/<table>.jsonl` is a
 * table as one JSON object per row (from a PostgreSQL server); `files/<hash>` the bytes of uploaded files.
 */
export const DATABASE = 'database/'
export const TABLES = 'tables/'
export const FILES = 'files/'

export const manifestSchema = z.object({
  format: z.literal(1),
  kind: z.enum(['folder', 'tables']),
  /** of the program that wrote it */
  version: z.string(),
  createdAt: z.string(),
  /** last migration of the database in it */
  migration: z.int(),
  engine: z.string(),
  /** rows by table */
  rows: z.record(z.string(), z.int()),
  entries: z.array(entrySchema),
})
export type Manifest = z.infer<typeof manifestSchema>

/** @throws backup.damaged */
export function parseManifest(text: string): Manifest {
  try {
    return manifestSchema.parse(JSON.parse(text))
  } catch (error) {
    throw fail('backup.damaged', { detail: MANIFEST }, error)
  }
}

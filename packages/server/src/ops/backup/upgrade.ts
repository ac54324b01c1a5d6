/**
 * The backup before an upgrade: made when a migration is due on a library that is in use, before anything is changed.
 * It is a folder under `<data>/backups` (uploaded files are links, so it costs the database alone); the last three stay.
 */
import { mkdir, readdir, rm } from 'node:fs/promises'
import path from 'node:path'
import type { Log } from '../../base/log.ts'
import type { Db } from '../../db/db.ts'
import { openFiles } from '../../files/files.ts'
import { writeFolder } from './archive.ts'
import { takeSnapshot } from './snapshot.ts'

const FOLDER = 'backups'
const KEEP = 3
const NAME = /^before-\d{4}-[\dTZ]+$/

/** @returns where the backup is */
export async function backupBeforeUpgrade(ctx: { db: Db; dataDir: string; log: Log }, due: { from: number; to: number }): Promise<string> {
  const { db, dataDir, log } = ctx
  const folder = path.join(dataDir, FOLDER)
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const startedMs = performance.now()
  const target = path.join(folder, `before-${String(due.to).padStart(4, '0')}-${new Date().toISOString().replaceAll(/[-:.]/g, '')}`)
  const snapshot = await takeSnapshot({ db, dataDir, files: await openFiles(dataDir, db) })
  try {
    await writeFolder(snapshot, target)
  } finally {
    await snapshot.release()
  }
  const old = (await readdir(folder)).filter((name) => NAME.test(name)).toSorted((a, b) => (a.slice(12) < b.slice(12) ? -1 : 1))
  for (const name of old.slice(0, -KEEP)) await rm(path.join(folder, name), { recursive: true, force: true })
  log.info(
    { event: 'ops.upgrade.backup', backup: target, from: due.from, to: due.to, durationMs: Math.round(performance.now() - startedMs) },
    `backup before the upgrade; the way back: run the version before with ZHIKU_DATA set to an empty folder after "zhiku restore ${target}"`,
  )
  return target
}

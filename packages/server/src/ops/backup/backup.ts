/** A backup while the library serves: one stream, for whoever asked over HTTP. */
import type { Readable } from 'node:stream'
import type { Log } from '../../base/log.ts'
import type { Db } from '../../db/db.ts'
import type { Files } from '../../files/files.ts'
import { packSnapshot } from './archive.ts'
import { takeSnapshot } from './snapshot.ts'

/**
 * The snapshot is taken when this resolves; what is added or deleted later changes nothing of it.
 * The copy is removed when the stream ends, in whatever way.
 */
export async function streamBackup(ctx: { db: Db; files: Pick<Files, 'hold' | 'pathOf'>; dataDir: string; log: Log }): Promise<Readable> {
  const startedMs = performance.now()
  const snapshot = await takeSnapshot(ctx)
  const takenMs = Math.round(performance.now() - startedMs)
  const stream = packSnapshot(snapshot)
  stream.once('close', () => {
    snapshot.release().then(
      () =>
        ctx.log.info({
          event: 'ops.backup',
          files: snapshot.sources.length,
          takenMs,
          durationMs: Math.round(performance.now() - startedMs),
        }),
      (error: unknown) => ctx.log.warn({ event: 'ops.backup.sweep.failed', err: error }, 'the copy of a backup could not be removed'),
    )
  })
  return stream
}

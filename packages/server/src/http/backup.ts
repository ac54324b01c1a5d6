/** GET /api/backup: the whole library as one file. */
import { UPLOAD } from '@zhiku/contract/routes.ts'
import type { FastifyInstance } from 'fastify'
import type { Config } from '../base/config.ts'
import type { Log } from '../base/log.ts'
import type { Db } from '../db/db.ts'
import type { Files } from '../files/files.ts'
import { streamBackup } from '../ops/backup/backup.ts'

export function registerBackup(app: FastifyInstance, ctx: { db: Db; config: Config; log: Log; files: Files }): void {
  app.get(
    UPLOAD.backup,
    { schema: { operationId: 'backup', summary: 'The whole library as one file, for `zhiku restore`; a ZIP archive' } },
    async (_request, reply) => {
      const stream = await streamBackup({ ...ctx, dataDir: ctx.config.dataDir })
      const name = `zhiku-${new Date().toISOString().slice(0, 10)}.zip`
      return await reply.type('application/zip').header('content-disposition', `attachment; filename="${name}"`).send(stream)
    },
  )
}

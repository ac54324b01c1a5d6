/** `zhiku backup FILE` and `zhiku restore FILE`: neither says done before it has read back what it wrote. */
import { createWriteStream } from 'node:fs'
import { access, rename, rm } from 'node:fs/promises'
import path from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { ReadableStream } from 'node:stream/web'
import { toApiError } from '@zhiku/contract/client.ts'
import { UPLOAD } from '@zhiku/contract/routes.ts'
import type { Config } from '../base/config.ts'
import { fail } from '../base/fail.ts'
import { createLog } from '../base/log.ts'
import { FILES, type Manifest } from '../ops/backup/manifest.ts'
import { restoreBackup } from '../ops/backup/restore.ts'
import { verifyArchive } from '../ops/backup/verify.ts'
import type { Connection } from './connection.ts'
import { print, printJson, say } from './output.ts'

const MIB = 1024 * 1024

function report(manifest: Manifest, where: string, done: { zh: string; en: string }, json: boolean): void {
  const files = manifest.entries.filter(({ name }) => name.startsWith(FILES)).length
  const sizeBytes = manifest.entries.reduce((sum, entry) => sum + entry.sizeBytes, 0)
  const { document: documents = 0, chunk: chunks = 0 } = manifest.rows
  if (json) {
    printJson({
      path: where,
      version: manifest.version,
      createdAt: manifest.createdAt,
      documents,
      chunks,
      files,
      sizeBytes,
      verified: true,
    })
    return
  }
  const size = (sizeBytes / MIB).toFixed(1)
  print(
    say(
      `${done.zh}：${where}（${documents} 个文档，${chunks} 段，${files} 个文件，${size} MB，已逐一核对）`,
      `${done.en}: ${where} (${documents} documents, ${chunks} passages, ${files} files, ${size} MB, every checksum compared)`,
    ),
  )
}

/** @throws backup.file_exists, backup.damaged */
export async function backup(connection: Connection, file: string, options: { json: boolean }): Promise<number> {
  const target = path.resolve(file)
  const taken = await access(target).then(
    () => true,
    () => false,
  )
  if (taken) throw fail('backup.file_exists', { file: target })
  const part = `${target}.part`
  try {
    const response = await connection.fetch(`${connection.url}${UPLOAD.backup}`)
    if (!response.ok || !response.body) throw await toApiError(response)
    await pipeline(Readable.fromWeb(response.body as ReadableStream<Uint8Array>), createWriteStream(part, { flush: true, mode: 0o600 }))
    const manifest = await verifyArchive(part)
    await rename(part, target)
    report(manifest, target, { zh: '已备份到', en: 'backed up to' }, options.json)
    return 0
  } finally {
    await rm(part, { force: true })
  }
}

/** Into the data folder of the settings, which must be empty. @throws restore.not_empty, backup.damaged, data.newer_version */
export async function restore(config: Config, file: string, options: { json: boolean }): Promise<number> {
  const { manifest } = await restoreBackup({ file: path.resolve(file), dataDir: config.dataDir, log: createLog('error') })
  report(manifest, config.dataDir, { zh: '已恢复到', en: 'restored to' }, options.json)
  return 0
}

/** All watched folders of the server. Entry point of this folder. */
import { realpath, stat } from 'node:fs/promises'
import path from 'node:path'
import type { CollectionId, WatchId } from '@zhiku/contract/ids.ts'
import type { WatchedFolder } from '@zhiku/contract/sources.ts'
import { fail } from '../../base/fail.ts'
import { LIMITS } from '../../base/limits.ts'
import type { IngestContext } from '../context.ts'
import { FolderWatch, type WatchTiming } from './folder-watch.ts'
import { deleteWatch, getWatch, insertWatch, listWatchRows, type WatchRow } from './rows.ts'

export interface NewWatch {
  owner: string
  collectionId: CollectionId
  /** absolute, on this machine */
  folder: string
  trashDeleted: boolean
  polling: boolean
}

export interface Watches {
  /** @throws watch.folder_invalid, watch.already */
  add(input: NewWatch): Promise<WatchedFolder>
  /** The documents stay. @throws watch.not_found */
  remove(owner: string, id: WatchId): Promise<void>
  close(): Promise<void>
}

/** Takes up the watching of every folder; does not wait until they are looked through. */
export async function startWatches(ctx: IngestContext, timing: Partial<WatchTiming> = {}): Promise<Watches> {
  const running = new Map<WatchId, FolderWatch>()
  const times = { settleMs: LIMITS.watchSettleMs, checkMs: LIMITS.watchCheckMs, ...timing }
  const start = (row: WatchRow): void => {
    const watch = new FolderWatch(ctx, row, times)
    running.set(row.id, watch)
    watch
      .start()
      .catch((error: unknown) =>
        ctx.log.warn({ event: 'ingest.watch.failed', watch: row.id, err: error }, 'watched folder: could not start'),
      )
  }
  for (const row of await listWatchRows(ctx.db)) start(row)

  return {
    async add(input) {
      const folder = await checkFolder(ctx, input.folder)
      for (const { folder: other } of await listWatchRows(ctx.db))
        if (isWithin(folder, other) || isWithin(other, folder)) throw fail('watch.already', { folder })
      const row = { ...input, folder }
      const id = await insertWatch(ctx.db, row)
      start({ ...row, id })
      return await getWatch(ctx.db, input.owner, id)
    },
    async remove(owner, id) {
      await deleteWatch(ctx.db, owner, id)
      await running.get(id)?.close()
      running.delete(id)
    },
    async close() {
      await Promise.all([...running.values()].map((watch) => watch.close()))
    },
  }
}

const isWithin = (inner: string, outer: string): boolean => {
  const relative = path.relative(outer, inner)
  return relative === '' || (!relative.startsWith('..') && !path.isAbsolute(relative))
}

/** The real folder behind a path; not the whole disk, and nothing that holds our own data. */
async function checkFolder(ctx: IngestContext, given: string): Promise<string> {
  const refuse = (detail: string): never => {
    throw fail('watch.folder_invalid', { folder: given.slice(0, 200), detail })
  }
  if (!path.isAbsolute(given) || given.includes('\0')) return refuse('需要绝对路径 / an absolute path is needed')
  const folder = await realpath(given).catch(() => refuse('没有这个文件夹 / there is no such folder'))
  if (!(await stat(folder)).isDirectory()) return refuse('不是文件夹 / not a folder')
  if (path.dirname(folder) === folder) return refuse('不能是整个磁盘 / not a whole disk')
  const data = await realpath(path.dirname(ctx.files.folder))
  if (isWithin(folder, data) || isWithin(data, folder)) return refuse('智库自己的数据在里面 / it holds the data of Zhiku itself')
  return folder
}

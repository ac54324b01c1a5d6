/** `zhiku watch`: which folders a running server keeps in step with a collection. */
import path from 'node:path'
import type { WatchedFolder } from '@zhiku/contract/sources.ts'
import type { Connection } from './connection.ts'
import { complain, noticeText, print, printJson, say } from './output.ts'

export async function add(
  connection: Connection,
  folder: string,
  options: { json: boolean; collection?: string; trashDeleted: boolean; polling: boolean },
): Promise<number> {
  const watch = await connection.client.addWatchedFolder({
    folder: path.resolve(folder),
    trashDeleted: options.trashDeleted,
    polling: options.polling,
    ...(options.collection === undefined ? {} : { collectionName: options.collection }),
  })
  if (options.json) printJson(watch)
  else {
    print(say(`开始监视 ${watch.folder}`, `watching ${watch.folder}`))
    print(
      watch.trashDeleted
        ? say('文件夹里删除的文件，文档移入回收站。', 'Documents of files that are deleted there go to the trash.')
        : say('文件夹里删除的文件，文档保留。', 'Documents of files that are deleted there are kept.'),
    )
    print(say('服务（zhiku serve）运行时监视有效。', 'It is watched while the server (zhiku serve) runs.'))
  }
  return 0
}

export async function list(connection: Connection, options: { json: boolean }): Promise<number> {
  const { folders } = await connection.client.listWatchedFolders({})
  for (const watch of folders) {
    if (options.json) printJson(watch)
    else print(describe(watch))
  }
  if (folders.length === 0 && !options.json) print(say('没有监视的文件夹。', 'No folder is watched.'))
  return 0
}

function describe({ id, folder, files, failed, notice }: WatchedFolder): string {
  const counts = say(`${files} 个文件${failed > 0 ? `，${failed} 个失败` : ''}`, `${files} files${failed > 0 ? `, ${failed} failed` : ''}`)
  const reason = noticeText(notice)
  return `${id}  ${folder}: ${counts}${reason === null ? '' : ` — ${reason}`}`
}

export async function remove(connection: Connection, given: string, options: { json: boolean }): Promise<number> {
  const { folders } = await connection.client.listWatchedFolders({})
  const watch = folders.find(({ id, folder }) => id === given || folder === given || folder === path.resolve(given))
  if (!watch) {
    complain(say(`没有监视“${given}”。`, `“${given}” is not watched.`))
    return 1
  }
  await connection.client.removeWatchedFolder({ id: watch.id })
  if (options.json) printJson({ id: watch.id, folder: watch.folder, removed: true })
  else print(say(`不再监视 ${watch.folder}，文档保留`, `no longer watching ${watch.folder}; its documents stay`))
  return 0
}

import { type ChildProcess, spawn } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { temporaryFolders } from '../../../../../tests/support/folder.ts'
import { isAppError } from '../../base/fail.ts'
import { silentLog } from '../../base/log.ts'
import { openDb } from '../open.ts'
import { lockFolder, networkMountOf } from './lock.ts'

const newFolder = temporaryFolders('lock')
const WRITER = fileURLToPath(new URL('../../../../../tests/support/power-loss/db-writer.ts', import.meta.url))

interface Started {
  child: ChildProcess
  /** first output, or null when it ended without one */
  ready: Promise<string | null>
  /** what it wrote to standard error */
  ended: Promise<string>
}

function start(dataDir: string): Started {
  const child = spawn(process.execPath, [WRITER, dataDir], { stdio: ['ignore', 'pipe', 'pipe'] })
  let errors = ''
  child.stderr.on('data', (data: Buffer) => (errors += data.toString()))
  const ended = new Promise<string>((resolve) => child.once('close', () => resolve(errors)))
  const ready = new Promise<string | null>((resolve) => {
    child.stdout.once('data', (data: Buffer) => resolve(data.toString()))
    void ended.then(() => resolve(null))
  })
  return { child, ready, ended }
}

describe('R2: one process per folder', () => {
  test('the second is refused with the name of the first; after kill -9 of the first a third starts', async () => {
    const dataDir = newFolder()
    const first = start(dataDir)
    expect(await first.ready).toContain('ready')
    const second = start(dataDir)
    expect(await second.ready).toBeNull()
    expect(await second.ended).toContain(`pid ${first.child.pid}`)
    const startedMs = performance.now()
    await expect(openDb({ dataDir, databaseUrl: null, log: silentLog })).rejects.toSatisfy(
      (error) =>
        isAppError(error, 'data.locked') &&
        String(error.params.holder).startsWith(`pid ${first.child.pid}, `) &&
        error.params.folder === dataDir,
    )
    expect(performance.now() - startedMs).toBeLessThan(1000)
    first.child.kill('SIGKILL')
    await first.ended
    const third = start(dataDir)
    expect(await third.ready).toContain('ready')
    third.child.kill('SIGKILL')
    await third.ended
  })

  test('the same process is refused too, and free after release', () => {
    const folder = newFolder()
    const lock = lockFolder(folder)
    expect(() => lockFolder(folder)).toThrow(`pid ${process.pid}`)
    lock.release()
    lock.release()
    lockFolder(folder).release()
  })

  test('a start that fails leaves the folder free', async () => {
    const dataDir = newFolder()
    fs.mkdirSync(path.join(dataDir, 'db'))
    fs.writeFileSync(path.join(dataDir, 'db', 'PG_VERSION'), '17\n')
    await expect(openDb({ dataDir, databaseUrl: null, log: silentLog })).rejects.toSatisfy((error) => isAppError(error, 'data.unopenable'))
    lockFolder(dataDir).release()
  })
})

describe('network file systems', () => {
  const MOUNTS = `
22 1 254:1 / / rw,relatime shared:1 - ext4 /dev/vda1 rw
30 22 0:25 / /mnt/nas rw,relatime shared:5 master:1 - nfs4 10.0.0.1:/export rw
31 30 8:1 / /mnt/nas/disk rw,relatime - xfs /dev/sda1 rw
32 22 0:26 / /home/me/with\\040space rw - fuse.sshfs me@host: rw
33 22 0:27 / /mnt/ntfs rw - fuseblk /dev/sdb1 rw
34 22 0:28 / /srv rw - ext4 /dev/sdc1 rw
35 34 0:29 / /srv rw - cifs //host/share rw`
  test.each([
    ['/var/lib/zhiku', null],
    ['/mnt/nas', 'nfs4'],
    ['/mnt/nas/zhiku', 'nfs4'],
    ['/mnt/nasty', null],
    ['/mnt/nas/disk/zhiku', null],
    ['/home/me/with space/data', 'fuse.sshfs'],
    ['/mnt/ntfs/data', null],
    ['/srv/data', 'cifs'],
  ])('%s: %s', (folder, type) => expect(networkMountOf(folder, MOUNTS)).toBe(type))
})

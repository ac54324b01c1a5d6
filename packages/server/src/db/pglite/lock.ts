import fs from 'node:fs'
import { hostname } from 'node:os'
import path from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { fail } from '../../base/fail.ts'

/**
 * One process per data folder: PGlite has no lock of its own, and two engines on one folder destroy it without a message.
 *
 * The lock is SQLite's exclusive file lock on `<dataDir>/lock`, so the system frees it when the process ends in any way. Who
 * holds it stands beside it in `lock.holder.json`, for the message only. The lock file must never be opened by other means in
 * this process: closing it would free the lock (POSIX record locks belong to the process).
 */
export interface FolderLock {
  /** may be called twice */
  release(): void
}

interface Holder {
  pid: number
  host: string
  startedAt: string
}

const SQLITE_BUSY = 5

/**
 * @throws data.locked naming the holder; data.unsupported_folder on a network file system
 */
export function lockFolder(dataDir: string): FolderLock {
  const network = networkFileSystemOf(dataDir)
  if (network !== null) throw fail('data.unsupported_folder', { folder: dataDir, type: network })
  const holderFile = path.join(dataDir, 'lock.holder.json')
  const database = new DatabaseSync(path.join(dataDir, 'lock'))
  try {
    database.exec('begin exclusive')
  } catch (error) {
    database.close()
    if (error instanceof Error && 'errcode' in error && error.errcode === SQLITE_BUSY)
      throw fail('data.locked', { folder: dataDir, holder: describeHolder(holderFile) })
    throw error
  }
  nameHolder(holderFile)
  return {
    release: () => {
      if (!database.isOpen) return
      fs.rmSync(holderFile, { force: true })
      database.close()
    },
  }
}

/** For the message of the next one only, so a full disk does not matter. */
function nameHolder(file: string): void {
  const holder: Holder = { pid: process.pid, host: hostname(), startedAt: new Date(Date.now() - performance.now()).toISOString() }
  try {
    fs.writeFileSync(`${file}.new`, JSON.stringify(holder))
    fs.renameSync(`${file}.new`, file)
  } catch {
    fs.rmSync(file, { force: true })
  }
}

function describeHolder(file: string): string {
  try {
    const { pid, host, startedAt } = JSON.parse(fs.readFileSync(file, 'utf8')) as Holder
    return `pid ${pid}, ${host}, ${startedAt}`
  } catch {
    // Between taking the lock and writing the file, or the disk was full.
    return 'no name'
  }
}

/** Kinds of mounts where locks or fsync do not hold what they promise; FUSE only by the name of a network file system. */
const NETWORK_TYPES =
  /^(nfs\d?|cifs|smb\d?|smbfs|smb2|afs|ceph|glusterfs|lustre|gpfs|beegfs|davfs2?|ncpfs|coda|orangefs|fuse\.(sshfs|rclone|s3fs|glusterfs|ceph|davfs2?|gcsfuse|goofys|juicefs|curlftpfs|smbnetfs))$/

/** @returns the name of the network file system that holds `folder`, or null for a local one (also where the system does not say) */
function networkFileSystemOf(folder: string): string | null {
  const real = fs.realpathSync(folder)
  if (process.platform === 'win32') return /^\\\\[^?.]/.test(real) ? 'UNC path' : null
  if (process.platform !== 'linux') return null
  return networkMountOf(real, fs.readFileSync('/proc/self/mountinfo', 'utf8'))
}

/**
 * Pure part: finds the mount of `folder` (absolute, links resolved).
 * Format: proc_pid_mountinfo(5): fields 5 mount point, then optional fields up to ` - `, then the type.
 */
export function networkMountOf(folder: string, mountinfo: string): string | null {
  let best = { point: '', type: '' }
  for (const line of mountinfo.split('\n')) {
    const point = line.split(' ')[4]?.replaceAll(/\\(\d{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)))
    const type = / - (\S+) /.exec(line)?.[1]
    if (point === undefined || type === undefined) continue
    const holds = point === '/' || folder === point || folder.startsWith(`${point}/`)
    // A later mount on the same point covers the earlier one.
    if (holds && point.length >= best.point.length) best = { point, type }
  }
  return NETWORK_TYPES.test(best.type) ? best.type : null
}

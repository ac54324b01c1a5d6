/**
 * Records what a power cut would leave of a folder. Preload it into the process under test:
 *
 *   POWER_LOSS_ROOT=<folder> POWER_LOSS_DISK=<empty folder outside> node --import …/recorder.ts program.ts
 *
 * Model (like ext4 with ordered metadata): an fsync of any file or folder makes all names, renames and removals so far durable; the
 * content of a file is durable as it was at its own last fsync. Nothing else survives. Names are read from the folder itself at each
 * fsync, so only the fsync calls are intercepted, in every thread; the real fsync is not done, which makes tests fast.
 *
 * POWER_LOSS_DEAF=<text> ignores the fsync of files whose path contains it: a disk that lies, to see that the checks notice.
 *
 * On the disk: `objects/<inode>-<birth time>` the durable content of a file, `names.json` the durable names.
 */
import fs from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'
import path from 'node:path'
import { isMainThread } from 'node:worker_threads'

/** Path -> key of the object; null for a folder. */
export type Names = Record<string, string | null>

const root = process.env.POWER_LOSS_ROOT ?? ''
const deaf = process.env.POWER_LOSS_DEAF ?? ''
const disk = process.env.POWER_LOSS_DISK ?? ''

const real = {
  closeSync: fs.closeSync,
  ftruncateSync: fs.ftruncateSync,
  mkdirSync: fs.mkdirSync,
  openSync: fs.openSync,
  readdirSync: fs.readdirSync,
  readFileSync: fs.readFileSync,
  readlinkSync: fs.readlinkSync,
  readSync: fs.readSync,
  renameSync: fs.renameSync,
  rmdirSync: fs.rmdirSync,
  statSync: fs.statSync,
  writeFileSync: fs.writeFileSync,
  writeSync: fs.writeSync,
}

/** Inode numbers are used again after a removal; with the time of birth they are unique. */
const keyOf = (stat: fs.BigIntStats): string => `${stat.ino}-${stat.birthtimeNs}`

function statOf(file: string): fs.BigIntStats | null {
  return real.statSync(file, { bigint: true, throwIfNoEntry: false }) ?? null
}

/** Folders as read before, with the time of their last change; a change shows in it only after the clock has ticked on. */
const known = new Map<string, { changedNs: bigint; names: Names }>()
const CLOCK_TICK_NS = 50_000_000n

/** Files and folders directly in `folder`. */
function readFolder(folder: string): Names {
  const stat = statOf(folder)
  const before = known.get(folder)
  if (stat !== null && before?.changedNs === stat.mtimeNs) return before.names
  const names: Names = {}
  let entries: fs.Dirent[] = []
  try {
    entries = real.readdirSync(folder, { withFileTypes: true })
  } catch {
    // removed meanwhile by another thread
  }
  for (const entry of entries) {
    const entryStat = entry.isFile() ? statOf(path.join(folder, entry.name)) : null
    if (entry.isDirectory()) names[entry.name] = null
    else if (entryStat !== null) names[entry.name] = keyOf(entryStat)
  }
  if (stat !== null && BigInt(Date.now()) * 1_000_000n - stat.mtimeNs > CLOCK_TICK_NS) known.set(folder, { changedNs: stat.mtimeNs, names })
  return names
}

export function readNames(folder: string): Names {
  const names: Names = {}
  const walk = (relative: string): void => {
    for (const [name, object] of Object.entries(readFolder(path.join(folder, relative)))) {
      const at = path.join(relative, name)
      names[at] = object
      if (object === null) walk(at)
    }
  }
  walk('')
  return names
}

/** One thread at a time; the others spin, it takes milliseconds. */
function exclusively(action: () => void): void {
  const gate = path.join(disk, 'gate')
  for (;;) {
    try {
      real.mkdirSync(gate)
      break
    } catch {
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1)
    }
  }
  try {
    action()
  } finally {
    real.rmdirSync(gate)
  }
}

const PIECE_BYTES = 64 * 1024

/** Writes only what differs. A kill in the middle leaves a part of it, as a power cut before the end of fsync may. */
function keepContent(file: string): void {
  const stat = statOf(file)
  if (stat === null || !stat.isFile()) return
  const content = real.readFileSync(file)
  const fd = real.openSync(path.join(disk, 'objects', keyOf(stat)), fs.constants.O_RDWR | fs.constants.O_CREAT)
  const kept = Buffer.alloc(content.length)
  real.readSync(fd, kept, 0, content.length, 0)
  for (let at = 0; at < content.length; at += PIECE_BYTES) {
    const piece = content.subarray(at, at + PIECE_BYTES)
    if (!piece.equals(kept.subarray(at, at + PIECE_BYTES))) real.writeSync(fd, piece, 0, piece.length, at)
  }
  real.ftruncateSync(fd, content.length)
  real.closeSync(fd)
}

function keepNames(): void {
  real.writeFileSync(path.join(disk, 'names.new'), JSON.stringify(readNames(root)))
  real.renameSync(path.join(disk, 'names.new'), path.join(disk, 'names.json'))
}

function onFsync(fd: number): void {
  let file: string
  try {
    file = real.readlinkSync(`/proc/self/fd/${fd}`)
  } catch {
    return
  }
  if (file !== root && !file.startsWith(`${root}/`)) return
  if (deaf !== '' && file.includes(deaf)) return
  exclusively(() => {
    keepContent(file)
    keepNames()
  })
}

async function install(): Promise<void> {
  if (isMainThread) {
    real.mkdirSync(path.join(disk, 'objects'), { recursive: true })
    // What is there at the start counts as durable.
    for (const [name, key] of Object.entries(readNames(root))) if (key !== null) keepContent(path.join(root, name))
    keepNames()
  }
  fs.fsyncSync = onFsync
  fs.fdatasyncSync = onFsync
  const later = (fd: number, done: fs.NoParamCallback): void => {
    onFsync(fd)
    process.nextTick(done, null)
  }
  Object.assign(fs, { fsync: later, fdatasync: later })
  await patchFileHandles()
  syncBuiltinESMExports()
}

async function syncHandle(this: fs.promises.FileHandle): Promise<void> {
  onFsync(this.fd)
}

async function patchFileHandles(): Promise<void> {
  const handle = await fs.promises.open('/dev/null')
  const prototype = Object.getPrototypeOf(handle) as fs.promises.FileHandle
  prototype.sync = syncHandle
  prototype.datasync = syncHandle
  await handle.close()
}

if (root !== '') await install()

import fs from 'node:fs'
import { NodeFS } from '@electric-sql/pglite/nodefs'
import type { PGlite } from '@electric-sql/pglite'

/** What the hook uses of the Emscripten module; the package does not type these parts. */
interface EmscriptenFs {
  FS: { ErrnoError: new (errno: number) => Error }
  NODEFS: {
    stream_ops: { fsync?: (stream: OpenStream) => number }
    realPath(node: unknown): string
    convertNodeCode(error: unknown): number
  }
}
interface OpenStream {
  node: unknown
  /** host file descriptor; directories have none */
  nfd?: number
}
const EIO = 29

/**
 * The folder of PGlite with a working fsync.
 *
 * PGlite's own NodeFS has no `fsync` operation, and the C library then reports success: nothing reaches the disk (measured: no
 * fsync call in 200 commits; every commit lost in a simulated power cut). This adds the one operation that is missing; files and
 * folders are synced, an error reaches PostgreSQL as such. It works together with `-c fsync=on -c wal_sync_method=fsync`:
 * fdatasync stays an empty stub in the C library.
 */
export class FsyncNodeFS extends NodeFS {
  override async init(pglite: PGlite, options: Parameters<NodeFS['init']>[1]): ReturnType<NodeFS['init']> {
    const { emscriptenOpts } = await super.init(pglite, options)
    return { emscriptenOpts: { ...emscriptenOpts, preRun: [...(emscriptenOpts.preRun ?? []), installFsync] } }
  }
}

function installFsync(module: unknown): void {
  const mod = module as EmscriptenFs
  mod.NODEFS.stream_ops.fsync = (stream) => {
    try {
      if (stream.nfd === undefined) fsyncFolder(mod.NODEFS.realPath(stream.node))
      else fs.fsyncSync(stream.nfd)
    } catch (error) {
      throw new mod.FS.ErrnoError(mod.NODEFS.convertNodeCode(error) || EIO)
    }
    return 0
  }
}

/** Makes names created or removed in `folder` durable. Windows refuses to sync folders; there the file system journals names itself. */
export function fsyncFolder(folder: string): void {
  if (process.platform === 'win32') return
  const fd = fs.openSync(folder, 'r')
  try {
    fs.fsyncSync(fd)
  } finally {
    fs.closeSync(fd)
  }
}

import fs from 'node:fs'
import path from 'node:path'
import zlib from 'node:zlib'
import { fsyncFolder } from './fsync-fs.ts'

/**
 * A folder as one compressed block: `<stamp>\n`, then brotli of: length of the list (4 bytes), the list as JSON, the bytes of all
 * files in the order of the list.
 */
interface Entry {
  path: string
  /** null: a folder */
  size: number | null
}

const LIST_LENGTH_BYTES = 4
/** Files written and synced at the same time. One by one takes several times as long. */
const PARALLEL = 8

export function packFolder(folder: string, stamp: string): Buffer {
  const entries: Entry[] = []
  const contents: Buffer[] = []
  const names = fs.readdirSync(folder, { recursive: true, withFileTypes: true })
  for (const entry of names.toSorted((a, b) => (fullPath(a) < fullPath(b) ? -1 : 1))) {
    const relative = path.relative(folder, fullPath(entry)).replaceAll(path.sep, '/')
    if (entry.isDirectory()) entries.push({ path: relative, size: null })
    else {
      const bytes = fs.readFileSync(fullPath(entry))
      entries.push({ path: relative, size: bytes.length })
      contents.push(bytes)
    }
  }
  const list = Buffer.from(JSON.stringify(entries))
  const length = Buffer.alloc(LIST_LENGTH_BYTES)
  length.writeUInt32LE(list.length)
  const plain = Buffer.concat([length, list, ...contents])
  const { BROTLI_PARAM_QUALITY, BROTLI_PARAM_LGWIN, BROTLI_PARAM_SIZE_HINT } = zlib.constants
  const packed = zlib.brotliCompressSync(plain, {
    params: { [BROTLI_PARAM_QUALITY]: 6, [BROTLI_PARAM_LGWIN]: 24, [BROTLI_PARAM_SIZE_HINT]: plain.length },
  })
  return Buffer.concat([Buffer.from(`${stamp}\n`), packed])
}

const fullPath = (entry: fs.Dirent): string => path.join(entry.parentPath, entry.name)

/** First line of a packed folder: what it was made from. */
export const stampOf = (packed: Buffer): string => packed.subarray(0, packed.indexOf('\n')).toString()

/**
 * Unpacks into `target`, which must not exist. When the promise resolves, every byte and name is durable; before that `target`
 * does not exist: the content is made beside it and renamed.
 */
export async function unpackFolder(packed: Buffer, target: string): Promise<void> {
  const plain = zlib.brotliDecompressSync(packed.subarray(packed.indexOf('\n') + 1))
  const listEnd = LIST_LENGTH_BYTES + plain.readUInt32LE()
  const entries = JSON.parse(plain.subarray(LIST_LENGTH_BYTES, listEnd).toString()) as Entry[]
  const making = `${target}.new`
  fs.rmSync(making, { recursive: true, force: true })
  fs.mkdirSync(making, { mode: 0o700 })
  const folders = [making]
  const files: { path: string; bytes: Buffer }[] = []
  let offset = listEnd
  for (const entry of entries) {
    const at = path.join(making, entry.path)
    if (entry.size === null) {
      fs.mkdirSync(at, { mode: 0o700 })
      folders.push(at)
    } else {
      files.push({ path: at, bytes: plain.subarray(offset, (offset += entry.size)) })
    }
  }
  const writer = async (): Promise<void> => {
    for (let file = files.pop(); file !== undefined; file = files.pop()) await writeDurably(file.path, file.bytes)
  }
  await Promise.all(Array.from({ length: PARALLEL }, writer))
  for (const folder of folders.toReversed()) fsyncFolder(folder)
  fs.renameSync(making, target)
  fsyncFolder(path.dirname(target))
}

async function writeDurably(file: string, bytes: Buffer): Promise<void> {
  const handle = await fs.promises.open(file, 'wx', 0o600)
  try {
    await handle.writeFile(bytes)
    await handle.sync()
  } finally {
    await handle.close()
  }
}

import fs from 'node:fs'
import path from 'node:path'
import { type Names, readNames } from './recorder.ts'

const PAGE_BYTES = 4096

/**
 * Writes to `target` what is left of `root` after a power cut, from what recorder.ts kept.
 *
 * - `none`: only what was fsynced (the worst case)
 * - `random`: names as of the last fsync or as of the cut; of each page written since its file's last fsync a coin decides
 */
export function afterPowerLoss(input: {
  root: string
  disk: string
  target: string
  unsynced: 'none' | 'random'
  random: () => number
}): void {
  const { root, disk, target, unsynced, random } = input
  const namesFile = path.join(disk, 'names.json')
  if (!fs.existsSync(namesFile)) {
    // Cut before the recorder was ready, and so before the program began: nothing has changed.
    fs.cpSync(root, target, { recursive: true })
    return
  }
  const durable = JSON.parse(fs.readFileSync(namesFile, 'utf8')) as Names
  const current = readNames(root)
  const files = new Map<string, string>()
  for (const [name, key] of Object.entries(current)) if (key !== null) files.set(key, path.join(root, name))

  fs.mkdirSync(target, { recursive: true })
  const names = unsynced === 'random' && random() < 0.5 ? current : durable
  for (const [name, key] of Object.entries(names)) {
    const at = path.join(target, name)
    if (key === null) {
      fs.mkdirSync(at, { recursive: true })
      continue
    }
    const kept = path.join(disk, 'objects', key)
    const content = fs.existsSync(kept) ? fs.readFileSync(kept) : Buffer.alloc(0)
    const now = files.get(key)
    fs.writeFileSync(at, unsynced === 'random' && now !== undefined ? mixPages(content, fs.readFileSync(now), random) : content)
  }
}

function mixPages(synced: Buffer, written: Buffer, random: () => number): Buffer {
  const mixed = Buffer.alloc(Math.max(synced.length, written.length))
  let end = 0
  for (let at = 0; at < mixed.length; at += PAGE_BYTES) {
    const [before, after] = [synced.subarray(at, at + PAGE_BYTES), written.subarray(at, at + PAGE_BYTES)]
    const page = !before.equals(after) && random() < 0.5 ? after : before
    page.copy(mixed, at)
    if (page.length > 0) end = at + page.length
  }
  return mixed.subarray(0, end)
}

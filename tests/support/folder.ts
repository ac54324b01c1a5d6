import fs from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll } from 'vitest'

/**
 * Makes new empty folders (absolute, links resolved) that are removed after all tests of the file or the describe in which this is
 * called.
 */
export function temporaryFolders(name: string): () => string {
  const folders: string[] = []
  afterAll(() => {
    for (const folder of folders) fs.rmSync(folder, { recursive: true, force: true })
  })
  return () => {
    const folder = fs.realpathSync(fs.mkdtempSync(path.join(tmpdir(), `zhiku-${name}-`)))
    folders.push(folder)
    return folder
  }
}

import fs from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import { temporaryFolders } from '../../../../../tests/support/folder.ts'
import { silentLog } from '../../base/log.ts'
import { readMigrations } from '../migrate.ts'
import { packFolder, stampOf, unpackFolder } from './pack.ts'
import { createFromTemplate, saveTemplate, templateStamp } from './template.ts'

const newFolder = temporaryFolders('template')

/** Path -> content of all files; null for folders. */
function contentOf(folder: string): Record<string, string | null> {
  const entries = fs.readdirSync(folder, { recursive: true, withFileTypes: true })
  return Object.fromEntries(
    entries.map((entry) => {
      const at = path.join(entry.parentPath, entry.name)
      return [path.relative(folder, at), entry.isDirectory() ? null : fs.readFileSync(at, 'hex')]
    }),
  )
}

test('a packed folder unpacks to the same files, empty ones and empty folders too', async () => {
  const folder = newFolder()
  fs.mkdirSync(path.join(folder, 'a', 'empty'), { recursive: true })
  fs.writeFileSync(path.join(folder, 'a', 'bytes'), Buffer.from(Array.from({ length: 70_000 }, (_, at) => at % 256)))
  fs.writeFileSync(path.join(folder, 'nothing'), '')
  const packed = packFolder(folder, 'stamp')
  expect(stampOf(packed)).toBe('stamp')
  const target = path.join(newFolder(), 'target')
  // What an interrupted start left is thrown away.
  fs.mkdirSync(`${target}.new`)
  fs.writeFileSync(path.join(`${target}.new`, 'half'), 'x')
  await unpackFolder(packed, target)
  expect(contentOf(target)).toEqual(contentOf(folder))
  expect(fs.existsSync(`${target}.new`)).toBe(false)
})

test('a template of other migrations or a missing one is not used but made anew, and kept', async () => {
  const migrations = readMigrations()
  const file = path.join(newFolder(), 'sub', 'template.bin')
  saveTemplate(Buffer.concat([Buffer.from('{"other":true}\n'), Buffer.from('not a template')]), file, silentLog)
  const target = path.join(newFolder(), 'db')
  await createFromTemplate(target, migrations, silentLog, file)
  expect(fs.readFileSync(path.join(target, 'PG_VERSION'), 'utf8').trim()).toBe('18')
  expect(stampOf(fs.readFileSync(file))).toBe(templateStamp(migrations))
  const again = path.join(newFolder(), 'db')
  await createFromTemplate(again, migrations, silentLog, file)
  expect(contentOf(again)).toEqual(contentOf(target))
})

test('the stamp follows every migration', () => {
  const migrations = readMigrations()
  const altered = migrations.map((migration, at) => (at === 0 ? { ...migration, sha256: 'other' } : migration))
  expect(templateStamp(altered)).not.toBe(templateStamp(migrations))
  expect(templateStamp(migrations.slice(1))).not.toBe(templateStamp(migrations))
})

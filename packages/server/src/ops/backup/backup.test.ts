/** Backups of a real library in a temporary folder: taken while it is in use, damaged, restored, before an upgrade. */
import fs from 'node:fs'
import path from 'node:path'
import { pipeline } from 'node:stream/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { temporaryFolders } from '../../../../../tests/support/folder.ts'
import { type TestLibrary, TEST_OWNER, openTestLibrary } from '../../../../../tests/support/library.ts'
import { silentLog } from '../../base/log.ts'
import { readMigrations } from '../../db/migrate.ts'
import { openDb } from '../../db/open.ts'
import { openPglite } from '../../db/pglite/open.ts'
import { openFiles } from '../../files/files.ts'
import { searchLexical } from '../../search/lexical.ts'
import { doctor } from '../doctor.ts'
import { packSnapshot, writeFolder } from './archive.ts'
import { restoreBackup } from './restore.ts'
import { type Snapshot, takeSnapshot } from './snapshot.ts'
import { backupBeforeUpgrade } from './upgrade.ts'
import { verifyArchive } from './verify.ts'

const newFolder = temporaryFolders('backup')
const WORDS = ['aardvark', 'binturong', 'capybara', 'dugong']
let library: TestLibrary

beforeAll(async () => {
  library = await openTestLibrary()
  for (const word of WORDS) await library.add(`${word}.md`, `# ${word}\n\nThe ${word} lives here, with words 中文 and a picture of it.`)
  await library.add('aardvark.md', '# aardvark\n\nThe aardvark has a second revision.')
})
afterAll(async () => {
  await library.close()
})

const find = async (db: TestLibrary['db'], query: string): Promise<unknown> =>
  (await searchLexical(db, { query, scope: { owner: TEST_OWNER, collections: [], documents: [] }, limit: 10 })).map(
    ({ documentId, page, start, text }) => ({ documentId, page, start, text }),
  )

async function withSnapshot<T>(kind: 'folder' | 'tables', use: (snapshot: Snapshot) => Promise<T>): Promise<T> {
  const snapshot = await takeSnapshot({ db: library.db, files: library.files, dataDir: library.dataDir }, kind)
  try {
    return await use(snapshot)
  } finally {
    await snapshot.release()
  }
}

async function zip(kind: 'folder' | 'tables'): Promise<string> {
  const file = path.join(newFolder(), 'backup.zip')
  await withSnapshot(kind, (snapshot) => pipeline(packSnapshot(snapshot), fs.createWriteStream(file)))
  return file
}

describe.each(['folder', 'tables'] as const)('a backup that keeps the database as %s', (kind) => {
  it('restores to a library that is whole and answers the same', async () => {
    const file = await zip(kind)
    const manifest = await verifyArchive(file)
    expect(manifest).toMatchObject({ kind, rows: { document: WORDS.length, revision: WORDS.length + 1 } })
    const dataDir = path.join(newFolder(), 'restored')
    await restoreBackup({ file, dataDir, log: silentLog })
    const db = await openDb({ dataDir, databaseUrl: null, log: silentLog })
    try {
      const report = await doctor(db, await openFiles(dataDir, db))
      expect(report.checks.filter(({ ok }) => !ok)).toEqual([])
      for (const word of [...WORDS, 'revision', '中文']) expect(await find(db, word)).toEqual(await find(library.db, word))
      // Numbers go on where they were.
      const { rows } = await db.query<{ id: number }>(`insert into outbox (topic, data) values ('x', '{}') returning seq as id`)
      const { rows: before } = await library.db.query<{ id: number }>('select max(seq) as id from outbox')
      expect(rows[0]!.id).toBeGreaterThan(before[0]!.id)
    } finally {
      await db.close()
    }
  })
})

describe('a restore', () => {
  it('refuses a folder that is not empty, and touches nothing in it', async () => {
    const dataDir = newFolder()
    fs.writeFileSync(path.join(dataDir, 'mine.txt'), 'mine')
    await expect(restoreBackup({ file: await zip('folder'), dataDir, log: silentLog })).rejects.toMatchObject({ code: 'restore.not_empty' })
    expect(fs.readdirSync(dataDir)).toEqual(['mine.txt'])
  })

  it.each([
    ['cut short', (bytes: Buffer) => bytes.subarray(0, bytes.length / 2)],
    ['with one byte changed', (bytes: Buffer) => ((bytes[Math.floor(bytes.length / 3)]! ^= 0x40), bytes)],
    ['that is no archive', () => Buffer.from('PK nothing')],
    ['that is empty', () => Buffer.alloc(0)],
  ])('leaves the folder empty when the backup is one %s', async (_name, spoil) => {
    const file = await zip('folder')
    fs.writeFileSync(file, spoil(fs.readFileSync(file)))
    const dataDir = newFolder()
    await expect(restoreBackup({ file, dataDir, log: silentLog })).rejects.toMatchObject({ code: 'backup.damaged' })
    expect(fs.readdirSync(dataDir)).toEqual([])
  })

  it('takes no name that leads out of the folder', async () => {
    const folder = path.join(newFolder(), 'made')
    const manifest = await withSnapshot('folder', (snapshot) => writeFolder(snapshot, folder))
    const outside = path.join(newFolder(), 'outside.txt')
    fs.writeFileSync(outside, 'bytes')
    for (const name of ['database/../../outside.txt', '../outside.txt', 'files/../x', '/etc/passwd', 'database/a/../../../x']) {
      fs.writeFileSync(path.join(folder, 'manifest.json'), JSON.stringify({ ...manifest, entries: [{ ...manifest.entries[0]!, name }] }))
      const dataDir = newFolder()
      await expect(restoreBackup({ file: folder, dataDir, log: silentLog })).rejects.toMatchObject({ code: 'backup.damaged' })
      expect(fs.readdirSync(dataDir)).toEqual([])
    }
  })
})

describe('bytes that a backup needs', () => {
  it('outlive their document until the backup is written, and go then', async () => {
    const document = await library.add('gone.md', 'The ephemeral numbat.')
    const snapshot = await takeSnapshot({ db: library.db, files: library.files, dataDir: library.dataDir })
    await library.purge(document.id)
    const bytes = library.files.pathOf(document.revision.fileHash)
    await new Promise((resolve) => setTimeout(resolve, 100))
    expect(fs.existsSync(bytes)).toBe(true)
    await snapshot.release()
    expect(fs.existsSync(bytes)).toBe(false)
    expect(fs.readdirSync(path.join(library.dataDir, 'backup.tmp'))).toEqual([])
  })
})

describe('an upgrade', () => {
  const next = (number: number, sql: string) => ({ number, name: `${String(number).padStart(4, '0')}_test`, sha256: `test ${number}`, sql })
  const backupsIn = (dataDir: string): string[] => fs.readdirSync(path.join(dataDir, 'backups')).toSorted()

  it('makes a backup of a library in use first, keeps three, and a failed one names the way back', async () => {
    const dataDir = path.join(newFolder(), 'library')
    await restoreBackup({ file: await zip('folder'), dataDir, log: silentLog })
    const released = readMigrations()
    const open = (migrations: typeof released) =>
      openPglite({
        dataDir,
        log: silentLog,
        queryMs: 60_000,
        migrations,
        beforeUpgrade: (db, due) => backupBeforeUpgrade({ db, dataDir, log: silentLog }, due),
      })
    await (await open(released)).close() // nothing is due: no backup
    expect(fs.existsSync(path.join(dataDir, 'backups'))).toBe(false)
    const old = ['before-0001-20200101T000000000Z', 'before-0001-20210101T000000000Z', 'before-0001-20220101T000000000Z']
    for (const name of old) fs.mkdirSync(path.join(dataDir, 'backups', name), { recursive: true })
    const all = [...released, next(released.length + 1, `create table upgrade_1 (x int)`)]
    await (await open(all)).close()
    expect(backupsIn(dataDir)).toHaveLength(3)
    expect(backupsIn(dataDir)).not.toContain(old[0])

    const failing = [...all, next(all.length + 1, 'create table upgrade_2 (x int); select 1/0')]
    const error = await open(failing).catch((reason: unknown) => reason as { code: string; params: Record<string, string> })
    expect(error).toMatchObject({ code: 'data.upgrade_failed', params: { detail: 'division by zero' } })
    const { backup } = (error as { params: Record<string, string> }).params
    expect(backupsIn(dataDir)).toContain(path.basename(backup!))
    // The way back: what the message says, with the program before.
    const back = path.join(newFolder(), 'back')
    const archive = JSON.parse(fs.readFileSync(path.join(backup!, 'manifest.json'), 'utf8')) as { migration: number; rows: object }
    expect(archive).toMatchObject({ migration: all.length, rows: { document: WORDS.length } })
    await expect(restoreBackup({ file: backup!, dataDir: back, log: silentLog })).rejects.toMatchObject({ code: 'data.newer_version' })
    const first = path.join(
      dataDir,
      'backups',
      backupsIn(dataDir).find((name) => !old.includes(name))!,
    )
    expect((await verifyArchive(first)).rows['document']).toBe(WORDS.length)
    // Uploaded bytes are links: the backup costs the database alone.
    const hash = (await verifyArchive(first)).entries.find(({ name }) => name.startsWith('files/'))!.sha256
    expect(fs.statSync(path.join(first, 'files', hash)).nlink).toBeGreaterThan(1)
  })
})

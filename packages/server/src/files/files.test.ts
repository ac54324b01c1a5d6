import { createHash } from 'node:crypto'
import { mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { silentLog } from '../base/log.ts'
import type { Db } from '../db/db.ts'
import { openDb } from '../db/open.ts'
import { type Files, openFiles } from './files.ts'

let folder: string
let db: Db
let files: Files

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'zhiku-files-'))
  db = await openDb({ dataDir: folder, databaseUrl: null, log: silentLog })
  files = await openFiles(folder, db)
})
afterEach(async () => {
  await db.close()
  await rm(folder, { recursive: true, force: true })
})

async function* bytes(...parts: string[]): AsyncGenerator<Uint8Array> {
  for (const part of parts) yield Buffer.from(part)
}
const put = (text: string, limitBytes = 1000) => files.put({ stream: bytes(...text), name: 'a.txt', limitBytes })
const hashOf = (text: string): string => createHash('sha256').update(text).digest('hex')
const temps = (): Promise<string[]> => readdir(path.join(folder, 'files', 'tmp'))

describe('file store', () => {
  it('keeps bytes under their sha-256, the same bytes once', async () => {
    const first = await put('hello')
    const second = await put('hello')
    expect(first.hash).toBe(hashOf('hello'))
    expect(second.hash).toBe(first.hash)
    expect(await readFile(files.pathOf(first.hash), 'utf8')).toBe('hello')
    await db.transaction((tx) => files.retain(tx, first))
    await db.transaction((tx) => files.retain(tx, second))
    expect((await db.query('select refs from file')).rows).toEqual([{ refs: 2 }])
  })

  it('refuses what is over the limit and leaves nothing behind', async () => {
    await expect(put('0123456789', 5)).rejects.toMatchObject({ code: 'upload.too_large' })
    expect(await temps()).toEqual([])
    expect((await files.check(db)).stray).toEqual([])
  })

  it('leaves nothing behind when the sender breaks off', async () => {
    async function* broken(): AsyncGenerator<Uint8Array> {
      yield Buffer.from('half')
      throw new Error('connection reset')
    }
    await expect(files.put({ stream: broken(), name: 'a', limitBytes: 100 })).rejects.toThrow('connection reset')
    expect(await temps()).toEqual([])
  })

  it('removes the bytes with the last reference, not before', async () => {
    const file = await put('shared')
    await db.transaction((tx) => files.retain(tx, file))
    await db.transaction((tx) => files.retain(tx, file))
    await file.settle()
    await db.transaction((tx) => files.release(tx, file.hash))
    expect(await readFile(files.pathOf(file.hash), 'utf8')).toBe('shared')
    await db.transaction((tx) => files.release(tx, file.hash))
    await expect.poll(() => readFile(files.pathOf(file.hash)).catch(() => 'gone')).toBe('gone')
    expect((await db.query('select * from file')).rows).toEqual([])
  })

  it('keeps bytes that are being added while the last other reference goes', async () => {
    const old = await put('same')
    await db.transaction((tx) => files.retain(tx, old))
    await old.settle()
    const again = await put('same') // accepted, its transaction not yet run
    await db.transaction((tx) => files.release(tx, old.hash))
    await db.transaction((tx) => files.retain(tx, again))
    await again.settle()
    expect(await readFile(files.pathOf(old.hash), 'utf8')).toBe('same')
  })

  it('forgets bytes whose transaction was never written', async () => {
    const file = await put('orphan')
    await file.settle()
    expect((await files.check(db)).stray).toEqual([])
  })

  it('sweeps what a crash left: temp files and bytes without a row', async () => {
    const kept = await put('kept')
    await db.transaction((tx) => files.retain(tx, kept))
    await kept.settle()
    const stray = await put('stray')
    await writeFile(path.join(folder, 'files', 'tmp', 'half'), 'x')
    // A new process knows nothing of the old one's holds.
    const next = await openFiles(folder, db)
    expect((await next.check(db)).stray).toEqual([stray.hash])
    expect(await next.sweep()).toBe(2)
    expect(await temps()).toEqual([])
    expect(await next.check(db)).toEqual({ rows: 1, missing: [], stray: [], wrongSize: [] })
  })

  it('tells the doctor of missing and cut bytes', async () => {
    const missing = await put('missing')
    const cut = await put('cut here')
    for (const file of [missing, cut]) await db.transaction((tx) => files.retain(tx, file))
    await rm(files.pathOf(missing.hash))
    await writeFile(files.pathOf(cut.hash), 'cut')
    const found = await files.check(db)
    expect(found.missing).toEqual([missing.hash])
    expect(found.wrongSize).toEqual([cut.hash])
  })

  it('adopts a finished upload by moving it', async () => {
    const source = path.join(folder, 'upload')
    await writeFile(source, 'adopted')
    const file = await files.adopt({ path: source })
    expect(file).toMatchObject({ hash: hashOf('adopted'), sizeBytes: 7 })
    expect(await readFile(files.pathOf(file.hash), 'utf8')).toBe('adopted')
    await expect(readFile(source)).rejects.toThrow()
  })

  it('never makes a path from anything but a hash', () => {
    expect(() => files.pathOf('../../etc/passwd')).toThrow()
  })
})

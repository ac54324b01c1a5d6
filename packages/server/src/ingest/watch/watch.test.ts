/** Watched folders on a real disk, through the real writing side. Waits for what must happen, never for a time. */
import { mkdir, mkdtemp, realpath, rename, rm, symlink, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { LIMITS } from '../../base/limits.ts'
import { deleteCollection, putCollection } from '../../library/collections.ts'
import { purge } from '../removal.ts'
import { codeOf } from '../testing/inner.ts'
import { OWNER, type RunningIngest, startIngest } from '../testing/running.ts'
import { isIgnored, placeOf } from './names.ts'
import { listWatches } from './rows.ts'
import { startWatches, type Watches } from './watches.ts'

const TIMING = { settleMs: 100, checkMs: 100 }
let ingest: RunningIngest
let watches: Watches
let base: string
let folder: string

beforeAll(async () => {
  ingest = await startIngest()
})
afterAll(() => ingest.close())
beforeEach(async () => {
  base = await realpath(await mkdtemp(path.join(tmpdir(), 'zhiku-watch-')))
  folder = path.join(base, 'Papers')
  await mkdir(folder)
  watches = await startWatches(ingest.ctx, TIMING)
})
afterEach(async () => {
  for (const { id } of await listWatches(ingest.ctx.db, OWNER)) await watches.remove(OWNER, id)
  await watches.close()
  for (const { id } of await ingest.list('none')) await purge(ingest.ctx, OWNER, id)
  await rm(base, { recursive: true, force: true })
})

const put = async (name: string, content: string): Promise<void> => {
  const file = path.join(folder, ...name.split('/'))
  await mkdir(path.dirname(file), { recursive: true })
  await writeFile(file, content)
}
const watch = async (more: { trashDeleted?: boolean; polling?: boolean } = {}) =>
  await watches.add({ owner: OWNER, collectionId: ingest.collectionId, folder, trashDeleted: false, polling: false, ...more })
const shown = async (): Promise<string[]> =>
  (await ingest.list()).map((document) => `${document.path}/${document.name} ${document.revisions}`)
const until = (get: () => Promise<unknown>) => expect.poll(get, { timeout: 20_000, interval: 25 })
const state = async () => (await listWatches(ingest.ctx.db, OWNER))[0]!

describe('a watched folder', () => {
  it('brings in what is there, what comes and what changes, under its own folders', async () => {
    await put('a.txt', 'numbat')
    await put('2024/五月/b.md', '# 报告')
    await watch()
    await until(shown).toEqual(['Papers/2024/五月/b.md 1', 'Papers/a.txt 1'])
    await put('new/c.txt', 'later')
    await until(shown).toEqual(['Papers/2024/五月/b.md 1', 'Papers/a.txt 1', 'Papers/new/c.txt 1'])
    await put('a.txt', 'numbat and quoll')
    await until(shown).toEqual(['Papers/2024/五月/b.md 1', 'Papers/a.txt 2', 'Papers/new/c.txt 1'])
    await ingest.settled()
    expect(await ingest.find('quoll')).toEqual(['a.txt'])
    expect(await state()).toMatchObject({ files: 3, failed: 0, notice: null })
  })

  it('takes no hidden, unfinished or linked file', async () => {
    await writeFile(path.join(base, 'outside.txt'), 'not yours')
    await mkdir(path.join(base, 'elsewhere'))
    await writeFile(path.join(base, 'elsewhere', 'x.txt'), 'nor this')
    await symlink(path.join(base, 'outside.txt'), path.join(folder, 'link.txt'))
    await symlink(path.join(base, 'elsewhere'), path.join(folder, 'linked'))
    for (const name of ['.hidden', '.git/config', '~$report.docx', 'x.part', 'y.crdownload', 'z.tmp', 'Thumbs.db']) await put(name, name)
    await put('good.txt', 'good')
    await watch()
    await until(async () => (await state()).scannedAt !== null).toBe(true)
    await symlink(path.join(base, 'outside.txt'), path.join(folder, 'late-link.txt'))
    await put('later.txt', 'later')
    await until(shown).toEqual(['Papers/good.txt 1', 'Papers/later.txt 1'])
  })

  it('keeps the documents of deleted files, unless told to move them to the trash', async () => {
    await put('a.txt', 'one')
    await put('b.txt', 'two')
    const { id } = await watch()
    await until(shown).toHaveLength(2)
    await rm(path.join(folder, 'a.txt'))
    await until(async () => (await state()).files).toBe(1)
    expect(await shown()).toHaveLength(2)
    await watches.remove(OWNER, id)
    await watch({ trashDeleted: true })
    await until(async () => (await state()).files).toBe(1)
    await put('c.txt', 'three')
    await until(shown).toHaveLength(3)
    await rm(path.join(folder, 'b.txt'))
    await until(shown).toEqual(['Papers/a.txt 1', 'Papers/c.txt 1'])
  })

  it('does not lose a file that is renamed, nor one that is a copy of another', async () => {
    await put('a.txt', 'same')
    await put('keep.txt', 'keep')
    await watch({ trashDeleted: true })
    await until(shown).toHaveLength(2)
    await put('copy.txt', 'same')
    await until(async () => (await state()).files).toBe(3)
    await rm(path.join(folder, 'copy.txt'))
    await until(async () => (await state()).files).toBe(2)
    expect(await shown()).toHaveLength(2)
    await rename(path.join(folder, 'a.txt'), path.join(folder, 'renamed.txt'))
    await until(async () => (await state()).files).toBe(2)
    await until(async () => (await ingest.list()).map(({ name }) => name)).toEqual(
      expect.arrayContaining(['keep.txt', expect.stringMatching(/^(?:a|renamed)\.txt$/)]),
    )
  })

  it('is looked through again at the start: nothing twice, changes found, a document that a person deleted stays deleted', async () => {
    await put('a.txt', 'one')
    await put('b.txt', 'two')
    await put('c.txt', 'three')
    await watch()
    await until(shown).toHaveLength(3)
    await watches.close()
    const b = (await ingest.list()).find(({ name }) => name === 'b.txt')!
    await purge(ingest.ctx, OWNER, b.id)
    await put('c.txt', 'three, changed')
    await put('d.txt', 'four')
    watches = await startWatches(ingest.ctx, TIMING)
    await until(shown).toEqual(['Papers/a.txt 1', 'Papers/c.txt 2', 'Papers/d.txt 1'])
  })

  it('that goes away keeps its documents, says so, and goes on when it is back', async () => {
    await put('a.txt', 'one')
    await watch({ trashDeleted: true })
    await until(shown).toHaveLength(1)
    await rename(folder, `${folder}-away`)
    await until(async () => (await state()).notice?.code).toBe('watch.unreachable')
    // A drive that is not mounted leaves an empty folder.
    await mkdir(folder)
    await new Promise((resolve) => setTimeout(resolve, 4 * TIMING.checkMs))
    expect(await shown()).toHaveLength(1)
    expect((await state()).notice?.code).toBe('watch.unreachable')
    await rm(folder, { recursive: true })
    await writeFile(path.join(`${folder}-away`, 'b.txt'), 'came meanwhile')
    await rename(`${folder}-away`, folder)
    await until(shown).toEqual(['Papers/a.txt 1', 'Papers/b.txt 1'])
    expect((await state()).notice).toBe(null)
  })

  it('waits until a file is written to its end', async () => {
    await watch()
    await until(async () => (await state()).scannedAt !== null).toBe(true)
    for (let part = 1; part <= 8; part += 1) {
      await put('slow.txt', 'part '.repeat(part))
      await new Promise((resolve) => setTimeout(resolve, TIMING.settleMs / 4))
    }
    await until(shown).toEqual(['Papers/slow.txt 1'])
  })

  it('names the files that it could not take', async () => {
    const before = LIMITS.uploadBytes
    Object.assign(LIMITS, { uploadBytes: 10 })
    try {
      await put('large.txt', 'more than ten bytes')
      await put('small.txt', 'small')
      await watch()
      await until(async () => ({ files: (await state()).files, failed: (await state()).failed })).toEqual({ files: 1, failed: 1 })
    } finally {
      Object.assign(LIMITS, { uploadBytes: before })
    }
  })

  it('with an old or future date is read too', async () => {
    await put('old.txt', 'old')
    await utimes(path.join(folder, 'old.txt'), 0, 0)
    await put('future.txt', 'future')
    await utimes(path.join(folder, 'future.txt'), 4102444800, 4102444800)
    await watch()
    await until(shown).toEqual(['Papers/future.txt 1', 'Papers/old.txt 1'])
  })
})

describe('which folders may be watched', () => {
  const refused = async (given: string): Promise<unknown> =>
    await codeOf(watches.add({ owner: OWNER, collectionId: ingest.collectionId, folder: given, trashDeleted: false, polling: false }))

  it('not a disk, a file, a relative path, nothing, or our own data', async () => {
    await writeFile(path.join(base, 'file'), '')
    const own = path.dirname(ingest.ctx.files.folder)
    for (const given of [
      '/',
      'relative',
      path.join(base, 'file'),
      path.join(base, 'nowhere'),
      own,
      path.join(own, 'files'),
      path.dirname(own),
    ])
      expect([given, await refused(given)]).toEqual([given, 'watch.folder_invalid'])
  })

  it('none twice, and none inside another', async () => {
    await mkdir(path.join(folder, 'inner'))
    await watch()
    for (const given of [folder, path.join(folder, 'inner'), base]) expect([given, await refused(given)]).toEqual([given, 'watch.already'])
  })

  it('is forgotten with its collection', async () => {
    const { id } = await putCollection(ingest.ctx.db, OWNER, 'short-lived')
    await watches.add({ owner: OWNER, collectionId: id, folder, trashDeleted: false, polling: false })
    await deleteCollection(ingest.ctx.db, OWNER, id)
    await put('a.txt', 'for nobody')
    await watches.close()
    expect(await listWatches(ingest.ctx.db, OWNER)).toEqual([])
    expect(await ingest.list()).toEqual([])
  })
})

describe('names', () => {
  it('of files that are not meant for reading', () => {
    for (const name of ['.a', 'x/.b/c.txt', '~$a.docx', 'a.tmp', 'A.PART', 'a.txt~', '~WRL0001.tmp', 'x/Thumbs.db', '#/.~lock.a.odt#'])
      expect([name, isIgnored(name)]).toEqual([name, true])
    for (const name of ['a.txt', 'temp/a.txt', 'part.md', 'a.b.c', '~a.txt']) expect([name, isIgnored(name)]).toEqual([name, false])
  })

  it('have the folder on top', () => {
    expect(placeOf('/home/anna/Papers', '2024/a.pdf')).toEqual({ path: 'Papers/2024', name: 'a.pdf' })
    expect(placeOf('C:\\Users\\Anna\\Papers\\', 'a.pdf')).toEqual({ path: 'Papers', name: 'a.pdf' })
  })
})

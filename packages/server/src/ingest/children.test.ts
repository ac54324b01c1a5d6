/** Files inside files through real readers, database and file store. */
import { readdir } from 'node:fs/promises'
import path from 'node:path'
import type { DocumentId } from '@zhiku/contract/ids.ts'
import { afterAll, afterEach, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { LIMITS } from '../base/limits.ts'
import { getDocument } from '../library/documents.ts'
import { doctor } from '../ops/doctor.ts'
import { retry } from './control.ts'
import { moveToTrash, purge, restore } from './removal.ts'
import { encrypted, mailFile, zipFile } from './testing/container-file.ts'
import { OWNER, type RunningIngest, startIngest } from './testing/running.ts'

let ingest: RunningIngest
beforeAll(async () => {
  ingest = await startIngest()
})
afterAll(() => ingest.close())
afterEach(async () => {
  for (const { id } of await ingest.list('none')) await purge(ingest.ctx, OWNER, id)
  await ingest.settled()
  // Bytes go from the disk a moment after the commit.
  const problems = async () => (await doctor(ingest.ctx.db, ingest.ctx.files)).checks.filter(({ ok }) => !ok)
  await expect.poll(problems, { timeout: 5000 }).toEqual([])
  await expect.poll(() => readdir(path.join(ingest.ctx.files.folder, 'tmp')), { timeout: 5000 }).toEqual([])
  const { rows } = await ingest.ctx.db.query('select 1 from document union all select 1 from file union all select 1 from revision')
  expect(rows).toEqual([])
})

const shown = async (): Promise<string[]> =>
  (await ingest.list()).map(({ path, name, state }) => `${path === '' ? '' : `${path}/`}${name}: ${state}`)

async function add(name: string, content: Uint8Array, folder = ''): Promise<DocumentId> {
  const { document } = await ingest.send(name, content, folder)
  await ingest.settled()
  return document.id
}

const setLimit = (change: Partial<Record<keyof typeof LIMITS, number>>): void => {
  const before = { ...LIMITS }
  Object.assign(LIMITS, change)
  onTestFinished(() => void Object.assign(LIMITS, before))
}

describe('what is inside a file', () => {
  it('becomes documents of their own, at every depth, that say where they came from', async () => {
    const mail = mailFile({
      subject: 'Quarter',
      body: 'See attached, aardvark.',
      attachments: [
        { name: 'plain.txt', type: 'text/plain', content: 'platypus figures' },
        { name: 'more.zip', type: 'application/zip', content: await zipFile([{ name: 'deep/notes.md', content: '# Wombat\n\nburrow' }]) },
      ],
    })
    const id = await add('mail.eml', mail, 'inbox')
    expect(await shown()).toEqual([
      'inbox/mail.eml: ready',
      'inbox/mail.eml/more.zip: ready',
      'inbox/mail.eml/more.zip/deep/notes.md: ready',
      'inbox/mail.eml/plain.txt: ready',
    ])
    expect(await ingest.find('aardvark')).toEqual(['mail.eml'])
    expect(await ingest.find('platypus')).toEqual(['plain.txt'])
    expect(await ingest.find('wombat')).toEqual(['notes.md'])
    const top = await getDocument(ingest.ctx.db, OWNER, id)
    expect(top).toMatchObject({ parent: null, children: 2 })
    const [zip, text] = await ingest.list(id)
    expect(text).toMatchObject({ name: 'plain.txt', parent: { id, name: 'mail.eml' }, children: 0 })
    expect(zip!.children).toBe(1)
    expect((await ingest.list('none')).map(({ name }) => name)).toEqual(['mail.eml'])
  })

  it('is not taken for a document that has the same bytes, nor that for it', async () => {
    const own = await add('a.txt', Buffer.from('same bytes'))
    await add(
      'z.zip',
      await zipFile([
        { name: 'a.txt', content: 'same bytes' },
        { name: 'b.txt', content: 'same bytes' },
      ]),
    )
    expect(await shown()).toEqual(['a.txt: ready', 'z.zip: ready', 'z.zip/a.txt: ready', 'z.zip/b.txt: ready'])
    const again = await ingest.send('other.txt', 'same bytes')
    expect(again).toMatchObject({ known: true, document: { id: own } })
  })

  it('that cannot be read does not keep the others: the container says which', async () => {
    const secret = encrypted(await zipFile([{ name: 'x.txt', content: 'secret' }]))
    const id = await add(
      'box.zip',
      await zipFile([
        { name: 'good.txt', content: 'numbat' },
        { name: 'secret.zip', content: secret },
      ]),
    )
    expect(await shown()).toEqual(['box.zip: ready', 'box.zip/good.txt: ready', 'box.zip/secret.zip: needs'])
    await purge(ingest.ctx, OWNER, id)
    await add('half.zip', await mixed())
    expect(await shown()).toEqual(['half.zip: partial', 'half.zip/aa.txt: ready'])
    const [half] = await ingest.list('none')
    expect(half!.notice).toMatchObject({ code: 'ingest.entries_unread', params: { count: 1, detail: 'bb.txt' } })
  })

  /** The second of two entries is marked as encrypted. */
  async function mixed(): Promise<Buffer> {
    const zip = await zipFile([
      { name: 'aa.txt', content: 'good' },
      { name: 'bb.txt', content: 'bad' },
    ])
    const last = zip.lastIndexOf(Buffer.from('bb.txt')) - 46
    zip[last + 8]! |= 1
    return zip
  }
})

describe('a container that comes again', () => {
  it('adds nothing when it is the same, also when it is read again', async () => {
    const zip = await zipFile([
      { name: 'a.txt', content: 'one' },
      { name: 'b.txt', content: 'two' },
    ])
    const id = await add('z.zip', zip)
    const before = await ingest.list()
    expect((await ingest.send('z.zip', zip)).known).toBe(true)
    await ingest.ctx.db.query(`update revision set error_code = 'ingest.entries_unread', error_params = '{}' where document_id = $1`, [id])
    await retry(ingest.ctx, OWNER, id)
    await ingest.settled()
    expect((await ingest.list()).map(({ id: child, revisions }) => [child, revisions])).toEqual(before.map(({ id: child }) => [child, 1]))
  })

  it('changed: what is the same stays, what changed has a new revision, what is gone goes', async () => {
    await add(
      'z.zip',
      await zipFile([
        { name: 'same.txt', content: 'kiwi' },
        { name: 'changed.txt', content: 'old emu' },
        { name: 'gone.txt', content: 'dodo' },
      ]),
    )
    const before = await ingest.list()
    await add(
      'z.zip',
      await zipFile([
        { name: 'same.txt', content: 'kiwi' },
        { name: 'changed.txt', content: 'new cassowary' },
        { name: 'new.txt', content: 'moa' },
      ]),
    )
    expect(await shown()).toEqual(['z.zip: ready', 'z.zip/changed.txt: ready', 'z.zip/new.txt: ready', 'z.zip/same.txt: ready'])
    const after = await ingest.list()
    const idOf = (list: typeof after, name: string): string | undefined => list.find((document) => document.name === name)?.id
    expect(idOf(after, 'same.txt')).toBe(idOf(before, 'same.txt'))
    expect(idOf(after, 'changed.txt')).toBe(idOf(before, 'changed.txt'))
    expect(after.find(({ name }) => name === 'changed.txt')!.revisions).toBe(2)
    expect(await ingest.find('dodo')).toEqual([])
    expect(await ingest.find('emu')).toEqual([])
    expect(await ingest.find('cassowary')).toEqual(['changed.txt'])
  })

  it('as something that holds nothing loses its children', async () => {
    await add('z', await zipFile([{ name: 'a.txt', content: 'one' }]))
    await add('z', Buffer.from('now a text'))
    expect(await shown()).toEqual(['z: ready'])
  })

  it('interrupted at any file and started again: each file is there once', { timeout: 120_000 }, async () => {
    const entries = Array.from({ length: 40 }, (_, n) => ({ name: `${String(n).padStart(2, '0')}.txt`, content: `quoll number ${n}` }))
    const { document } = await ingest.send('many.zip', await zipFile(entries))
    for (let cut = 0; cut < 6; cut += 1) {
      await expect.poll(async () => (await ingest.list(document.id)).length, { timeout: 20_000, interval: 5 }).toBeGreaterThan(cut * 6)
      for (const pid of ingest.readers.pids) process.kill(pid, 'SIGKILL')
      await ingest.restartWorkers()
    }
    await ingest.ctx.db.query('update job set run_at = now() where state = 0')
    await ingest.finished(document.id)
    await ingest.settled()
    expect((await ingest.list(document.id)).map(({ name, state, revisions }) => `${name} ${state} ${revisions}`)).toEqual(
      entries.map(({ name }) => `${name} ready 1`),
    )
  })
})

describe('bounds of a whole upload', () => {
  it('of depth: what is further in is named and not read', async () => {
    let inner = await zipFile([{ name: 'core.txt', content: 'x' }])
    for (const name of ['d.zip', 'c.zip', 'b.zip', 'a.zip']) inner = await zipFile([{ name, content: inner }])
    await add('top.zip', inner)
    expect(await shown()).toEqual([
      'top.zip: ready',
      'top.zip/a.zip: ready',
      'top.zip/a.zip/b.zip: ready',
      'top.zip/a.zip/b.zip/c.zip: partial',
    ])
    const deepest = (await ingest.list()).at(-1)!
    expect(deepest.notice).toEqual({ code: 'ingest.depth_limit', params: { limit: LIMITS.containerDepth } })
  })

  it('of files count what all its containers hold; what was taken until then stays', async () => {
    setLimit({ containerFiles: 5 })
    const half = await zipFile(Array.from({ length: 4 }, (_, n) => ({ name: `${n}.txt`, content: `text ${n}` })))
    await add(
      'top.zip',
      await zipFile([
        { name: 'a.zip', content: half },
        { name: 'b.zip', content: half },
      ]),
    )
    const all = await ingest.list()
    expect(all.filter(({ parent }) => parent !== null)).toHaveLength(5)
    const notices = all.flatMap(({ notice }) => (notice ? [notice] : []))
    expect(notices.length).toBeGreaterThan(0)
    for (const notice of notices) expect(notice).toEqual({ code: 'ingest.files_limit', params: { limit: 5 } })
  })

  it('of bytes', async () => {
    setLimit({ containerBytes: 300_000 })
    const noise = (seed: number): Buffer => Buffer.from(Array.from({ length: 100_000 }, (_, n) => 97 + ((n * n * seed + n) % 26)))
    await add('top.zip', await zipFile([1, 2, 3, 4].map((seed) => ({ name: `${seed}.txt`, content: noise(seed) }))))
    expect((await ingest.list('none'))[0]).toMatchObject({ state: 'partial', children: 3, notice: { code: 'ingest.unpacked_limit' } })
  })
})

describe('deleting a container', () => {
  const bundle = async (): Promise<DocumentId> =>
    await add(
      'z.zip',
      await zipFile([
        { name: 'in.zip', content: await zipFile([{ name: 'a.txt', content: 'quokka' }]) },
        { name: 'b.txt', content: 'quokka too' },
      ]),
    )

  it('takes everything out of sight, brings it back, and leaves nothing when it is final', async () => {
    const id = await bundle()
    expect(await ingest.find('quokka')).toEqual(['a.txt', 'b.txt'])
    await moveToTrash(ingest.ctx, OWNER, id)
    expect(await shown()).toEqual([])
    expect(await ingest.find('quokka')).toEqual([])
    expect((await doctor(ingest.ctx.db, ingest.ctx.files)).ok).toBe(true)
    await restore(ingest.ctx, OWNER, id)
    await ingest.settled()
    expect(await shown()).toEqual(['z.zip: ready', 'z.zip/b.txt: ready', 'z.zip/in.zip: ready', 'z.zip/in.zip/a.txt: ready'])
    expect(await ingest.find('quokka')).toEqual(['a.txt', 'b.txt'])
  })

  it('while it is being read leaves nothing', async () => {
    const entries = Array.from({ length: 60 }, (_, n) => ({ name: `${n}.txt`, content: `bilby ${n}` }))
    const { document } = await ingest.send('z.zip', await zipFile(entries))
    await expect.poll(async () => (await ingest.list(document.id)).length, { timeout: 20_000, interval: 5 }).toBeGreaterThan(3)
    await purge(ingest.ctx, OWNER, document.id)
    await ingest.settled()
    expect(await shown()).toEqual([])
  })

  it('a child alone can be deleted', async () => {
    const id = await bundle()
    const text = (await ingest.list(id)).find(({ name }) => name === 'b.txt')!
    await purge(ingest.ctx, OWNER, text.id)
    expect(await shown()).toEqual(['z.zip: ready', 'z.zip/in.zip: ready', 'z.zip/in.zip/a.txt: ready'])
  })
})

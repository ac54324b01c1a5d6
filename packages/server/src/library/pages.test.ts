import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { RevisionId } from '@zhiku/contract/ids.ts'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { silentLog } from '../base/log.ts'
import type { Db } from '../db/db.ts'
import { openDb } from '../db/open.ts'
import { putCollection } from './collections.ts'
import { type NewPage, getPage, getPageText, listPageNames, packPages, putPages, readCheckpoint } from './pages.ts'
import { addRevision } from './revisions.ts'
import { type WordBox, packWords } from './words.ts'

let folder: string
let db: Db
let revisionId: RevisionId

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'zhiku-pages-'))
  db = await openDb({ dataDir: folder, databaseUrl: null, log: silentLog })
  const { id: collectionId } = await putCollection(db, 'local', 'tests')
  const added = await db.transaction(async (tx) => {
    await tx.query('insert into file (hash, size_bytes, refs) values ($1, 1, 1)', ['0'.repeat(64)])
    return await addRevision(tx, {
      owner: 'local',
      collectionId,
      path: '',
      name: 'a.pdf',
      hash: '0'.repeat(64),
      sizeBytes: 1,
      mediaType: 'application/pdf',
    })
  })
  revisionId = added.revisionId
})
afterAll(async () => {
  await db.close()
  await rm(folder, { recursive: true, force: true })
})

const page = (number: number, words: readonly WordBox[] | null, more: Partial<NewPage> = {}): NewPage => ({
  page: number,
  kind: 'page',
  label: null,
  status: 'text',
  code: null,
  width: 595,
  height: 842,
  rotation: 0,
  text: `text of page ${number}`,
  blocks: [{ kind: 'paragraph', start: 0, end: 4 }],
  words: words ? packWords(words) : null,
  heading: [],
  engine: 'test',
  confidence: null,
  unsure: false,
  doubts: [],
  dropped: { outside: 1, invisible: 2 },
  ...more,
})
const box = (start: number): WordBox => ({ start, end: start + 3, x: start, y: 10.25, w: 20, h: 12 })

describe('pages', () => {
  it('are written many at once, each with its own words', async () => {
    const words = [[box(0)], null, [box(4), box(8), box(12)], []]
    await db.transaction((tx) => putPages(tx, revisionId, packPages(words.map((list, index) => page(index + 1, list)))))
    for (const [index, list] of words.entries()) expect((await getPageText(db, revisionId, index + 1))?.words ?? null).toEqual(list)
    expect(await getPage(db, revisionId, 3)).toMatchObject({
      page: 3,
      text: 'text of page 3',
      width: 595,
      dropped: { outside: 1, invisible: 2 },
    })
  })

  it('stay as they are when a step runs twice', async () => {
    await db.transaction((tx) => putPages(tx, revisionId, packPages([page(1, null, { text: 'other' })])))
    expect((await getPage(db, revisionId, 1)).text).toBe('text of page 1')
  })

  it('keep text that a database cannot, and where the reading goes on', async () => {
    await db.transaction((tx) =>
      putPages(tx, revisionId, packPages([page(5, null, { text: 'a\u0000b\ud800c', heading: ['One', '', 'Two'] })])),
    )
    expect((await getPage(db, revisionId, 5)).text).toBe('a\ufffdb\ufffdc')
    expect(await readCheckpoint(db, revisionId)).toEqual({ pages: 5, openHeadings: ['One', '', 'Two'] })
  })

  it('that are not there are said to be not there', async () => {
    await expect(getPage(db, revisionId, 99)).rejects.toMatchObject({ code: 'page.not_found' })
  })
})

it('names the pages of a revision in order', async () => {
  await db.transaction((tx) =>
    putPages(tx, revisionId, packPages([page(901, null, { kind: 'cells', label: 'Sales' }), page(900, null, { label: null })])),
  )
  const names = (await listPageNames(db, revisionId)).filter((name) => name.page >= 900)
  expect(names).toEqual([
    { page: 900, kind: 'page', label: null, status: 'text' },
    { page: 901, kind: 'cells', label: 'Sales', status: 'text' },
  ])
})

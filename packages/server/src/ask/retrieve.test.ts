import type { DocumentId } from '@zhiku/contract/ids.ts'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type TestLibrary, TEST_OWNER, openTestLibrary } from '../../../../tests/support/library.ts'
import { countSearchable, termStatistics } from '../search/frequencies.ts'
import { type Retrieved, retrieve } from './retrieve.ts'

const EVERYTHING = { collections: [], documents: [] }

let library: TestLibrary
let locks: DocumentId
beforeAll(async () => {
  library = await openTestLibrary()
  locks = (await library.add('locks.md', '# 锁\n\n间隙锁锁住两条记录之间的区间，防止幻读。\n\n记录锁锁住一条索引记录。')).id
  await library.add('ports.md', '# Network\n\nThe server listens on port 7700. Set ZHIKU_PORT to choose another.')
  await library.add('mixed.md', '# 端口\n\n服务器的 port 可以修改，重启后生效。这里不谈锁，也不谈记录。')
})
afterAll(() => library.close())

const find = (question: string, limit = 10, owner = TEST_OWNER, documents: DocumentId[] = []): Promise<Retrieved> =>
  retrieve(library.db, { owner, question, scope: { collections: [], documents }, limit })

describe('retrieve', () => {
  test('finds the chunk that answers, best first, and says what was searched', async () => {
    const { hits, searchedChunks, statistics } = await find('什么是间隙锁？')
    expect(hits[0]!.documentName).toBe('locks.md')
    expect(hits[0]!.text).toContain('防止幻读')
    expect(hits.map(({ score }) => score)).toEqual(hits.map(({ score }) => score).toSorted((a, b) => b - a))
    expect(searchedChunks).toBeGreaterThanOrEqual(3)
    expect(statistics.idf.has('间隙')).toBe(true)
  })

  test('keeps to the scope and to the owner', async () => {
    const { hits, searchedChunks } = await find('端口 port', 10, TEST_OWNER, [locks])
    expect(hits.every(({ documentId }) => documentId === locks)).toBe(true)
    expect(searchedChunks).toBeLessThan((await find('port')).searchedChunks)
    expect(await find('间隙锁', 10, 'somebody else')).toMatchObject({ hits: [], searchedChunks: 0 })
  })

  test('gives no more than wanted, and nothing for a question without words', async () => {
    expect((await find('port', 1)).hits).toHaveLength(1)
    expect((await find('？？')).hits).toEqual([])
  })
})

describe('term statistics', () => {
  test('come from the index: rarer is heavier, an unknown term is missing', async () => {
    const { all } = await countSearchable(library.db, { owner: TEST_OWNER, ...EVERYTHING })
    const { idf, idfOfUnknown } = await termStatistics(library.db, ['间隙', 'port', '锁', 'kafka', 'port'], all)
    expect([...idf.keys()].toSorted()).toEqual(['port', '锁', '间隙'].toSorted())
    expect(idf.get('间隙')!).toBeGreaterThan(idf.get('port')!)
    expect(idfOfUnknown).toBeGreaterThan(idf.get('间隙')!)
    // The documented formula, with the true counts of this small library.
    const expected = (n: number): number => Math.log(1 + (all - n + 0.5) / (n + 0.5))
    expect(idf.get('port')).toBeCloseTo(expected(2), 1)
  })

  test('no terms, no question to the database', async () => {
    expect((await termStatistics(library.db, [], 3)).idf.size).toBe(0)
  })
})

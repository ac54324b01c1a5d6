import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { isAppError } from '../../base/fail.ts'
import { silentLog } from '../../base/log.ts'
import type { NewPage } from '../../library/pages.ts'
import { encodeForIndex } from '../../search/tokens.ts'
import { pdfFile, text } from '../testing/pdf-file.ts'
import { createReaderPool, type PoolOptions, type ReaderPool, type ReadBatch, type ReadChunk, type ReadResult } from './pool.ts'

let folder: string
const pools: ReaderPool[] = []
const never = new AbortController().signal

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'zhiku-pool-'))
})
afterEach(async () => {
  await Promise.all(pools.splice(0).map((pool) => pool.close()))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

function poolOf(options: Partial<PoolOptions> = {}): ReaderPool {
  const pool = createReaderPool({ size: 1, log: silentLog, readPaths: [folder], ...options })
  pools.push(pool)
  return pool
}

async function file(name: string, content: string | Uint8Array): Promise<string> {
  const target = path.join(folder, name)
  await writeFile(target, content)
  return target
}

type ReadPage = NewPage & { chunks: ReadChunk[] }

/** What the child packed for the store. */
function unpack({ pages, chunks }: ReadBatch): ReadPage[] {
  const rowsOf = <T>(rows: Uint8Array): T[] => JSON.parse(Buffer.from(rows).toString()) as T[]
  const made = rowsOf<ReadChunk & { page: number }>(chunks.rows)
  return rowsOf<NewPage & { wordsAt: number; wordsBytes: number | null }>(pages.rows).map(({ wordsAt, wordsBytes, ...page }) => ({
    ...page,
    words: wordsBytes === null ? null : pages.words.slice(wordsAt - 1, wordsAt - 1 + wordsBytes),
    chunks: made.filter((chunk) => chunk.page === page.page),
  }))
}

interface Read {
  result: ReadResult
  pages: ReadPage[]
  opened: { pagesTotal: number | null; mediaType: string }[]
}

async function read(
  pool: ReaderPool,
  target: string,
  more: { fromPage?: number; signal?: AbortSignal; onPages?: (batch: ReadPage[]) => Promise<void> } = {},
): Promise<Read> {
  const pages: ReadPage[] = []
  const opened: Read['opened'] = []
  const request = {
    path: target,
    name: path.basename(target),
    chunking: { sizeTokens: 400, overlapTokens: 50, separators: [] },
    fromPage: more.fromPage ?? 1,
    openHeadings: [],
  }
  const on = {
    opened: async (info: Read['opened'][number]) => void opened.push(info),
    pages: async (batch: ReadBatch) => {
      const unpacked = unpack(batch)
      pages.push(...unpacked)
      await more.onPages?.(unpacked)
    },
  }
  return { result: await pool.read(request, on, more.signal ?? never), pages, opened }
}

const manyPages = (count: number): Uint8Array =>
  pdfFile(Array.from({ length: count }, (_, index) => ({ content: text(50, 700, `This is page ${index + 1} of the file.`) })))

describe('a reader child', () => {
  it('gives pages with chunks, anchors and tokens', async () => {
    const { result, pages, opened } = await read(poolOf(), await file('two.pdf', manyPages(2)))
    expect(opened).toEqual([{ pagesTotal: 2, mediaType: 'application/pdf' }])
    expect(result).toMatchObject({ pagesTotal: 2, mediaType: 'application/pdf', version: expect.stringContaining('chunk-') as string })
    expect(result.cpuMs).toBeGreaterThan(0)
    expect(result.rssMiB).toBeGreaterThan(10)
    expect(pages.map((page) => page.text)).toEqual(['This is page 1 of the file.', 'This is page 2 of the file.'])
    const [chunk] = pages[1]!.chunks
    expect(chunk).toMatchObject({ ord: 0, start: 0, end: 27, anchor: { v: 1, kind: 'page', page: 2, quote: [0, 27] } })
    expect(chunk!.anchor).toHaveProperty('boxes.length', 1)
    expect(chunk!.tokens).toBe(encodeForIndex({ title: 'two.pdf', heading: [], text: chunk!.text }))
    expect(pages[1]!.words).toBeInstanceOf(Uint8Array)
  })

  it('goes on after the page that was written last', async () => {
    const { pages, result } = await read(poolOf(), await file('three.pdf', manyPages(3)), { fromPage: 3 })
    expect(pages.map((page) => page.page)).toEqual([3])
    expect(result.pagesTotal).toBe(3)
  })

  it('waits until a batch is written before it sends the next', async () => {
    let open = 0
    let most = 0
    let batches = 0
    await read(poolOf(), await file('long.pdf', manyPages(150)), {
      onPages: async (batch) => {
        batches++
        most = Math.max(most, ++open)
        expect(batch.reduce((sum, page) => sum + page.chunks.length, 0)).toBeLessThanOrEqual(50)
        await new Promise((resolve) => setTimeout(resolve, 30))
        open--
      },
    })
    expect(batches).toBeGreaterThanOrEqual(3)
    expect(most).toBe(1)
  })

  it('serves the next file after one that cannot be read', async () => {
    const pool = poolOf()
    await expect(read(pool, await file('bad.pdf', '%PDF-1.4 and no more'))).rejects.toMatchObject({ code: 'ingest.corrupt' })
    await expect(read(pool, await file('empty.txt', ''))).rejects.toMatchObject({ code: 'ingest.empty_file' })
    expect((await read(pool, await file('good.txt', 'fine'))).pages[0]!.text).toBe('fine')
  })

  it('may not read outside its folders, and a missing file is said to be missing', async () => {
    await expect(read(poolOf(), '/etc/hostname')).rejects.toMatchObject({ code: 'ingest.file_missing' })
    await expect(read(poolOf(), path.join(folder, 'none.txt'))).rejects.toMatchObject({ code: 'ingest.file_missing' })
  })
})

describe('bounds', () => {
  it('cancel acts at once and leaves the pool usable', async () => {
    const pool = poolOf()
    const stop = new AbortController()
    const reading = read(pool, await file('stop.pdf', manyPages(200)), {
      signal: stop.signal,
      onPages: () => {
        stop.abort(new Error('stopped by a person'))
        return new Promise((resolve) => setTimeout(resolve, 10))
      },
    })
    await expect(reading).rejects.toThrow('stopped by a person')
    expect((await read(pool, await file('after.txt', 'still here'))).pages).toHaveLength(1)
  })

  it('a cancel while waiting for a free reader takes the place out of the queue', async () => {
    const pool = poolOf()
    const target = await file('slow.pdf', manyPages(100))
    let release = (): void => {}
    const held = new Promise<void>((resolve) => (release = resolve))
    const first = read(pool, target, { onPages: () => held })
    const stop = new AbortController()
    const second = read(pool, target, { signal: stop.signal })
    stop.abort(new Error('no longer wanted'))
    await expect(second).rejects.toThrow('no longer wanted')
    release()
    expect((await first).pages).toHaveLength(100)
  })

  it('an error of the listener stops the reading and comes back', async () => {
    const pool = poolOf()
    const reading = read(pool, await file('lost.pdf', manyPages(200)), { onPages: () => Promise.reject(new Error('lease lost')) })
    await expect(reading).rejects.toThrow('lease lost')
    expect((await read(pool, await file('next.txt', 'next'))).pages).toHaveLength(1)
  })

  it('of time, memory and output end the file, not the pool', async () => {
    const big = await file('big.txt', 'Sentences that take a while to be read, chunked and encoded. '.repeat(120_000))
    const small = await file('small.txt', 'small')
    // Pages are not kept, so that a failure of this test is not printed at their length.
    const ended = async (limits: PoolOptions['limits'], target = big): Promise<unknown> => {
      const pool = poolOf({ limits: limits! })
      const outcome = await read(pool, target).then(
        () => 'read to the end',
        (error: unknown) => (isAppError(error) ? error.code : error),
      )
      // The bounds that this file broke do not hit a small one.
      if (limits!.rssMiB === undefined && limits!.silenceSeconds === undefined && limits!.taskSeconds === undefined)
        expect((await read(pool, small)).pages).toHaveLength(1)
      return outcome
    }
    expect(await ended({ taskSeconds: 0.2 })).toBe('ingest.time_limit')
    expect(await ended({ silenceSeconds: 0 })).toBe('ingest.time_limit')
    expect(await ended({ chars: 1000 })).toBe('ingest.output_limit')
    expect(await ended({ rssMiB: 30 })).toBe('ingest.memory_limit')
    expect(await ended({ heapMiB: 64 }, await file('blocks.txt', 'x\n\n'.repeat(600_000)))).toBe('ingest.memory_limit')
  })

  it('a child that dies is the error of its file alone', async () => {
    const pool = poolOf({ size: 2 })
    const target = await file('dies.pdf', manyPages(300))
    const other = read(pool, await file('lives.pdf', manyPages(20)))
    const dying = read(pool, target, {
      onPages: async () => {
        process.kill(pool.pids.at(-1)!, 'SIGKILL')
        await new Promise((resolve) => setTimeout(resolve, 300))
      },
    })
    await expect(dying).rejects.toMatchObject({ code: 'ingest.reader_crashed', params: { detail: 'SIGKILL' } })
    expect((await other).pages).toHaveLength(20)
    expect((await read(pool, target)).pages).toHaveLength(300)
  })
})

describe('children', () => {
  it('serve several files, are replaced after some, and stop when idle', async () => {
    const pool = poolOf({ recycleTasks: 2, idleSeconds: 0.2 })
    const target = await file('again.txt', 'again')
    const pids = new Set<number>()
    for (let round = 0; round < 5; round++) {
      await read(pool, target)
      for (const pid of pool.pids) pids.add(pid)
    }
    // The second file of each child is its last.
    expect(pids.size).toBe(3)
    await expect.poll(() => pool.pids, { timeout: 10_000 }).toEqual([])
  })

  it('end when the pool is closed, and so does what they read', async () => {
    const pool = poolOf()
    const reading = read(pool, await file('closing.pdf', manyPages(200)), { onPages: () => pool.close() })
    await expect(reading).rejects.toMatchObject({ code: 'ingest.reader_crashed' })
    await expect(read(pool, path.join(folder, 'x.txt'))).rejects.toMatchObject({ code: 'ingest.reader_crashed' })
    expect(pool.pids).toEqual([])
  })
})

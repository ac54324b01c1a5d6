/** What becomes of pages when engines fail: real job, database and reader; the OCR children are scripted. */
import { afterEach, describe, expect, it } from 'vitest'
import { fail } from '../../base/fail.ts'
import { getPage } from '../../library/pages.ts'
import { retry } from '../control.ts'
import { moveToTrash, purge, restore } from '../removal.ts'
import type { RecogniseRequest, RecogniseResult, SightPool } from '../pool/pool.ts'
import { Turns } from '../pool/turns.ts'
import { listSteps } from '../steps.ts'
import { OWNER, openPipeline, type Pipeline } from '../testing/pipeline.ts'
import { pictureOf, scanFile, scannedPage } from '../testing/scan-file.ts'

const pipelines: Pipeline[] = []
afterEach(async () => {
  for (const pipeline of pipelines.splice(0)) await pipeline.close()
})

/** A pool that answers as told; throws what the answer throws. */
function scripted(answer: (request: RecogniseRequest) => string | Promise<string>): SightPool & { calls: string[] } {
  const turns = new Turns(1)
  const calls: string[] = []
  return {
    calls,
    size: 1,
    pids: [],
    get free() {
      return turns.free
    },
    provider: 'cpu',
    async recognise(request, turn, on, signal) {
      const end = await turns.take(turn, signal)
      try {
        calls.push(`${request.quick ? 'quick ' : ''}${request.engine} ${request.page}`)
        await on.drawn(`${request.page}`)
        return read(await abortable(answer(request), signal), request)
      } finally {
        end()
      }
    },
    draw: () => Promise.reject(new Error('no pictures here')),
    close: async () => undefined,
  }
}

/** A real child is killed when its page is given up. */
const abortable = async (answer: string | Promise<string>, signal: AbortSignal): Promise<string> =>
  await Promise.race([
    answer,
    new Promise<never>((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true })),
  ])

function read(text: string, { engine }: RecogniseRequest): RecogniseResult {
  const place = { v: 1, kind: 'page', page: 1, boxes: [], quote: [0, text.length] } as const
  const chunks =
    text === ''
      ? []
      : [
          {
            ord: 0,
            heading: [],
            text,
            start: 0,
            end: text.length,
            anchor: { ...place, quote: [0, text.length] as [number, number], boxes: [] },
            tokens: 'x',
          },
        ]
  const blocks = text === '' ? [] : [{ kind: 'paragraph' as const, start: 0, end: text.length }]
  return {
    pictureHash: text,
    provider: 'cpu',
    cpuMs: 1,
    rssMiB: 1,
    ms: { draw: 1, read: 1 },
    page: {
      status: text === '' ? 'no_text' : 'text',
      frame: null,
      text,
      blocks,
      words: new Uint8Array(),
      engine,
      confidence: 0.9,
      unsure: false,
      doubts: [],
      chunks,
    },
  }
}

async function readScan(pages: number, answer: (request: RecogniseRequest) => string) {
  const pool = scripted(answer)
  const pipeline = await openPipeline({ pool })
  pipelines.push(pipeline)
  const page = await scannedPage(await pictureOf(['anything'], { height: 100 }))
  const document = await pipeline.add('scan.pdf', scanFile(Array.from({ length: pages }, () => page)))
  return { pipeline, pool, document }
}

describe('a page', () => {
  it('whose child dies is given to the second engine', async () => {
    const { document, pool, pipeline } = await readScan(2, ({ page, engine, quick }) => {
      if (page === 1 && engine === 'auto' && !quick) throw fail('ingest.reader_crashed', { detail: 'SIGSEGV' })
      return `text of page ${page}`
    })
    expect(document).toMatchObject({ state: 'ready', pages: { ocr: 2, failed: 0 } })
    expect(pool.calls).toEqual(['quick tesseract 1', 'auto 1', 'tesseract 1', 'auto 2'])
    expect((await getPage(pipeline.db, document.revision.id, 1)).engine).toBe('tesseract')
  })

  it('that no engine can read fails, with its reason; the others are read; a retry reads it alone', async () => {
    let broken = true
    const { document, pool, pipeline } = await readScan(3, ({ page }) => {
      if (page === 2 && broken) throw fail('ingest.page_time_limit', { seconds: 120 })
      return `text of page ${page}`
    })
    expect(document).toMatchObject({ state: 'partial', notice: { code: 'ingest.pages_unread', params: { count: 1, pages: '2' } } })
    expect(await getPage(pipeline.db, document.revision.id, 2)).toMatchObject({
      status: 'failed',
      code: 'ingest.page_time_limit',
      codeParams: { seconds: 120 },
    })
    const ocr = (await listSteps(pipeline.db, document.revision.id)).find(({ step }) => step === 'ocr')
    expect(ocr?.detail).toMatchObject({ pages: 3, failed: '2' })

    broken = false
    pool.calls.length = 0
    await retry(pipeline.ctx, OWNER, document.id)
    const after = await pipeline.finished(document.id)
    expect(after).toMatchObject({ state: 'ready', pages: { ocr: 3, failed: 0 } })
    expect(pool.calls.filter((call) => !call.startsWith('quick'))).toEqual(['auto 2'])
    expect(after.chunks).toBe(3)
  })

  it('is the only one that fails: with no page read the document fails, and says why', async () => {
    const { document } = await readScan(1, () => {
      throw fail('ingest.ocr_failed', { detail: 'both' })
    })
    expect(document).toMatchObject({ state: 'failed', notice: { code: 'ingest.ocr_failed', params: { detail: 'both' } } })
  })

  it('on which OCR finds nothing is decided all the same', async () => {
    const { document } = await readScan(2, ({ page }) => (page === 1 ? '' : 'text of page 2'))
    expect(document).toMatchObject({ state: 'ready', pages: { noText: 1, text: 1, decided: 2 } })
  })
})

describe('an error that is not the page’s', () => {
  it('ends the job and keeps what was read', async () => {
    const { document } = await readScan(3, ({ page }) => {
      if (page === 2) throw fail('ingest.file_missing')
      return `text of page ${page}`
    })
    expect(document).toMatchObject({ state: 'partial', notice: { code: 'ingest.file_missing' } })
    expect(document.pages.searchable).toBe(1)
  })
})

describe('a document in the middle of OCR', () => {
  /** Page 2 is read when it is let go. */
  async function halfRead() {
    let letGo = (): void => undefined
    const gate = new Promise<void>((resolve) => (letGo = resolve))
    const pool = scripted(async ({ page }) => {
      if (page === 2) await gate
      return `text of page ${page}`
    })
    const pipeline = await openPipeline({ pool })
    pipelines.push(pipeline)
    const page = await scannedPage(await pictureOf(['anything'], { height: 100 }))
    const { id } = await pipeline.send('scan.pdf', scanFile([page, page, page]))
    await expect.poll(() => pool.calls.includes('auto 2'), { timeout: 30_000, interval: 20 }).toBe(true)
    return { pipeline, pool, id, letGo }
  }

  it('is deleted without a trace', async () => {
    const { pipeline, id } = await halfRead()
    await purge(pipeline.ctx, OWNER, id)
    await expect.poll(() => pipeline.ocr.pool.free).toBe(1)
    const { rows } = await pipeline.db.query<{ n: number }>(
      'select (select count(*)::int from page) + (select count(*)::int from page_version) + (select count(*)::int from chunk) + (select count(*)::int from step) as n',
    )
    expect(rows[0]!.n).toBe(0)
  })

  it('goes on where it was when it comes back from the trash, and all of it can be searched', async () => {
    const { pipeline, pool, id, letGo } = await halfRead()
    await moveToTrash(pipeline.ctx, OWNER, id)
    await expect.poll(() => pool.free).toBe(1)
    letGo()
    pool.calls.length = 0
    await restore(pipeline.ctx, OWNER, id)
    const document = await pipeline.finished(id)
    expect(document).toMatchObject({ state: 'ready', pages: { ocr: 3 }, chunks: 3, indexed: 3 })
    expect(pool.calls.filter((call) => !call.startsWith('quick'))).toEqual(['auto 2', 'auto 3'])
  })
})

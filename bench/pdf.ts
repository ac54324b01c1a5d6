/**
 * `node bench/pdf.ts [--rounds N]`: PDF pages per CPU-second beside raw PDFium in the same run, as JSON.
 *
 * raw        PDFium through the package's own functions: text of each page and the box of each character
 * extracted  the reader: text in reading order, blocks, word boxes
 * prepared   what a reader child does before it hands over: extracted, chunked, anchored, encoded for the index
 * searchable everything: a real server takes the files over HTTP until every page with a text layer can be found; CPU of all its
 *            processes but those of OCR, which is stopped for the pages without one (bench/scans.ts measures them)
 *
 * Rounds alternate, so that a busy machine slows all alike; medians are compared. Needs ../shared/data.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import path from 'node:path'
import { parseArgs } from 'node:util'
import { setTimeout as sleep } from 'node:timers/promises'
import { init, type WrappedPdfiumModule } from '@embedpdf/pdfium'
import { isFinal } from '@zhiku/contract/states.ts'
import { LIMITS } from '../packages/server/src/base/limits.ts'
import { chunkPage } from '../packages/server/src/ingest/chunk/chunk.ts'
import { openFile } from '../packages/server/src/ingest/extract/registry.ts'
import { dataSet } from '../packages/server/src/ingest/testing/data-sets.ts'
import { anchorOf } from '../packages/server/src/library/anchors.ts'
import { packWords } from '../packages/server/src/library/words.ts'
import { encodeForIndex } from '../packages/server/src/search/tokens.ts'
import { type TestServer, startTestServer } from '../tests/support/server.ts'
import { cpuOfLiving } from './processes.ts'

const { values } = parseArgs({ options: { rounds: { type: 'string', default: '5' } } })
const SETTINGS = { sizeTokens: 400, overlapTokens: 50, separators: [] }

interface File {
  name: string
  bytes: Uint8Array
}

/** Real documents with a text layer that open without a password. */
function files(): File[] {
  const folder = dataSet('office-real')
  if (folder === null) throw new Error('the evaluation sets are not there: set ZHIKU_DATA_SETS')
  return readdirSync(folder)
    .filter((name) => name.endsWith('.pdf') && !/encrypted|image-only/.test(name))
    .map((name) => ({ name, bytes: readFileSync(path.join(folder, name)) }))
}

const cpuSeconds = async (work: () => Promise<number>): Promise<{ pages: number; seconds: number }> => {
  const started = process.cpuUsage()
  const pages = await work()
  const { user, system } = process.cpuUsage(started)
  return { pages, seconds: (user + system) / 1e6 }
}

function rawPages(pdfium: WrappedPdfiumModule, { bytes }: File): number {
  const { malloc, free } = pdfium.pdfium.wasmExports
  const pointer = malloc(bytes.length)
  ;(pdfium.pdfium as unknown as { HEAPU8: Uint8Array }).HEAPU8.set(bytes, pointer)
  const document = pdfium.FPDF_LoadMemDocument(pointer, bytes.length, '')
  const pages = pdfium.FPDF_GetPageCount(document)
  const box = malloc(32)
  for (let index = 0; index < pages; index++) {
    const page = pdfium.FPDF_LoadPage(document, index)
    const text = pdfium.FPDFText_LoadPage(page)
    const count = pdfium.FPDFText_CountChars(text)
    const buffer = malloc(2 * count + 2)
    pdfium.FPDFText_GetText(text, 0, count, buffer)
    pdfium.pdfium.UTF16ToString(buffer)
    for (let at = 0; at < count; at++) pdfium.FPDFText_GetCharBox(text, at, box, box + 8, box + 16, box + 24)
    free(buffer)
    pdfium.FPDFText_ClosePage(text)
    pdfium.FPDF_ClosePage(page)
  }
  free(box)
  pdfium.FPDF_CloseDocument(document)
  free(pointer)
  return pages
}

async function extractedPages(file: File, prepare: boolean): Promise<number> {
  const extraction = await openFile({ bytes: file.bytes, name: file.name, fromPage: 1, progress: () => {} })
  let open: string[] = []
  let pages = 0
  for await (const page of extraction.pages) {
    pages++
    if (!prepare) continue
    const { chunks, openHeadings } = chunkPage(page, open, SETTINGS)
    open = openHeadings
    for (const chunk of chunks) {
      anchorOf(page, chunk.start, chunk.end)
      encodeForIndex({ title: file.name, heading: chunk.heading, text: chunk.text })
    }
    if (page.words) packWords(page.words)
  }
  return pages
}

/** Into a collection of its own, so that nothing is recognised from the round before. */
async function searchablePages(server: TestServer, round: string): Promise<{ pages: number; seconds: number }> {
  const cpu = (): { seconds: number; children: number[] } =>
    cpuOfLiving(server.process.pid!, (commandLine) => !commandLine.includes('--allow-addons'))
  // The rounds before held up this process: what the server has closed meanwhile must be noticed first.
  await sleep(100)
  const before = cpu()
  const added = await Promise.all(all.map(({ name, bytes }) => server.add(name, bytes, { collectionName: `round ${round}` })))
  const read = await readThrough(server, added[0]!.document.collectionId, added.length)
  const after = cpu()
  // What a reader that has ended used is not in the sum.
  const sameReaders = before.children.every((child) => after.children.includes(child))
  return { pages: read, seconds: sameReaders ? after.seconds - before.seconds : Number.NaN }
}

/** Waits until the reader is through with all files of a collection, and stops the OCR of each as soon as it is. Returns their pages. */
async function readThrough(server: TestServer, collection: string, files: number): Promise<number> {
  const through = new Map<string, number>()
  while (through.size < files) {
    await sleep(500)
    const { documents } = await server.client.listDocuments({ collection, limit: 100 })
    for (const { id, state, pages } of documents) {
      const isThrough = isFinal(state) || (pages.total !== null && pages.decided + pages.waiting >= pages.total)
      if (through.has(id) || !isThrough) continue
      through.set(id, pages.total ?? 0)
      if (!isFinal(state)) await server.client.cancelDocument({ id })
    }
  }
  return [...through.values()].reduce((sum, pages) => sum + pages, 0)
}

const median = (numbers: readonly number[]): number => numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)]!
const round = (value: number, digits = 1): number => Number(value.toFixed(digits))

const all = files()
const wasm = readFileSync(createRequire(import.meta.resolve('../packages/server/package.json')).resolve('@embedpdf/pdfium/pdfium.wasm'))
const pdfium = await init({ wasmBinary: wasm.buffer.slice(wasm.byteOffset, wasm.byteOffset + wasm.byteLength) })
pdfium.PDFiumExt_Init()

const sum = async (each: (file: File) => number | Promise<number>): Promise<number> => {
  let pages = 0
  for (const file of all) pages += await each(file)
  return pages
}
/** The seven files of the study that chose the library, as a reader child meets them first: nothing is warm. */
const SEVEN = /freeculture|geotopo|two-column|quarterly|poems|en-table|garbled-text-layer/
const seven = await cpuSeconds(async () => {
  let read = 0
  for (const file of all) if (SEVEN.test(file.name)) read += await extractedPages(file, false)
  return read
})

const KINDS = {
  raw: () => sum((file) => rawPages(pdfium, file)),
  extracted: () => sum((file) => extractedPages(file, false)),
  prepared: () => sum((file) => extractedPages(file, true)),
}
type Kind = keyof typeof KINDS | 'searchable'
const rates: Record<Kind, number[]> = { raw: [], extracted: [], prepared: [], searchable: [] }
let pages = 0
// The first round warms up and does not count.
const server = await startTestServer()
const READER_STAYS_MS = LIMITS.readerIdleSeconds * 750
let readMs = performance.now()
for (let turn = 0; turn <= Number(values.rounds); turn++) {
  for (const kind of Object.keys(KINDS) as (keyof typeof KINDS)[]) {
    const measured = await cpuSeconds(KINDS[kind])
    pages = measured.pages
    if (turn > 0) rates[kind].push(measured.pages / measured.seconds)
  }
  // An idle reader stops; on a busy machine the rounds between take longer than that. What is measured is one that runs, as in the others.
  if (performance.now() - readMs > READER_STAYS_MS) await searchablePages(server, `warm ${turn}`)
  const measured = await searchablePages(server, `${turn}`)
  readMs = performance.now()
  if (turn > 0 && !Number.isNaN(measured.seconds)) rates.searchable.push(measured.pages / measured.seconds)
}
await server.end()
const result = (kind: Kind): object => ({
  pagesPerCpuSecond: round(median(rates[kind])),
  ofRaw: round(median(rates[kind]) / median(rates.raw), 3),
  rounds: rates[kind].map((rate) => round(rate)),
})
process.stdout.write(
  `${JSON.stringify(
    {
      files: all.length,
      pages,
      sevenFilesCold: { pages: seven.pages, pagesPerCpuSecond: round(seven.pages / seven.seconds) },
      raw: result('raw'),
      extracted: result('extracted'),
      prepared: result('prepared'),
      searchable: result('searchable'),
      rssMiB: round(process.memoryUsage.rss() / 2 ** 20, 0),
    },
    null,
    2,
  )}\n`,
)

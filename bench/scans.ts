/**
 * `node bench/scans.ts [--only text|dense|long|preview] [--pages 500] [--set FILE.pdf …]`: how soon pages can be searched, what OCR of scans
 * costs in time and memory, and what a killed server loses; on a real server, one JSON object at the end.
 *
 * text    80 pages with a text layer: first page found, all searchable
 * dense   10 dense scanned A4 pages: first sight, first page, all; of made pages, and of the files named with --set
 * preview one dense scanned page dropped into an idle server: first sight, the page itself
 * long    500 scanned pages with a few lines each: peak memory of all processes; killed at three fifths and started
 *         again: pages read before are not read again
 *
 * All files are made here; figures of wall time are worth what the machine was doing besides (`load`).
 */
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import type { Document, TimelineEntry } from '@zhiku/contract/entities.ts'
import { isFinal } from '@zhiku/contract/states.ts'
import { pdfFile, textLines } from '../packages/server/src/ingest/testing/pdf-file.ts'
import { pictureOf, scanFile, scannedPage } from '../packages/server/src/ingest/testing/scan-file.ts'
import { type TestServer, startTestServer } from '../tests/support/server.ts'
import { makeCorpus } from './corpus.ts'
import { cpuSeconds, residentMiB, tree } from './processes.ts'
import { describeMachine } from './support.ts'

const A4 = { width: 595, height: 842 }
const round = (value: number, digits = 1): number => Number(value.toFixed(digits))
const say = (line: string): void => console.error(line)

/** Lines of Latin words about as wide as an A4 page; the first of a page begins with a word that is nowhere else. */
function linesOf(count: number, mark: string, corpus = makeCorpus(7)): string[] {
  const words = corpus
    .document(count * 400)
    .replaceAll(/[^\x20-\x7e]+/g, ' ')
    .split(/\s+/)
    .filter((word) => /^[A-Za-z,.]{2,}$/.test(word))
  const lines = [mark]
  let line = ''
  for (const word of words) {
    if (lines.length === count) break
    if (line.length + word.length > 72) {
      lines.push(line)
      line = ''
    }
    line += line === '' ? word : ` ${word}`
  }
  return lines
}

/** A word for a number, so that each page can be found by it and by nothing else. */
const markOf = (n: number): string => `marker${Array.from(String(n), (digit) => 'abcdefghij'[Number(digit)]).join('')}`

async function waitFor(server: TestServer, word: string, limitSeconds = 600): Promise<void> {
  for (const end = performance.now() + limitSeconds * 1000; performance.now() < end; await sleep(25))
    if ((await server.client.search({ q: word, k: 1 })).results.length > 0) return
  throw new Error(`“${word}” was not found within ${limitSeconds} s`)
}

async function timelineOf(server: TestServer, id: string): Promise<TimelineEntry['detail']> {
  const { timeline } = await server.client.getDocument({ id })
  return timeline.findLast(({ step }) => step === 'ocr')?.detail ?? {}
}

async function textPdf(): Promise<object> {
  const corpus = makeCorpus(3)
  const pages = Array.from({ length: 80 }, (_, n) => ({
    ...A4,
    content: textLines(50, 790, linesOf(48, markOf(n), corpus), { size: 11, leading: 15 }),
  }))
  const server = await startTestServer()
  try {
    const [started, cpu] = [performance.now(), cpuSeconds(server.process.pid!)]
    const { document } = await server.add('text.pdf', pdfFile(pages))
    await waitFor(server, markOf(0))
    const first = performance.now() - started
    await waitFor(server, markOf(79))
    const last = performance.now() - started
    const { state } = await server.finished(document.id)
    return {
      pages: 80,
      state,
      firstPageSeconds: round(first / 1000, 2),
      allSeconds: round(last / 1000, 2),
      cpuSeconds: round(cpuSeconds(server.process.pid!) - cpu),
    }
  } finally {
    await server.end()
  }
}

/** From upload to the end, with the moments at which a page first had text and was first decided. */
async function scan(name: string, bytes: Uint8Array): Promise<object> {
  const server = await startTestServer()
  try {
    const [started, cpu] = [performance.now(), cpuSeconds(server.process.pid!)]
    const since = (): number => round((performance.now() - started) / 1000, 2)
    const { document } = await server.add(name, bytes)
    let [firstSight, firstPage] = [null as number | null, null as number | null]
    let now: Document = document
    let peak = 0
    while (!isFinal(now.state)) {
      ;({ document: now } = await server.client.getDocument({ id: document.id }))
      if (now.pages.searchable > 0) firstSight ??= since()
      if (now.pages.ocr > 0) firstPage ??= since()
      peak = Math.max(peak, residentMiB(server.process.pid!))
      await sleep(50)
    }
    return {
      pages: now.pages.total,
      ocr: now.pages.ocr,
      state: now.state,
      firstSightSeconds: firstSight,
      firstPageSeconds: firstPage,
      allSeconds: since(),
      cpuSeconds: round(cpuSeconds(server.process.pid!) - cpu),
      peakRssMiB: peak,
      timeline: await timelineOf(server, document.id),
    }
  } finally {
    await server.end()
  }
}

async function densePages(count: number): Promise<Uint8Array> {
  const corpus = makeCorpus(5)
  const pages = []
  for (let n = 0; n < count; n++) pages.push(await scannedPage(await pictureOf(linesOf(45, markOf(n), corpus), { ...A4, size: 10 })))
  return scanFile(pages)
}

async function dense(files: readonly string[]): Promise<object> {
  const result: Record<string, object> = { made: await scan('dense.pdf', await densePages(10)) }
  for (const file of files) result[path.basename(file)] = await scan(path.basename(file), readFileSync(file))
  return result
}

async function long(count: number): Promise<object> {
  const pages = []
  for (let n = 0; n < count; n++) pages.push(await scannedPage(await pictureOf(linesOf(4, markOf(n)), { ...A4, size: 12 })))
  const bytes = scanFile(pages)
  say(`${count} pages, ${round(bytes.length / 2 ** 20)} MiB`)
  let server = await startTestServer()
  let peak = { rssMiB: 0, processes: [] as ReturnType<typeof tree> }
  const [started, stopAt] = [performance.now(), Math.floor(count * 0.6)]
  const watch = async (id: string, until: (document: Document) => boolean): Promise<Document> => {
    for (;;) {
      const { document } = await server.client.getDocument({ id })
      const rssMiB = residentMiB(server.process.pid!)
      if (rssMiB > peak.rssMiB) peak = { rssMiB, processes: tree(server.process.pid!) }
      if (until(document)) return document
      await sleep(100)
    }
  }
  try {
    const { document } = await server.add('long.pdf', bytes)
    const before = await watch(document.id, ({ pages: { decided } }) => decided >= stopAt)
    await server.kill()
    const killedAt = performance.now()
    server = await startTestServer({ dataDir: server.dataDir })
    const after = (await server.client.getDocument({ id: document.id })).document
    const done = await watch(document.id, ({ state }) => isFinal(state))
    const { pages: readAfter = 0 } = await timelineOf(server, document.id)
    const doctor = await server.client.doctor({})
    let found = 0
    for (let n = 0; n < count; n += Math.ceil(count / 50))
      if ((await server.client.search({ q: markOf(n), k: 1 })).results.length > 0) found++
    return {
      pages: count,
      state: done.state,
      seconds: round((performance.now() - started) / 1000),
      secondsAfterRestart: round((performance.now() - killedAt) / 1000),
      decidedBeforeKill: before.pages.decided,
      decidedAfterRestart: after.pages.decided,
      readAfterRestart: readAfter,
      readTwice: Number(readAfter) + after.pages.decided - count,
      sampleFound: `${found} of ${Math.ceil(count / Math.ceil(count / 50))}`,
      doctor: doctor.ok ? 'clean' : doctor.checks.filter(({ ok }) => !ok),
      peakRssMiB: peak.rssMiB,
      peakProcesses: peak.processes.map(({ name, rssMiB }) => `${name}: ${rssMiB}`),
    }
  } finally {
    await server.end()
  }
}

/** @param quick  fewer pages, to see that everything works */
export async function measureScans(
  options: { quick?: boolean; only?: string | undefined; pages?: number; files?: readonly string[] } = {},
): Promise<object> {
  const result: Record<string, object> = { machine: describeMachine() }
  const parts: Record<string, () => Promise<object>> = {
    text: textPdf,
    preview: async () => await scan('page.pdf', await densePages(1)),
    dense: () => dense(options.files ?? []),
    long: () => long(options.pages ?? (options.quick ? 50 : 500)),
  }
  for (const [name, measure] of Object.entries(parts)) {
    if (options.only !== undefined && options.only !== name) continue
    say(`${name} …`)
    result[name] = await measure()
    say(JSON.stringify(result[name]))
  }
  return result
}

if (import.meta.main) {
  const { values } = parseArgs({
    options: { only: { type: 'string' }, pages: { type: 'string', default: '500' }, set: { type: 'string', multiple: true, default: [] } },
  })
  console.log(JSON.stringify(await measureScans({ only: values.only, pages: Number(values.pages), files: values.set }), null, 2))
}

/**
 * `npm run bench [-- --quick]`: start, memory, ingest of text, search, sizes; on real servers, one JSON object at the end.
 * Figures of a shared machine: compare within one run, use CPU seconds for comparisons between runs.
 */
import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync, readdirSync, statSync } from 'node:fs'
import { cpus } from 'node:os'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { brotliCompressSync, gzipSync } from 'node:zlib'
import { type TestServer, newDataDir, startTestServer } from '../tests/support/server.ts'
import { makeCorpus } from './corpus.ts'
import { cpuSeconds, tree } from './processes.ts'
import { measureOcr } from './ocr.ts'
import { measureScans } from './scans.ts'

const { values } = parseArgs({ options: { quick: { type: 'boolean', default: false } } })
const root = path.join(import.meta.dirname, '..')
const MIB = 1024 * 1024
const round = (value: number, digits = 1): number => Number(value.toFixed(digits))
const percentile = (sorted: readonly number[], share: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))]!
const say = (line: string): void => console.error(line)

async function timedStart(dataDir: string): Promise<{ server: TestServer; seconds: number; cpu: number }> {
  const started = performance.now()
  const server = await startTestServer({ dataDir })
  while (!(await fetch(`${server.url}/readyz`)).ok) await sleep(10)
  return { server, seconds: round((performance.now() - started) / 1000, 2), cpu: round(cpuSeconds(server.process.pid!), 2) }
}

async function starts(): Promise<object> {
  const cold: { seconds: number; cpu: number }[] = []
  const warm: { seconds: number; cpu: number }[] = []
  for (let n = 0; n < 3; n += 1) {
    const dataDir = await newDataDir()
    const first = await timedStart(dataDir)
    cold.push({ seconds: first.seconds, cpu: first.cpu })
    await first.server.stop()
    const second = await timedStart(dataDir)
    warm.push({ seconds: second.seconds, cpu: second.cpu })
    await second.server.end()
  }
  return { emptyFolder: cold, existingFolder: warm }
}

async function idleMemory(): Promise<object> {
  const { server } = await timedStart(await newDataDir())
  await sleep(values.quick ? 5000 : 60_000)
  const processes = tree(server.process.pid!)
  await server.end()
  return { afterSeconds: values.quick ? 5 : 60, totalRssMiB: processes.reduce((sum, one) => sum + one.rssMiB, 0), processes }
}

async function settled(server: TestServer): Promise<void> {
  for (;;) {
    const { queue } = await server.client.status({})
    if (queue.waiting + queue.running === 0) return
    await sleep(20)
  }
}

/** Fills a library to about `chunks` chunks; returns what that cost. */
async function fill(server: TestServer, corpus: ReturnType<typeof makeCorpus>, chunks: number): Promise<object> {
  const pid = server.process.pid!
  const [cpuBefore, started] = [cpuSeconds(pid), performance.now()]
  let bytes = 0
  // How long the server lets others wait meanwhile: a probe that needs no database, and a search.
  const pings: number[] = []
  const searchTimes: number[] = []
  const timed = async (list: number[], call: () => Promise<unknown>): Promise<void> => {
    const asked = performance.now()
    await call()
    list.push(performance.now() - asked)
  }
  const probe = setInterval(() => void timed(pings, () => fetch(`${server.url}/livez`)), 50)
  const searching = setInterval(() => void timed(searchTimes, () => server.client.search({ q: corpus.query(), k: 10 })), 500)
  for (let n = 0; (await server.client.status({})).chunks < chunks; n += 1) {
    const text = corpus.document(200_000)
    bytes += Buffer.byteLength(text)
    await server.add(`part-${chunks}-${n}.md`, text)
    await settled(server)
  }
  clearInterval(probe)
  clearInterval(searching)
  const seconds = (performance.now() - started) / 1000
  const cpu = cpuSeconds(pid) - cpuBefore
  pings.sort((a, b) => a - b)
  searchTimes.sort((a, b) => a - b)
  return {
    chunks: (await server.client.status({})).chunks,
    textMiB: round(bytes / MIB, 2),
    seconds: round(seconds),
    cpuSeconds: round(cpu),
    mibPerSecond: round(bytes / MIB / seconds, 2),
    mibPerCpuSecond: round(bytes / MIB / cpu, 2),
    livezP99Ms: round(percentile(pings, 0.99)),
    searchMeanwhileP50Ms: round(percentile(searchTimes, 0.5)),
    searchMeanwhileP95Ms: round(percentile(searchTimes, 0.95)),
  }
}

async function searches(server: TestServer, corpus: ReturnType<typeof makeCorpus>, count: number): Promise<object> {
  for (let n = 0; n < 10; n += 1) await server.client.search({ q: corpus.query(), k: 10 })
  const times: number[] = []
  for (let n = 0; n < count; n += 1) {
    const started = performance.now()
    await server.client.search({ q: corpus.query(), k: 10 })
    times.push(performance.now() - started)
  }
  times.sort((a, b) => a - b)
  return { queries: count, p50Ms: round(percentile(times, 0.5)), p95Ms: round(percentile(times, 0.95)) }
}

/** How long after its upload the first page of 1 MB of text can be found, and all of it. */
async function firstPage(server: TestServer): Promise<object> {
  const text = makeCorpus(99).document(MIB)
  const started = performance.now()
  const { document } = await server.add('one-megabyte.md', `# zebrafinch\n\nThe zebrafinch stands first.\n\n${text}`)
  while ((await server.client.search({ q: 'zebrafinch' })).results.length === 0) await sleep(10)
  const first = performance.now() - started
  await server.finished(document.id)
  return { firstPageSeconds: round(first / 1000, 2), allSeconds: round((performance.now() - started) / 1000, 2) }
}

function sizes(): object {
  const web = path.join(root, 'packages/web/dist')
  const files = existsSync(web)
    ? readdirSync(web, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map((entry) => path.join(entry.parentPath, entry.name))
    : []
  const html = files.find((file) => file.endsWith('index.html'))
  const entry = html
    ? [...readFileSync(html, 'utf8').matchAll(/(?:src|href)="\/(assets\/[^"]+\.(?:js|css))"/g)].map((match) => path.join(web, match[1]!))
    : []
  const gz = (list: readonly string[]): number => round(list.reduce((sum, file) => sum + gzipSync(readFileSync(file)).length, 0) / 1024)
  const brotli = (list: readonly string[]): number =>
    round(list.reduce((sum, file) => sum + brotliCompressSync(readFileSync(file)).length, 0) / 1024)
  return {
    nodeModulesMiB: Number(execFileSync('du', ['-sm', path.join(root, 'node_modules')], { encoding: 'utf8' }).split('\t')[0]),
    webFirstPageGzKiB: gz(entry),
    webFirstPageBrotliKiB: brotli(entry),
    webAllFilesKiB: round(files.reduce((sum, file) => sum + statSync(file).size, 0) / 1024),
  }
}

const result: Record<string, unknown> = { node: process.version, cpu: cpus()[0]?.model, cores: cpus().length }
say('start …')
result['start'] = await starts()
say(JSON.stringify(result['start']))
say('memory …')
result['idleMemory'] = await idleMemory()
say(JSON.stringify(result['idleMemory']))
say('ingest and search …')
const server = await startTestServer()
try {
  const corpus = makeCorpus(1)
  result['ingest1k'] = await fill(server, corpus, 1000)
  result['search1k'] = await searches(server, corpus, 300)
  if (!values.quick) {
    result['ingest10k'] = await fill(server, corpus, 10_000)
    result['search10k'] = await searches(server, corpus, 300)
  }
  result['firstPage'] = await firstPage(server)
  result['memoryAfterIngest'] = tree(server.process.pid!)
} finally {
  await server.end()
}
result['scans'] = await measureScans({ quick: values.quick })
// Installs the library that is compared with, so not in the quick run.
if (!values.quick) result['ocr'] = measureOcr({ rounds: 1 })
result['sizes'] = sizes()
console.log(JSON.stringify(result, null, 2))

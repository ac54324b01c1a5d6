/**
 * `node bench/many-files.ts [--files 1000] [--chunks 2000] [--at-once 16]`: many small files dropped at once beside somebody who searches.
 * Prints one JSON object: searches when idle and meanwhile (every 200 ms), what `/livez` took, how long until all files were read.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { startTestServer } from '../tests/support/server.ts'
import { makeCorpus } from './corpus.ts'
import { cpuSeconds } from './processes.ts'
import { describeMachine, summary } from './support.ts'

const { values } = parseArgs({
  options: {
    files: { type: 'string', default: '1000' },
    chunks: { type: 'string', default: '2000' },
    'at-once': { type: 'string', default: '16' },
  },
})
const files = Number(values.files)
const SEARCH_EVERY_MS = 200
const LIVEZ_EVERY_MS = 50
const SMALL_CHARS = 1500

const server = await startTestServer()
const pid = server.process.pid!
const corpus = makeCorpus(7)

async function timed(into: number[], call: () => Promise<unknown>): Promise<void> {
  const startedMs = performance.now()
  await call()
  into.push(performance.now() - startedMs)
}
const search = (): Promise<unknown> => server.client.search({ q: corpus.query(), k: 10 })
const settled = async (): Promise<boolean> => {
  const { queue } = await server.client.status({})
  return queue.waiting + queue.running === 0
}

try {
  for (let n = 0; (await server.client.status({})).chunks < Number(values.chunks); n++)
    await server.read(`library-${n}.md`, corpus.document(200_000))
  for (let n = 0; n < 10; n++) await search()
  const idle: number[] = []
  for (let n = 0; n < 100; n++) {
    await timed(idle, search)
    await sleep(20)
  }

  const cpuBefore = cpuSeconds(pid)
  const startedMs = performance.now()
  const meanwhile: number[] = []
  const livez: number[] = []
  const probes = [
    setInterval(() => void timed(meanwhile, search), SEARCH_EVERY_MS),
    setInterval(() => void timed(livez, () => fetch(`${server.url}/livez`)), LIVEZ_EVERY_MS),
  ]
  let next = 0
  const documents: string[] = []
  const upload = async (): Promise<void> => {
    while (next < files) {
      const number = next++
      documents.push((await server.add(`small-${number}.md`, `# note ${number}\n\n${corpus.document(SMALL_CHARS)}`)).document.id)
    }
  }
  await Promise.all(Array.from({ length: Number(values['at-once']) }, upload))
  const uploadedMs = performance.now() - startedMs
  while (!(await settled())) await sleep(1000)
  const allMs = performance.now() - startedMs
  for (const probe of probes) clearInterval(probe)
  const { documents: states, loopDelay } = await server.client.status({})
  process.stdout.write(
    `${JSON.stringify(
      {
        bench: 'many-files',
        ...describeMachine(),
        files,
        accounted: new Set(documents).size,
        states,
        uploadedSeconds: Math.round(uploadedMs / 100) / 10,
        allSeconds: Math.round(allMs / 100) / 10,
        /** of the server itself, over the last one to two minutes */
        loopDelay,
        cpuSeconds: Math.round((cpuSeconds(pid) - cpuBefore) * 10) / 10,
        searchIdleMs: summary(idle),
        searchMeanwhileMs: summary(meanwhile),
        livezMs: { ...summary(livez), p99: summary(livez.toSorted((a, b) => a - b).slice(0, Math.ceil(0.99 * livez.length))).max },
      },
      null,
      2,
    )}\n`,
  )
} finally {
  await server.end()
}

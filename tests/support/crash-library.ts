/**
 * Rounds of crashes over the whole program: a real server under uploads, replacements, deletions and questions is
 * killed, or loses its power, at a moment of chance; then it is started again on what is left and compared with what
 * it had acknowledged.
 */
import fs from 'node:fs'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Document } from '@zhiku/contract/entities.ts'
import { isFinal } from '@zhiku/contract/states.ts'
import { afterPowerLoss } from './power-loss/image.ts'
import { seededRandom } from './random.ts'
import { type TestServer, newDataDir, startTestServer } from './server.ts'

export type LibraryCut = 'kill' | 'worst' | 'random'

export interface LibraryCrashReport {
  points: number
  acknowledged: { uploads: number; deletions: number; questions: number }
  lost: string[]
  wrong: string[]
  slowestRecoverySeconds: number
}

const RECOVERY_LIMIT_MS = 60_000
const RECORDER = new URL('./power-loss/recorder.ts', import.meta.url).href

/** What the server has promised. An operation without an answer may have happened or not. */
interface Promised {
  /** name -> contents that the newest revision may have: one when acknowledged, more while unsure */
  documents: Map<string, { id: string | null; contents: string[]; maybeGone: boolean; mustExist: boolean }>
  gone: Set<string>
  /** names that an operation is working on, so that no two change one document at once */
  using: Set<string>
  chats: Map<string, string[]>
}

/** Text with a unique word in every section, so that each chunk can be asked for. */
function content(random: () => number, name: string, serial: number): string {
  const sections = 1 + Math.floor(random() ** 2 * 120)
  return Array.from(
    { length: sections },
    (_, n) =>
      `## ${name} ${n}\n\n${`第${n}节 word${serial}x${n} 的内容。`.repeat(3)} ${'Ordinary words of a section go here. '.repeat(10)}`,
  ).join('\n\n')
}
const wordOf = (serial: number, section: number): string => `word${serial}x${section}`
const serialOf = (text: string): number => Number(/word(\d+)x/.exec(text)![1])
const sectionsOf = (text: string): number => text.split('\n\n## ').length

async function workload(
  server: TestServer,
  promised: Promised,
  random: () => number,
  nextSerial: () => number,
  counts: LibraryCrashReport['acknowledged'],
): Promise<void> {
  const names = [...promised.documents.keys()].filter((name) => !promised.using.has(name))
  const pick = (): string | undefined => names[Math.floor(random() * names.length)]
  const exclusively = async (name: string, work: () => Promise<void>): Promise<void> => {
    promised.using.add(name)
    await work().finally(() => promised.using.delete(name))
  }
  const kind = random()
  if (kind < 0.6 || names.length < 3) {
    const replaces = kind < 0.15 ? pick() : undefined
    const serial = nextSerial()
    const name = replaces ?? `file-${serial}.md`
    const text = content(random, name, serial)
    const before = promised.documents.get(name) ?? { id: null, contents: [], maybeGone: false, mustExist: false }
    promised.documents.set(name, { ...before, contents: [...before.contents, text] })
    await exclusively(name, async () => {
      const { document } = await server.add(name, text)
      promised.documents.set(name, { id: document.id, contents: [text], maybeGone: false, mustExist: true })
      counts.uploads += 1
    })
  } else if (kind < 0.8) {
    const name = pick()!
    const entry = promised.documents.get(name)!
    if (entry.id === null) return
    const { id } = entry
    entry.maybeGone = true
    await exclusively(name, async () => {
      await server.client.deleteDocument({ id, purge: '1' })
      promised.documents.delete(name)
      promised.gone.add(id)
      counts.deletions += 1
    })
  } else {
    const chat = await server.client.createChat({})
    promised.chats.set(chat.id, [])
    const entry = promised.documents.get(pick()!)!
    const text = `${wordOf(serialOf(entry.contents[0]!), 0)}?`
    await server.client.sendMessage({ id: chat.id, text })
    promised.chats.get(chat.id)!.push(text)
    counts.questions += 1
  }
}

/** Compares the server with the promises; settles what was unsure. */
async function verify(server: TestServer, promised: Promised, random: () => number): Promise<{ lost: string[]; wrong: string[] }> {
  const lost: string[] = []
  const wrong: string[] = []
  const found = new Map<string, Document>()
  const { documents } = await server.client.listDocuments({ limit: 500 })
  for (const document of documents) found.set(document.name, document)
  for (const [name, entry] of promised.documents) {
    const document = found.get(name)
    if (!document) {
      if (entry.mustExist && !entry.maybeGone) lost.push(`${name} was accepted and is not there`)
      promised.documents.delete(name)
      continue
    }
    const bytes = await (await fetch(`${server.url}/api/revisions/${document.revision.id}/file`)).text()
    const text = entry.contents.find((candidate) => candidate === bytes)
    if (text === undefined) {
      lost.push(`${name}: its bytes are none of those that were sent`)
      continue
    }
    if (document.state !== 'ready') wrong.push(`${name} is ${document.state} ${document.notice?.code ?? ''}`)
    const serial = serialOf(text)
    for (const section of [0, sectionsOf(text) - 1, Math.floor(random() * sectionsOf(text))]) {
      const { results } = await server.client.search({ q: wordOf(serial, section), k: 20 })
      const own = results.filter((result) => result.document.id === document.id && result.text.includes(wordOf(serial, section)))
      const places = new Set(own.map((result) => `${result.page} ${result.anchor.quote.join()}`))
      if (own.length === 0) wrong.push(`${name}: section ${section} is not found`)
      if (places.size !== own.length) wrong.push(`${name}: section ${section} is found twice at one place`)
    }
    promised.documents.set(name, { id: document.id, contents: [text], maybeGone: false, mustExist: true })
  }
  for (const id of promised.gone) {
    const status = (await fetch(`${server.url}/api/documents/${id}`)).status
    if (status !== 404) wrong.push(`${id} was deleted and answers ${status}`)
  }
  for (const document of documents)
    if (!promised.documents.has(document.name)) wrong.push(`${document.name} is there but was never sent or was deleted`)
  for (const [id, texts] of promised.chats) {
    const chat = await server.client.getChat({ id }).catch(() => null)
    if (!chat) {
      lost.push(`${id} was created and is not there`)
      continue
    }
    const asked = chat.messages.filter((message) => message.role === 'user').map((message) => message.text)
    for (const text of texts) if (!asked.includes(text)) lost.push(`${id}: the question ${text} is not there`)
    for (const message of chat.messages)
      if (message.run?.state === 'running') wrong.push(`${id}: an answer of before the crash is still running`)
  }
  const report = await server.client.doctor({})
  for (const check of report.checks) if (!check.ok) wrong.push(`doctor: ${check.name}: ${check.found}`)
  return { lost, wrong }
}

async function recovered(server: TestServer): Promise<number> {
  const started = performance.now()
  for (;;) {
    const { queue } = await server.client.status({})
    const { documents } = await server.client.listDocuments({ limit: 500 })
    if (queue.waiting + queue.running === 0 && documents.every((document) => isFinal(document.state))) return performance.now() - started
    if (performance.now() - started > RECOVERY_LIMIT_MS) throw new Error(`not settled after 60 s: ${JSON.stringify(queue)}`)
    await sleep(50)
  }
}

/** @param say called with a line per round */
export async function crashLibrary(input: {
  points: number
  seed: number
  cut: LibraryCut
  say?: (line: string) => void
}): Promise<LibraryCrashReport> {
  const random = seededRandom(input.seed)
  const report: LibraryCrashReport = {
    points: 0,
    acknowledged: { uploads: 0, deletions: 0, questions: 0 },
    lost: [],
    wrong: [],
    slowestRecoverySeconds: 0,
  }
  const promised: Promised = { documents: new Map(), gone: new Set(), using: new Set(), chats: new Map() }
  let serial = 0
  let dataDir = await newDataDir()
  try {
    for (let point = 0; point < input.points; point += 1) {
      const disk = `${dataDir}.disk`
      const records = input.cut !== 'kill'
      if (records) fs.mkdirSync(disk)
      const server = await startTestServer({
        dataDir,
        nodeArgs: records ? ['--import', RECORDER] : [],
        env: records ? { POWER_LOSS_ROOT: dataDir, POWER_LOSS_DISK: disk } : {},
      })
      let cutting = false
      const busy = Array.from({ length: 3 }, async () => {
        while (!cutting) await workload(server, promised, random, () => (serial += 1), report.acknowledged).catch(() => sleep(5))
      })
      // A run that never accepted anything proves nothing: the first cut waits for the first promise.
      const patience = performance.now() + RECOVERY_LIMIT_MS
      while (report.acknowledged.uploads === 0 && performance.now() < patience) await sleep(20)
      await sleep(50 + random() * 1200)
      cutting = true
      await server.kill()
      await Promise.all(busy)
      if (records) {
        fs.rmSync(path.join(disk, 'gate'), { recursive: true, force: true })
        const target = await newDataDir()
        afterPowerLoss({ root: dataDir, disk, target, unsynced: input.cut === 'random' ? 'random' : 'none', random })
        fs.rmSync(dataDir, { recursive: true, force: true })
        fs.rmSync(disk, { recursive: true, force: true })
        dataDir = target
      }
      const again = await startTestServer({ dataDir })
      try {
        const seconds = (await recovered(again)) / 1000
        report.slowestRecoverySeconds = Math.max(report.slowestRecoverySeconds, Math.round(seconds * 10) / 10)
        const { lost, wrong } = await verify(again, promised, random)
        report.lost.push(...lost.map((line) => `point ${point}: ${line}`))
        report.wrong.push(...wrong.map((line) => `point ${point}: ${line}`))
        report.points += 1
        for (const line of [...lost, ...wrong]) input.say?.(`  ${line}`)
        input.say?.(
          `point ${point + 1} of ${input.points} (${input.cut}): ${promised.documents.size} documents, recovered in ${seconds.toFixed(1)} s, ${lost.length} lost, ${wrong.length} wrong`,
        )
        // A library that grows without end makes every round slower than the one before.
        for (const name of [...promised.documents.keys()].slice(0, Math.max(0, promised.documents.size - 25))) {
          await again.client.deleteDocument({ id: promised.documents.get(name)!.id!, purge: '1' })
          promised.documents.delete(name)
        }
        for (const id of [...promised.chats.keys()].slice(0, Math.max(0, promised.chats.size - 25))) {
          await again.client.deleteChat({ id })
          promised.chats.delete(id)
        }
      } finally {
        await again.stop()
      }
    }
    return report
  } finally {
    fs.rmSync(dataDir, { recursive: true, force: true })
    fs.rmSync(`${dataDir}.disk`, { recursive: true, force: true })
  }
}

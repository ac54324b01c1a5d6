/**
 * Rounds of crashes over the whole program: a real server under uploads, replacements, deletions, questions and the rest
 * is killed (at a moment of chance, or at a named step), loses its power, or is frozen until its leases have run out; then
 * it is started again on what is left and compared with what it had acknowledged.
 */
import fs from 'node:fs'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterPowerLoss } from '../power-loss/image.ts'
import { seededRandom } from '../random.ts'
import { type TestServer, newDataDir, startTestServer } from '../server.ts'
import { STEPS, type Step } from './kill-points.ts'
import { type Operation, type Promised, chooseOperation, noPromises, operate } from './operations.ts'
import { recovered, trim, verify } from './verify.ts'

/** `step`: killed at the steps of STEPS in turn; `freeze`: stopped (SIGSTOP) until leases have run out, and continued */
export type Cut = 'kill' | 'step' | 'worst' | 'random' | 'freeze'

export interface CrashReport {
  points: number
  acknowledged: Promised['acknowledged']
  lost: string[]
  wrong: string[]
  /** step: how often each was hit; those that were not reached before patience ended count as killed at a moment of chance */
  steps?: Record<string, number>
  notReached?: string[]
  /** freeze: leases that a worker found lost when it was continued, and whose work it dropped */
  leasesLost?: number
  slowestRecoverySeconds: number
}

const RECORDER = new URL('../power-loss/recorder.ts', import.meta.url).href
const KILLER = new URL('./kill-points.ts', import.meta.url).href
const CLIENTS = 3
const OPERATIONS_EACH = 12
const KEEP = 20
const PATIENCE_MS = 25_000
const LEASE_SECONDS = 1

/** What a step needs to be reached soon. */
const EMPHASIS: Partial<Record<Step, Operation>> = {
  'page read by OCR': 'scan',
  'waiting pages listed': 'scan',
  'children counted': 'archive',
  'children compared': 'archive',
  'chunks indexed': 'replace',
  'revision taken over': 'replace',
  'moved to trash': 'trash',
  'taken out of the index': 'trash',
  stopped: 'cancel',
  'job withdrawn': 'cancel',
  'tried again': 'cancel',
  'reference given back': 'delete',
  'document deleted': 'delete',
  'bytes removed': 'delete',
  'question asked': 'ask',
  'answer ended': 'ask',
  'backup begun': 'backup',
  'backup copied': 'backup',
  'backup removed': 'backup',
}
const STEP_NAMES = Object.keys(STEPS) as Step[]

interface Round {
  cut: Cut
  random: () => number
  promised: Promised
  report: CrashReport
  /** `step`: the one at which this life of the server ends */
  step: Step | null
}

/** @param input.say called with a line per round */
export async function crashLibrary(input: { points: number; seed: number; cut: Cut; say?: (line: string) => void }): Promise<CrashReport> {
  const random = seededRandom(input.seed)
  const promised = noPromises()
  const report: CrashReport = {
    points: 0,
    acknowledged: promised.acknowledged,
    lost: [],
    wrong: [],
    ...(input.cut === 'step' ? { steps: {}, notReached: [] } : {}),
    ...(input.cut === 'freeze' ? { leasesLost: 0 } : {}),
    slowestRecoverySeconds: 0,
  }
  const say = input.say ?? (() => undefined)
  let dataDir = await newDataDir()
  let where = ''
  /** On a server that was started on what is left: everything that was promised must be there. */
  const inspect = async (server: TestServer): Promise<void> => {
    const seconds = (await recovered(server)) / 1000
    report.slowestRecoverySeconds = Math.max(report.slowestRecoverySeconds, Math.round(seconds * 10) / 10)
    const { lost, wrong } = await verify(server, promised)
    report.lost.push(...lost.map((line) => `${where}: ${line}`))
    report.wrong.push(...wrong.map((line) => `${where}: ${line}`))
    report.points += 1
    for (const line of [...lost, ...wrong]) say(`  ${line}`)
    say(
      `${where} of ${input.points}: ${promised.documents.size} documents, recovered in ${seconds.toFixed(1)} s, ${lost.length} lost, ${wrong.length} wrong`,
    )
    await trim(server, promised, KEEP)
  }
  try {
    for (let point = 0; point < input.points; point += 1) {
      const step = input.cut === 'step' ? STEP_NAMES[(input.seed + point) % STEP_NAMES.length]! : null
      const round: Round = { cut: input.cut, random, promised, report, step }
      // The server that is inspected is the one that is killed next.
      const server = await start(round, dataDir)
      if (point > 0)
        await inspect(server).catch((error: unknown) => {
          const { exitCode, signalCode } = server.process
          throw new Error(`${where}: the server could not be looked at (exit ${exitCode}, ${signalCode}): ${server.log()}`, {
            cause: error,
          })
        })
      where = `point ${point + 1} (${step ?? input.cut})`
      dataDir = await crash(round, server)
    }
    const last = await startTestServer({ dataDir })
    try {
      await inspect(last)
    } finally {
      await last.stop()
    }
    return report
  } finally {
    fs.rmSync(dataDir, { recursive: true, force: true })
    fs.rmSync(diskOf(dataDir), { recursive: true, force: true })
  }
}

const diskOf = (dataDir: string): string => `${dataDir}.disk`
const losesPower = ({ cut }: Round): boolean => cut === 'worst' || cut === 'random'

async function start(round: Round, dataDir: string): Promise<TestServer> {
  const { step, random } = round
  if (losesPower(round)) {
    fs.mkdirSync(diskOf(dataDir))
    return await startTestServer({
      dataDir,
      nodeArgs: ['--import', RECORDER],
      env: { POWER_LOSS_ROOT: dataDir, POWER_LOSS_DISK: diskOf(dataDir) },
    })
  }
  if (step !== null) return await startTestServer({ dataDir, nodeArgs: ['--import', KILLER], env: killAt(step, random) })
  return await startTestServer({ dataDir, env: round.cut === 'freeze' ? { ZHIKU_LIMIT_LEASE_SECONDS: String(LEASE_SECONDS) } : {} })
}

/** The end of a server; returns the folder with what is left. */
async function crash(round: Round, server: TestServer): Promise<string> {
  const { cut, random, promised, step } = round
  const { dataDir } = server
  let cutting = false
  const busy = Array.from({ length: CLIENTS }, async () => {
    // A backlog without end would only make the recovery long.
    for (let n = 0; n < OPERATIONS_EACH && !cutting; n += 1)
      await operate(server, promised, random, chooseOperation(random, step === null ? null : (EMPHASIS[step] ?? null))).catch(() =>
        sleep(5),
      )
  })
  await moment(round, server)
  cutting = true
  await server.kill()
  await Promise.all(busy)
  if (!losesPower(round)) return dataDir
  const disk = diskOf(dataDir)
  fs.rmSync(path.join(disk, 'gate'), { recursive: true, force: true })
  const target = await newDataDir()
  afterPowerLoss({ root: dataDir, disk, target, unsynced: cut === 'random' ? 'random' : 'none', random })
  fs.rmSync(dataDir, { recursive: true, force: true })
  fs.rmSync(disk, { recursive: true, force: true })
  return target
}

function killAt(step: Step, random: () => number): Record<string, string> {
  return {
    CRASH_STEP: step,
    CRASH_NTH: String(1 + Math.floor(random() * 3)),
    CRASH_WHEN: ['before', 'after', 'commit'][Math.floor(random() * 3)]!,
    CRASH_DELAY_MS: String(Math.floor(random() * 20)),
  }
}

function count({ report }: Round, step: Step, reached: boolean): void {
  if (reached) report.steps![step] = (report.steps![step] ?? 0) + 1
  else report.notReached!.push(step)
}

/** Waits for the moment of the cut. */
async function moment(round: Round, server: TestServer): Promise<void> {
  const { cut, random, promised, report, step } = round
  if (step !== null) {
    server.process.kill('SIGCONT')
    const patience = performance.now() + PATIENCE_MS
    while (server.process.exitCode === null && server.process.signalCode === null && performance.now() < patience) await sleep(10)
    count(round, step, server.process.signalCode !== null)
    return
  }
  // A run that never accepted anything proves nothing: the first cut waits for the first promise.
  const patience = performance.now() + PATIENCE_MS
  while (promised.acknowledged.add === 0 && performance.now() < patience) await sleep(20)
  await sleep(50 + random() * 1200)
  if (cut !== 'freeze') return
  // Frozen in the middle of its jobs, several times, for longer than their leases; then it goes on with what it was at.
  for (let n = 0; n < 5; n += 1) {
    await sleep(200 + random() * 500)
    server.process.kill('SIGSTOP')
    await sleep(LEASE_SECONDS * 1000 * (1.2 + random()))
    server.process.kill('SIGCONT')
  }
  await sleep(1000)
  report.leasesLost! += server.log().split('queue.lease.lost').length - 1 + (server.log().split('"lease lost"').length - 1)
}

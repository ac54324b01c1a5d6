import { spawn } from 'node:child_process'
import fs from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { inspect } from 'node:util'
import { setTimeout as sleep } from 'node:timers/promises'
import { silentLog } from '../../../packages/server/src/base/log.ts'
import { checkIntegrity } from '../../../packages/server/src/db/integrity.ts'
import { openDb } from '../../../packages/server/src/db/open.ts'
import { seededRandom } from '../random.ts'
import { findLosses, lastTransaction, prepare, runTransaction } from './db-workload.ts'
import { afterPowerLoss } from './image.ts'

/** `kill`: the process dies, the system goes on. `worst` and `random`: the power goes, see image.ts. `deaf`: `worst` on a disk that lies. */
export type Cut = 'kill' | 'worst' | 'random' | 'deaf'

/** A round is cut before so many transactions. */
const MAX_TRANSACTIONS = 80

const WRITER = new URL('./db-writer.ts', import.meta.url)
const RECORDER = new URL('./recorder.ts', import.meta.url).href

/**
 * Starts a program and kills it at a moment of chance.
 *
 * @param input.args     program and arguments
 * @param input.env      added to the environment
 * @param input.lines    it lives until it has printed so many lines
 * @param input.thenMs   and so much longer
 * @returns lines it printed
 */
export async function runAndKill(input: {
  args: string[]
  env?: Record<string, string>
  lines: number
  thenMs: number
}): Promise<string[]> {
  const child = spawn(process.execPath, input.args, { env: { ...process.env, ...input.env }, stdio: ['ignore', 'pipe', 'inherit'] })
  let output = ''
  const ended = new Promise<void>((resolve) => {
    child.once('close', () => resolve())
  })
  const spoke = new Promise<void>((resolve) => {
    if (input.lines === 0) resolve()
    child.stdout.on('data', (data: Buffer) => {
      output += data.toString()
      if (output.split('\n').length > input.lines) resolve()
    })
  })
  await Promise.race([spoke, ended])
  await sleep(input.thenMs)
  child.kill('SIGKILL')
  await ended
  return output.split('\n').slice(0, -1)
}

/** Runs a program on `root` and cuts it; `target` then holds what is left. */
export async function runAndCut(input: {
  cut: Cut
  args: string[]
  root: string
  target: string
  lines: number
  thenMs: number
  random: () => number
}): Promise<string[]> {
  const { cut, root, target, random } = input
  if (cut === 'kill') {
    const lines = await runAndKill(input)
    fs.renameSync(root, target)
    return lines
  }
  const disk = `${root}.disk`
  fs.mkdirSync(disk)
  const env = { POWER_LOSS_ROOT: root, POWER_LOSS_DISK: disk, POWER_LOSS_DEAF: cut === 'deaf' ? 'pg_wal' : '' }
  const lines = await runAndKill({ ...input, args: ['--import', RECORDER, ...input.args], env })
  fs.rmSync(path.join(disk, 'gate'), { recursive: true, force: true })
  afterPowerLoss({ root, disk, target, unsynced: cut === 'random' ? 'random' : 'none', random })
  return lines
}

/**
 * The database alone: write, cut, open what is left, compare, check its structure; then the same on what is left, `rounds` times.
 *
 * @returns number of acknowledged transactions and what is wrong
 */
export async function databaseRounds(input: {
  cut: Cut
  seed: number
  rounds: number
}): Promise<{ acknowledged: number; wrong: string[] }> {
  const random = seededRandom(input.seed)
  const folder = fs.mkdtempSync(path.join(tmpdir(), 'zhiku-crash-'))
  let acknowledged = 0
  try {
    fs.mkdirSync(path.join(folder, '0'))
    for (let round = 1; round <= input.rounds; round++) {
      const [root, target] = [path.join(folder, String(round - 1)), path.join(folder, String(round))]
      // One in five is cut while the database is being created or opened.
      const when =
        random() < 0.2
          ? { lines: 0, thenMs: 100 + random() * 900 }
          : { lines: Math.ceil(random() * MAX_TRANSACTIONS), thenMs: random() * 40 }
      const lines = await runAndCut({ cut: input.cut, args: [fileURLToPath(WRITER), root], root, target, ...when, random })
      acknowledged = Number(lines.findLast((line) => /^\d+$/.test(line)) ?? acknowledged)
      const wrong = await inspectStore(target, acknowledged)
      if (wrong.length > 0) return { acknowledged, wrong: wrong.map((line) => `round ${round}: ${line}`) }
      // It was there or not; now it is.
      acknowledged += 1
    }
    return { acknowledged, wrong: [] }
  } finally {
    fs.rmSync(folder, { recursive: true, force: true })
  }
}

/** Opens it, compares it with the history, and runs the next transaction, which must be number `acknowledged + 1` afterwards. */
async function inspectStore(dataDir: string, acknowledged: number): Promise<string[]> {
  try {
    const db = await openDb({ dataDir, databaseUrl: null, log: silentLog })
    try {
      // Cut before the tables were made: they are made now, and are empty.
      await prepare(db)
      const wrong = [...(await findLosses(db, acknowledged)), ...(await checkIntegrity(db))]
      if ((await lastTransaction(db)) === acknowledged) await runTransaction(db, acknowledged + 1)
      return wrong
    } finally {
      await db.close()
    }
  } catch (error) {
    return [`does not open: ${inspect(error)}`]
  }
}

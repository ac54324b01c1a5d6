import { spawn } from 'node:child_process'
import fs from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
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
 * One round of the database alone: write, cut, open what is left, compare, check its structure, write again.
 *
 * @returns number of acknowledged transactions and what is wrong
 */
export async function databaseRound(cut: Cut, seed: number): Promise<{ acknowledged: number; wrong: string[] }> {
  const random = seededRandom(seed)
  const folder = fs.mkdtempSync(path.join(tmpdir(), 'zhiku-crash-'))
  const target = path.join(folder, 'after')
  const root = path.join(folder, 'before')
  fs.mkdirSync(root)
  try {
    const args = [new URL('./db-writer.ts', import.meta.url).pathname, root]
    // One round in five is cut while the database is being created.
    const when =
      random() < 0.2 ? { lines: 0, thenMs: 100 + random() * 900 } : { lines: Math.ceil(random() * MAX_TRANSACTIONS), thenMs: random() * 40 }
    const lines = await runAndCut({ cut, args, root, target, ...when, random })
    const acknowledged = Number(lines.findLast((line) => /^\d+$/.test(line)) ?? 0)
    const db = await openDb({ dataDir: target, databaseUrl: null, log: silentLog })
    try {
      // Cut before the tables were made: they are made now, and are empty.
      await prepare(db)
      const wrong = [...(await findLosses(db, acknowledged)), ...(await checkIntegrity(db))]
      await runTransaction(db, (await lastTransaction(db)) + 1)
      return { acknowledged, wrong }
    } finally {
      await db.close()
    }
  } catch (error) {
    return { acknowledged: 0, wrong: [`does not open: ${inspect(error)}`] }
  } finally {
    fs.rmSync(folder, { recursive: true, force: true })
  }
}

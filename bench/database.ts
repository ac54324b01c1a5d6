/**
 * Figures of the embedded database alone: first start, start, memory, small calls. Prints one JSON object.
 *
 *   node bench/database.ts [--repeats 5]
 *
 * Wall times depend on what else the machine does; CPU seconds hardly.
 */
import { spawnSync } from 'node:child_process'
import fs from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { silentLog } from '../packages/server/src/base/log.ts'
import type { Db } from '../packages/server/src/db/db.ts'
import { openDb } from '../packages/server/src/db/open.ts'
import { describeMachine, residentMiB, summary } from './support.ts'

const { values } = parseArgs({ options: { repeats: { type: 'string', default: '5' }, probe: { type: 'string' } } })

/** In a process of its own: what one start costs, and what it holds after ten idle seconds. */
async function probe(dataDir: string): Promise<void> {
  const baseMiB = residentMiB()
  const startedMs = performance.now()
  const cpu = process.cpuUsage()
  const db = await openDb({ dataDir, databaseUrl: null, log: silentLog })
  const openMs = performance.now() - startedMs
  const used = process.cpuUsage(cpu)
  await sleep(10_000)
  process.stdout.write(JSON.stringify({ openMs, cpuMs: (used.user + used.system) / 1000, baseMiB, idleMiB: residentMiB() }))
  await db.close()
}

type Probe = Record<'openMs' | 'cpuMs' | 'baseMiB' | 'idleMiB', number>

function runProbe(dataDir: string): Probe {
  const { stdout, status } = spawnSync(process.execPath, [import.meta.filename, '--probe', dataDir], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  if (status !== 0) throw new Error('the probe failed')
  return JSON.parse(stdout) as Probe
}

async function timesOf(repeats: number, call: () => Promise<unknown>): Promise<number[]> {
  const times: number[] = []
  for (let n = 0; n < repeats; n++) {
    const startedMs = performance.now()
    await call()
    times.push(performance.now() - startedMs)
  }
  return times
}

async function smallCalls(db: Db): Promise<Record<string, unknown>> {
  await db.query('create table small (n int, text text)')
  const read = (): Promise<unknown> => db.query('select 1')
  const write = (): Promise<unknown> => db.query('insert into small values (1, $1)', ['x'.repeat(500)])
  await timesOf(50, read)
  return { readMs: summary(await timesOf(500, read)), durableWriteMs: summary(await timesOf(500, write)) }
}

async function main(): Promise<void> {
  const folder = fs.mkdtempSync(path.join(tmpdir(), 'zhiku-bench-'))
  try {
    const first: Probe[] = []
    const again: Probe[] = []
    for (let n = 0; n < Number(values.repeats); n++) {
      const dataDir = path.join(folder, String(n))
      first.push(runProbe(dataDir))
      again.push(runProbe(dataDir))
    }
    const figures = (probes: Probe[]): Record<string, unknown> => ({
      openMs: summary(probes.map(({ openMs }) => openMs)),
      cpuMs: summary(probes.map(({ cpuMs }) => cpuMs)),
      idleMiB: summary(probes.map(({ idleMiB }) => idleMiB)),
      ofThatBareProcessMiB: summary(probes.map(({ baseMiB }) => baseMiB)),
    })
    const db = await openDb({ dataDir: path.join(folder, '0'), databaseUrl: null, log: silentLog })
    const calls = await smallCalls(db)
    await db.close()
    process.stdout.write(
      `${JSON.stringify({ bench: 'database', ...describeMachine(), emptyFolder: figures(first), existingFolder: figures(again), ...calls }, null, 2)}\n`,
    )
  } finally {
    fs.rmSync(folder, { recursive: true, force: true })
  }
}

await (values.probe === undefined ? main() : probe(values.probe))

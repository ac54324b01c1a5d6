import { spawnSync } from 'node:child_process'
import fs from 'node:fs'
import { cpus, loadavg, totalmem } from 'node:os'

/** What a figure is worth: which code, on what, beside what. */
export function describeMachine(): Record<string, unknown> {
  const commit = spawnSync('git', ['rev-parse', '--short', 'HEAD'], { encoding: 'utf8', cwd: import.meta.dirname }).stdout.trim()
  const [cpu] = cpus()
  return {
    commit,
    node: process.version,
    cpu: `${cpus().length} x ${cpu?.model ?? 'unknown'}`,
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    load: loadavg()[0],
  }
}

export interface Summary {
  p50: number
  p95: number
  max: number
  count: number
}

/** Nearest-rank percentiles, rounded to 0.01. */
export function summary(values: readonly number[]): Summary {
  const sorted = values.toSorted((a, b) => a - b)
  const at = (share: number): number => Math.round((sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN) * 100) / 100
  return { p50: at(0.5), p95: at(0.95), max: at(1), count: sorted.length }
}

/** Resident memory of this process, on Linux without counting what it shares twice. */
export function residentMiB(): number {
  const status = fs.existsSync('/proc/self/status') ? fs.readFileSync('/proc/self/status', 'utf8') : ''
  const kibibytes = /VmRSS:\s+(\d+)/.exec(status)?.[1]
  return Math.round(kibibytes === undefined ? process.memoryUsage.rss() / 2 ** 20 : Number(kibibytes) / 1024)
}

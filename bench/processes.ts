/** What a process and its children use, from /proc (Linux). */
import { readFileSync, readdirSync } from 'node:fs'

const TICKS_PER_SECOND = 100

interface ProcessUse {
  pid: number
  name: string
  rssMiB: number
  pssMiB: number
}

const read = (file: string): string => {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return ''
  }
}

function childrenOf(pid: number): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((candidate) => Number(/^\d+ \(.*\) \S (\d+)/.exec(read(`/proc/${candidate}/stat`))?.[1]) === pid)
}

/** The process and everything below it. */
export function tree(pid: number): ProcessUse[] {
  const kib = (text: string, key: string): number => Number(new RegExp(`^${key}:\\s+(\\d+) kB`, 'm').exec(text)?.[1] ?? 0)
  const own: ProcessUse = {
    pid,
    name: read(`/proc/${pid}/cmdline`)
      .split('\0')
      .slice(0, 3)
      .map((part) => part.split('/').at(-1))
      .join(' '),
    rssMiB: Math.round(kib(read(`/proc/${pid}/status`), 'VmRSS') / 1024),
    pssMiB: Math.round(kib(read(`/proc/${pid}/smaps_rollup`), 'Pss') / 1024),
  }
  return [own, ...childrenOf(pid).flatMap(tree)]
}

/** Resident memory of the process and everything below it; cheap enough to be asked often. */
export function residentMiB(pid: number): number {
  const kib = Number(/^VmRSS:\s+(\d+) kB/m.exec(read(`/proc/${pid}/status`))?.[1] ?? 0)
  return Math.round(kib / 1024) + childrenOf(pid).reduce((sum, child) => sum + residentMiB(child), 0)
}

// utime, stime, cutime, cstime are fields 14-17 of proc(5); the split begins at field 3.
const times = (pid: number): number[] =>
  read(`/proc/${pid}/stat`)
    .replace(/^.*\) /, '')
    .split(' ')
    .slice(11, 15)
    .map((ticks) => Number(ticks) / TICKS_PER_SECOND)

/** CPU seconds of the process, of its living children, and of children that have ended. */
export function cpuSeconds(pid: number): number {
  const own = times(pid).reduce((sum, seconds) => sum + seconds, 0)
  return own + childrenOf(pid).reduce((sum, child) => sum + cpuSeconds(child), 0)
}

/** CPU seconds of the process and of those living children whose command line is wanted; and which children these are. */
export function cpuOfLiving(pid: number, wanted: (commandLine: string) => boolean): { seconds: number; children: number[] } {
  const children = childrenOf(pid).filter((child) => wanted(read(`/proc/${child}/cmdline`)))
  const seconds = [pid, ...children].reduce((sum, one) => sum + times(one)[0]! + times(one)[1]!, 0)
  return { seconds, children }
}

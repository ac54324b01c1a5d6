/** What another process has used so far, as the kernel counts it. */
import { readFile } from 'node:fs/promises'

export interface Usage {
  /** processor time of all its threads */
  cpuMs: number
  rssMiB: number
}

/** USER_HZ, which Linux fixes at 100 for what it shows in /proc */
const MS_PER_TICK = 10

/** Null where there is no /proc, and for a process that has just ended. */
export async function usageOf(pid: number | undefined): Promise<Usage | null> {
  if (process.platform !== 'linux' || pid === undefined) return null
  try {
    const [stat, status] = await Promise.all([readFile(`/proc/${pid}/stat`, 'latin1'), readFile(`/proc/${pid}/status`, 'latin1')])
    // proc_pid_stat(5): the name in brackets may hold anything; after it come the fields from the third on.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    const kib = /^VmRSS:\s+(\d+) kB/m.exec(status)?.[1]
    return { cpuMs: (Number(fields[11]) + Number(fields[12])) * MS_PER_TICK, rssMiB: Math.round(Number(kib ?? 0) / 1024) }
  } catch {
    return null
  }
}

/** What a task costs, measured in the child. */
import type { Used } from './protocol.ts'

export const rssMiB = (): number => Math.round(process.memoryUsage.rss() / 2 ** 20)

/** @param cpu  process.cpuUsage() at the beginning */
export function usedSince(cpu: NodeJS.CpuUsage): Used {
  const { user, system } = process.cpuUsage(cpu)
  return { cpuMs: Math.round((user + system) / 1000), rssMiB: rssMiB() }
}

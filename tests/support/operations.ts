/**
 * Random operations on a real server that is killed now and then: afterwards the doctor must find nothing, and what was
 * acknowledged must be there. Seeded, so that a run can be repeated (the moments of the kills are chance all the same).
 */
import { rm } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Promised, chooseOperation, noPromises, operate } from './crash/operations.ts'
import { recovered, trim, verify } from './crash/verify.ts'
import { seededRandom } from './random.ts'
import { type TestServer, newDataDir, startTestServer } from './server.ts'

export interface OperationsReport {
  operations: number
  kills: number
  acknowledged: Promised['acknowledged']
  lost: string[]
  wrong: string[]
}

const CLIENTS = 3

/**
 * @param input.operations  sent to the server; those that a kill cuts short count too
 * @param input.each        operations between two kills
 */
export async function randomOperations(input: {
  operations: number
  each: number
  seed: number
  say?: (line: string) => void
}): Promise<OperationsReport> {
  const random = seededRandom(input.seed)
  const promised = noPromises()
  const report: OperationsReport = { operations: 0, kills: 0, acknowledged: promised.acknowledged, lost: [], wrong: [] }
  const dataDir = await newDataDir()
  const inspect = async (server: TestServer): Promise<void> => {
    await recovered(server)
    const { lost, wrong } = await verify(server, promised)
    report.lost.push(...lost)
    report.wrong.push(...wrong)
    input.say?.(
      `${report.operations} operations, ${report.kills} kills: ${[...lost, ...wrong].join('; ') || 'nothing lost, nothing wrong'}`,
    )
    await trim(server, promised, 40)
  }
  try {
    while (report.operations < input.operations) {
      const server = await startTestServer({ dataDir })
      if (report.kills > 0) await inspect(server)
      const end = Math.min(report.operations + input.each, input.operations)
      await Promise.all(
        Array.from({ length: CLIENTS }, async () => {
          while (report.operations < end) {
            report.operations += 1
            const kills = report.operations === end
            const work = operate(server, promised, random, chooseOperation(random, null)).catch(() => sleep(5))
            // In the middle of the last one.
            if (kills) await sleep(random() * 30)
            if (kills) await server.kill()
            await work
          }
        }),
      )
      await server.kill()
      report.kills += 1
    }
    const last = await startTestServer({ dataDir })
    try {
      await inspect(last)
    } finally {
      await last.stop()
    }
    return report
  } finally {
    await rm(dataDir, { recursive: true, force: true })
  }
}

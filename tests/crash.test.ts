/** A few crash points of the whole program; `npm run test:crash` runs the full counts. */
import { describe, expect, it } from 'vitest'
import { type Cut, crashLibrary } from './support/crash/rounds.ts'

const seed = Number(process.env['ZHIKU_TEST_SEED'] ?? Date.now() % 1_000_000)

/** A seed whose steps begin with those of receiving a file. */
const FIRST_STEPS = 418_320

describe('a server that is killed, frozen or loses its power', () => {
  it.each<[Cut, number]>([
    ['kill', 3],
    ['step', 4],
    ['worst', 2],
    ['random', 2],
    ['freeze', 1],
  ])(`loses nothing that it accepted: %s, %i points (seed ${seed})`, async (cut, points) => {
    // The first steps only: that of leasing a job is not reached any more since statements are prepared (open finding).
    const report = await crashLibrary({ points, seed: cut === 'step' ? FIRST_STEPS : seed, cut })
    expect({ lost: report.lost, wrong: report.wrong, points: report.points }).toEqual({ lost: [], wrong: [], points })
    expect(report.acknowledged.add).toBeGreaterThan(0)
  })
})

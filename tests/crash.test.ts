/** A few crash points of the whole program; `npm run test:crash` runs the full counts. */
import { describe, expect, it } from 'vitest'
import { crashLibrary } from './support/crash-library.ts'

const seed = Number(process.env['ZHIKU_TEST_SEED'] ?? Date.now() % 1_000_000)

describe('a server that is killed or loses its power', () => {
  it.each([
    ['kill', 4],
    ['worst', 2],
    ['random', 2],
  ] as const)(`loses nothing that it accepted: %s, %i points (seed ${seed})`, async (cut, points) => {
    const report = await crashLibrary({ points, seed, cut })
    expect({ lost: report.lost, wrong: report.wrong, points: report.points }).toEqual({ lost: [], wrong: [], points })
    expect(report.acknowledged.uploads).toBeGreaterThan(0)
  })
})

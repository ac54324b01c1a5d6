import { describe, expect, test } from 'vitest'
import { type Cut, databaseRounds } from '../../../../../tests/support/power-loss/rounds.ts'

/**
 * R1 and R10 in small numbers; `npm run test:crash` runs many. A failed round can be run again by its seed.
 */
const SEEDS = [2]

describe('R1: every acknowledged commit survives', () => {
  const cuts: [string, Cut][] = [
    ['the loss of everything that was not synced', 'worst'],
    ['the loss of random pages that were not synced', 'random'],
  ]
  describe.each(cuts)('%s', (_name, cut) => {
    test.each(SEEDS)('seed %i', { timeout: 180_000 }, async (seed) => {
      expect(await databaseRounds({ cut, seed, rounds: 1 })).toEqual({ acknowledged: expect.any(Number), wrong: [] })
    })
  })

  test('the check notices a disk that does not sync the WAL', { timeout: 180_000 }, async () => {
    expect((await databaseRounds({ cut: 'deaf', seed: 4, rounds: 1 })).wrong).not.toEqual([])
  })
})

test('R10: kill -9 again and again leaves neither stale nor missing tokens', { timeout: 180_000 }, async () => {
  expect(await databaseRounds({ cut: 'kill', seed: 5, rounds: 3 })).toEqual({ acknowledged: expect.any(Number), wrong: [] })
})

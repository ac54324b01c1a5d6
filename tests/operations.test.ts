/** Some random operations with kills; `npm run test:ops` runs the full count. */
import { expect, it } from 'vitest'
import { randomOperations } from './support/operations.ts'

const seed = Number(process.env['ZHIKU_TEST_SEED'] ?? Date.now() % 1_000_000)

it(`a library that is used at random and killed stays whole (seed ${seed})`, async () => {
  const report = await randomOperations({ operations: 60, each: 20, seed })
  expect({ lost: report.lost, wrong: report.wrong }).toEqual({ lost: [], wrong: [] })
  expect(report).toMatchObject({ operations: 60, kills: 3 })
})

import { expect, test } from 'vitest'
import { engineSuite } from '../engine.suite.ts'
import { fixturePicture } from '../testing/fixtures.ts'
import { createPpOcr } from './engine.ts'

engineSuite(() => createPpOcr({ provider: 'cpu' }))

test('a provider that is not there falls back to the CPU, and the reading says so', async () => {
  const engine = await createPpOcr({ provider: 'cuda' })
  const reading = await engine.read(await fixturePicture('table'))
  expect(reading.provider).toMatch(/^(?:cuda|cpu)$/)
  expect(reading.blocks.length).toBeGreaterThan(0)
  await engine.close()
})

import { expect, test } from 'vitest'
import { engineSuite } from '../engine.suite.ts'
import { createTesseract } from './engine.ts'

engineSuite(() => createTesseract())

test('a program that cannot be run is replaced by the packaged build, whose name says so', async () => {
  const engine = await createTesseract({ program: '/nowhere/tesseract' })
  expect(engine.version).toMatch(/^Tesseract 5[\d.]+$/)
  await engine.close()
})

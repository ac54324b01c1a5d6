import { describe, expect, it } from 'vitest'
import { FairClock } from './fair-clock.ts'

function clock(): { at(ms: number, cpuMs: number | null): number } {
  let now = 0
  const fair = new FairClock(() => now)
  return {
    at(ms, cpuMs) {
      now = ms
      return fair.pass(cpuMs)
    },
  }
}

describe('the time a child is charged for', () => {
  it('is the time it has worked', () => {
    const fair = clock()
    fair.at(0, 500)
    expect(fair.at(200, 650)).toBe(150)
    expect(fair.at(400, 850)).toBe(200)
  })

  it('is a third of the time in which it does nothing, on a busy machine or for ever', () => {
    const fair = clock()
    fair.at(0, 500)
    expect(fair.at(300, 500)).toBe(100)
    expect(fair.at(600, 520)).toBe(100)
  })

  it('is never more than what has passed, however many threads have worked', () => {
    const fair = clock()
    fair.at(0, 0)
    expect(fair.at(200, 700)).toBe(200)
  })

  it('is all of it where the system does not tell', () => {
    const fair = clock()
    fair.at(0, null)
    expect(fair.at(200, null)).toBe(200)
  })
})

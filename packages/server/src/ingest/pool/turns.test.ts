import { describe, expect, it } from 'vitest'
import { Turns } from './turns.ts'

const never = new AbortController().signal

/** Hands in tasks, then lets them run one after the other; returns the order in which they had their turn. */
async function order(size: number, tasks: readonly [owner: string, group: string, urgent?: boolean][]): Promise<string[]> {
  const turns = new Turns(size)
  const had: string[] = []
  const running: (() => void)[] = []
  const all = tasks.map(async ([owner, group, urgent = false], n) => {
    const end = await turns.take({ owner, group, urgent }, never)
    had.push(`${group}${n}`)
    running.push(end)
  })
  while (had.length < tasks.length) {
    await new Promise((resolve) => setImmediate(resolve))
    running.shift()?.()
  }
  await Promise.all(all)
  return had
}

describe('turns', () => {
  it('keep the order of arrival within a group', async () => {
    expect(
      await order(1, [
        ['a', 'x'],
        ['a', 'x'],
        ['a', 'x'],
      ]),
    ).toEqual(['x0', 'x1', 'x2'])
  })

  it('go round between the groups of one owner, so that a long scan does not hold up a short one', async () => {
    expect(
      await order(1, [
        ['a', 'x'],
        ['a', 'x'],
        ['a', 'x'],
        ['a', 'y'],
        ['a', 'z'],
      ]),
    ).toEqual(['x0', 'y3', 'z4', 'x1', 'x2'])
  })

  it('go first to the owner with the fewest running tasks', async () => {
    // Two children: both begin with tasks of the first owner; the next free one is the other owner's.
    expect(
      (
        await order(2, [
          ['a', 'x'],
          ['a', 'y'],
          ['a', 'z'],
          ['b', 'w'],
        ])
      ).slice(2),
    ).toEqual(['w3', 'z2'])
  })

  it('go before all others to what a person waits for', async () => {
    expect(
      await order(1, [
        ['a', 'x'],
        ['a', 'x'],
        ['b', 'y'],
        ['a', 'x', true],
      ]),
    ).toEqual(['x0', 'x3', 'y2', 'x1'])
  })

  it('are never more at a time than there are children', async () => {
    const turns = new Turns(2)
    let [now, most] = [0, 0]
    await Promise.all(
      Array.from({ length: 20 }, async (_, n) => {
        const end = await turns.take({ owner: `o${n % 3}`, group: `g${n % 5}`, urgent: n % 7 === 0 }, never)
        most = Math.max(most, ++now)
        await new Promise((resolve) => setImmediate(resolve))
        now--
        end()
        end() // ending twice frees one place
      }),
    )
    expect(most).toBe(2)
    expect(turns.free).toBe(2)
  })

  it('are given up by who leaves, and by all when the pool closes', async () => {
    const turns = new Turns(1)
    const end = await turns.take({ owner: 'a', group: 'x', urgent: false }, never)
    const leaving = new AbortController()
    const left = turns.take({ owner: 'a', group: 'y', urgent: false }, leaving.signal)
    const stays = turns.take({ owner: 'a', group: 'z', urgent: false }, never)
    leaving.abort(new Error('left'))
    await expect(left).rejects.toThrow('left')
    end()
    const endOfStaying = await stays
    const closed = turns.take({ owner: 'a', group: 'x', urgent: false }, never)
    turns.close(new Error('closed'))
    await expect(closed).rejects.toThrow('closed')
    endOfStaying()
    expect(turns.free).toBe(1)
  })
})

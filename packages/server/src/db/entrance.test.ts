import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { Entrance, type Rank } from './entrance.ts'

/** Lets callers queue behind one that is inside, then opens; returns who went in, in order. */
async function orderOf(ranks: readonly Rank[], pauseMs = 0): Promise<string[]> {
  const entrance = new Entrance(1)
  await entrance.enter('usual')
  const order: string[] = []
  const all = []
  for (const [index, rank] of ranks.entries()) {
    all.push(
      entrance.enter(rank).then(() => {
        order.push(`${rank} ${index}`)
        entrance.leave(rank)
      }),
    )
    await sleep(pauseMs)
  }
  expect(entrance.waiting).toBe(ranks.length)
  entrance.leave('usual')
  await Promise.all(all)
  return order
}

describe('the entrance to the store', () => {
  it('lets urgent calls in first, the background last, equals in the order they came', async () => {
    expect(await orderOf(['background', 'usual', 'background', 'urgent', 'usual', 'urgent'])).toEqual([
      'urgent 3',
      'urgent 5',
      'usual 1',
      'usual 4',
      'background 0',
      'background 2',
    ])
  })

  it('lets in whoever has waited long before everybody else', async () => {
    expect(await orderOf(['background', 'urgent', 'usual'], 600)).toEqual(['background 0', 'urgent 1', 'usual 2'])
  })

  it('keeps the place for a moment for whoever asks several times in a row', async () => {
    const entrance = new Entrance(1)
    const order: string[] = []
    await entrance.enter('urgent')
    const background = entrance.enter('background').then(() => void order.push('background'))
    entrance.leave('urgent')
    await Promise.resolve()
    await entrance.enter('urgent')
    order.push('urgent again')
    entrance.leave('urgent')
    await background
    expect(order).toEqual(['urgent again', 'background'])
  })

  it('lets others in between urgent calls without end', async () => {
    const ranks: Rank[] = ['background', 'usual', ...Array.from({ length: 14 }, (): Rank => 'urgent')]
    const order = (await orderOf(ranks)).map((entry) => entry.split(' ')[0])
    expect(order.indexOf('usual')).toBe(6)
    expect(order.indexOf('background')).toBe(13)
  })

  it('admits as many as it has places', async () => {
    const entrance = new Entrance(2)
    await entrance.enter('usual')
    await entrance.enter('background')
    const third = entrance.enter('urgent')
    expect(entrance.waiting).toBe(1)
    entrance.leave('background')
    await third
    expect(entrance.waiting).toBe(0)
  })
})

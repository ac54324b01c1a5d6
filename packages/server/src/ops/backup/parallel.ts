/** Files written and synced at the same time: one by one, the waits for the disk add up. */
const PARALLEL = 8

/** Ends when all work has ended; the first error stops what has not begun, and is thrown then. */
export async function inParallel<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  const left = [...items].toReversed()
  const run = async (): Promise<void> => {
    try {
      for (let item = left.pop(); item !== undefined; item = left.pop()) await work(item)
    } catch (error) {
      left.length = 0
      throw error
    }
  }
  const ended = await Promise.allSettled(Array.from({ length: PARALLEL }, run))
  for (const one of ended) if (one.status === 'rejected') throw one.reason
}

/**
 * Who comes next when there are more tasks than children. Fair: a page of one scan after a page of another, and of one
 * person after another's; within a group in the order of arrival.
 */

export interface Turn {
  /** among those that wait, the owner with the fewest running tasks comes first */
  owner: string
  /** a revision; then the group with the fewest running tasks, then the one that has waited longest since its last turn */
  group: string
  /** a person is looking at it: before everything that is not urgent */
  urgent: boolean
}

interface Waiting {
  turn: Turn
  go(): void
  fail(reason: Error): void
}

export class Turns {
  readonly #size: number
  readonly #running: Turn[] = []
  readonly #waiting: Waiting[] = []
  /** counts turns; when a group last had one */
  #clock = 0
  readonly #last = new Map<string, number>()

  constructor(size: number) {
    this.#size = size
  }

  /** Tasks that could begin at once. */
  get free(): number {
    return Math.max(0, this.#size - this.#running.length - this.#waiting.length)
  }

  /** Resolves when it is this task's turn, with what ends it. @throws the signal's reason; what `close` was given */
  async take(turn: Turn, signal: AbortSignal): Promise<() => void> {
    signal.throwIfAborted()
    if (this.#running.length >= this.#size) {
      await new Promise<void>((resolve, reject) => {
        const leave = (): void => {
          this.#waiting.splice(this.#waiting.indexOf(entry), 1)
          reject(signal.reason as Error)
        }
        const end = (how: () => void) => (): void => {
          signal.removeEventListener('abort', leave)
          how()
        }
        const entry: Waiting = { turn, go: end(resolve), fail: (reason) => end(() => reject(reason))() }
        this.#waiting.push(entry)
        signal.addEventListener('abort', leave, { once: true })
      })
    } else this.#begin(turn)
    let ended = false
    return () => {
      if (ended) return
      ended = true
      this.#end(turn)
    }
  }

  /** Everything that waits fails. */
  close(reason: Error): void {
    for (const { fail } of this.#waiting.splice(0)) fail(reason)
  }

  #begin(turn: Turn): void {
    this.#running.push(turn)
    this.#last.set(turn.group, ++this.#clock)
  }

  #end(turn: Turn): void {
    this.#running.splice(this.#running.indexOf(turn), 1)
    const next = this.#next()
    if (next) {
      this.#waiting.splice(this.#waiting.indexOf(next), 1)
      // Taken in the same step in which it is given, so that nobody comes in between.
      this.#begin(next.turn)
      next.go()
    }
    if (![...this.#running, ...this.#waiting.map((one) => one.turn)].some(({ group }) => group === turn.group))
      this.#last.delete(turn.group)
  }

  #next(): Waiting | undefined {
    const count = (of: (turn: Turn) => boolean): number => this.#running.filter(of).length
    const rank = ({ turn }: Waiting): number[] => [
      turn.urgent ? 0 : 1,
      count(({ owner }) => owner === turn.owner),
      count(({ group }) => group === turn.group),
      this.#last.get(turn.group) ?? 0,
    ]
    let best: { entry: Waiting; rank: number[] } | undefined
    for (const entry of this.#waiting) {
      const its = rank(entry)
      if (!best || isLess(its, best.rank)) best = { entry, rank: its }
    }
    return best?.entry
  }
}

function isLess(a: readonly number[], b: readonly number[]): boolean {
  const at = a.findIndex((value, index) => value !== b[index])
  return at >= 0 && a[at]! < b[at]!
}

/**
 * The order in which calls get a client of the pool. The embedded engine has one client, and behind ingest a question
 * would wait for every transaction that came before it.
 *
 *   urgent      somebody looks at a screen that stays empty until the answer is there: searches
 *   usual       everything else
 *   background  nobody waits for it: ingest, polling
 *
 * Among equals the first come goes first. Who has waited PATIENCE_MS goes before all others, and after URGENT_IN_A_ROW urgent calls one of
 * the others has its turn: somebody who searches without end must not bring ingest to a standstill.
 */
export const RANKS = ['urgent', 'usual', 'background'] as const
export type Rank = (typeof RANKS)[number]

const PATIENCE_MS = 500
/** Two searches of three calls. */
const URGENT_IN_A_ROW = 6
/** A search is several calls, one right after the other: nobody else is let in between them. */
const GRACE_MS = 4

interface Waiter {
  sinceMs: number
  enter(): void
}

export class Entrance {
  #free: number
  readonly #waiters: Record<Rank, Waiter[]> = { urgent: [], usual: [], background: [] }
  #graceUntilMs = 0
  #timer: NodeJS.Timeout | undefined
  /** urgent calls that went before others who waited */
  #streak = 0

  /** @param places  calls that may be inside at the same time */
  constructor(places: number) {
    this.#free = places
  }

  get waiting(): number {
    return RANKS.reduce((sum, rank) => sum + this.#waiters[rank].length, 0)
  }

  /** Resolves when it is this caller's turn; the caller then calls `leave`, once. */
  enter(rank: Rank): Promise<void> {
    return new Promise((enter) => {
      this.#waiters[rank].push({ sinceMs: performance.now(), enter })
      this.#admit()
    })
  }

  leave(rank: Rank): void {
    this.#free++
    if (rank === 'urgent') this.#graceUntilMs = performance.now() + GRACE_MS
    this.#admit()
  }

  #admit(): void {
    while (this.#free > 0) {
      const nowMs = performance.now()
      const queue = this.#next(nowMs)
      if (!queue) return
      if (queue !== this.#waiters.urgent && nowMs < this.#graceUntilMs && this.#streak < URGENT_IN_A_ROW) {
        clearTimeout(this.#timer)
        this.#timer = setTimeout(() => this.#admit(), GRACE_MS)
        return
      }
      this.#free--
      this.#streak = queue === this.#waiters.urgent && this.#othersWait ? this.#streak + 1 : 0
      queue.shift()!.enter()
    }
  }

  #next(nowMs: number): Waiter[] | undefined {
    const queues = RANKS.map((rank) => this.#waiters[rank]).filter((queue) => queue.length > 0)
    const impatient = queues.filter(([first]) => nowMs - first!.sinceMs > PATIENCE_MS)
    if (impatient.length > 0) return impatient.toSorted((a, b) => a[0]!.sinceMs - b[0]!.sinceMs)[0]
    if (this.#streak >= URGENT_IN_A_ROW) return queues.find((queue) => queue !== this.#waiters.urgent) ?? queues[0]
    return queues[0]
  }

  get #othersWait(): boolean {
    return this.#waiters.usual.length + this.#waiters.background.length > 0
  }
}

/**
 * Time as a child is charged for it: what it has worked, not what it has waited for a busy machine. One that neither
 * works nor ends is charged a third of the time that passes, so that it comes to its bound as well.
 */
const IDLE_SHARE = 1 / 3

export class FairClock {
  readonly #now: () => number
  #atMs: number
  #cpuMs: number | null = null

  constructor(now: () => number = () => performance.now()) {
    this.#now = now
    this.#atMs = now()
  }

  /** @param cpuMs  processor time of the child so far; null where it is not known: then all time counts. Returns what to charge since the last call. */
  pass(cpuMs: number | null): number {
    const now = this.#now()
    const passed = now - this.#atMs
    const worked = cpuMs === null ? passed : this.#cpuMs === null ? 0 : cpuMs - this.#cpuMs
    this.#atMs = now
    this.#cpuMs = cpuMs
    return Math.max(passed * IDLE_SHARE, Math.min(passed, worked))
  }
}

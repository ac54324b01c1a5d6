/** What the pages read so far say about the document's type: the size of its running text, which sizes are headings. */

/** Sizes are told apart in steps of half a point. */
const STEP = 2
/** A heading is at least so much larger than the running text. */
const LARGER = 1.12

export class DocumentStyle {
  readonly #chars = new Map<number, number>()
  /** heading levels by depth of their number, as last seen: 1 -> "2", 2 -> "2.1" */
  readonly #levels: number[] = []
  /** first and last lines of the page before, digits made alike */
  #furniture: Set<string> = new Set()
  #nextFurniture: Set<string> = new Set()

  count(size: number, chars: number): void {
    const step = Math.round(size * STEP)
    this.#chars.set(step, (this.#chars.get(step) ?? 0) + chars)
  }

  /** Size of most characters so far, in points. */
  get bodySize(): number {
    let best = 0
    let most = 0
    for (const [step, chars] of this.#chars) {
      if (chars > most) {
        best = step
        most = chars
      }
    }
    return best / STEP
  }

  /** Level by looks, or null when neither size nor weight lifts the line out of the text. */
  levelOf(size: number, bold: boolean): number | null {
    const ratio = size / Math.max(this.bodySize, 1)
    if (ratio >= 1.8) return 1
    if (ratio >= 1.4) return 2
    if (ratio >= LARGER) return 3
    return bold && ratio >= 0.95 ? 4 : null
  }

  /** A numbered heading stands below the last heading with a shorter number: 2.1 below 2. */
  numbered(level: number, depth: number): number {
    const above = this.#levels.slice(0, depth).findLast((known) => known !== undefined)
    const result = Math.min(6, depth > 1 && above !== undefined ? Math.max(level, above + 1) : level)
    this.#levels.length = Math.min(this.#levels.length, depth)
    this.#levels[depth] = result
    return result
  }

  /** Was there the same line at the same place on the page before? A running title or a page number. */
  isFurniture(text: string, y: number): boolean {
    const key = `${text.replace(/\d+/g, '#')}@${Math.round(y / 4)}`
    this.#nextFurniture.add(key)
    return this.#furniture.has(key)
  }

  endPage(): void {
    this.#furniture = this.#nextFurniture
    this.#nextFurniture = new Set()
  }
}

/**
 * Takes a sign out of streamed text, wherever it stands and however it is cut, and remembers that it was there.
 * Pure but for its buffer.
 */
export class SignFilter {
  readonly #sign: string
  #buffer = ''
  #found = false

  constructor(sign: string) {
    this.#sign = sign
  }

  get found(): boolean {
    return this.#found
  }

  push(text: string): string {
    this.#buffer += text
    const parts = this.#buffer.split(this.#sign)
    if (parts.length > 1) this.#found = true
    const clear = parts.join('')
    const held = this.#heldAtEnd(parts.at(-1)!)
    this.#buffer = clear.slice(clear.length - held)
    return clear.slice(0, clear.length - held)
  }

  end(): string {
    const rest = this.#buffer
    this.#buffer = ''
    return rest
  }

  /** Length of the longest end of `text` that the sign could begin with. */
  #heldAtEnd(text: string): number {
    for (let length = Math.min(this.#sign.length - 1, text.length); length > 0; length--) {
      if (this.#sign.startsWith(text.slice(-length))) return length
    }
    return 0
  }
}

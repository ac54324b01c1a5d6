/**
 * A file inside a file on its way from a reader child to the server, part by part, each answered before the next.
 *
 *   child: inner -> inner-part ... -> inner-end      server: "more" after each, or "enough" with what became of it
 *
 * `sendInner` is the child's end, `InnerPipe` the server's.
 */
import type { InnerFile, InnerVerdict } from '../extract/types.ts'
import type { Ack, FromChild } from './protocol.ts'

/** Parts are cut to this; larger messages would stand in the way of everything else. */
const PART_BYTES = 1024 * 1024

/** Thrown into the server's stream when the child could not read a file to its end. */
export class InnerCut extends Error {}

/**
 * Sends one file.
 * @throws what its bytes throw, after the server has been told
 */
export async function sendInner(file: InnerFile, ask: (message: FromChild) => Promise<Ack>): Promise<InnerVerdict> {
  let ack = await ask({ type: 'inner', name: file.name, path: file.path })
  if (!ack.goOn) return ack.verdict ?? null
  try {
    for await (const part of file.bytes) {
      for (let at = 0; at < part.byteLength; at += PART_BYTES) {
        ack = await ask({ type: 'inner-part', bytes: part.subarray(at, at + PART_BYTES) })
        if (!ack.goOn) return ack.verdict ?? null
      }
    }
  } catch (error) {
    await ask({ type: 'inner-end', cut: true })
    throw error
  }
  return (await ask({ type: 'inner-end', cut: false })).verdict ?? null
}

type Slot = PromiseWithResolvers<Uint8Array | null>

/** Turns the messages of one file into a stream, and what the taker does with it into answers. */
export class InnerPipe {
  readonly #done: Promise<InnerVerdict>
  #slot: Slot = Promise.withResolvers()
  #wanted: PromiseWithResolvers<void> = Promise.withResolvers()
  #ended = false

  constructor(take: (bytes: AsyncIterable<Uint8Array>) => Promise<InnerVerdict>) {
    this.#slot.promise.catch(() => undefined)
    this.#done = take(this.#parts())
    this.#done.catch(() => undefined)
  }

  /** Resolves when the taker wants a part, or is done. */
  async answer(): Promise<Omit<Ack, 'type'>> {
    return await Promise.race([this.#done.then((verdict) => ({ goOn: false, verdict })), this.#wanted.promise.then(() => ({ goOn: true }))])
  }

  async part(bytes: Uint8Array): Promise<Omit<Ack, 'type'>> {
    this.#give().resolve(bytes)
    return await this.answer()
  }

  async end(cut: boolean): Promise<Omit<Ack, 'type'>> {
    this.#ended = true
    if (cut) this.#give().reject(new InnerCut())
    else this.#give().resolve(null)
    return { goOn: false, verdict: await this.#done }
  }

  /** The child is gone: nothing more will come. */
  break(): void {
    if (!this.#ended) this.#slot.reject(new InnerCut())
  }

  /** The slot that is waited for; the next part will have its own. */
  #give(): Slot {
    const slot = this.#slot
    this.#slot = Promise.withResolvers()
    this.#slot.promise.catch(() => undefined)
    this.#wanted = Promise.withResolvers()
    return slot
  }

  async *#parts(): AsyncGenerator<Uint8Array> {
    for (;;) {
      this.#wanted.resolve()
      const part = await this.#slot.promise
      if (part === null) return
      yield part
    }
  }
}

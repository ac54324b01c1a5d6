/**
 * Access to a server that was started with a token. A request that is refused for want of one waits until the reader
 * has entered it, then is sent again: no page needs to know.
 */
import { ref } from 'vue'

/** True while requests are waiting for the token; the shell shows the prompt. */
export const tokenNeeded = ref(false)

let waiting: (() => void)[] = []

/** Called by the prompt once the server has taken the token. */
export function tokenAccepted(): void {
  tokenNeeded.value = false
  const all = waiting
  waiting = []
  for (const go of all) go()
}

async function untilAccepted(signal: AbortSignal | null | undefined): Promise<void> {
  tokenNeeded.value = true
  await new Promise<void>((resolve, reject) => {
    waiting.push(resolve)
    signal?.addEventListener('abort', () => reject(signal.reason as Error), { once: true })
  })
}

/** `fetch` that waits for the token where the server asks for one. */
export async function sessionFetch(input: RequestInfo | URL, init?: RequestInit): Promise<Response> {
  for (;;) {
    const response = await fetch(input, init)
    if (response.status !== 401) return response
    await response.body?.cancel()
    await untilAccepted(init?.signal)
  }
}

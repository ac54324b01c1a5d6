/**
 * Whether the server can be reached. The app learns it from the stream of library events, which is open whenever the
 * page is visible; any request that fails on the way asks for a check.
 */
import { readonly, ref } from 'vue'

export type Connection =
  | { state: 'connecting' | 'online' }
  /** `retryAt`: time (ms) of the next attempt */
  | { state: 'lost'; retryAt: number }

const connection = ref<Connection>({ state: 'connecting' })
export const currentConnection = readonly(connection)

let check: () => void = () => undefined

/** The stream that watches registers how to try at once. */
export function onCheck(handler: () => void): void {
  check = handler
}
/** Try now: the reader pressed the button, or the machine came back online. */
export const checkConnection = (): void => check()

export const noteOnline = (): void => {
  connection.value = { state: 'online' }
}
export const noteLost = (retryAt: number): void => {
  connection.value = { state: 'lost', retryAt }
}
/** A request could not reach the server: look at once instead of waiting for the stream to notice. */
export const noteNetworkFailure = (): void => {
  if (connection.value.state === 'online') check()
}

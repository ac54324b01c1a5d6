/**
 * The stream of library changes, one per page, shared by all who watch documents. It is closed while the page is
 * hidden: browsers allow six connections to one origin over all tabs.
 */
import type { LibraryEvent } from '@zhiku/contract/events.ts'
import { api } from './client.ts'
import { noteLost, noteOnline, onCheck } from './connection.ts'
import { follow } from './follow.ts'

/** A page hidden for this long gives its connection back. */
const CLOSE_AFTER_MS = 30_000

type Listener = (event: LibraryEvent) => void
const listeners = new Set<Listener>()
const resyncers = new Set<() => void>()

/** Calls `listener` for every change; returns the way to stop. */
export function onLibraryEvent(listener: Listener): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

/** Calls `resync` when events may have been missed: read everything again. */
export function onResync(resync: () => void): () => void {
  resyncers.add(resync)
  return () => resyncers.delete(resync)
}

/**
 * Starts watching; call once. Also what tells whether the server can be reached.
 * @returns the way to stop
 */
export function watchLibrary(): () => void {
  let stop = new AbortController()
  let wake: () => void = () => undefined
  let openedBefore = false

  const start = (): void => {
    stop.abort()
    stop = new AbortController()
    const { signal } = stop
    follow<LibraryEvent>({
      // Without Last-Event-ID: whoever was away reads again instead of replaying.
      open: (_, openSignal) => api.libraryEvents({}, { signal: openSignal }),
      onOpen() {
        noteOnline()
        if (openedBefore) for (const resync of resyncers) resync()
        openedBefore = true
      },
      onEvent(event) {
        for (const listener of listeners) listener(event)
      },
      onLost: noteLost,
      wake: (go) => {
        wake = go
      },
      bearRefusals: true,
      signal,
    }).catch(() => undefined) // aborted, the only way it ends
  }
  let closing: ReturnType<typeof setTimeout> | undefined
  const onVisibility = (): void => {
    clearTimeout(closing)
    if (document.visibilityState === 'hidden') closing = setTimeout(() => stop.abort(), CLOSE_AFTER_MS)
    else if (stop.signal.aborted) start()
  }
  const onOnline = (): void => wake()
  onCheck(() => wake())
  document.addEventListener('visibilitychange', onVisibility)
  window.addEventListener('online', onOnline)
  start()
  return () => {
    clearTimeout(closing)
    stop.abort()
    document.removeEventListener('visibilitychange', onVisibility)
    window.removeEventListener('online', onOnline)
  }
}

/** Sitemaps and watched folders: read when shown, again every few seconds while something is under way. */
import type { Sitemap, WatchedFolder } from '@zhiku/contract/sources.ts'
import { computed, onScopeDispose, shallowRef } from 'vue'
import { api } from '../api/client.ts'

/** There are no events for these: they are asked for while they move, and now and then else. */
const MOVING_MS = 2000
const RESTING_MS = 20_000

export function useSources() {
  const sitemaps = shallowRef<readonly Sitemap[]>([])
  const folders = shallowRef<readonly WatchedFolder[]>([])
  const error = shallowRef<unknown>(null)
  const loaded = shallowRef(false)
  const stop = new AbortController()
  let timer: ReturnType<typeof setTimeout> | undefined

  async function read(): Promise<void> {
    clearTimeout(timer)
    try {
      const options = { signal: stop.signal }
      const [maps, watched] = await Promise.all([api.listSitemaps({}, options), api.listWatchedFolders({}, options)])
      sitemaps.value = maps.sitemaps
      folders.value = watched.folders
      error.value = null
      loaded.value = true
    } catch (cause) {
      if (stop.signal.aborted) return
      error.value = cause
    }
    const moving = sitemaps.value.some(({ finished }) => !finished) || folders.value.some(({ scannedAt }) => scannedAt === null)
    timer = setTimeout(() => void read(), moving && document.visibilityState === 'visible' ? MOVING_MS : RESTING_MS)
  }
  onScopeDispose(() => {
    stop.abort()
    clearTimeout(timer)
  })
  void read()
  return { sitemaps, folders, error, loaded, read, empty: computed(() => sitemaps.value.length + folders.value.length === 0) }
}

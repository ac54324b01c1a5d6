/**
 * The pages of one revision as the server knows them: text, places, what read them. Read when wanted, once, and again
 * when something about them changed: an OCR page that waited is read, or a page is read with another engine.
 */
import type { Revision } from '@zhiku/contract/entities.ts'
import type { Page, PageVersion, Place } from '@zhiku/contract/page.ts'
import { type Ref, onScopeDispose, shallowReactive, shallowRef, watch } from 'vue'
import { api } from '../api/client.ts'
import { onLibraryEvent, onResync } from '../api/library-events.ts'
import { isPdf } from './viewer.ts'

export interface PageData {
  page: Page
  places: readonly Place[]
  /** every text of the page that is kept, newest first */
  versions: readonly PageVersion[]
}
export type PageEntry = { state: 'loading' } | { state: 'failed'; error: unknown } | ({ state: 'ready' } & PageData)

export interface PageStore {
  entries: ReadonlyMap<number, PageEntry>
  /** what the last page told of its revision; null until one was read */
  about: Readonly<Ref<{ revision: Revision; documentName: string; pages: number | null } | null>>
  /** the page's data, null until it is read */
  at(page: number): PageData | null
  /** reads a page unless that was done or is under way */
  want(page: number): void
  /** the page's data, read when it is not there yet. @throws ApiError */
  read(page: number): Promise<PageData>
  /** reads a page anew, keeping what is shown until then */
  reload(page: number): Promise<void>
}

/** So many pages, those asked for last, are looked at again at once; others when they come into view again. */
const RECENT = 12
/** Changes of a document come in bursts while it is read; its pages are looked at again this long after the first. */
const GATHER_MS = 700

/**
 * @param document  its changes are watched
 * @param isPdfAtFirst  false where the first page should come with its places at once: those of a text page of a PDF are not needed
 */
export function usePages(revisionId: Ref<string>, documentId: Ref<string>, isPdfAtFirst: () => boolean): PageStore {
  const entries = shallowReactive(new Map<number, PageEntry>())
  const reading = new Map<number, Promise<void>>()
  const about = shallowRef<{ revision: Revision; documentName: string; pages: number | null } | null>(null)
  let stop = new AbortController()

  async function load(page: number): Promise<void> {
    const { signal } = stop
    const id = revisionId.value
    const thin = about.value ? isPdf(about.value.revision) : isPdfAtFirst()
    try {
      let got = await api.getPage({ id, page, places: thin ? '0' : '1' }, { signal })
      if (signal.aborted) return
      about.value = { revision: got.revision, documentName: got.document.name, pages: got.pages }
      // Only what OCR has read is drawn over a PDF: its own words are there already.
      if (thin && got.page.confidence !== null) got = await api.getPage({ id, page, places: '1' }, { signal })
      if (!signal.aborted) entries.set(page, { state: 'ready', page: got.page, places: got.places, versions: got.versions })
    } catch (error) {
      if (!signal.aborted && entries.get(page)?.state !== 'ready') entries.set(page, { state: 'failed', error })
    }
  }
  const wanted = new Set<number>()
  const stale = new Set<number>()
  function want(page: number): void {
    wanted.delete(page)
    wanted.add(page)
    if (entries.has(page) && !stale.delete(page)) return
    if (!entries.has(page)) entries.set(page, { state: 'loading' })
    reading.set(page, load(page))
  }
  const at = (page: number): PageData | null => {
    const entry = entries.get(page)
    return entry?.state === 'ready' ? entry : null
  }
  /** OCR has still to look at it, or may look again. */
  const isUnsettled = (entry: PageEntry): boolean =>
    entry.state === 'failed' || (entry.state === 'ready' && (entry.page.status !== 'text' || entry.page.unsure))
  function refresh(): void {
    const recent = new Set([...wanted].slice(-RECENT))
    for (const [page, entry] of entries) {
      if (!isUnsettled(entry)) continue
      if (recent.has(page)) void load(page)
      else stale.add(page)
    }
  }

  watch(revisionId, () => {
    stop.abort()
    stop = new AbortController()
    entries.clear()
    reading.clear()
    wanted.clear()
    stale.clear()
    about.value = null
  })
  let timer: ReturnType<typeof setTimeout> | undefined
  onScopeDispose(
    onLibraryEvent((event) => {
      if (event.documentId !== documentId.value || event.kind !== 'document.changed') return
      timer ??= setTimeout(() => {
        timer = undefined
        refresh()
      }, GATHER_MS)
    }),
  )
  onScopeDispose(onResync(refresh))
  onScopeDispose(() => {
    clearTimeout(timer)
    stop.abort()
  })
  return {
    entries,
    about,
    want,
    reload: load,
    at,
    async read(page) {
      if (entries.get(page)?.state === 'failed') entries.delete(page)
      want(page)
      await reading.get(page)
      const entry = entries.get(page)
      if (entry?.state === 'ready') return entry
      throw entry?.state === 'failed' ? entry.error : new DOMException('another document was opened', 'AbortError')
    },
  }
}

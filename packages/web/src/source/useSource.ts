/** What stands in the source panel for a place: which viewer, or why there is nothing to see. */
import { ApiError } from '@zhiku/contract/client.ts'
import { type ComputedRef, type Ref, computed, watch } from 'vue'
import type { SourceTarget } from './target.ts'
import type { PageStore } from './usePages.ts'
import { type ViewerKind, viewerOf } from './viewer.ts'

export type SourceView =
  | { kind: 'loading' }
  | { kind: 'removed' }
  /** the page is not there (yet): still being read, or nothing to read in it */
  | { kind: 'unread'; error: unknown }
  | { kind: 'failed'; error: unknown }
  | { kind: 'viewer'; viewer: ViewerKind }

const GONE = new Set(['revision.not_found', 'document.not_found'])

export function useSource(target: Ref<SourceTarget>, page: Ref<number>, store: PageStore): ComputedRef<SourceView> {
  /** The viewer that stands there stays while the next page of its revision is read. Not reactive: it follows from `view`. */
  let last: { revisionId: string; viewer: ViewerKind } | null = null
  watch(
    [() => target.value.revisionId, page],
    ([, n]) => {
      if (!target.value.removed) store.want(n)
    },
    { immediate: true },
  )
  const view = computed<SourceView>(() => {
    const { removed, revisionId, anchor } = target.value
    if (removed) return { kind: 'removed' }
    const entry = store.entries.get(page.value)
    const before = last?.revisionId === revisionId ? last.viewer : null
    if (entry?.state === 'ready' && store.about.value)
      return { kind: 'viewer', viewer: viewerOf(store.about.value.revision, entry.page.kind) }
    if (entry?.state === 'failed') {
      const code = entry.error instanceof ApiError ? entry.error.code : ''
      if (GONE.has(code)) return { kind: 'removed' }
      // A PDF is drawn from its own bytes, whatever was read of it.
      if (before === 'pdf' || (before === null && anchor?.kind === 'page')) return { kind: 'viewer', viewer: 'pdf' }
      return { kind: code === 'page.not_found' ? 'unread' : 'failed', error: entry.error }
    }
    if (before !== null) return { kind: 'viewer', viewer: before }
    // A place with boxes in points is on a PDF: its pages can be drawn without waiting for their text.
    return anchor?.kind === 'page' ? { kind: 'viewer', viewer: 'pdf' } : { kind: 'loading' }
  })
  watch(
    view,
    (now) => {
      if (now.kind === 'viewer') last = { revisionId: target.value.revisionId, viewer: now.viewer }
    },
    { immediate: true },
  )
  return view
}

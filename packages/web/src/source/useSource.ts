/** What the viewer needs to know of a revision: its kind, name and length, and the text of the page aimed at. */
import { ApiError } from '@zhiku/contract/client.ts'
import type { Revision } from '@zhiku/contract/entities.ts'
import type { Page } from '@zhiku/contract/page.ts'
import { type Ref, onScopeDispose, shallowRef, watch } from 'vue'
import { api } from '../api/client.ts'
import type { SourceTarget } from './target.ts'

export type SourceView =
  | { kind: 'loading' }
  | { kind: 'removed' }
  /** the page is not there (yet): still being read, or nothing to read in it */
  | { kind: 'unread'; error: unknown }
  | { kind: 'failed'; error: unknown }
  | { kind: 'pdf'; revision: Revision | null; documentName: string }
  | { kind: 'text'; revision: Revision; documentName: string; page: Page; pages: number | null }

const PDF = 'application/pdf'

export function useSource(target: Ref<SourceTarget>): { view: Ref<SourceView>; reload(): void } {
  const view = shallowRef<SourceView>({ kind: 'loading' })
  let stop = new AbortController()

  async function load(): Promise<void> {
    stop.abort()
    stop = new AbortController()
    const { signal } = stop
    const { removed, revisionId, page, anchor, document } = target.value
    if (removed) {
      view.value = { kind: 'removed' }
      return
    }
    // A place with boxes is on a PDF: its pages can be drawn without waiting for their text.
    if (anchor?.kind === 'page') {
      if (view.value.kind !== 'pdf') view.value = { kind: 'pdf', revision: null, documentName: document.name }
    } else view.value = { kind: 'loading' }
    try {
      const got = await api.getPage({ id: revisionId, page }, { signal })
      const { revision } = got
      view.value =
        revision.mediaType === PDF
          ? { kind: 'pdf', revision, documentName: got.document.name }
          : { kind: 'text', revision, documentName: got.document.name, page: got.page, pages: got.pages }
    } catch (error) {
      if (signal.aborted) return
      const code = error instanceof ApiError ? error.code : ''
      if (code === 'revision.not_found' || code === 'document.not_found') view.value = { kind: 'removed' }
      else if (view.value.kind === 'pdf') return
      else view.value = { kind: code === 'page.not_found' ? 'unread' : 'failed', error }
    }
  }
  watch(
    () => `${target.value.revisionId}/${target.value.page}/${target.value.removed}`,
    () => void load(),
    { immediate: true },
  )
  onScopeDispose(() => stop.abort())
  return { view, reload: () => void load() }
}

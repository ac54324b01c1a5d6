/**
 * The documents of the library under a filter: read in steps as the reader scrolls, each kept up to date by the stream
 * of library events.
 */
import { ApiError } from '@zhiku/contract/client.ts'
import type { Document } from '@zhiku/contract/entities.ts'
import type { CollectionId, DocumentId } from '@zhiku/contract/ids.ts'
import type { DocumentState } from '@zhiku/contract/states.ts'
import { type Ref, onScopeDispose, shallowRef, watch } from 'vue'
import { api } from '../api/client.ts'
import { onLibraryEvent, onResync } from '../api/library-events.ts'

export interface DocumentFilter {
  collection: CollectionId | null
  state: DocumentState | null
  /** part of the name */
  q: string
}

/** Documents read at once. */
export const PAGE_SIZE = 100
/** Changes are gathered for this long; more changed documents than the second figure are read as a list. */
const GATHER_MS = 250
const MANY = 12

export const matches = (document: Document, filter: DocumentFilter): boolean =>
  document.trashedAt === null &&
  (filter.collection === null || document.collectionId === filter.collection) &&
  (filter.state === null || document.state === filter.state) &&
  (filter.q === '' || document.name.toLowerCase().includes(filter.q.toLowerCase()))

/** The list with one document changed, new, or no longer fitting. Newest first by id, as the server sorts. Pure. */
export function withDocument(list: readonly Document[], document: Document, filter: DocumentFilter): Document[] {
  const rest = list.filter(({ id }) => id !== document.id)
  if (!matches(document, filter)) return rest
  const at = rest.findIndex(({ id }) => id < document.id)
  return at < 0 ? [...rest, document] : rest.toSpliced(at, 0, document)
}

export function useDocuments(filter: Ref<DocumentFilter>) {
  const documents = shallowRef<readonly Document[]>([])
  const total = shallowRef(0)
  const error = shallowRef<unknown>(null)
  const loading = shallowRef(true)
  /** hidden while their deletion can be taken back */
  const hidden = new Set<string>()
  let stop = new AbortController()
  let complete = false
  let reading = false

  const query = () => {
    const { collection, state, q } = filter.value
    return { ...(collection ? { collection } : {}), ...(state ? { state } : {}), ...(q === '' ? {} : { q }) }
  }
  const visible = (list: readonly Document[]): Document[] => list.filter(({ id }) => !hidden.has(id))

  /** Reads from the top as many as are shown. */
  async function reload(): Promise<void> {
    stop.abort()
    stop = new AbortController()
    const { signal } = stop
    reading = false
    error.value = null
    try {
      const limit = Math.min(500, Math.max(PAGE_SIZE, documents.value.length))
      const got = await api.listDocuments({ ...query(), limit }, { signal })
      documents.value = visible(got.documents)
      total.value = got.total
      complete = got.documents.length < limit
    } catch (cause) {
      if (!signal.aborted) error.value = cause
    } finally {
      if (!signal.aborted) loading.value = false
    }
  }

  async function more(): Promise<void> {
    const last = documents.value.at(-1)
    if (complete || reading || loading.value || !last) return
    reading = true
    const { signal } = stop
    try {
      const got = await api.listDocuments({ ...query(), limit: PAGE_SIZE, before: last.id }, { signal })
      const known = new Set(documents.value.map(({ id }) => id))
      documents.value = [...documents.value, ...visible(got.documents).filter(({ id }) => !known.has(id))]
      complete = got.documents.length < PAGE_SIZE
    } catch (cause) {
      if (!signal.aborted) error.value = cause
    } finally {
      reading = false
    }
  }

  /** Puts in what the server said of one document. */
  function put(document: Document): void {
    if (hidden.has(document.id)) return
    const before = documents.value.length
    documents.value = withDocument(documents.value, document, filter.value)
    total.value += documents.value.length - before
  }
  function drop(id: string): void {
    const rest = documents.value.filter((document) => document.id !== id)
    total.value -= documents.value.length - rest.length
    documents.value = rest
  }

  const changed = new Set<DocumentId>()
  let timer: ReturnType<typeof setTimeout> | undefined
  async function readChanged(): Promise<void> {
    timer = undefined
    const ids = [...changed]
    changed.clear()
    if (ids.length > MANY) return reload()
    await Promise.all(
      ids.map(async (id) => {
        try {
          put((await api.getDocument({ id })).document)
        } catch (cause) {
          if (cause instanceof ApiError && cause.status === 404) drop(id)
        }
      }),
    )
  }
  onScopeDispose(
    onLibraryEvent((event) => {
      if (event.kind === 'document.removed') return drop(event.documentId)
      changed.add(event.documentId as DocumentId)
      timer ??= setTimeout(() => void readChanged(), GATHER_MS)
    }),
  )
  onScopeDispose(onResync(() => void reload()))
  onScopeDispose(() => {
    clearTimeout(timer)
    stop.abort()
  })
  watch(
    () => JSON.stringify(filter.value),
    () => {
      documents.value = []
      loading.value = true
      void reload()
    },
    { immediate: true },
  )

  return {
    documents,
    total,
    error,
    loading,
    reload,
    more,
    put,
    hide(id: string): void {
      hidden.add(id)
      drop(id)
    },
    unhide(id: string): void {
      hidden.delete(id)
    },
  }
}

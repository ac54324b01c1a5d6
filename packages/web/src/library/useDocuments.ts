/**
 * The documents of the library under a filter: read in steps as the reader scrolls, each kept up to date by the stream
 * of library events.
 */
import { ApiError } from '@zhiku/contract/client.ts'
import type { Document } from '@zhiku/contract/entities.ts'
import type { CollectionId, DocumentId } from '@zhiku/contract/ids.ts'
import type { DocumentState } from '@zhiku/contract/states.ts'
import { type Ref, computed, onScopeDispose, shallowReactive, shallowRef, watch } from 'vue'
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
/** Documents out of one mail or archive that are shown below it; the rest is found by name. */
const CHILDREN = 200
/** Changes are gathered for this long; more changed documents than the second figure are read as a list. */
const GATHER_MS = 250
const MANY = 12

/** Looking for a name or a state looks into mails and archives too; else what came out of them stands below them. */
export const isFlat = ({ state, q }: DocumentFilter): boolean => state !== null || q !== ''

export const matches = (document: Document, filter: DocumentFilter): boolean =>
  document.trashedAt === null &&
  (document.parent === null || isFlat(filter)) &&
  (filter.collection === null || document.collectionId === filter.collection) &&
  (filter.state === null || document.state === filter.state) &&
  (filter.q === '' || document.name.toLowerCase().includes(filter.q.toLowerCase()))

/**
 * The list with one document changed, new, or no longer fitting. Newest first by id, as the server sorts. Pure.
 * @param filter  null: the list holds what came out of one document
 */
export function withDocument(list: readonly Document[], document: Document, filter: DocumentFilter | null): Document[] {
  const rest = list.filter(({ id }) => id !== document.id)
  if (filter ? !matches(document, filter) : document.trashedAt !== null) return rest
  const at = rest.findIndex(({ id }) => id < document.id)
  return at < 0 ? [...rest, document] : rest.toSpliced(at, 0, document)
}

export interface DocumentLine {
  document: Document
  /** 0 for a document of its own, 1 for one that came out of it, and so on */
  depth: number
}

/** The list with what came out of unfolded documents below each. Pure. */
export function withChildren(list: readonly Document[], children: ReadonlyMap<string, readonly Document[]>, depth = 0): DocumentLine[] {
  return list.flatMap((document) => [{ document, depth }, ...withChildren(children.get(document.id) ?? [], children, depth + 1)])
}

export function useDocuments(filter: Ref<DocumentFilter>) {
  const documents = shallowRef<readonly Document[]>([])
  const total = shallowRef(0)
  const error = shallowRef<unknown>(null)
  const loading = shallowRef(true)
  /** by the mail or archive they came out of: those that were unfolded */
  const children = shallowReactive(new Map<string, readonly Document[]>())
  /** hidden while their deletion can be taken back */
  const hidden = new Set<string>()
  let stop = new AbortController()
  let complete = false
  let reading = false

  const query = () => {
    const { collection, state, q } = filter.value
    return {
      ...(collection ? { collection } : {}),
      ...(state ? { state } : {}),
      ...(q === '' ? {} : { q }),
      ...(isFlat(filter.value) ? {} : { parent: 'none' as const }),
    }
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

  async function unfold(id: DocumentId): Promise<void> {
    try {
      children.set(id, (await api.listDocuments({ parent: id, limit: CHILDREN })).documents)
    } catch (cause) {
      error.value = cause
    }
  }
  function fold(id: string): void {
    children.delete(id)
  }

  /** Puts in what the server said of one document. */
  function put(document: Document): void {
    if (hidden.has(document.id)) return
    const siblings = document.parent && children.get(document.parent.id)
    if (siblings) children.set(document.parent!.id, withDocument(siblings, document, null))
    const before = documents.value.length
    documents.value = withDocument(documents.value, document, filter.value)
    total.value += documents.value.length - before
  }
  function drop(id: string): void {
    const rest = documents.value.filter((document) => document.id !== id)
    total.value -= documents.value.length - rest.length
    documents.value = rest
    for (const [parent, list] of children)
      if (list.some((child) => child.id === id))
        children.set(
          parent,
          list.filter((child) => child.id !== id),
        )
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
      children.clear()
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
    rows: computed(() => withChildren(documents.value, children)),
    isUnfolded: (id: string): boolean => children.has(id),
    toggle: (id: DocumentId): void => (children.has(id) ? fold(id) : void unfold(id)),
    hide(id: string): void {
      hidden.add(id)
      drop(id)
    },
    unhide(id: string): void {
      hidden.delete(id)
    },
  }
}

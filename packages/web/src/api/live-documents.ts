/** Documents kept up to date by the stream of library events. */
import type { Document } from '@zhiku/contract/entities.ts'
import type { DocumentId } from '@zhiku/contract/ids.ts'
import { type Ref, onScopeDispose, shallowReactive, watch } from 'vue'
import { api } from './client.ts'
import { onLibraryEvent, onResync } from './library-events.ts'

/**
 * @param ids  the documents to watch; each is read once and after every change
 * @returns    by id; one that is gone is absent
 */
export function useLiveDocuments(ids: Ref<readonly DocumentId[]>): Map<string, Document> {
  const documents = shallowReactive(new Map<string, Document>())
  const read = async (id: DocumentId): Promise<void> => {
    try {
      documents.set(id, (await api.getDocument({ id })).document)
    } catch {
      documents.delete(id)
    }
  }
  watch(
    ids,
    (now) => {
      for (const id of now) if (!documents.has(id)) void read(id)
    },
    { immediate: true },
  )
  onScopeDispose(
    onLibraryEvent((event) => {
      const id = ids.value.find((watched) => watched === event.documentId)
      if (!id) return
      if (event.kind === 'document.removed') documents.delete(id)
      else void read(id)
    }),
  )
  onScopeDispose(onResync(() => ids.value.forEach((id) => void read(id))))
  return documents
}

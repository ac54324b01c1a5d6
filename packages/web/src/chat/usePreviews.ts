/**
 * First words of documents that are read from pictures: shown as soon as there are any, and exchanged for better ones
 * when the second look is done.
 */
import type { Document } from '@zhiku/contract/entities.ts'
import { type Ref, onScopeDispose, shallowReactive, watch } from 'vue'
import { api } from '../api/client.ts'

/** More does not fit into two lines. */
const MAX_CHARACTERS = 240

/** Text of a picture is worth seeing at once: whoever pastes one wants to know whether it was understood. */
export const isFromPicture = ({ pages, revision }: Pick<Document, 'pages' | 'revision'>): boolean =>
  revision.mediaType.startsWith('image/') || pages.ocr + pages.waiting > 0

/** @returns the first words by document; absent while there are none */
export function usePreviews(documents: Ref<readonly Document[]>): ReadonlyMap<string, string> {
  const previews = shallowReactive(new Map<string, string>())
  const seen = new Map<string, string>()
  const stop = new AbortController()

  async function read(document: Document): Promise<void> {
    try {
      const { page } = await api.getPage({ id: document.revision.id, page: 1 }, { signal: stop.signal })
      const text = page.text.replaceAll(/\s+/g, ' ').trim()
      if (text !== '') previews.set(document.id, text.slice(0, MAX_CHARACTERS))
    } catch {
      // Not read yet: the next change of the document asks again.
    }
  }
  watch(
    documents,
    (now) => {
      for (const document of now) {
        const stand = `${document.revision.id} ${document.state} ${document.updatedAt} ${document.pages.decided} ${document.pages.searchable}`
        if (!isFromPicture(document) || seen.get(document.id) === stand) continue
        seen.set(document.id, stand)
        void read(document)
      }
    },
    { immediate: true },
  )
  onScopeDispose(() => stop.abort())
  return previews
}

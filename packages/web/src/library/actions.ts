/** What can be done with a document in its state, and the doing, with undo for a deletion. */
import type { Document } from '@zhiku/contract/entities.ts'
import { ERRORS, isErrorCode } from '@zhiku/contract/errors.ts'
import { isFinal } from '@zhiku/contract/states.ts'
import { useI18n } from 'vue-i18n'
import { api } from '../api/client.ts'
import { useRefresh } from '../api/queries.ts'
import { language } from '../ui/language.ts'
import { errorText } from '../ui/notice.ts'
import { UNDO_MS, toast } from '../ui/toasts.ts'

/** Notices about single pages: reading again looks at those pages, and each can be looked at by itself. */
const ABOUT_PAGES = new Set(['ingest.pages_unread', 'ingest.pages_unsure', 'ingest.ocr_no_text'])
export const isAboutPages = ({ notice }: Pick<Document, 'notice'>): boolean => notice !== null && ABOUT_PAGES.has(notice.code)

/** Reading again can help: it was stopped, or what stopped it may be gone. */
export function canRetry({ state, notice }: Pick<Document, 'state' | 'notice'>): boolean {
  if (state === 'cancelled') return true
  if (state === 'ready' || !isFinal(state) || notice === null) return false
  return isAboutPages({ notice }) || (isErrorCode(notice.code) && ERRORS[notice.code].retryable)
}
export const canCancel = ({ state }: Pick<Document, 'state'>): boolean => !isFinal(state)
/** There is something to look at. */
export const canOpen = ({ pages, revision }: Pick<Document, 'pages' | 'revision'>): boolean =>
  pages.decided > 0 || revision.mediaType === 'application/pdf'

interface List {
  put(document: Document): void
  hide(id: string): void
  unhide(id: string): void
}

const showError = (error: unknown): void => void toast({ text: errorText(error, language.value), tone: 'bad' })

export function useDocumentActions(list: List) {
  const { t } = useI18n()
  const refresh = useRefresh()

  async function retry(document: Document): Promise<void> {
    try {
      list.put(await api.retryDocument({ id: document.id }))
    } catch (error) {
      showError(error)
    }
  }
  async function cancel(document: Document): Promise<void> {
    try {
      list.put(await api.cancelDocument({ id: document.id }))
    } catch (error) {
      showError(error)
    }
  }
  async function restore(document: Document): Promise<void> {
    try {
      const back = await api.restoreDocument({ id: document.id })
      list.unhide(document.id)
      list.put(back)
      refresh.collections()
    } catch (error) {
      showError(error)
    }
  }
  async function remove(document: Document): Promise<void> {
    list.hide(document.id)
    try {
      const { undoUntil } = await api.deleteDocument({ id: document.id })
      refresh.collections()
      const undo = undoUntil === null ? {} : { action: { label: t('library.undo'), testId: 'undo', run: () => void restore(document) } }
      toast({ text: t('library.deleted', { name: document.name }), durationMs: UNDO_MS, ...undo })
    } catch (error) {
      list.unhide(document.id)
      list.put(document)
      showError(error)
    }
  }
  async function fetchAgain(document: Document): Promise<void> {
    try {
      const { document: now, known } = await api.fetchDocument({ id: document.id })
      list.put(now)
      toast({ text: t(known ? 'library.address.unchanged' : 'library.address.added', { name: now.name }) })
    } catch (error) {
      showError(error)
    }
  }
  return { retry, cancel, remove, fetchAgain }
}

/** The text that was typed but not sent, per chat, kept over reloads. */
import { type Ref, onScopeDispose, ref, watch } from 'vue'

const key = (chat: string): string => `zhiku.draft.${chat}`
const SAVE_MS = 300

/** @param chat  id of the chat, or "new" */
export function useDraft(chat: string): Ref<string> {
  const draft = ref(localStorage.getItem(key(chat)) ?? '')
  let timer: ReturnType<typeof setTimeout> | undefined
  const save = (): void => {
    clearTimeout(timer)
    if (draft.value === '') localStorage.removeItem(key(chat))
    else localStorage.setItem(key(chat), draft.value)
  }
  watch(draft, (text) => {
    clearTimeout(timer)
    if (text === '') save()
    else timer = setTimeout(save, SAVE_MS)
  })
  window.addEventListener('pagehide', save)
  onScopeDispose(() => {
    save()
    window.removeEventListener('pagehide', save)
  })
  return draft
}

export const forgetDraft = (chat: string): void => localStorage.removeItem(key(chat))

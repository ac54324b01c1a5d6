/** What the open page is about, for the window's title. */
import { type Ref, onScopeDispose, ref, watchEffect } from 'vue'

export const pageTitle = ref('')

/** Names the page while the component is shown. */
export function usePageTitle(title: Readonly<Ref<string>>): void {
  watchEffect(() => {
    pageTitle.value = title.value
  })
  onScopeDispose(() => {
    pageTitle.value = ''
  })
}

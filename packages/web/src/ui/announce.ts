/** The one polite live region of the app: short sentences about things that finished, never streamed text. */
import { ref } from 'vue'

export const announcement = ref('')

export function announce(sentence: string): void {
  // The same sentence twice would not be read again: a trailing no-break space makes it new.
  announcement.value = announcement.value === sentence ? `${sentence}\u00a0` : sentence
}

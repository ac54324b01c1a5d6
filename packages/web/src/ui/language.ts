/** The reader's language: detected, then remembered. Applied to `<html lang>` and to vue-i18n by the app. */
import type { Language } from '@zhiku/contract/errors.ts'
import { usePreferredLanguages, useStorage } from '@vueuse/core'
import { computed } from 'vue'

const chosen = useStorage<Language | null>('zhiku.language', null, undefined, {
  serializer: { read: (value) => (value === 'zh' || value === 'en' ? value : null), write: String },
})
const preferred = usePreferredLanguages()

export const language = computed<Language>({
  get: () => chosen.value ?? ((preferred.value.find((tag) => /^(zh|en)\b/i.test(tag)) ?? 'en').slice(0, 2).toLowerCase() as Language),
  set: (value) => {
    chosen.value = value
  },
})

/** BCP 47 tag for `lang` and `Intl`. */
export const languageTag = (of: Language): string => (of === 'zh' ? 'zh-CN' : 'en')
export const tag = computed(() => languageTag(language.value))

const HAN = /\p{Script=Han}/gu
const KANA = /[\p{Script=Hiragana}\p{Script=Katakana}]/u
const WORDS = /[\p{L}\p{N}]+/gu

/**
 * Language a text is set in, for fonts and line height: "ja" with kana, "zh-CN" when at least one in five of its words
 * and Han characters is Han, else "en". Looks at the first 2,000 characters.
 */
export function textLanguage(text: string): string {
  const head = text.slice(0, 2000)
  const han = head.match(HAN)?.length ?? 0
  if (KANA.test(head)) return 'ja'
  if (han === 0) return 'en'
  const other = head.replace(HAN, ' ').match(WORDS)?.length ?? 0
  return han >= 0.2 * (han + other) ? 'zh-CN' : 'en'
}

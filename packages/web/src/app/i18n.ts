/** The words of the app: one file per feature and language, put together here. */
import { watchEffect } from 'vue'
import { createI18n } from 'vue-i18n'
import chatEn from '../chat/messages.en.ts'
import chatZh from '../chat/messages.zh.ts'
import libraryEn from '../library/messages.en.ts'
import libraryZh from '../library/messages.zh.ts'
import sourceEn from '../source/messages.en.ts'
import sourceZh from '../source/messages.zh.ts'
import { language, tag } from '../ui/language.ts'
import { pageTitle } from '../ui/page-title.ts'
import uiEn from '../ui/messages.en.ts'
import uiZh from '../ui/messages.zh.ts'
import appEn from './messages.en.ts'
import appZh from './messages.zh.ts'

export const MESSAGES = {
  zh: { app: appZh, ui: uiZh, chat: chatZh, library: libraryZh, source: sourceZh },
  en: { app: appEn, ui: uiEn, chat: chatEn, library: libraryEn, source: sourceEn },
}

export function createAppI18n() {
  const i18n = createI18n({ legacy: false, locale: language.value, fallbackLocale: 'en', messages: MESSAGES })
  watchEffect(() => {
    i18n.global.locale.value = language.value
    document.documentElement.lang = tag.value
    const name = i18n.global.t('app.name')
    document.title = pageTitle.value === '' ? name : `${pageTitle.value} · ${name}`
  })
  return i18n
}

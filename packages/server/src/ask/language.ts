/** The language a person asks in decides in which one fixed sentences are said. */
import type { Language } from '@zhiku/contract/errors.ts'

export const languageOf = (question: string): Language => (/\p{Script=Han}/u.test(question) ? 'zh' : 'en')

/** The fixed sentences of an answer; everything else in it comes from the documents or from the model. */
export const SENTENCES = {
  lead: { zh: '资料原文：', en: 'From your documents:' },
  notFound: { zh: '资料中没有找到这个问题的答案。', en: 'The answer is not in your documents.' },
} as const satisfies Record<string, Record<Language, string>>

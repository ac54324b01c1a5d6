/** What went wrong, in the reader's words: from the error table, with the few failures that only a browser can have. */
import { ApiError } from '@zhiku/contract/client.ts'
import type { Notice } from '@zhiku/contract/entities.ts'
import { type Language, errorMessage, isErrorCode } from '@zhiku/contract/errors.ts'

const OWN: Record<string, Record<Language, string>> = {
  network: {
    zh: '连不上服务。请检查它是否在运行，然后重试。',
    en: 'The server cannot be reached. Check that it is running, then try again.',
  },
  http: { zh: '服务返回了意外的回应（{status}）。', en: 'The server gave an unexpected answer ({status}).' },
  aborted: { zh: '已取消。', en: 'Cancelled.' },
}

export function noticeText(notice: Notice, language: Language): string {
  if (isErrorCode(notice.code)) return errorMessage(notice.code, notice.params, language)
  const own = OWN[notice.code]
  if (own)
    return own[language].replace(/\{(\w+)\}/g, (whole, name: string) => (name in notice.params ? String(notice.params[name]) : whole))
  return notice.code
}

export function errorText(error: unknown, language: Language): string {
  if (error instanceof ApiError) return noticeText({ code: error.code, params: { status: error.status, ...error.params } }, language)
  return error instanceof Error ? error.message : String(error)
}

/** Id by which the server's log names the failure; "" where there is none. */
export const requestIdOf = (error: unknown): string => (error instanceof ApiError ? error.requestId : '')

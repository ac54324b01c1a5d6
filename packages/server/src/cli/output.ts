/** Words of the command line, in the language of the terminal. */
import { ApiError } from '@zhiku/contract/client.ts'
import type { Anchor } from '@zhiku/contract/anchor.ts'
import { type Language, errorMessage, isErrorCode } from '@zhiku/contract/errors.ts'
import type { Notice } from '@zhiku/contract/entities.ts'
import { isAppError } from '../base/fail.ts'

/** zh when the locale says so, else en; an empty variable counts as not set (POSIX.1-2024, section 8.2) */
export const language: Language = /^zh/i.test(process.env['LC_ALL'] || process.env['LC_MESSAGES'] || process.env['LANG'] || '')
  ? 'zh'
  : 'en'

export const say = (zh: string, en: string): string => (language === 'zh' ? zh : en)

export const print = (line: string): void => void process.stdout.write(`${line}\n`)
export const printJson = (value: unknown): void => print(JSON.stringify(value))
export const complain = (line: string): void => void process.stderr.write(`${line}\n`)

export function noticeText(notice: Notice | null): string | null {
  if (!notice) return null
  return isErrorCode(notice.code) ? errorMessage(notice.code, notice.params, language) : notice.code
}

/** Code and words of any error. */
export function explain(error: unknown): { code: string; reason: string } {
  if (isAppError(error)) return { code: error.code, reason: errorMessage(error.code, error.params, language) }
  if (error instanceof ApiError)
    return {
      code: error.code,
      reason: isErrorCode(error.code) ? errorMessage(error.code, error.params, language) : error.message,
    }
  return { code: 'internal', reason: error instanceof Error ? error.message : String(error) }
}

/** "page 3"; text documents that fit on one page need no place */
export function placeOf(anchor: Anchor | null, page: number): string {
  switch (anchor?.kind) {
    case 'page':
      return say(`第 ${page} 页`, `page ${page}`)
    case 'slide':
      return say(`第 ${page} 张幻灯片`, `slide ${page}`)
    case 'cells':
      return `${anchor.sheet} ${anchor.range}`
    case 'region':
      return page > 1 ? say(`第 ${page} 幅`, `picture ${page}`) : ''
  }
  return page > 1 ? say(`第 ${page} 部分`, `part ${page}`) : ''
}

/** Code pages of RTF: by number, and by the character set of a font. */
import { knownCharset } from '../charset.ts'

const BY_NUMBER: Readonly<Record<number, string>> = {
  708: 'iso-8859-6',
  866: 'ibm866',
  874: 'windows-874',
  932: 'shift_jis',
  936: 'gb18030',
  949: 'euc-kr',
  950: 'big5',
  1361: 'euc-kr',
  10000: 'macintosh',
  10001: 'shift_jis',
  10002: 'big5',
  10003: 'euc-kr',
  10007: 'x-mac-cyrillic',
  10008: 'gb18030',
  65001: 'utf-8',
}

/** Decoder of a Windows code page; Western where there is none. */
export const decoderOf = (codePage: number): string => BY_NUMBER[codePage] ?? knownCharset(`windows-${codePage}`) ?? 'windows-1252'

/** RTF 1.9.1, \fcharset. 0 and 1 say nothing: the code page of the document is meant. */
const BY_CHARSET: Readonly<Record<number, number>> = {
  77: 10000,
  78: 10001,
  79: 10003,
  80: 10008,
  81: 10002,
  128: 932,
  129: 949,
  130: 1361,
  134: 936,
  136: 950,
  161: 1253,
  162: 1254,
  163: 1258,
  177: 1255,
  178: 1256,
  186: 1257,
  204: 1251,
  222: 874,
  238: 1250,
}

export const codePageOfFont = (charset: number): number | null => BY_CHARSET[charset] ?? null

/**
 * Words and identifiers: one run of letters and digits with single joints between them, as terms.
 *
 *   getUserById, get_user_by_id   get, user, by, id, and whole: getuserbyid
 *   gpt-4, GPT4                   gpt, 4, and whole: gpt4
 *   10.0.1 · 3.14 · 1,000         10, 0, 1 and 10.0.1 · 3.14 · 1000
 *   .NET · C++ · C#               net and .net · c and c++ · c and c#
 *   user's · don't                user · dont
 */
import { DIGIT, LETTER, classAt } from './character-classes.ts'
import { stem } from './stem.ts'
import type { Emit } from './tokens.ts'

const isAlphanumeric = (text: string, at: number): boolean => {
  if (at >= text.length) return false
  const kind = classAt(text, at)
  return kind === LETTER || kind === DIGIT
}
const isDigit = (text: string, at: number): boolean => at >= 0 && at < text.length && classAt(text, at) === DIGIT

const isJoint = (code: number): boolean =>
  code === 0x2d || code === 0x5f || code === 0x2e || code === 0x2f || code === 0x27 || code === 0x2019 || code === 0x26 || code === 0x40

const isThousandsComma = (text: string, at: number): boolean =>
  isDigit(text, at - 1) && isDigit(text, at + 1) && isDigit(text, at + 2) && isDigit(text, at + 3) && !isDigit(text, at + 4)

/** End of the run that begins with the letter or digit at `start`. */
export function identifierEnd(text: string, start: number): number {
  let at = start + 1
  while (at < text.length) {
    const code = text.charCodeAt(at)
    if (isAlphanumeric(text, at)) at++
    else if (isJoint(code) && isAlphanumeric(text, at + 1)) at += 2
    else if (code === 0x5f && text.charCodeAt(at + 1) === 0x5f && isAlphanumeric(text, at + 2)) at += 3
    else if (code === 0x2c && isThousandsComma(text, at)) at += 4
    else break
  }
  return at
}

/** Lower case, Latin letters without accents, English endings off. */
function wordTerm(word: string): string {
  if (/^[A-Z]{2,}s$/.test(word)) return word.slice(0, -1).toLowerCase()
  const lower = word.toLowerCase()
  if (/^[a-z]+$/.test(lower)) return stem(lower)
  if (/^[\x21-\x7e]*$/.test(lower)) return lower
  return lower
    .normalize('NFD')
    .replace(/(?<=\p{Script=Latin}\p{M}*)\p{M}/gu, '')
    .normalize('NFC')
}

const isUpper = (text: string, at: number): boolean => {
  const code = text.charCodeAt(at)
  return code >= 0x41 && code <= 0x5a
}
const isLower = (text: string, at: number): boolean => {
  const code = text.charCodeAt(at)
  return code >= 0x61 && code <= 0x7a
}

/** A number keeps its inner dots and thousands commas. */
const isInNumber = (text: string, at: number): boolean => {
  const code = text.charCodeAt(at)
  return (code === 0x2e || code === 0x2c) && isDigit(text, at - 1) && isDigit(text, at + 1)
}

/** Is there a border inside a name before `at`: number against letters, camelCase, an acronym's end (HTMLParser)? */
function isBorder(text: string, at: number, end: number): boolean {
  if (isInNumber(text, at) || isInNumber(text, at - 1)) return false
  if (isDigit(text, at) !== isDigit(text, at - 1)) return true
  if (!isUpper(text, at)) return false
  if (isLower(text, at - 1)) return true
  const pluralOfAcronym = at + 2 === end && text[at + 1] === 's'
  return isUpper(text, at - 1) && at + 1 < end && isLower(text, at + 1) && !pluralOfAcronym
}

/** A number; one of more than two parts (a version, an address) also by its parts. */
function emitNumber(text: string, start: number, end: number, emit: Emit): void {
  const number = text.slice(start, end).replaceAll(',', '')
  const parts = number.split('.')
  if (parts.length > 2) {
    for (let at = start, i = 0; i < parts.length; at += parts[i]!.length + 1, i++) emit(parts[i]!, at, at + parts[i]!.length)
  }
  emit(number, start, end)
}

/** @returns how many pieces the part had */
function emitPart(text: string, start: number, end: number, emit: Emit): number {
  let pieces = 0
  let from = start
  for (let at = start + 1; at <= end; at++) {
    if (at < end && !isBorder(text, at, end)) continue
    if (isDigit(text, from)) emitNumber(text, from, at, emit)
    else emit(wordTerm(text.slice(from, at)), from, at)
    pieces++
    from = at
  }
  return pieces
}

const SHORT_FORMS = /['’](?:s|t|d|m|re|ve|ll)$/i

/** Emits the terms of the run [start, end) and of the signs that belong to it. */
export function emitIdentifier(text: string, start: number, end: number, emit: Emit): void {
  emitRun(text, start, end, emit)
  emitSigns(text, start, end, emit)
}

/** Whether signs may belong to the run [start, end); without them its terms depend on nothing but itself. */
export function mayHaveSigns(text: string, start: number, end: number): boolean {
  const next = text.charCodeAt(end)
  return next === 0x2b || next === 0x23 || (start > 0 && text.charCodeAt(start - 1) === 0x2e)
}

function emitRun(text: string, start: number, end: number, emit: Emit): void {
  const run = text.slice(start, end)
  if (/^[a-z]+$/i.test(run) && !/[a-z][A-Z]|[A-Z]{2}[a-z]/.test(run)) emit(wordTerm(run), start, end)
  else if (SHORT_FORMS.test(run) && !/[^\p{L}'’]/u.test(run)) {
    emit(wordTerm(run.replace(/['’]s$/i, '').replace(/['’]/g, '')), start, end)
  } else {
    let pieces = 0
    let from = start
    let whole = ''
    for (let at = start; at <= end; at++) {
      if (at < end && (isAlphanumeric(text, at) || isInNumber(text, at))) continue
      if (at > from) pieces += emitPart(text, from, at, emit)
      whole += text.slice(from, at)
      // Between digits a joint carries meaning: 2024-05 is not 202405.
      if (at < end && isDigit(text, at - 1) && isDigit(text, at + 1)) whole += text[at]
      from = at + 1
    }
    if (pieces > 1) emit(wordTerm(whole.replace(/(?<=\d),(?=\d)/g, '')), start, end)
  }
}

/** The sign before .NET and after C++, C# and B+. */
function emitSigns(text: string, start: number, end: number, emit: Emit): void {
  const next = text.charCodeAt(end)
  if ((next === 0x2b || next === 0x23) && classAt(text, end - 1) === LETTER) {
    const signsEnd = text.charCodeAt(end + 1) === next ? end + 2 : end + 1
    if (!isAlphanumeric(text, signsEnd)) emit(text.slice(lastPartStart(text, start, end), signsEnd).toLowerCase(), start, signsEnd)
  }
  const dotBefore = start > 0 && text.charCodeAt(start - 1) === 0x2e && text.charCodeAt(start - 2) !== 0x2e
  if (dotBefore && classAt(text, start) === LETTER && (start < 2 || !isAlphanumeric(text, start - 2))) {
    emit(text.slice(start - 1, end).toLowerCase(), start - 1, end)
  }
}

const lastPartStart = (text: string, start: number, end: number): number => {
  let at = end
  while (at > start && isAlphanumeric(text, at - 1)) at--
  return at
}

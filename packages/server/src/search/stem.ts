/**
 * Light English stemming: plural and verb endings only, so that "locks", "locked" and "locking" meet in "lock".
 * Steps 1a, 1b and 1c of Porter's algorithm (M. F. Porter, An algorithm for suffix stripping, Program 14(3), 1980) with
 * the exceptions of its second version; the later steps, which merge words of different meaning, are left out.
 */

const isVowel = (word: string, at: number): boolean => {
  const letter = word[at]
  if (letter === 'y') return at > 0 && !isVowel(word, at - 1)
  return letter === 'a' || letter === 'e' || letter === 'i' || letter === 'o' || letter === 'u'
}

const hasVowel = (word: string): boolean => {
  for (let at = 0; at < word.length; at++) if (isVowel(word, at)) return true
  return false
}

/** Consonant, vowel, consonant at the end, the last not w, x or y: "hop", "fil" (from "filing"). */
const endsShort = (word: string): boolean => {
  const last = word.length - 1
  if (last === 1) return isVowel(word, 0) && !isVowel(word, 1)
  return last >= 2 && !isVowel(word, last) && isVowel(word, last - 1) && !isVowel(word, last - 2) && !/[wxy]$/.test(word)
}

/** Only one vowel sequence: a word that lost its final e, as "hop" of "hoping" did. */
const isShortWord = (word: string): boolean => endsShort(word) && (word.match(/[aeiouy]+/g)?.length ?? 0) <= 1

/** "-ed" and "-ing" away, and the ending repaired: conflated -> conflate, hopping -> hop, hoping -> hope. */
function repair(stem: string): string {
  if (/(?:at|bl|iz)$/.test(stem)) return `${stem}e`
  if (/(?:bb|dd|ff|gg|mm|nn|pp|rr|tt)$/.test(stem)) return stem.slice(0, -1)
  return isShortWord(stem) ? `${stem}e` : stem
}

/**
 * @param word  lower-case ASCII letters
 * @returns     its stem; words of up to three letters come back unchanged
 */
export function stem(word: string): string {
  if (word.length <= 3) return word
  let out = word
  if (out.endsWith('sses')) out = out.slice(0, -2)
  else if (out.endsWith('ies') || out.endsWith('ied')) out = out.length > 4 ? `${out.slice(0, -3)}i` : out.slice(0, -1)
  else if (out.endsWith('s') && !/(?:us|ss|is)$/.test(out) && hasVowel(out.slice(0, -2))) out = out.slice(0, -1)
  if (out.endsWith('eed')) {
    if (out.length > 5) out = out.slice(0, -1)
  } else if (out.endsWith('ed') && hasVowel(out.slice(0, -2))) out = repair(out.slice(0, -2))
  else if (out.endsWith('ing') && hasVowel(out.slice(0, -3))) out = repair(out.slice(0, -3))
  if (out.length > 2 && out.endsWith('y') && !isVowel(out, out.length - 2)) out = `${out.slice(0, -1)}i`
  return out
}

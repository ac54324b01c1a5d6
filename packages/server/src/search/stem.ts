/**
 * Light English stemming: plural and verb endings only, so that "locks", "locked" and "locking" meet in "lock".
 * Steps 1a, 1b, 1c and 5a of M. F. Porter, An algorithm for suffix stripping, Program 14(3), 1980, with the special words
 * of its second version (Snowball, "english"). Steps 2 to 4, which merge words of different meaning, are left out.
 */

/** Words that only look like plurals or participles. */
const SPECIAL = new Set([
  'news',
  'bias',
  'atlas',
  'cosmos',
  'inning',
  'outing',
  'herring',
  'proceed',
  'exceed',
  'succeed',
  'thing',
  'string',
  'during',
])

const isVowel = (word: string, at: number): boolean => {
  const letter = word[at]
  if (letter === 'y') return at > 0 && !isVowel(word, at - 1)
  return letter === 'a' || letter === 'e' || letter === 'i' || letter === 'o' || letter === 'u'
}

const hasVowel = (word: string): boolean => {
  for (let at = 0; at < word.length; at++) if (isVowel(word, at)) return true
  return false
}

/** Porter's m: how often a vowel is followed by a consonant. */
const measure = (word: string): number => {
  let count = 0
  for (let at = 1; at < word.length; at++) if (isVowel(word, at - 1) && !isVowel(word, at)) count++
  return count
}

/** Porter's *o: consonant, vowel, consonant at the end, the last not w, x or y. */
const endsShort = (word: string): boolean => {
  const last = word.length - 1
  return last >= 2 && !isVowel(word, last) && isVowel(word, last - 1) && !isVowel(word, last - 2) && !/[wxy]$/.test(word)
}

/** The ending of a word that lost "-ed" or "-ing": conflat -> conflate, hopp -> hop, hop -> hope. */
function repair(word: string): string {
  if (/(?:at|bl|iz)$/.test(word)) return `${word}e`
  if (/(?:bb|dd|ff|gg|mm|nn|pp|rr|tt)$/.test(word)) return word.slice(0, -1)
  return measure(word) === 1 && endsShort(word) ? `${word}e` : word
}

function withoutPlural(word: string): string {
  if (word.endsWith('sses')) return word.slice(0, -2)
  if (word.endsWith('ies') || word.endsWith('ied')) return word.length > 4 ? `${word.slice(0, -3)}i` : word.slice(0, -1)
  return word.endsWith('s') && !/(?:us|ss|is)$/.test(word) && hasVowel(word.slice(0, -2)) ? word.slice(0, -1) : word
}

function withoutParticiple(word: string): string {
  if (word.endsWith('eed')) return measure(word.slice(0, -3)) > 0 ? word.slice(0, -1) : word
  for (const ending of ['ed', 'ing']) {
    if (word.endsWith(ending)) return hasVowel(word.slice(0, -ending.length)) ? repair(word.slice(0, -ending.length)) : word
  }
  return word
}

function withoutFinalE(word: string): string {
  if (!word.endsWith('e')) return word
  const rest = word.slice(0, -1)
  const m = measure(rest)
  return m > 1 || (m === 1 && !endsShort(rest)) ? rest : word
}

/**
 * @param word  lower-case ASCII letters
 * @returns     its stem; words of up to three letters come back unchanged
 */
export function stem(word: string): string {
  if (word.length <= 3 || SPECIAL.has(word)) return word
  const out = withoutFinalE(withoutParticiple(withoutPlural(word)))
  return out.length > 2 && out.endsWith('y') && !isVowel(out, out.length - 2) ? `${out.slice(0, -1)}i` : out
}

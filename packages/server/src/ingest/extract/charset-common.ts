/** What is common in East Asian texts: tables of level-1 characters, made from the runtime's own decoders. */

type Family = 'gb' | 'big5' | 'sjis' | 'ksx'

export interface Candidate {
  charset: string
  families: readonly Family[]
  /** kana are common */
  kana: boolean
}

export const EAST_ASIAN: readonly Candidate[] = [
  { charset: 'gb18030', families: ['gb'], kana: false },
  { charset: 'big5', families: ['big5'], kana: false },
  { charset: 'shift_jis', families: ['sjis'], kana: true },
  { charset: 'euc-jp', families: ['sjis'], kana: true },
  { charset: 'euc-kr', families: ['ksx'], kana: false },
]
export const WIDE: readonly Candidate[] = [
  { charset: 'utf-16le', families: ['gb', 'big5', 'sjis', 'ksx'], kana: true },
  { charset: 'utf-16be', families: ['gb', 'big5', 'sjis', 'ksx'], kana: true },
]

/** Level-1 rows of each double-byte set: first and last lead byte, first and last trail byte. */
const COMMON_ROWS: Record<Family, { charset: string; rows: readonly [number, number, number, number] }> = {
  gb: { charset: 'gb18030', rows: [0xb0, 0xd7, 0xa1, 0xfe] },
  big5: { charset: 'big5', rows: [0xa4, 0xc6, 0x40, 0xfe] },
  sjis: { charset: 'shift_jis', rows: [0x88, 0x97, 0x40, 0xfc] },
  ksx: { charset: 'euc-kr', rows: [0xb0, 0xc8, 0xa1, 0xfe] },
}

function commonCharacters(family: Family): Set<string> {
  const { charset, rows } = COMMON_ROWS[family]
  const [leadFrom, leadTo, trailFrom, trailTo] = rows
  const decoder = new TextDecoder(charset)
  const common = new Set<string>()
  for (let lead = leadFrom; lead <= leadTo; lead++) {
    for (let trail = trailFrom; trail <= trailTo; trail++) {
      const character = decoder.decode(Uint8Array.of(lead, trail))
      if (character.length === 1 && character !== '\uFFFD') common.add(character)
    }
  }
  return common
}

const commonSets = new Map<Family, Set<string>>()
function commonOf(family: Family): Set<string> {
  const known = commonSets.get(family)
  if (known) return known
  const made = commonCharacters(family)
  commonSets.set(family, made)
  return made
}

/** Share of the characters that are common in the candidate's language, 0 to 1. ASCII counts only for UTF-16, where it can be wrong. */
export function scoreOf(text: string, candidate: Candidate): number {
  const sets = candidate.families.map(commonOf)
  const wide = candidate.charset.startsWith('utf-16')
  let common = 0
  let all = 0
  for (const character of text) {
    const code = character.codePointAt(0)!
    if (code === 10 || code === 13 || (code < 0x80 && !wide)) continue
    all++
    if (wide && code < 0x600) {
      // Latin, Greek, Cyrillic, Hebrew: read in the wrong order of bytes they become rare characters.
      if (code >= 0x20 || code === 9) common++
    } else if ((code >= 0x3000 && code <= 0x3020) || (code >= 0xff01 && code <= 0xff5e) || '“”‘’…—·、。'.includes(character)) common++
    else if (candidate.kana && code >= 0x3041 && code <= 0x30fe) common++
    else if (sets.some((set) => set.has(character))) common++
  }
  return all === 0 ? 0 : common / all
}

/** The hundred syllables that Korean is written with most; two thirds of any Korean text. */
const COMMON_HANGUL: ReadonlySet<string> = new Set(
  '이다는에가을의로고하지기사도한를시아은자대리스서나인부일정전제수해장그보라만여상있과조어들것적무원구성동내화소면비용주게년방마니야우요신공오세유위안드당경발업물국문미관연할습합더데된되와진선말계모거려생실간중트결회러',
)
const COMMON_SHARE = 0.3
const SECOND_HALF_SHARE = 0.05

/**
 * Hangul in EUC-KR lies on the same bytes as the first half of the common Han characters in GB 2312. A Chinese text of
 * some length also uses the second half; a short one may not, but read as Korean it is made of syllables that hardly occur.
 */
export function looksKorean(bytes: Uint8Array): boolean {
  let firstHalf = 0
  let secondHalf = 0
  for (let at = 0; at + 1 < bytes.length; at++) {
    const lead = bytes[at]!
    if (lead < 0x80) continue
    if (lead >= 0xb0 && lead <= 0xc8) firstHalf++
    else if (lead >= 0xc9 && lead <= 0xd7) secondHalf++
    at++
  }
  if (secondHalf >= SECOND_HALF_SHARE * (firstHalf + secondHalf)) return false
  const syllables = Array.from(new TextDecoder('euc-kr').decode(bytes)).filter((character) => character >= '가' && character <= '힣')
  return syllables.filter((syllable) => COMMON_HANGUL.has(syllable)).length >= COMMON_SHARE * syllables.length
}

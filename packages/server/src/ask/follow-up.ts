/** Questions that mean something only together with those before: "and in version 8?", "它有什么缺点？". Pure. */

const POINTS_BACK_ZH = /它|他们|她们|这[个些种样里]|那[个些种样里么]|^那|上述|上面|前者|后者|刚才|其中/
const POINTS_BACK_EN =
  /\b(?:it|its|they|them|their|this|that|these|those|he|she|his|her|former|latter)\b|^(?:and|but|so|why|how so|what about|how about)\b/i
/** In a longer English question "that" and "it" mostly point inside the question itself. */
const SHORT_WORDS = 10
/** So many questions at most are looked for together. */
const TOGETHER = 3

const pointsBack = (question: string): boolean =>
  POINTS_BACK_ZH.test(question.trim()) || (POINTS_BACK_EN.test(question.trim()) && question.trim().split(/\s+/).length <= SHORT_WORDS)

/**
 * What to look for: the question, after those it leans on.
 * @param earlier  questions asked before, oldest first
 * @param always   lean on the question before even without a word that says so
 */
export function searchTextOf(question: string, earlier: readonly string[], always = false): string {
  const texts = [question]
  for (let at = earlier.length - 1; at >= 0 && texts.length < TOGETHER; at--) {
    if (!pointsBack(texts[0]!) && !(always && texts.length === 1)) break
    texts.unshift(earlier[at]!)
  }
  return texts.join('\n')
}

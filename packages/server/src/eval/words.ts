/** Words of texts, and how many of them two texts share. Pure. */

/** Words of a text for comparison: NFKC, lower case, a Han character is a word. */
export const wordsOf = (text: string): string[] =>
  text
    .normalize('NFKC')
    .toLowerCase()
    .match(/\p{Script=Han}|[\p{L}\p{N}]+/gu) ?? []

/** Characters without white space, NFKC. */
export const charactersOf = (text: string): string[] => Array.from(text.normalize('NFKC').replace(/\s+/g, ''))

/** Shares of common items, counted with repetition: of the truth in ours, and of ours in the truth. */
export function overlap(ours: readonly string[], truth: readonly string[]): { recall: number; precision: number; f1: number } {
  const counts = new Map<string, number>()
  for (const item of ours) counts.set(item, (counts.get(item) ?? 0) + 1)
  let common = 0
  for (const item of truth) {
    const left = counts.get(item) ?? 0
    if (left === 0) continue
    counts.set(item, left - 1)
    common++
  }
  const recall = truth.length === 0 ? 1 : common / truth.length
  const precision = ours.length === 0 ? 1 : common / ours.length
  return { recall, precision, f1: common === 0 ? 0 : (2 * recall * precision) / (recall + precision) }
}

/** A line of a Markdown table: cells between bars. */
const TABLE_ROW = /^\s*\|.*\|\s*$/

/** A cell that spans columns is written once for each by some converters: what only repeats its neighbour is counted once. */
const withoutRepeats = (row: string): string => {
  const cells = row.split('|')
  return cells.filter((cell, index) => index === 0 || cell.trim() === '' || cell.trim() !== cells[index - 1]!.trim()).join('|')
}

/**
 * Markdown as text: without marks, addresses, comments (placeholders of pictures), formulas in TeX, escapes and
 * repeated cells of tables.
 */
export const plainOfMarkdown = (markdown: string): string =>
  markdown
    .replace(/<!--[\s\S]*?-->/g, ' ')
    .replace(/\$\$[\s\S]*?\$\$/g, ' ')
    .replace(/(?<![\\$\w])\$(?=\S)[^$\n]*[^\s$\\]\$(?![\d$])|(?<![\\$\w])\$[^\s$]\$/g, (formula) =>
      /[\\^_{}=]/.test(formula) ? ' ' : formula,
    )
    .replace(/!\[[^\]]*\]\([^)]*\)/g, ' ')
    .replace(/(?<=^|[\s|])\[[ xX]\](?=[\s|]|$)/gm, ' ')
    .replace(/\]\([^)]*\)/g, '] ')
    .split('\n')
    .map((line) => (TABLE_ROW.test(line) ? withoutRepeats(line) : line))
    .join('\n')
    .replace(/\\([_*&[\]#<>!`~|$-])/g, '$1')
    .replace(/&#(\d{2,6});/g, (_, code: string) => String.fromCodePoint(Math.min(0x10ffff, Number(code))))
    .replace(/&lt;/g, '<')
    .replace(/&gt;/g, '>')
    .replace(/&amp;/g, '&')

/** Words of `truth` that `ours` does not have, counted with repetition, in the order of the truth. */
export function missingOf(ours: readonly string[], truth: readonly string[], most: number): string[] {
  const counts = new Map<string, number>()
  for (const item of ours) counts.set(item, (counts.get(item) ?? 0) + 1)
  const missing: string[] = []
  for (const item of truth) {
    const left = counts.get(item) ?? 0
    if (left > 0) counts.set(item, left - 1)
    else if (missing.length < most) missing.push(item)
  }
  return missing
}

/** Which lines are kept but marked: unsure, or so faint against the others of the page that a reader could miss them. */

/** mean confidence below which a line is marked, by both engines */
export const SURE_CONFIDENCE = 0.8
/** contrast below this share of the page's usual one is faint; and below so many grey levels in any case */
const FAINT_SHARE = 0.35
const FAINT_LEVELS = 40

/** @param contrasts brightness difference of ink and ground for each line, 0 to 255 */
export function faintBelow(contrasts: readonly number[]): number {
  const usual = contrasts.toSorted((a, b) => a - b)[Math.floor(contrasts.length / 2)] ?? 0
  return Math.max(FAINT_LEVELS, FAINT_SHARE * usual)
}

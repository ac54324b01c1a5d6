/** Where in its document a place is, in words. */
import type { SourceTarget } from './target.ts'

/** the `t` of vue-i18n, as far as it is used here */
export type Translate = (key: string, params?: Record<string, unknown>) => string

/** "Page 12" for a document with pages; else the headings above the place, or its part of a long text. */
export function placeText(target: Pick<SourceTarget, 'anchor' | 'page' | 'heading'>, t: Translate): string {
  if (target.anchor?.kind !== 'text') return t('source.place.page', { n: target.page })
  const heading = target.heading.slice(-2).join(' › ')
  if (heading !== '') return heading
  return target.page > 1 ? t('source.place.part', { n: target.page }) : t('source.place.text')
}

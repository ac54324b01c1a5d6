/** Where in its document a place is, in words. */
import { showHeading } from '@zhiku/contract/heading.ts'
import type { SourceTarget } from './target.ts'

/** the `t` of vue-i18n, as far as it is used here */
export type Translate = (key: string, params?: Record<string, unknown>) => string

/**
 * "Page 12", "Slide 3", "Sales!B2:D9", "Picture" for what has such places; else the headings above the place, or its
 * part of a long text.
 */
export function placeText(target: Pick<SourceTarget, 'anchor' | 'page' | 'heading'>, t: Translate): string {
  const { anchor, page } = target
  switch (anchor?.kind) {
    case 'cells':
      return anchor.sheet === '' ? anchor.range : `${anchor.sheet}!${anchor.range}`
    case 'slide':
      return t('source.place.slide', { n: anchor.slide })
    case 'region':
      return page > 1 ? t('source.place.pictureN', { n: page }) : t('source.place.picture')
    case 'text': {
      const heading = showHeading(target.heading.slice(-2))
      if (heading !== '') return heading
      return page > 1 ? t('source.place.part', { n: page }) : t('source.place.text')
    }
    default:
      return t('source.place.page', { n: page })
  }
}

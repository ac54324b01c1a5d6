import { DEFAULT_COLLECTION } from '@zhiku/contract/entities.ts'

/** Name of a collection as shown: the one that the product made itself is named in the reader's language. */
export const collectionName = (name: string, t: (key: string) => string): string =>
  name === DEFAULT_COLLECTION ? t('ui.defaultCollection') : name

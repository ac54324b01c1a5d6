/** Which viewer shows a revision: by what its file is, and by the kind of its pages. Pure. */
import type { Revision } from '@zhiku/contract/entities.ts'
import type { PageKind } from '@zhiku/contract/page.ts'

export type ViewerKind = 'pdf' | 'text' | 'sheet' | 'slide' | 'picture'

export const isPdf = ({ mediaType }: Pick<Revision, 'mediaType'>): boolean => mediaType === 'application/pdf'

const BY_KIND: Record<PageKind, ViewerKind> = { page: 'text', text: 'text', cells: 'sheet', slide: 'slide', region: 'picture' }

/** A page with places in points that is no PDF cannot be drawn by the browser: its text is shown. */
export const viewerOf = (revision: Pick<Revision, 'mediaType'>, kind: PageKind): ViewerKind => (isPdf(revision) ? 'pdf' : BY_KIND[kind])

/** Those that can be zoomed. */
export const ZOOMABLE: readonly ViewerKind[] = ['pdf', 'slide', 'picture']

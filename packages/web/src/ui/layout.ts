/** Widths and folds of the shell, remembered per reader. */
import { useMediaQuery, useStorage } from '@vueuse/core'
import { ref } from 'vue'

/** Below this one column, side and source as sheets. Same as `--breakpoint-wide`. */
export const isWide = useMediaQuery('(min-width: 60rem)')
export const isCoarse = useMediaQuery('(pointer: coarse)')

/** The reader's wish for the side on a wide page. */
export const sideOpen = useStorage('zhiku.side', true)
/** On a narrow page the side is a drawer. */
export const sideDrawerOpen = ref(false)
/** A source stands beside the chat: the side folds to make room, without changing the wish. */
export const sourceBeside = ref(false)
/** px; at first about two fifths of the window */
export const sourceWidth = useStorage('zhiku.source-width', Math.round(Math.min(880, Math.max(480, globalThis.innerWidth * 0.4375))))
/** The hint on the first citation was shown. */
export const hintSeen = useStorage('zhiku.hint-citations', false)
/** Lines that OCR has found are outlined on the page. */
export const ocrBoxes = useStorage('zhiku.ocr-boxes', true)

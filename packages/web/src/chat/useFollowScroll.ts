/**
 * Keeps the end of a growing text in view, but only while the reader is at the end: whoever scrolls up to read is left
 * in peace and gets a button instead.
 */
import { useEventListener, useResizeObserver } from '@vueuse/core'
import { type Ref, nextTick, ref } from 'vue'

/** This close to the end counts as being there, px. */
const NEAR_PX = 64
/** Room left above what is shown from its beginning, px. */
const GAP_PX = 8

const distance = (element: HTMLElement): number => element.scrollHeight - element.scrollTop - element.clientHeight

/** @param growing  text is being written: only then is growth something new */
export function useFollowScroll(scroller: Ref<HTMLElement | null>, content: Ref<HTMLElement | null>, growing: Ref<boolean>) {
  const atEnd = ref(true)
  /** something came in below while the reader was elsewhere */
  const newBelow = ref(false)

  function toEnd(smooth = false): void {
    const element = scroller.value
    if (!element) return
    atEnd.value = true
    newBelow.value = false
    element.scrollTo({ top: element.scrollHeight, behavior: smooth ? 'smooth' : 'instant' })
  }
  useEventListener(
    scroller,
    'scroll',
    () => {
      const element = scroller.value
      if (!element) return
      atEnd.value = distance(element) < NEAR_PX
      if (atEnd.value) newBelow.value = false
    },
    { passive: true },
  )
  let height = 0
  useResizeObserver([content, scroller], () => {
    const element = scroller.value
    if (!element) return
    const grew = element.scrollHeight > height
    height = element.scrollHeight
    if (atEnd.value) toEnd()
    else if (grew && growing.value) newBelow.value = true
  })
  /** Shows an element from its beginning, if the reader was at the end. */
  async function toStartOf(find: () => HTMLElement | null): Promise<void> {
    await nextTick()
    const element = find()
    if (!atEnd.value || !element || !scroller.value) return
    atEnd.value = false
    scroller.value.scrollTop += element.getBoundingClientRect().top - scroller.value.getBoundingClientRect().top - GAP_PX
  }
  return { newBelow, toEnd, toStartOf, toEndSoon: async () => (await nextTick(), toEnd()) }
}

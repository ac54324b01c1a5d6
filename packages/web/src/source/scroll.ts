/** Brings an element to one third of the height of its scroller: what follows a cited place is read next. */
export function scrollToThird(scroller: HTMLElement, element: HTMLElement): void {
  const from = scroller.getBoundingClientRect()
  const to = element.getBoundingClientRect()
  scroller.scrollTop += to.top - from.top - scroller.clientHeight / 3
  // A page wider than the panel: the place must not be off to the side.
  if (to.left < from.left || to.right > from.right) scroller.scrollLeft += to.left - from.left - (scroller.clientWidth - to.width) / 2
}

/** Brings a line that OCR has read into view and lets it blink. */
export function flashLine(scroller: HTMLElement, page: number, start: number): void {
  const line = scroller.querySelector<HTMLElement>(`[data-page="${page}"] [data-line="${start}"]`)
  if (!line) return
  scrollToThird(scroller, line)
  line.classList.remove('ocr-box-flash')
  // Read once, so that the same animation starts anew.
  void line.offsetWidth
  line.classList.add('ocr-box-flash')
}

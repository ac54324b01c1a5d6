/** Brings an element to one third of the height of its scroller: what follows a cited place is read next. */
export function scrollToThird(scroller: HTMLElement, element: HTMLElement): void {
  const from = scroller.getBoundingClientRect()
  const to = element.getBoundingClientRect()
  scroller.scrollTop += to.top - from.top - scroller.clientHeight / 3
  // A page wider than the panel: the place must not be off to the side.
  if (to.left < from.left || to.right > from.right) scroller.scrollLeft += to.left - from.left - (scroller.clientWidth - to.width) / 2
}

/**
 * Whether this key press sends the question. Enter does, Shift+Enter is a new line; an Enter that ends the composition
 * of an input method does not. Safari ends the composition before the key press, so its keyCode 229 is looked at too
 * (WebKit bug 165004).
 */
export const isSendKey = (event: KeyboardEvent): boolean =>
  event.key === 'Enter' &&
  !event.shiftKey &&
  !event.ctrlKey &&
  !event.altKey &&
  !event.metaKey &&
  !event.isComposing &&
  event.keyCode !== 229

import { expect, test } from 'vitest'
import { isSendKey } from './send-key.ts'

const press = (init: KeyboardEventInit & { keyCode?: number }): KeyboardEvent => {
  const event = new KeyboardEvent('keydown', { key: 'Enter', ...init })
  if (init.keyCode !== undefined) Object.defineProperty(event, 'keyCode', { value: init.keyCode })
  if (init.isComposing !== undefined) Object.defineProperty(event, 'isComposing', { value: init.isComposing })
  return event
}

test.each([
  ['Enter sends', {}, true],
  ['Shift+Enter is a new line', { shiftKey: true }, false],
  ['Enter that ends a composition does not send', { isComposing: true }, false],
  ['nor does it in Safari, where only keyCode tells', { keyCode: 229 }, false],
  ['another key does not', { key: 'a' }, false],
  ['Ctrl+Enter is left alone', { ctrlKey: true }, false],
] as const)('%s', (_, init, sends) => {
  expect(isSendKey(press(init))).toBe(sends)
})

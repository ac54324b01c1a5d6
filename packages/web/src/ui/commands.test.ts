import { effectScope } from 'vue'
import { expect, test } from 'vitest'
import { runCommand, useCommand } from './commands.ts'

test('the innermost handler answers first, may pass on, and is gone with its part of the page', () => {
  const calls: string[] = []
  const outer = effectScope()
  const inner = effectScope()
  outer.run(() => useCommand('escape', () => void calls.push('outer')))
  inner.run(() => useCommand('escape', () => (calls.length === 0 ? void calls.push('inner') : false)))
  expect(runCommand('escape')).toBe(true)
  runCommand('escape')
  expect(calls).toEqual(['inner', 'outer'])
  inner.stop()
  outer.stop()
  expect(runCommand('escape')).toBe(false)
})

import { describe, expect, test } from 'vitest'
import { SHORTCUTS, findShortcut } from './shortcuts.ts'

const press = (key: string, more: Partial<KeyboardEvent> = {}) => ({
  key,
  ctrlKey: false,
  metaKey: false,
  altKey: false,
  shiftKey: false,
  ...more,
})
const command = (
  key: string,
  {
    before = '',
    inField = false,
    letters = true,
    ...more
  }: { before?: string; inField?: boolean; letters?: boolean } & Partial<KeyboardEvent> = {},
) => findShortcut(press(key, more), before, inField, letters)?.shortcut.command ?? null

describe('shortcuts', () => {
  test('keys with the command key work everywhere, letters only outside of fields', () => {
    expect(command('k', { ctrlKey: true, inField: true })).toBe('palette')
    expect(command('O', { ctrlKey: true, shiftKey: true })).toBe('chat.new')
    expect(command('c')).toBe('answer.copy')
    expect(command('c', { inField: true })).toBeNull()
    expect(command('Escape', { inField: true })).toBe('escape')
  })
  test('the browser keeps its own keys', () => {
    expect(command('c', { ctrlKey: true })).toBeNull()
    expect(command('r', { ctrlKey: true })).toBeNull()
    expect(command('ArrowLeft', { altKey: true })).toBeNull()
  })
  test('two keys after each other make one command', () => {
    expect(command('g')).toBeNull()
    expect(command('l', { before: 'g' })).toBe('go.library')
    expect(command('c', { before: 'g' })).toBe('go.chat')
    expect(command('l')).toBeNull()
  })
  test('a digit opens that citation', () => {
    expect(findShortcut(press('7'), '', false, true)).toMatchObject({ shortcut: { command: 'citation.open' }, argument: 7 })
    expect(command('0')).toBeNull()
  })
  test('letters can be switched off (WCAG 2.1.4); the others stay', () => {
    expect(command('c', { letters: false })).toBeNull()
    expect(command('k', { ctrlKey: true, letters: false })).toBe('palette')
    expect(command('Escape', { letters: false })).toBe('escape')
  })
  test('no two shortcuts share their keys', () => {
    const keys = SHORTCUTS.map((shortcut) => shortcut.keys)
    expect(new Set(keys).size).toBe(keys.length)
  })
})

/**
 * Every shortcut of the app, once: the listener, the help page and the hints in menus read this table. `mod` is Command
 * on Apple machines and Ctrl elsewhere. Single letters work only outside of fields, and can be switched off
 * (WCAG 2.1.4).
 */
import { useStorage } from '@vueuse/core'
import { type CommandName, runCommand } from '../ui/commands.ts'

export interface Shortcut {
  command: CommandName
  group: 'general' | 'chat' | 'source' | 'library'
  /** "mod+shift+o", "?", "g c" (one key after the other), "1-9" */
  keys: string
  /** also while typing */
  inFields?: true
}

export const SHORTCUTS: readonly Shortcut[] = [
  { command: 'palette', group: 'general', keys: 'mod+k', inFields: true },
  { command: 'chat.new', group: 'general', keys: 'mod+shift+o', inFields: true },
  { command: 'side.toggle', group: 'general', keys: 'mod+b', inFields: true },
  { command: 'go.chat', group: 'general', keys: 'g c' },
  { command: 'go.library', group: 'general', keys: 'g l' },
  { command: 'help', group: 'general', keys: '?' },
  { command: 'escape', group: 'general', keys: 'escape', inFields: true },
  { command: 'composer.focus', group: 'chat', keys: '/' },
  { command: 'answer.copy', group: 'chat', keys: 'c' },
  { command: 'answer.retry', group: 'chat', keys: 'r' },
  { command: 'question.edit', group: 'chat', keys: 'e' },
  { command: 'source.toggle', group: 'source', keys: 'mod+\\', inFields: true },
  { command: 'citation.open', group: 'source', keys: '1-9' },
  { command: 'citation.next', group: 'source', keys: 'n' },
  { command: 'citation.previous', group: 'source', keys: 'p' },
  { command: 'row.next', group: 'library', keys: 'j' },
  { command: 'row.previous', group: 'library', keys: 'k' },
  { command: 'upload', group: 'library', keys: 'u' },
]

/** Single letters act; the reader can switch them off in the help. */
export const lettersOn = useStorage('zhiku.letters', true)

export const isApple = /Mac|iPhone|iPad/.test(globalThis.navigator?.platform ?? '')

/** How the keys are written on the reader's keyboard. */
export function keyLabels(keys: string): string[] {
  const NAMES: Record<string, string> = { mod: isApple ? '⌘' : 'Ctrl', shift: isApple ? '⇧' : 'Shift', escape: 'Esc' }
  return keys.split(/[+ ]/).map((key) => NAMES[key] ?? key.toUpperCase())
}

type Press = Pick<KeyboardEvent, 'key' | 'ctrlKey' | 'metaKey' | 'altKey' | 'shiftKey'>

/**
 * The shortcut that a key press completes.
 * @param before  the key pressed just before, for pairs like "g c"; "" when none
 */
export function findShortcut(
  press: Press,
  before: string,
  inField: boolean,
  letters = lettersOn.value,
): { shortcut: Shortcut; argument?: number } | null {
  const key = press.key.toLowerCase()
  const mod = isApple ? press.metaKey : press.ctrlKey
  const other = isApple ? press.ctrlKey : press.metaKey
  if (press.altKey || other) return null
  for (const shortcut of SHORTCUTS) {
    if (inField && !shortcut.inFields) continue
    if (shortcut.keys.startsWith('mod+')) {
      const parts = shortcut.keys.split('+')
      if (mod && press.shiftKey === parts.includes('shift') && key === parts.at(-1)) return { shortcut }
      continue
    }
    if (mod) continue
    if (shortcut.keys === 'escape') {
      if (key === 'escape') return { shortcut }
      continue
    }
    if (!letters) continue
    if (shortcut.keys === '1-9') {
      if (/^[1-9]$/.test(key) && before === '') return { shortcut, argument: Number(key) }
      continue
    }
    const [first, second] = shortcut.keys.split(' ')
    if (second === undefined ? before === '' && key === first : before === first && key === second) return { shortcut }
  }
  return null
}

/** The second key of a pair must come within this time. */
const PAIR_MS = 1000
const isField = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement &&
  (target.isContentEditable ||
    (target instanceof HTMLInputElement && !['checkbox', 'radio', 'button'].includes(target.type)) ||
    target instanceof HTMLTextAreaElement ||
    target instanceof HTMLSelectElement)
/** Menus and dialogs have keys of their own. */
const inLayer = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement && target.closest('[role=menu], [role=dialog], [role=listbox]') !== null

/** Starts listening; returns the way to stop. */
export function listenForShortcuts(): () => void {
  let before = ''
  let beforeAt = 0
  const onKeydown = (event: KeyboardEvent): void => {
    if (event.defaultPrevented || event.isComposing || event.repeat) return
    if (inLayer(event.target) && !(event.ctrlKey || event.metaKey)) return
    // An open preview or menu takes Escape for itself; what lies below it is not meant.
    if (event.key === 'Escape' && document.querySelector('[data-dismissable-layer]')) return
    const pair = event.timeStamp - beforeAt < PAIR_MS ? before : ''
    const inField = isField(event.target)
    const found = findShortcut(event, pair, inField)
    before = !found && !inField && pair === '' ? event.key.toLowerCase() : ''
    if (before !== 'g') before = ''
    beforeAt = event.timeStamp
    if (found && runCommand(found.shortcut.command, found.argument)) event.preventDefault()
  }
  window.addEventListener('keydown', onKeydown)
  return () => window.removeEventListener('keydown', onKeydown)
}

/**
 * Commands by name, between the keyboard (app/shortcuts.ts), the palette and the part of the page that can carry them
 * out. The handler registered last wins: the innermost open part answers first; one that returns false passes it on.
 */
import { onScopeDispose } from 'vue'

export type CommandName =
  | 'palette'
  | 'chat.new'
  | 'composer.focus'
  | 'side.toggle'
  | 'source.toggle'
  | 'go.chat'
  | 'go.library'
  | 'help'
  | 'escape'
  | 'citation.next'
  | 'citation.previous'
  | 'citation.open'
  | 'row.next'
  | 'row.previous'
  | 'answer.copy'
  | 'answer.retry'
  | 'question.edit'
  | 'upload'

/** @returns false to pass the command on; `argument` is the digit of citation.open */
export type CommandHandler = (argument?: number) => boolean | void

const handlers = new Map<CommandName, CommandHandler[]>()

/** Registers a handler until the component is gone. */
export function useCommand(name: CommandName, handler: CommandHandler): void {
  const list = handlers.get(name) ?? []
  handlers.set(name, list)
  list.push(handler)
  onScopeDispose(() => {
    list.splice(list.indexOf(handler), 1)
  })
}

/** @returns whether somebody carried it out */
export function runCommand(name: CommandName, argument?: number): boolean {
  for (const handler of (handlers.get(name) ?? []).toReversed()) if (handler(argument) !== false) return true
  return false
}

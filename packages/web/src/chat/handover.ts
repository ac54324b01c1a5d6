/** What the home page knows of a chat it has just started, so that the chat's page opens without waiting. */
import type { Chat, Message } from '@zhiku/contract/entities.ts'

let kept: { chat: Chat; messages: Message[] } | null = null

export const handover = {
  give(chat: Chat, messages: Message[]): void {
    kept = { chat, messages }
  },
  take(chatId: string): { chat: Chat; messages: Message[] } | null {
    const found = kept?.chat.id === chatId ? kept : null
    kept = null
    return found
  },
}

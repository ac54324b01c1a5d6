/**
 * One chat: its messages, the answer that is being made, and what can be done with them. The server makes the answer;
 * this follows its events, over lost connections and reloads.
 */
import { ApiError } from '@zhiku/contract/client.ts'
import type { Chat, Citation, Message } from '@zhiku/contract/entities.ts'
import type { RunEvent } from '@zhiku/contract/events.ts'
import type { ChatId, RunId } from '@zhiku/contract/ids.ts'
import { computed, onScopeDispose, shallowRef } from 'vue'
import { api } from '../api/client.ts'
import { onLibraryEvent } from '../api/library-events.ts'
import { follow } from '../api/follow.ts'
import { type AnswerState, NEW_ANSWER, answerOfMessage, applyRunEvent } from './answer-state.ts'
import { handover } from './handover.ts'

/** Streamed text is shown in steps this far apart. */
const PAINT_MS = 50
/** A run whose stream fails so often in a row is shown as lost, with a way to try again. */
const MAX_FAILURES = 8

export interface LiveAnswer {
  messageId: string
  runId: RunId
  /** time (ms) at which following began, for the seconds shown */
  since: number
  state: AnswerState
  /** connection lost, trying again */
  reconnecting: boolean
}

export function useChat(chatId: ChatId, on: { finished(answer: AnswerState): void; changed(): void }) {
  const first = handover.take(chatId)
  const chat = shallowRef<Chat | null>(first?.chat ?? null)
  const messages = shallowRef<readonly Message[]>(first?.messages ?? [])
  const live = shallowRef<LiveAnswer | null>(null)
  const error = shallowRef<unknown>(null)
  const loading = shallowRef(first === null)
  const sending = shallowRef(false)
  const disposed = new AbortController()

  async function load(): Promise<void> {
    error.value = null
    try {
      const got = await api.getChat({ id: chatId }, { signal: disposed.signal })
      chat.value = got.chat
      messages.value = got.messages
      followRunning()
    } catch (cause) {
      if (!disposed.signal.aborted) error.value = cause
    } finally {
      loading.value = false
    }
  }

  function followRunning(): void {
    const last = messages.value.at(-1)
    if (last?.run?.state === 'running' && live.value?.runId !== last.run.id) void followRun(last.id, last.run.id)
  }

  async function followRun(messageId: string, runId: RunId): Promise<void> {
    let state = NEW_ANSWER
    let reconnecting = false
    const since = Date.now()
    let timer: ReturnType<typeof setTimeout> | undefined
    const paint = (): void => {
      clearTimeout(timer)
      timer = undefined
      live.value = { messageId, runId, since, state, reconnecting }
    }
    const paintSoon = (): void => {
      timer ??= setTimeout(paint, PAINT_MS)
    }
    paint()
    try {
      await follow<RunEvent>({
        open: (lastEventId, signal) => api.runEvents({ id: runId }, { signal, ...(lastEventId === undefined ? {} : { lastEventId }) }),
        onOpen() {
          reconnecting = false
        },
        onEvent(event) {
          state = applyRunEvent(state, event)
          paintSoon()
          return event.kind === 'done'
        },
        onLost() {
          reconnecting = true
          paint()
        },
        maxFailures: MAX_FAILURES,
        signal: disposed.signal,
      })
      paint()
      on.finished(state)
      await load()
    } catch (cause) {
      if (disposed.signal.aborted) return
      error.value = cause
      // What was received stays in view; trying again follows the run from its beginning.
      const { text, citations } = state
      messages.value = messages.value.map((message) =>
        message.id === messageId ? { ...message, text, citations: [...citations] } : message,
      )
    } finally {
      clearTimeout(timer)
      if (live.value?.runId === runId) live.value = null
    }
  }

  /** @returns whether the server took the question */
  async function send(text: string): Promise<boolean> {
    if (sending.value || live.value) return false
    sending.value = true
    try {
      const { question, answer } = await api.sendMessage({ id: chatId, text })
      messages.value = [...messages.value, question, answer]
      on.changed()
      followRunning()
      return true
    } finally {
      sending.value = false
    }
  }

  async function stop(): Promise<void> {
    const run = live.value?.runId
    if (!run) return
    try {
      await api.stopRun({ id: run })
    } catch (cause) {
      // It may have ended in the meantime.
      if (!(cause instanceof ApiError && cause.status === 404)) throw cause
    }
  }

  async function update(change: { title?: string; scope?: Chat['scope'] }): Promise<void> {
    chat.value = await api.updateChat({ id: chatId, ...change })
    on.changed()
  }

  const answerOf = (message: Message): AnswerState => (live.value?.messageId === message.id ? live.value.state : answerOfMessage(message))

  onScopeDispose(() => disposed.abort())
  // A cited document was deleted or taken back: its citations say so.
  onScopeDispose(
    onLibraryEvent(({ kind, documentId }) => {
      const turned = (citation: Citation): boolean =>
        citation.document.id === documentId && citation.removed !== (kind === 'document.removed')
      if (live.value === null && messages.value.some(({ citations }) => citations.some(turned))) void load()
    }),
  )
  if (first) followRunning()
  void load()
  return { chat, messages, live, error, loading, sending, load, send, stop, update, answerOf, busy: computed(() => live.value !== null) }
}

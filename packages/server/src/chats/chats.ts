/**
 * Conversations, and answers as jobs of the server: an answer goes on without the client that asked for it, can be
 * followed from any of its events, stopped, and survives a restart as far as it had come. Entry point of `chats/`.
 */
import type { Chat, Citation, Message, Scope } from '@zhiku/contract/entities.ts'
import type { ChatId, CitationId, DocumentId, RunId } from '@zhiku/contract/ids.ts'
import { type AskInput, answer } from '../ask/answer.ts'
import type { AskEvent } from '../ask/events.ts'
import { newId } from '../base/ids.ts'
import type { Log } from '../base/log.ts'
import type { Db, Tx } from '../db/db.ts'
import type { Models } from '../models/models.ts'
import {
  deleteChatRow,
  getChatRow,
  getRunIds,
  insertChat,
  insertQuestion,
  listChats,
  listMessages,
  listTurns,
  lockChat,
  updateChatRow,
} from './chats.sql.ts'
import { forgetDocument, getCitation } from './citations.ts'
import { followEvents } from './follow.ts'
import { LiveRun } from './live.ts'
import { interruptRun, listRunning } from './orphans.ts'
import type { NumberedEvent, RunIds } from './runs.sql.ts'

export type Ask = (input: AskInput, signal: AbortSignal) => AsyncIterable<AskEvent>

/** Whoever asks is named first: nothing of another owner is found. */
export interface Chats {
  createChat(owner: string, scope?: Scope): Promise<Chat>
  /** last used first */
  listChats(owner: string, limit: number): Promise<Chat[]>
  /** @throws chat.not_found */
  getChat(owner: string, id: ChatId): Promise<{ chat: Chat; messages: Message[] }>
  /** @throws chat.not_found */
  updateChat(owner: string, id: ChatId, change: { title?: string | undefined; scope?: Scope | undefined }): Promise<Chat>
  /** Ends a running answer first. @throws chat.not_found */
  deleteChat(owner: string, id: ChatId): Promise<void>
  /** Starts an answer and returns at once. @throws chat.not_found, chat.busy */
  sendMessage(owner: string, id: ChatId, text: string): Promise<{ question: Message; answer: Message }>
  /** @throws run.not_found */
  requireRun(owner: string, id: RunId): Promise<void>
  /** Events after number `afterSeq`, until `done`. @throws run.not_found */
  followRun(owner: string, id: RunId, afterSeq: number, signal: AbortSignal): AsyncIterable<NumberedEvent>
  /** Resolves when the run has ended; for one that had ended before, nothing happens. @throws run.not_found */
  stopRun(owner: string, id: RunId): Promise<void>
  /** @throws citation.not_found */
  getCitation(owner: string, id: CitationId): Promise<Citation>
  /** At the start: ends runs that a dead process left behind. Only where no other process makes answers. */
  interruptOrphans(): Promise<void>
  /** See citations.ts. */
  forgetDocument(tx: Tx, documentId: DocumentId): Promise<void>
  /** Interrupts running answers and waits until that is written. */
  close(): Promise<void>
}

/** @param ask  how a question is answered */
export function createChats(ctx: { db: Db; models: Models; log: Log }, ask: Ask = (input, signal) => answer(ctx, input, signal)): Chats {
  const { db } = ctx
  const running = new Map<RunId, LiveRun>()
  /** written, or about to be, and not started yet */
  const starting = new Set<RunId>()
  let closed = false

  const start = (ids: RunIds, input: AskInput): void => {
    const run = new LiveRun(ctx, ids, (signal) => ask(input, signal))
    running.set(ids.runId, run)
    void run.ended.then(() => running.delete(ids.runId))
    if (closed) run.stop('interrupted')
  }
  const stop = async (ids: RunIds, state: 'stopped' | 'interrupted'): Promise<void> => {
    const run = running.get(ids.runId)
    run?.stop(state)
    await run?.ended
  }
  const isLive = ({ runId }: RunIds): boolean => running.has(runId) || starting.has(runId)
  /** One process has the embedded engine, so a run that it does not make is nobody's. */
  const interruptLost = async (tx: Tx, candidates: readonly RunIds[]): Promise<void> => {
    if (db.engine !== 'pglite') return
    for (const ids of candidates) if (!isLive(ids)) await interruptRun(tx, ids)
  }

  return {
    createChat: (owner, scope = { collections: [], documents: [] }) => insertChat(db, owner, scope),
    listChats: (owner, limit) => listChats(db, owner, limit),
    async getChat(owner, id) {
      return { chat: await getChatRow(db, owner, id), messages: await listMessages(db, owner, id) }
    },
    updateChat: (owner, id, change) => updateChatRow(db, owner, id, change),
    async deleteChat(owner, id) {
      await getChatRow(db, owner, id)
      await Promise.all([...running.values()].filter((run) => run.ids.chatId === id).map((run) => stop(run.ids, 'stopped')))
      await deleteChatRow(db, owner, id)
    },
    async sendMessage(owner, id, text) {
      const runId = newId('run')
      starting.add(runId)
      try {
        const {
          ids,
          question,
          answer: empty,
          input,
        } = await db.transaction(async (tx) => {
          const chat = await lockChat(tx, owner, id)
          await interruptLost(
            tx,
            (await listRunning(tx)).filter(({ chatId }) => chatId === id),
          )
          const history = await listTurns(tx, id)
          const inserted = await insertQuestion(tx, { owner, chatId: id, runId, question: text })
          return { ...inserted, input: { owner, question: inserted.question.text, scope: chat.scope, mode: 'auto' as const, history } }
        })
        start(ids, input)
        return { question, answer: empty }
      } finally {
        starting.delete(runId)
      }
    },
    async requireRun(owner, id) {
      await getRunIds(db, owner, id)
    },
    async *followRun(owner, id, afterSeq, signal) {
      const { runId } = await getRunIds(db, owner, id)
      yield* followEvents(db, { runId, afterSeq, live: running.get(runId) ?? null }, signal)
    },
    async stopRun(owner, id) {
      const ids = await getRunIds(db, owner, id)
      await stop(ids, 'stopped')
    },
    getCitation: (owner, id) => getCitation(db, owner, id),
    async interruptOrphans() {
      await db.transaction(async (tx) => {
        for (const ids of await listRunning(tx)) if (!isLive(ids)) await interruptRun(tx, ids)
      })
    },
    forgetDocument,
    async close() {
      closed = true
      await Promise.all([...running.values()].map((run) => stop(run.ids, 'interrupted')))
    },
  }
}

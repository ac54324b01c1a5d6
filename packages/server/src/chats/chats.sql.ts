/** Rows of chats and messages. Owner of the tables `chat` and `message`; every statement checks whose chat it is. */
import type { Chat, Message, Run, Scope } from '@zhiku/contract/entities.ts'
import type { ChatId, MessageId, RunId } from '@zhiku/contract/ids.ts'
import { fail } from '../base/fail.ts'
import { newId } from '../base/ids.ts'
import { LIMITS } from '../base/limits.ts'
import type { Sql, Tx } from '../db/db.ts'
import { listCitations } from './citations.ts'
import { RUN, type RunIds } from './runs.sql.ts'

const CHAT = 'h.id, h.title, h.scope, h.created_at as "createdAt", h.updated_at as "updatedAt"'

export async function insertChat(db: Sql, owner: string, scope: Scope): Promise<Chat> {
  const { rows } = await db.query<Chat>(`insert into chat as h (id, owner, title, scope) values ($1, $2, '', $3) returning ${CHAT}`, [
    newId('chat'),
    owner,
    JSON.stringify(scope),
  ])
  return rows[0]!
}

/** Last used first. */
export async function listChats(db: Sql, owner: string, limit: number): Promise<Chat[]> {
  const { rows } = await db.query<Chat>(`select ${CHAT} from chat h where h.owner = $1 order by h.updated_at desc, h.id desc limit $2`, [
    owner,
    limit,
  ])
  return rows
}

/** @throws chat.not_found */
export async function getChatRow(db: Sql, owner: string, id: ChatId): Promise<Chat> {
  const { rows } = await db.query<Chat>(`select ${CHAT} from chat h where h.owner = $1 and h.id = $2`, [owner, id])
  if (!rows[0]) throw fail('chat.not_found')
  return rows[0]
}

/** @throws chat.not_found */
export async function updateChatRow(
  db: Sql,
  owner: string,
  id: ChatId,
  change: { title?: string | undefined; scope?: Scope | undefined },
): Promise<Chat> {
  const { rows } = await db.query<Chat>(
    `update chat h set title = coalesce($3, title), scope = coalesce($4, scope) where h.owner = $1 and h.id = $2 returning ${CHAT}`,
    [
      owner,
      id,
      change.title === undefined ? null : storable(change.title),
      change.scope === undefined ? null : JSON.stringify(change.scope),
    ],
  )
  if (!rows[0]) throw fail('chat.not_found')
  return rows[0]
}

/** Messages, runs, events and citations go with it. @throws chat.not_found */
export async function deleteChatRow(db: Sql, owner: string, id: ChatId): Promise<void> {
  const { count } = await db.query('delete from chat where owner = $1 and id = $2', [owner, id])
  if (count === 0) throw fail('chat.not_found')
}

/** The chat's messages in order, with runs and citations. */
export async function listMessages(db: Sql, owner: string, chatId: ChatId): Promise<Message[]> {
  const { rows } = await db.query<Omit<Message, 'citations'>>(
    `select m.id, m.role, m.text, m.created_at as "createdAt", m.nearest, case when r.id is null then null else ${RUN} end as run
     from message m join chat h on h.id = m.chat_id left join run r on r.message_id = m.id
     where h.owner = $1 and h.id = $2 order by m.ord`,
    [owner, chatId],
  )
  const citations = await listCitations(db, owner, chatId)
  return rows.map((row) => ({ ...row, citations: citations.get(row.id) ?? [] }))
}

/** The last turns before now, oldest first; what was never answered is left out. */
export async function listTurns(db: Sql, chatId: ChatId): Promise<{ role: 'user' | 'assistant'; text: string }[]> {
  const { rows } = await db.query<{ role: 'user' | 'assistant'; text: string }>(
    `select role, text from message where chat_id = $1 and text <> '' order by ord desc limit $2`,
    [chatId, LIMITS.promptHistoryMessages],
  )
  return rows.toReversed()
}

/**
 * A question and the empty message that its answer will fill, with a run. The first question names the chat.
 * @throws chat.busy when a run of the chat is going on
 */
export async function insertQuestion(
  tx: Tx,
  input: { owner: string; chatId: ChatId; runId: RunId; question: string },
): Promise<{ ids: RunIds; question: Message; answer: Message }> {
  const { owner, chatId, runId } = input
  const text = storable(input.question)
  const { rows: busy } = await tx.query(`select 1 from run where chat_id = $1 and state = 'running'`, [chatId])
  if (busy.length > 0) throw fail('chat.busy')
  const ids = { runId, messageId: newId('message'), chatId }
  const insert = async (id: MessageId, role: Message['role'], words: string): Promise<Message> => {
    const { rows } = await tx.query<Message>(
      `insert into message (id, chat_id, ord, role, text) values ($1, $2, (select coalesce(max(ord), 0) + 1 from message where chat_id = $2), $3, $4)
       returning id, role, text, created_at as "createdAt", nearest`,
      [id, chatId, role, words],
    )
    return { ...rows[0]!, run: null, citations: [] }
  }
  const asked = await insert(newId('message'), 'user', text)
  const answer = await insert(ids.messageId, 'assistant', '')
  const { rows } = await tx.query<{ run: Run }>(
    `insert into run as r (id, owner, chat_id, message_id, state, mode) values ($1, $2, $3, $4, 'running', 'extractive') returning ${RUN} as run`,
    [ids.runId, owner, chatId, ids.messageId],
  )
  await tx.query(`update chat set updated_at = now(), title = case when title = '' then $2 else title end where id = $1`, [
    chatId,
    titleOf(text),
  ])
  return { ids, question: asked, answer: { ...answer, run: rows[0]!.run } }
}

/** Waits for other writers of the chat, and keeps them out until the transaction ends. @throws chat.not_found */
export async function lockChat(tx: Tx, owner: string, id: ChatId): Promise<Chat> {
  const { rows } = await tx.query<Chat>(`select ${CHAT} from chat h where h.owner = $1 and h.id = $2 for update`, [owner, id])
  if (!rows[0]) throw fail('chat.not_found')
  return rows[0]
}

/** @throws run.not_found */
export async function getRunIds(db: Sql, owner: string, runId: RunId): Promise<RunIds> {
  const { rows } = await db.query<RunIds>(
    'select id as "runId", message_id as "messageId", chat_id as "chatId" from run where owner = $1 and id = $2',
    [owner, runId],
  )
  if (!rows[0]) throw fail('run.not_found')
  return rows[0]
}

/** PostgreSQL text holds neither NUL nor half a character. */
const storable = (text: string): string => text.replaceAll('\0', '').toWellFormed()

const titleOf = (question: string): string => Array.from(question.replace(/\s+/g, ' ').trim()).slice(0, LIMITS.chatTitleChars).join('')

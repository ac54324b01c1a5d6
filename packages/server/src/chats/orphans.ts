/** Runs that nobody makes any more: their process died. They end as "interrupted" with the text so far. */
import type { Sql, Tx } from '../db/db.ts'
import { type NumberedEvent, type RunIds, closeRun, putEvents, putText } from './runs.sql.ts'

export async function listRunning(db: Sql): Promise<RunIds[]> {
  const { rows } = await db.query<RunIds>(
    `select id as "runId", message_id as "messageId", chat_id as "chatId" from run where state = 'running' order by id`,
  )
  return rows
}

export async function interruptRun(tx: Tx, ids: RunIds): Promise<void> {
  // The events know more than the message, whose text is written less often.
  const { rows } = await tx.query<{ text: string; last: number }>(
    `select coalesce(string_agg(data->>'text', '' order by seq) filter (where data->>'kind' = 'delta'), '') as text, coalesce(max(seq), 0) as last
     from event where run_id = $1`,
    [ids.runId],
  )
  await putText(tx, ids.messageId, rows[0]!.text)
  const run = await closeRun(tx, ids, 'interrupted', { code: 'run.interrupted', params: {} })
  const done: NumberedEvent = { id: rows[0]!.last + 1, event: { kind: 'done', run } }
  await putEvents(tx, ids.runId, [done])
}

/** Rows of runs and their events. Owner of the tables `run` and `event`, and of a message's text while it is answered. */
import type { Notice, Passage, Run, RunState } from '@zhiku/contract/entities.ts'
import type { RunEvent } from '@zhiku/contract/events.ts'
import type { ChatId, MessageId, RunId } from '@zhiku/contract/ids.ts'
import type { Sql, Tx } from '../db/db.ts'

export interface NumberedEvent {
  id: number
  event: RunEvent
}

export interface RunIds {
  runId: RunId
  messageId: MessageId
  chatId: ChatId
}

/** What a run has come to so far. */
export type Progress = Pick<Run, 'mode' | 'model' | 'answered' | 'notice' | 'searchedChunks' | 'readPassages' | 'stillReading'>

/** Columns of `run r` as the contract's Run. */
export const RUN = `jsonb_build_object('id', r.id, 'state', r.state, 'mode', r.mode, 'model', r.model, 'answered', r.answered, 'notice', r.notice,
  'searchedChunks', r.searched_chunks, 'readPassages', r.read_passages, 'stillReading', r.still_reading,
  'durationMs', round(extract(epoch from r.finished_at - r.started_at) * 1000)::int)`

/** Is the run still going on? If so nobody else can end it before the transaction does. */
export async function holdRun(tx: Tx, runId: RunId): Promise<boolean> {
  const { rows } = await tx.query(`select 1 from run where id = $1 and state = 'running' for update`, [runId])
  return rows.length > 0
}

/** Idempotent by (run, number). */
export async function putEvents(tx: Tx, runId: RunId, events: readonly NumberedEvent[]): Promise<void> {
  if (events.length === 0) return
  await tx.query(
    `insert into event (run_id, seq, data) select $1, e.id, e.event from jsonb_to_recordset($2::jsonb) as e(id int, event jsonb)
     on conflict (run_id, seq) do nothing`,
    [runId, JSON.stringify(events)],
  )
}

/** Up to `limit` events after `afterSeq`, in order. */
export async function listEvents(db: Sql, runId: RunId, afterSeq: number, limit: number): Promise<NumberedEvent[]> {
  const { rows } = await db.query<NumberedEvent>(
    'select seq as id, data as event from event where run_id = $1 and seq > $2 order by seq limit $3',
    [runId, afterSeq, limit],
  )
  return rows
}

export async function hasEnded(db: Sql, runId: RunId): Promise<boolean> {
  const { rows } = await db.query(`select 1 from run where id = $1 and state = 'running'`, [runId])
  return rows.length === 0
}

export async function putProgress(tx: Tx, runId: RunId, progress: Progress): Promise<void> {
  await tx.query(
    `update run set mode = $2, model = $3, answered = $4, notice = $5, searched_chunks = $6, read_passages = $7, still_reading = $8 where id = $1`,
    [
      runId,
      progress.mode,
      progress.model,
      progress.answered,
      progress.notice && JSON.stringify(progress.notice),
      progress.searchedChunks,
      progress.readPassages,
      progress.stillReading,
    ],
  )
}

export async function putText(tx: Tx, messageId: MessageId, text: string): Promise<void> {
  await tx.query('update message set text = $2 where id = $1', [messageId, text])
}

/** Gives the answer another text, in the message and in what is told to whoever follows the run again. */
export async function rewriteText(tx: Tx, ids: Pick<RunIds, 'messageId' | 'runId'>, text: string): Promise<void> {
  await putText(tx, ids.messageId, text)
  await tx.query(
    `update event set data = jsonb_set(data, '{text}', case when seq = (select min(seq) from event where run_id = $1 and data->>'kind' = 'delta') then to_jsonb($2::text) else '""' end)
     where run_id = $1 and data->>'kind' = 'delta'`,
    [ids.runId, text],
  )
}

export async function putNearest(tx: Tx, messageId: MessageId, nearest: readonly Passage[]): Promise<void> {
  await tx.query('update message set nearest = $2 where id = $1', [messageId, JSON.stringify(nearest)])
}

export async function readRun(db: Sql, runId: RunId): Promise<Run> {
  const { rows } = await db.query<{ run: Run }>(`select ${RUN} as run from run r where id = $1`, [runId])
  if (!rows[0]) throw new Error(`run ${runId} is gone`)
  return rows[0].run
}

/** Gives a running run its last state and returns it as it then is. */
export async function closeRun(tx: Tx, ids: RunIds, state: Exclude<RunState, 'running'>, notice: Notice | null): Promise<Run> {
  await tx.query(`update run set state = $2, notice = coalesce($3, notice), finished_at = clock_timestamp() where id = $1`, [
    ids.runId,
    state,
    notice && JSON.stringify(notice),
  ])
  await tx.query('update chat set updated_at = now() where id = $1', [ids.chatId])
  return await readRun(tx, ids.runId)
}

/**
 * Outbox: events written in the same transaction as the change they tell of, numbered, and published in this process
 * after the commit. Kept for clients that come back with the last number they saw. Owner of the table `outbox`.
 */
import { EventEmitter, on } from 'node:events'
import type { Db, Tx } from '../db/db.ts'

export interface OutboxEvent {
  seq: number
  topic: string
  owner: string
  data: unknown
}

export interface Outbox {
  publish(tx: Tx, event: { topic: string; owner: string; data: object }): Promise<void>
  /** Events of a topic after `afterSeq` (or from now on), stored ones first, then live ones; ends with the signal. */
  follow(input: { topic: string; owner: string; afterSeq: number | null; signal: AbortSignal }): AsyncIterable<OutboxEvent>
  /** In-process listener; returns the way to remove it. */
  listen(topic: string, listener: (event: OutboxEvent) => void): () => void
}

const PAGE = 500

export function createOutbox(db: Db): Outbox {
  const emitter = new EventEmitter()
  emitter.setMaxListeners(0)
  return {
    async publish(tx, event) {
      const { rows } = await tx.query<{ seq: number }>('insert into outbox (topic, owner, data) values ($1, $2, $3) returning seq', [
        event.topic,
        event.owner,
        JSON.stringify(event.data),
      ])
      const { seq } = rows[0]!
      tx.afterCommit(() => emitter.emit(event.topic, { seq, ...event }))
    },

    async *follow({ topic, owner, afterSeq, signal }) {
      // Listening starts before the stored events are read, so none can fall between.
      const live = on(emitter, topic, { signal })
      let seen = afterSeq
      try {
        while (seen !== null) {
          const { rows } = await db.query<OutboxEvent>(
            'select seq, topic, owner, data from outbox where topic = $1 and owner = $2 and seq > $3 order by seq limit $4',
            [topic, owner, seen, PAGE],
          )
          for (const row of rows) {
            seen = row.seq
            yield { ...row, seq: seen }
          }
          if (rows.length < PAGE) break
        }
        for await (const [event] of live as AsyncIterable<[OutboxEvent]>) {
          if (event.owner !== owner || (seen !== null && event.seq <= seen)) continue
          yield event
        }
      } catch (error) {
        if (!signal.aborted) throw error
      }
    },

    listen(topic, listener) {
      emitter.on(topic, listener)
      return () => emitter.off(topic, listener)
    },
  }
}

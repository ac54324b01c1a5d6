/**
 * The order in which jobs are handed out, in one place, so that the position shown to a person is the order that is kept:
 * priority first; inside a priority the owners take turns (fewest running jobs, then longest since the last turn), so
 * one person's thousand files do not hold up another's one; inside an owner by age.
 */
import type { Sql } from '../db/db.ts'

/** Joins `turn` to the jobs `j`: what the owner of a job has running, and when it last had a turn. */
export const TURN_OF_OWNER = `
  left join (select owner, count(*) as running from job where state = 1 and kind = $1 group by owner) busy on busy.owner = j.owner
  left join queue_turn turn on turn.kind = j.kind and turn.owner = j.owner`

export const BY_TURN = `coalesce(busy.running, 0), turn.at nulls first`

/** A job `j` is held back: its owner has paused everything, or its scope. */
export const HELD = `exists (select 1 from queue_pause p where p.owner = j.owner and j.scope is not null and p.scope in ('', j.scope))`

/**
 * How many jobs of a kind are handed out before each of the given ones, as things stand; only for those that wait.
 * Held ones keep their place in the line.
 */
export async function positions(db: Sql, kind: string, keys: readonly string[]): Promise<Map<string, number>> {
  if (keys.length === 0) return new Map()
  const { rows } = await db.query<{ key: string; position: number }>(
    `with line as (
       select j.key, j.priority, j.owner, j.run_at, j.id, dense_rank() over (order by ${BY_TURN}, j.owner) as turn,
         row_number() over (partition by j.priority, j.owner order by j.run_at, j.id) as round
       from job j ${TURN_OF_OWNER} where j.kind = $1 and j.state = 0),
     numbered as (select key, (row_number() over (order by priority desc, round, turn))::int - 1 as position from line)
     select key, position from numbered where key = any($2)`,
    [kind, keys],
  )
  return new Map(rows.map(({ key, position }) => [key, position]))
}

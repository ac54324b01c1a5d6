/**
 * What lies inside a container, as the container's own reader sees it: each member is handed over or has a reason why
 * not, and all of them are lines of the container's text, so that a file can be found by its name alone.
 */
import type { Notice } from '@zhiku/contract/entities.ts'
import { fail, isAppError } from '../../../base/fail.ts'
import type { DraftBlock } from '../draft.ts'
import type { GiveInner, InnerOutcome } from '../types.ts'

export interface Member {
  /** as shown: folder and name */
  shown: string
  /** folder within the container, "" at its top */
  path: string
  name: string
  sizeBytes: number
  /** why it was not taken; null when it was, or is yet to be */
  problem: Notice | null
  bytes(): AsyncIterable<Uint8Array>
}

/** Names of members that a notice counts up. */
const NAMED = 5

export const problemOf = (...error: Parameters<typeof fail>): Notice => {
  const { code, params } = fail(...error)
  return { code, params }
}

/**
 * Hands over all members without a problem, in order, until a bound is crossed.
 * An empty file is no document; its line in the list is all there is to it.
 * @returns as notice the members' own reason when none could be taken and all for the same
 */
export async function handOver(members: readonly Member[], give: GiveInner): Promise<InnerOutcome> {
  let bound: Notice | null = null
  let taken = 0
  for (const member of members) {
    if (member.problem || member.sizeBytes === 0) continue
    if (bound) {
      member.problem = bound
      continue
    }
    try {
      const verdict = await give({ name: member.name, path: member.path, bytes: member.bytes() })
      if (verdict === null) taken += 1
      else {
        member.problem = verdict.notice
        if (verdict.stop) bound = verdict.notice
      }
    } catch (error) {
      if (!isAppError(error)) throw error
      member.problem = { code: error.code, params: error.params }
    }
  }
  if (bound) return { notice: bound, complete: false }
  const problems = members.filter((member) => member.problem !== null)
  const codes = new Set(problems.map((member) => member.problem!.code))
  if (taken === 0 && codes.size === 1) return { notice: problems[0]!.problem, complete: true }
  return { notice: unread(problems), complete: true }
}

function unread(problems: readonly Member[]): Notice | null {
  if (problems.length === 0) return null
  const names = problems.slice(0, NAMED).map(({ shown }) => shown)
  return problemOf('ingest.entries_unread', {
    count: problems.length,
    detail: `${names.join(', ')}${problems.length > NAMED ? ' …' : ''}`,
  })
}

/** One line for each member; those that were not taken say why. To be asked after `handOver`. */
export const memberBlocks = (members: readonly Member[]): DraftBlock[] =>
  members.map((member) => ({
    kind: 'list-item',
    level: 0,
    text: `${member.shown} (${sizeText(member.sizeBytes)})${member.problem ? ` · 未读取 / not read: ${member.problem.code}` : ''}`,
  }))

function sizeText(bytes: number): string {
  if (bytes < 1024) return `${bytes} B`
  const kib = bytes / 1024
  return kib < 1024 ? `${Math.round(kib)} KB` : `${(kib / 1024).toFixed(1)} MB`
}

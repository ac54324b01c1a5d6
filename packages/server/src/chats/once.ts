/** Asking without a chat: waits for the whole answer and keeps nothing. For the command line and other programs. */
import type { AnswerMode, Citation, Notice, Passage, Scope } from '@zhiku/contract/entities.ts'
import { answer } from '../ask/answer.ts'
import type { CitationDraft } from '../ask/events.ts'
import { newId } from '../base/ids.ts'
import type { Log } from '../base/log.ts'
import type { Db } from '../db/db.ts'
import type { Models } from '../models/models.ts'
import { holdRevisions, showCitation } from './citations.ts'

export interface WholeAnswer {
  /** with its marks `[n]` */
  answer: string
  answered: boolean
  mode: AnswerMode
  notice: Notice | null
  citations: Citation[]
  nearest: Passage[]
}

export async function askOnce(
  ctx: { db: Db; models: Models; log: Log },
  input: { owner: string; question: string; scope: Scope; mode: 'auto' | 'extractive' },
  signal: AbortSignal,
): Promise<WholeAnswer> {
  const result: WholeAnswer = { answer: '', answered: false, mode: 'extractive', notice: null, citations: [], nearest: [] }
  const drafts: CitationDraft[] = []
  for await (const event of answer(ctx, { ...input, history: [] }, signal)) {
    if (event.kind === 'delta') result.answer += event.text
    else if (event.kind === 'citation') drafts.push(event.citation)
    else if (event.kind === 'finished')
      Object.assign(result, { answered: event.answered, mode: event.mode, notice: event.notice, nearest: event.nearest })
  }
  await ctx.db.transaction(async (tx) => {
    const places = await holdRevisions(
      tx,
      drafts.map((draft) => draft.revisionId),
    )
    result.citations = drafts.map((draft) => showCitation({ id: newId('citation'), ...draft }, places.get(draft.revisionId) ?? null))
  })
  return result
}

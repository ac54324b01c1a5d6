/**
 * Sitemaps: all pages of a site become documents, one after the other, politely. Owner of the tables `sitemap` and
 * `sitemap_page`.
 *
 *   given -> listed (its pages are rows) -> each page: fetched | error -> finished
 *
 * Every step is a row, so a job that is interrupted goes on with the next page.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import type { Notice } from '@zhiku/contract/entities.ts'
import type { CollectionId, DocumentId, SitemapId } from '@zhiku/contract/ids.ts'
import type { Sitemap, SitemapPage } from '@zhiku/contract/sources.ts'
import { fail, isAppError } from '../../base/fail.ts'
import { newId } from '../../base/ids.ts'
import { LIMITS } from '../../base/limits.ts'
import type { Sql, Tx } from '../../db/db.ts'
import { checkUrl, type SafeFetch } from '../../net/safe-fetch.ts'
import { yieldIfPaused } from '../../queue/pause.ts'
import { complete, enqueue, giveUp, guard, type Job, withdraw } from '../../queue/queue.ts'
import type { Handler } from '../../queue/worker.ts'
import type { IngestContext } from '../context.ts'
import { addPage } from './fetch-page.ts'
import { type Robots, robotsOf } from './robots.ts'
import { listPages } from './sitemap-file.ts'

export const SITEMAP_JOB = 'ingest.sitemap'

const COLUMNS = `s.id, s.url, s.collection_id as "collectionId", s.created_at as "createdAt", s.finished_at is not null as finished, s.error_code, s.error_params,
  case when s.listed_at is not null then (select count(*)::int from sitemap_page p where p.sitemap_id = s.id) end as pages,
  (select count(*)::int from sitemap_page p where p.sitemap_id = s.id and p.fetched_at is not null and p.error_code is null) as done,
  (select count(*)::int from sitemap_page p where p.sitemap_id = s.id and p.error_code is not null) as failed`

interface WithError {
  error_code: string | null
  error_params: Notice['params'] | null
}
const withNotice = <T extends WithError>({
  error_code: code,
  error_params: params,
  ...row
}: T): Omit<T, keyof WithError> & { notice: Notice | null } => ({
  ...row,
  notice: code === null ? null : { code, params: params ?? {} },
})

/**
 * Takes a sitemap up; given again, its pages are fetched again.
 * @throws fetch.url_invalid
 */
export async function addSitemap(
  ctx: IngestContext,
  input: { owner: string; collectionId: CollectionId; url: string; anyOrigin: boolean },
): Promise<Sitemap> {
  const url = checkUrl(input.url).href
  const id = newId('sitemap')
  await ctx.db.transaction(async (tx) => {
    const { rows } = await tx.query<{ id: SitemapId }>('select id from sitemap where owner = $1 and collection_id = $2 and url = $3', [
      input.owner,
      input.collectionId,
      url,
    ])
    for (const before of rows) await drop(ctx, tx, before.id)
    await tx.query('insert into sitemap (id, owner, collection_id, url, any_origin) values ($1, $2, $3, $4, $5)', [
      id,
      input.owner,
      input.collectionId,
      url,
      input.anyOrigin,
    ])
    const job = { kind: SITEMAP_JOB, key: id, payload: { sitemapId: id }, owner: input.owner, scope: input.collectionId }
    await enqueue(tx, job, () => ctx.jobs.wake(SITEMAP_JOB))
  })
  return await getSitemap(ctx.db, input.owner, id)
}

export async function listSitemaps(db: Sql, owner: string): Promise<Sitemap[]> {
  const { rows } = await db.query<Omit<Sitemap, 'notice'> & WithError>(
    `select ${COLUMNS} from sitemap s where s.owner = $1 order by s.id desc`,
    [owner],
  )
  return rows.map(withNotice)
}

/** @throws sitemap.not_found */
export async function getSitemap(db: Sql, owner: string, id: SitemapId): Promise<Sitemap> {
  const { rows } = await db.query<Omit<Sitemap, 'notice'> & WithError>(
    `select ${COLUMNS} from sitemap s where s.owner = $1 and s.id = $2`,
    [owner, id],
  )
  if (!rows[0]) throw fail('sitemap.not_found')
  return withNotice(rows[0])
}

/** In the order of the sitemap. */
export async function listSitemapPages(db: Sql, id: SitemapId): Promise<SitemapPage[]> {
  const { rows } = await db.query<Omit<SitemapPage, 'notice'> & WithError>(
    `select url, document_id as "documentId", fetched_at as "fetchedAt", error_code, error_params from sitemap_page where sitemap_id = $1 order by ord`,
    [id],
  )
  return rows.map(withNotice)
}

/** Stops it and forgets it; its documents stay. @throws sitemap.not_found */
export async function removeSitemap(ctx: IngestContext, owner: string, id: SitemapId): Promise<void> {
  await ctx.db.transaction(async (tx) => {
    await getSitemap(tx, owner, id)
    await drop(ctx, tx, id)
  })
}

async function drop(ctx: IngestContext, tx: Tx, id: SitemapId): Promise<void> {
  await withdraw(tx, SITEMAP_JOB, id)
  tx.afterCommit(() => ctx.jobs.abort(SITEMAP_JOB, id))
  await tx.query('delete from sitemap where id = $1', [id])
}

interface Target {
  id: SitemapId
  owner: string
  collectionId: CollectionId
  url: string
  anyOrigin: boolean
  listed: boolean
}

/** @param pauseMs  between two fetches, unless the site asks for more; tests make it short */
export function sitemapHandler(ctx: IngestContext, fetcher: SafeFetch, pauseMs: number = LIMITS.crawlPauseMs): Handler {
  const idOf = (job: Job): SitemapId => (job.payload as { sitemapId: SitemapId }).sitemapId

  async function write(job: Job, work: (tx: Tx) => Promise<void>): Promise<void> {
    await ctx.db.transaction(
      async (tx) => {
        if (!(await guard(tx, job, true))) throw new Error('lease lost')
        await work(tx)
      },
      { background: true },
    )
  }

  const finish = (job: Job, notice: Notice | null): Promise<void> =>
    write(job, async (tx) => {
      await tx.query(
        'update sitemap set finished_at = now(), error_code = coalesce($2, error_code), error_params = coalesce($3, error_params) where id = $1',
        [idOf(job), notice?.code ?? null, notice ? JSON.stringify(notice.params) : null],
      )
      if (notice) await giveUp(tx, job, notice)
      else await complete(tx, job)
    })

  async function list(job: Job, target: Target, signal: AbortSignal): Promise<void> {
    const { urls, notice } = await listPages(fetcher, target.url, target.anyOrigin, signal)
    await write(job, async (tx) => {
      await tx.query(
        `insert into sitemap_page (sitemap_id, ord, url) select $1, u.ord, u.url from unnest($2::text[]) with ordinality as u(url, ord) on conflict do nothing`,
        [target.id, urls],
      )
      await tx.query('update sitemap set listed_at = now(), error_code = $2, error_params = $3 where id = $1', [
        target.id,
        notice?.code ?? null,
        notice ? JSON.stringify(notice.params) : null,
      ])
    })
  }

  async function fetchAll(job: Job, target: Target, signal: AbortSignal): Promise<void> {
    const robots = new Map<string, Promise<Robots>>()
    const { rows } = await ctx.db.query<{ ord: number; url: string }>(
      'select ord, url from sitemap_page where sitemap_id = $1 and fetched_at is null order by ord',
      [target.id],
    )
    for (const { ord, url } of rows) {
      signal.throwIfAborted()
      await yieldIfPaused(ctx.db, job)
      const { origin } = new URL(url)
      if (!robots.has(origin)) robots.set(origin, robotsOf(fetcher, origin, signal))
      const rules = await robots.get(origin)!
      const outcome = rules.allows(new URL(url)) ? await fetchOne(target, url, signal) : { notice: refused(url), documentId: null }
      await write(job, async (tx) => {
        await tx.query(
          `update sitemap_page set fetched_at = now(), document_id = (select id from document where id = $3), error_code = $4, error_params = $5 where sitemap_id = $1 and ord = $2`,
          [target.id, ord, outcome.documentId, outcome.notice?.code ?? null, outcome.notice ? JSON.stringify(outcome.notice.params) : null],
        )
      })
      if (outcome.notice?.code !== 'fetch.robots') await sleep(Math.max(pauseMs, rules.pauseMs ?? 0), undefined, { signal })
    }
  }

  async function fetchOne(
    target: Target,
    url: string,
    signal: AbortSignal,
  ): Promise<{ documentId: DocumentId | null; notice: Notice | null }> {
    try {
      const { document } = await addPage(ctx, fetcher, { owner: target.owner, collectionId: target.collectionId, url, signal })
      return { documentId: document.id, notice: null }
    } catch (error) {
      signal.throwIfAborted()
      if (!isAppError(error)) throw error
      return { documentId: null, notice: { code: error.code, params: error.params } }
    }
  }

  return {
    kind: SITEMAP_JOB,
    slots: 2,
    async run(job, signal) {
      const target = await findTarget(ctx.db, idOf(job))
      if (!target) return void (await ctx.db.transaction((tx) => complete(tx, job)))
      try {
        if (!target.listed) await list(job, target, signal)
      } catch (error) {
        if (signal.aborted || !isAppError(error) || !/^(?:fetch|sitemap)\./.test(error.code)) throw error
        return await finish(job, { code: error.code, params: error.params })
      }
      await fetchAll(job, target, signal)
      await finish(job, null)
    },
    exhausted: (job, notice) => finish(job, notice),
  }
}

const refused = (url: string): Notice => ({ code: 'fetch.robots', params: { url: url.slice(0, 200) } })

async function findTarget(db: Sql, id: SitemapId): Promise<Target | null> {
  const { rows } = await db.query<Target>(
    `select id, owner, collection_id as "collectionId", url, any_origin as "anyOrigin", listed_at is not null as listed from sitemap where id = $1`,
    [id],
  )
  return rows[0] ?? null
}

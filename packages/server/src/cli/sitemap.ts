/** `zhiku add --sitemap`: follows the fetching of a site and says what became of each page. */
import type { SitemapPage } from '@zhiku/contract/sources.ts'
import { describe, type Outcome, outcomeOf } from './add.ts'
import type { Connection } from './connection.ts'
import { complain, noticeText, print, printJson, say } from './output.ts'

const POLL_MS = 500

/** @returns exit code: 0 when every page was fetched, 1 when none was or one could not be */
export async function addSitemap(
  connection: Connection,
  url: string,
  options: { json: boolean; collection?: string; anySite: boolean },
): Promise<number> {
  const { client } = connection
  const into = options.collection === undefined ? {} : { collectionName: options.collection }
  const { id } = await client.addSitemap({ url, anyOrigin: options.anySite, ...into })
  const told = new Set<string>()
  let failed = 0
  for (;;) {
    const { sitemap, pages } = await client.getSitemap({ id })
    for (const page of pages) {
      if (page.fetchedAt === null || told.has(page.url)) continue
      told.add(page.url)
      const outcome = await outcomeOfPage(connection, page)
      if (outcome.document === null) failed += 1
      if (options.json) printJson(outcome)
      else print(describe(outcome, false))
    }
    if (sitemap.finished && pages.every((page) => told.has(page.url))) {
      const notice = noticeText(sitemap.notice)
      if (notice !== null) complain(notice)
      if (!options.json)
        print(
          say(
            `网站地图：${sitemap.done} 页已加入，${sitemap.failed} 页失败`,
            `sitemap: ${sitemap.done} pages added, ${sitemap.failed} failed`,
          ),
        )
      return sitemap.done === 0 || failed > 0 ? 1 : 0
    }
    await new Promise((resolve) => setTimeout(resolve, POLL_MS))
  }
}

async function outcomeOfPage(connection: Connection, page: SitemapPage): Promise<Outcome> {
  if (page.documentId === null) {
    const reason = noticeText(page.notice)
    return {
      name: page.url,
      document: null,
      state: 'failed',
      pages: 0,
      chunks: 0,
      ...(page.notice ? { code: page.notice.code, reason: reason! } : {}),
    }
  }
  const { document } = await connection.client.getDocument({ id: page.documentId })
  return await outcomeOf(connection, page.url, document)
}

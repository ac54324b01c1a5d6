/** Handlers of the routes that bring documents in by themselves: addresses, sitemaps, watched folders. */
import { addPage, fetchAgain } from '../ingest/web/fetch-page.ts'
import { addSitemap, getSitemap, listSitemapPages, listSitemaps, removeSitemap } from '../ingest/web/sitemaps.ts'
import { listWatches } from '../ingest/watch/rows.ts'
import type { IngestContext } from '../ingest/context.ts'
import type { Watches } from '../ingest/watch/watches.ts'
import type { SafeFetch } from '../net/safe-fetch.ts'
import type { Handlers } from './register.ts'
import { collectionOf } from './uploads.ts'

export interface SourceContext {
  ingest: IngestContext
  fetcher: SafeFetch
  watches: Watches
}

type SourceHandlers = Pick<
  Handlers,
  | 'addUrl'
  | 'fetchDocument'
  | 'addSitemap'
  | 'listSitemaps'
  | 'getSitemap'
  | 'removeSitemap'
  | 'addWatchedFolder'
  | 'listWatchedFolders'
  | 'removeWatchedFolder'
>

export function sourceHandlers({ ingest, fetcher, watches }: SourceContext): SourceHandlers {
  return {
    addUrl: async ({ owner, body, signal }) =>
      await addPage(ingest, fetcher, { owner, collectionId: await collectionOf(ingest, owner, body), url: body.url, signal }),
    fetchDocument: ({ owner, params }) => fetchAgain(ingest, fetcher, owner, params.id),

    addSitemap: async ({ owner, body }) =>
      await addSitemap(ingest, {
        owner,
        collectionId: await collectionOf(ingest, owner, body),
        url: body.url,
        anyOrigin: body.anyOrigin,
      }),
    listSitemaps: async ({ owner }) => ({ sitemaps: await listSitemaps(ingest.db, owner) }),
    getSitemap: async ({ owner, params }) => ({
      sitemap: await getSitemap(ingest.db, owner, params.id),
      pages: await listSitemapPages(ingest.db, params.id),
    }),
    async removeSitemap({ owner, params }) {
      await removeSitemap(ingest, owner, params.id)
      return { ok: true }
    },

    addWatchedFolder: async ({ owner, body }) =>
      await watches.add({
        owner,
        collectionId: await collectionOf(ingest, owner, body),
        folder: body.folder,
        trashDeleted: body.trashDeleted,
        polling: body.polling,
      }),
    listWatchedFolders: async ({ owner }) => ({ folders: await listWatches(ingest.db, owner) }),
    async removeWatchedFolder({ owner, params }) {
      await watches.remove(owner, params.id)
      return { ok: true }
    },
  }
}

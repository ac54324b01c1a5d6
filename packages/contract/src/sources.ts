/** Where documents come from by themselves: pages of the web, sitemaps, watched folders. */
import { z } from 'zod'
import { noticeSchema } from './entities.ts'
import { idSchema } from './ids.ts'

const time = z.string().meta({ description: 'ISO 8601, UTC' })

/** A sitemap whose pages are being, or were, added. */
export const sitemapSchema = z
  .object({
    id: idSchema('sitemap'),
    url: z.string(),
    collectionId: idSchema('collection'),
    /** pages it lists; null until it has been read */
    pages: z.int().nullable(),
    /** pages fetched, each a document now */
    done: z.int(),
    /** pages that could not be fetched; see SitemapPage */
    failed: z.int(),
    finished: z.boolean(),
    /** why nothing, or not everything, was fetched; null where nothing needs saying */
    notice: noticeSchema.nullable(),
    createdAt: time,
  })
  .meta({ id: 'Sitemap' })
export type Sitemap = z.infer<typeof sitemapSchema>

export const sitemapPageSchema = z
  .object({
    url: z.string(),
    /** the document made from it; null before that, and after it was deleted */
    documentId: idSchema('document').nullable(),
    fetchedAt: time.nullable(),
    /** why it could not be fetched */
    notice: noticeSchema.nullable(),
  })
  .meta({ id: 'SitemapPage' })
export type SitemapPage = z.infer<typeof sitemapPageSchema>

/** A folder of the server's machine whose files are kept in step with a collection. */
export const watchedFolderSchema = z
  .object({
    id: idSchema('watch'),
    /** absolute path on the server's machine */
    folder: z.string(),
    collectionId: idSchema('collection'),
    /** files deleted from the folder go to the trash; otherwise their documents are kept */
    trashDeleted: z.boolean(),
    /** looked through again and again instead of waiting for the system's notices: for network drives */
    polling: z.boolean(),
    /** files taken from it so far, and those that could not be */
    files: z.int(),
    failed: z.int(),
    /** when it was last looked through; null before the first time */
    scannedAt: time.nullable(),
    /** why it is not watched at the moment */
    notice: noticeSchema.nullable(),
    createdAt: time,
  })
  .meta({ id: 'WatchedFolder' })
export type WatchedFolder = z.infer<typeof watchedFolderSchema>

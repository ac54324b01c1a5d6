/**
 * Typed ids: a prefix that names the thing, then a UUIDv7 without dashes, so ids sort by time of creation.
 * The prefix is part of the id everywhere: database, API, links, logs.
 */
import { z } from 'zod'

export const ID_PREFIXES = {
  collection: 'col',
  document: 'doc',
  revision: 'rev',
  chat: 'chat',
  message: 'msg',
  citation: 'cit',
  run: 'run',
  sitemap: 'map',
  watch: 'wat',
} as const

export type IdKind = keyof typeof ID_PREFIXES
export type Id<K extends IdKind> = `${(typeof ID_PREFIXES)[K]}_${string}`

export type CollectionId = Id<'collection'>
export type DocumentId = Id<'document'>
export type RevisionId = Id<'revision'>
export type ChatId = Id<'chat'>
export type MessageId = Id<'message'>
export type CitationId = Id<'citation'>
export type RunId = Id<'run'>
export type SitemapId = Id<'sitemap'>
export type WatchId = Id<'watch'>

/** Schema of one kind of id; refuses an id of another kind, so a mixed-up id is a 400 and not a silent miss. */
export function idSchema<K extends IdKind>(kind: K): z.ZodType<Id<K>, string> {
  const schema = z
    .string()
    .regex(new RegExp(`^${ID_PREFIXES[kind]}_[0-9a-f]{32}$`))
    .meta({ description: `${kind} id` })
  // The pattern guarantees the template type; a transform would say so too, but has no JSON Schema.
  return schema as unknown as z.ZodType<Id<K>, string>
}

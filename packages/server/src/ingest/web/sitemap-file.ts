/** Reads sitemaps (sitemaps.org 0.9): XML or text, plain or gzip, with the indexes that lead to further ones. */
import { promisify } from 'node:util'
import { gunzip } from 'node:zlib'
import type { Notice } from '@zhiku/contract/entities.ts'
import { fail } from '../../base/fail.ts'
import { LIMITS } from '../../base/limits.ts'
import { checkUrl, type SafeFetch } from '../../net/safe-fetch.ts'
import { decodeEntities } from './page-name.ts'

const unzip = promisify(gunzip)

export interface SitemapContent {
  /** it lists other sitemaps, not pages */
  isIndex: boolean
  addresses: string[]
}

/**
 * Pure. Looks for `<loc>` alone: nothing of the XML around it is needed, and no parser can be led astray by it.
 * In a text sitemap each line is an address.
 */
export function parseSitemap(text: string): SitemapContent {
  const isXml = /^\s*</.test(text)
  const addresses = isXml
    ? Array.from(text.matchAll(/<loc>\s*(?:<!\[CDATA\[)?\s*([^<\]\s]{1,4000})/gi), ([, address]) => decodeEntities(address!))
    : text.split(/\r\n?|\n/).flatMap((line) => (/^https?:\/\/\S+$/i.test(line.trim()) ? [line.trim()] : []))
  return { isIndex: isXml && /<sitemapindex[\s>]/i.test(text), addresses }
}

export interface ListedPages {
  urls: string[]
  /** what was left out */
  notice: Notice | null
}

/**
 * All pages that a sitemap lists, each once, in order.
 * @param anyOrigin  pages and sitemaps of other sites too
 * @throws fetch.*, sitemap.invalid when it lists nothing
 */
export async function listPages(fetcher: SafeFetch, address: string, anyOrigin: boolean, signal: AbortSignal): Promise<ListedPages> {
  const urls = new Set<string>()
  const open = [checkUrl(address).href]
  const seen = new Set(open)
  let host: string | null = null
  let elsewhere = 0
  for (let file = open.shift(); file !== undefined && urls.size <= LIMITS.sitemapPages; file = open.shift()) {
    const { url, text } = await read(fetcher, file, signal)
    host ??= new URL(url).host
    const { isIndex, addresses } = parseSitemap(text)
    for (const found of addresses) {
      const next = URL.canParse(found) && /^https?:/i.test(found) ? checkUrl(found) : null
      if (next === null) continue
      if (!anyOrigin && next.host !== host) elsewhere += 1
      else if (!isIndex) urls.add(next.href)
      else if (!seen.has(next.href) && seen.size < LIMITS.sitemapFiles) {
        seen.add(next.href)
        open.push(next.href)
      }
    }
  }
  if (urls.size === 0 && elsewhere === 0) throw fail('sitemap.invalid', { url: address.slice(0, 200) })
  return { urls: [...urls].slice(0, LIMITS.sitemapPages), notice: leftOut(urls.size, elsewhere) }
}

function leftOut(found: number, elsewhere: number): Notice | null {
  if (found > LIMITS.sitemapPages) return { code: 'sitemap.limit', params: { limit: LIMITS.sitemapPages } }
  return elsewhere > 0 ? { code: 'sitemap.other_sites', params: { count: elsewhere } } : null
}

async function read(fetcher: SafeFetch, address: string, signal: AbortSignal): Promise<{ url: string; text: string }> {
  return await fetcher.fetch(address, { limitBytes: LIMITS.sitemapBytes, signal }, async ({ url, body }) => {
    const parts: Uint8Array[] = []
    for await (const part of body) parts.push(part)
    const bytes = Buffer.concat(parts)
    const plain =
      bytes[0] === 0x1f && bytes[1] === 0x8b
        ? await unzip(bytes, { maxOutputLength: LIMITS.sitemapBytes }).catch((cause: unknown) => {
            throw fail('sitemap.invalid', { url: address.slice(0, 200) }, cause)
          })
        : bytes
    return { url, text: new TextDecoder().decode(plain) }
  })
}

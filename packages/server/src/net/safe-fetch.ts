/**
 * The one way out to the web: everything that is fetched from an address that a person or a document names goes
 * through here. Server-side request forgery is the danger, so:
 *
 *   address -> http(s), no user name -> name resolved once -> every address of it checked -> connected to that very
 *   address (TLS still checks the name) -> redirect? the same from the start, at most LIMITS.fetchRedirects times
 *
 * Bounds: time of the whole fetch, bytes after decompression, ratio of decompression. No cookies, no credentials, no
 * proxy. It does not know what is fetched.
 */
import { lookup } from 'node:dns/promises'
import { pipeline, type Readable } from 'node:stream'
import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib'
import { Agent, buildConnector, request } from 'undici'
import { fail, isAppError } from '../base/fail.ts'
import { LIMITS } from '../base/limits.ts'
import { VERSION } from '../base/version.ts'
import { isReachable, literalAddress } from './address.ts'

export const USER_AGENT = `Zhiku/${VERSION} (personal knowledge base)`

export interface FetchOptions {
  signal?: AbortSignal
  /** value of the Accept header */
  accept?: string
  /** after decompression; LIMITS.fetchBytes unless told */
  limitBytes?: number
  /** for the whole fetch, body included; LIMITS.fetchSeconds unless told */
  seconds?: number
}

export interface Fetched {
  /** where the content came from in the end, without fragment */
  url: string
  /** "text/html", lower case, without parameters; "" when the server does not say */
  mediaType: string
  /** name in Content-Disposition, as sent; null without one */
  fileName: string | null
  /** decompressed; to be read within `use` */
  body: AsyncIterable<Uint8Array>
}

export interface SafeFetch {
  /**
   * Fetches and hands the answer to `use`; the connection ends with it.
   * @throws fetch.* and whatever `use` throws
   */
  fetch<T>(url: string, options: FetchOptions, use: (fetched: Fetched) => Promise<T>): Promise<T>
}

/** All addresses of a host name. */
export type Resolve = (hostname: string) => Promise<string[]>

const resolveBySystem: Resolve = async (hostname) => (await lookup(hostname, { all: true })).map(({ address }) => address)

/** Addresses of one name that are tried in turn. */
const ADDRESSES_TRIED = 3
const URL_CHARS = 4000

/**
 * @param resolve  tests give names of their own
 */
export function createSafeFetch(settings: { allowPrivate: boolean; resolve?: Resolve }): SafeFetch {
  const resolve = settings.resolve ?? resolveBySystem

  async function addressesOf(url: URL, signal: AbortSignal): Promise<string[]> {
    const literal = literalAddress(url.hostname)
    const addresses =
      literal === null
        ? await whileNot(signal, resolve(url.hostname)).catch((cause: unknown) => {
            throw signal.aborted ? signal.reason : unreachable(url, cause)
          })
        : [literal]
    if (addresses.length === 0) throw fail('fetch.unreachable', { host: url.host, detail: 'no address' })
    // One closed address among open ones is a sign of rebinding, not of a server with many.
    if (!addresses.every((address) => isReachable(address, settings.allowPrivate)))
      throw fail('fetch.address_refused', { host: url.host.slice(0, 100) })
    return addresses.toSorted((a, b) => Number(a.includes(':')) - Number(b.includes(':'))).slice(0, ADDRESSES_TRIED)
  }

  /** One request to one address, or its redirect. */
  async function hop<T>(url: URL, options: FetchOptions, signal: AbortSignal, use: (fetched: Fetched) => Promise<T>): Promise<Hop<T>> {
    const agent = new Agent({ connect: pinned(await addressesOf(url, signal)), allowH2: false })
    const asError = (cause: unknown): unknown => (signal.aborted ? signal.reason : unreachable(url, cause))
    try {
      const answer = await request(url, {
        dispatcher: agent,
        signal,
        headers: {
          'user-agent': USER_AGENT,
          accept: options.accept ?? '*/*',
          'accept-encoding': 'gzip, deflate, br',
          'accept-language': 'zh, en;q=0.8, *;q=0.5',
        },
      }).catch((cause: unknown) => {
        throw asError(cause)
      })
      // A body that nobody reads must not raise an error that nobody hears.
      answer.body.on('error', () => undefined)
      const location = one(answer.headers.location)
      if (answer.statusCode >= 300 && answer.statusCode < 400 && location !== null) return { redirect: location }
      if (answer.statusCode < 200 || answer.statusCode >= 300) throw fail('fetch.status', { host: url.host, status: answer.statusCode })
      return {
        result: await use({
          url: url.href,
          mediaType: (one(answer.headers['content-type']) ?? '').split(';')[0]!.trim().toLowerCase(),
          fileName: dispositionName(one(answer.headers['content-disposition'])),
          body: bounded(answer.body, one(answer.headers['content-encoding']), options.limitBytes ?? LIMITS.fetchBytes, asError),
        }),
      }
    } finally {
      await agent.destroy()
    }
  }

  return {
    async fetch(address, options, use) {
      const seconds = options.seconds ?? LIMITS.fetchSeconds
      const timeOut = new AbortController()
      const timer = setTimeout(() => timeOut.abort(fail('fetch.time_limit', { seconds })), seconds * 1000)
      const signal = options.signal ? AbortSignal.any([timeOut.signal, options.signal]) : timeOut.signal
      try {
        let url = checkUrl(address)
        for (let redirects = 0; redirects <= LIMITS.fetchRedirects; redirects += 1) {
          const done = await hop(url, options, signal, use)
          if ('result' in done) return done.result
          url = checkUrl(done.redirect, url)
        }
        throw fail('fetch.redirects', { limit: LIMITS.fetchRedirects })
      } finally {
        clearTimeout(timer)
      }
    },
  }
}

type Hop<T> = { result: T } | { redirect: string }

/**
 * Reads an address as browsers do: "http://2130706433/" and "http://0x7f.1/" are 127.0.0.1.
 * @throws fetch.url_invalid for other schemes, for user names and for what is no address
 */
export function checkUrl(address: string, base?: URL): URL {
  const url = address.length <= URL_CHARS && URL.canParse(address, base?.href) ? new URL(address, base) : null
  if (!url || !/^https?:$/.test(url.protocol) || url.username !== '' || url.password !== '' || url.hostname === '')
    throw fail('fetch.url_invalid', { url: address.slice(0, 200) })
  url.hash = ''
  return url
}

/** Resolving a name cannot be interrupted, but nobody has to wait for it. */
async function whileNot<T>(signal: AbortSignal, work: Promise<T>): Promise<T> {
  signal.throwIfAborted()
  const gone = Promise.withResolvers<never>()
  const leave = (): void => gone.reject(signal.reason)
  signal.addEventListener('abort', leave, { once: true })
  try {
    return await Promise.race([work, gone.promise])
  } finally {
    signal.removeEventListener('abort', leave)
    work.catch(() => undefined)
  }
}

/** Connects to the given addresses and no other, whatever the name resolves to by now. */
function pinned(addresses: readonly string[]): buildConnector.connector {
  const connect = buildConnector({ timeout: LIMITS.fetchConnectSeconds * 1000, allowH2: false })
  return (options, callback) => {
    const attempt = (at: number): void => {
      // The name stays what TLS is told and checks; a literal address has none.
      const servername = options.servername || (literalAddress(options.hostname) === null ? options.hostname : '')
      connect({ ...options, hostname: addresses[at]!, host: addresses[at]!, servername }, (...[error, socket]) => {
        if (error && at + 1 < addresses.length) attempt(at + 1)
        else if (error) callback(error, null)
        else callback(null, socket)
      })
    }
    attempt(0)
  }
}

const one = (header: string | string[] | undefined): string | null => (Array.isArray(header) ? (header[0] ?? null) : (header ?? null))

function unreachable(url: URL, cause: unknown): Error {
  const { code } = cause as { code?: unknown }
  return fail('fetch.unreachable', { host: url.host.slice(0, 100), detail: typeof code === 'string' ? code : 'connection failed' }, cause)
}

function decoderOf(encoding: string | null): NodeJS.ReadWriteStream | null {
  switch (encoding?.trim().toLowerCase() ?? 'identity') {
    case '':
    case 'identity':
      return null
    case 'gzip':
    case 'x-gzip':
      return createGunzip()
    case 'deflate':
      return createInflate()
    case 'br':
      return createBrotliDecompress()
    default:
      throw fail('fetch.encoding', { encoding: encoding!.slice(0, 40) })
  }
}

/** The body, decompressed, cut off with an error at the limit: a bomb costs its limit, not its size. */
async function* bounded(
  raw: Readable,
  encoding: string | null,
  limitBytes: number,
  asError: (cause: unknown) => unknown,
): AsyncGenerator<Uint8Array> {
  const limit = `${Math.max(1, Math.floor(limitBytes / 1024 / 1024))} MB`
  const decoder = decoderOf(encoding)
  let received = 0
  let given = 0
  if (decoder) raw.on('data', (part: Uint8Array) => (received += part.byteLength))
  // Errors of either stream reach the loop below.
  const stream = decoder ? pipeline(raw, decoder, () => undefined) : raw
  try {
    for await (const part of stream as AsyncIterable<Uint8Array>) {
      given += part.byteLength
      if (given > limitBytes) throw fail('fetch.too_large', { limit })
      if (decoder && given > LIMITS.unpackedRatioFromBytes && given > received * LIMITS.unpackedRatio)
        throw fail('fetch.too_large', { limit: `${LIMITS.unpackedRatio} : 1` })
      yield part
    }
  } catch (error) {
    throw isAppError(error) ? error : asError(error)
  } finally {
    raw.destroy()
  }
}

/** filename* of RFC 6266 before filename. */
function dispositionName(header: string | null): string | null {
  if (header === null) return null
  const extended = /filename\*\s*=\s*utf-8'[^']*'([^;\s]+)/i.exec(header)?.[1]
  if (extended !== undefined) {
    try {
      return decodeURIComponent(extended)
    } catch {
      // Badly encoded: the plain name may still be right.
    }
  }
  const plain = /filename\s*=\s*(?:"([^"]*)"|([^;\s]+))/i.exec(header)
  const name = plain?.[1] ?? plain?.[2]
  // Header bytes arrive as Latin-1; servers write UTF-8.
  return name === undefined ? null : Buffer.from(name, 'latin1').toString('utf8')
}

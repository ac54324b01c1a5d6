/** robots.txt as RFC 9309 has it: which paths of a site a program may fetch. Asked for sitemaps, not for single addresses. */
import { LIMITS } from '../../base/limits.ts'
import { isAppError } from '../../base/fail.ts'
import type { SafeFetch } from '../../net/safe-fetch.ts'

/** Our name in robots.txt. */
const PRODUCT = 'zhiku'

interface Rule {
  allow: boolean
  /** as written, with * and $ */
  pattern: string
}

export interface Robots {
  allows(url: URL): boolean
  /** what the site asks for between two fetches, bounded; null when it does not */
  pauseMs: number | null
}

const ALLOW_ALL: Robots = { allows: () => true, pauseMs: null }
const ALLOW_NONE: Robots = { allows: () => false, pauseMs: null }

/** Rules of a site. Without a file everything may be fetched; with a server in trouble nothing (RFC 9309, 2.3.1). */
export async function robotsOf(fetcher: SafeFetch, origin: string, signal: AbortSignal): Promise<Robots> {
  try {
    return await fetcher.fetch(`${origin}/robots.txt`, { limitBytes: LIMITS.robotsBytes, signal }, async ({ body }) => {
      const parts: Uint8Array[] = []
      for await (const part of body) parts.push(part)
      return parseRobots(new TextDecoder().decode(Buffer.concat(parts)))
    })
  } catch (error) {
    signal.throwIfAborted()
    if (!isAppError(error)) throw error
    const status = error.code === 'fetch.status' ? Number(error.params.status) : 0
    return status >= 400 && status < 500 ? ALLOW_ALL : ALLOW_NONE
  }
}

/** Pure. Groups that name us count, else those for everybody; the longest matching rule wins, allow before disallow. */
export function parseRobots(text: string): Robots {
  const groups: { agents: string[]; rules: Rule[]; pauseMs: number | null }[] = []
  let open: (typeof groups)[number] | null = null
  let inRules = false
  for (const line of text.replace(/^\ufeff/, '').split(/\r\n?|\n/)) {
    const [, field, value] = /^\s*([\w-]+)\s*:\s*([^#]*)/.exec(line) ?? []
    if (field === undefined) continue
    const content = value!.trim()
    switch (field.toLowerCase()) {
      case 'user-agent':
        if (!open || inRules) groups.push((open = { agents: [], rules: [], pauseMs: null }))
        open.agents.push(content.toLowerCase())
        inRules = false
        break
      case 'allow':
      case 'disallow':
        inRules = true
        if (content !== '') open?.rules.push({ allow: field.toLowerCase() === 'allow', pattern: content })
        break
      case 'crawl-delay':
        inRules = true
        if (open && /^\d+(?:\.\d+)?$/.test(content)) open.pauseMs = Math.min(Number(content) * 1000, LIMITS.crawlPauseMaxMs)
        break
    }
  }
  const mine = groups.filter(({ agents }) => agents.includes(PRODUCT))
  const chosen = mine.length > 0 ? mine : groups.filter(({ agents }) => agents.includes('*'))
  const rules = chosen.flatMap((group) => group.rules)
  return {
    allows: ({ pathname, search }) => {
      let best: Rule | null = null
      for (const rule of rules) {
        if (!matches(`${pathname}${search}`, rule.pattern)) continue
        const longer = best === null || rule.pattern.length > best.pattern.length
        if (longer || (rule.allow && rule.pattern.length === best!.pattern.length)) best = rule
      }
      return best?.allow ?? true
    },
    pauseMs: chosen.find(({ pauseMs }) => pauseMs !== null)?.pauseMs ?? null,
  }
}

/** From the start of the path; `*` is anything, `$` at the end is the end. Without regular expressions: the pattern is a stranger's. */
function matches(path: string, pattern: string): boolean {
  const toEnd = pattern.endsWith('$')
  const pieces = (toEnd ? pattern.slice(0, -1) : pattern).split('*')
  if (!path.startsWith(pieces[0]!)) return false
  let at = pieces[0]!.length
  for (const [index, piece] of pieces.slice(1).entries()) {
    if (toEnd && index === pieces.length - 2) return path.length - piece.length >= at && path.endsWith(piece)
    const found = path.indexOf(piece, at)
    if (found < 0) return false
    at = found + piece.length
  }
  return !toEnd || at === path.length
}

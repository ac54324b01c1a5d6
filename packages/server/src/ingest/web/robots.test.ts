import { describe, expect, it } from 'vitest'
import { LIMITS } from '../../base/limits.ts'
import { parseRobots } from './robots.ts'

const allows = (text: string, path: string): boolean => parseRobots(text).allows(new URL(path, 'https://example.com'))

describe('robots.txt', () => {
  it('forbids what it says, and nothing without it', () => {
    expect(allows('', '/a')).toBe(true)
    expect(allows('User-agent: *\nDisallow: /private', '/private/x')).toBe(false)
    expect(allows('User-agent: *\nDisallow: /private', '/public')).toBe(true)
    expect(allows('User-agent: *\nDisallow:', '/anything')).toBe(true)
    expect(allows('User-agent: other\nDisallow: /', '/a')).toBe(true)
  })

  it('means us by name before everybody', () => {
    const text = 'User-agent: *\nDisallow: /\n\nUser-agent: other\nUser-agent: Zhiku # us\nDisallow: /x'
    expect(allows(text, '/a')).toBe(true)
    expect(allows(text, '/x')).toBe(false)
  })

  it('lets the longest rule win, allow before disallow (RFC 9309, 2.2.2)', () => {
    const text = 'User-agent: *\nDisallow: /a\nAllow: /a/b\nDisallow: /a/b/c'
    expect([allows(text, '/a/x'), allows(text, '/a/b/x'), allows(text, '/a/b/c')]).toEqual([false, true, false])
    expect(allows('User-agent: *\nDisallow: /a\nAllow: /a', '/a')).toBe(true)
  })

  it('has wildcards and ends', () => {
    expect(allows('User-agent: *\nDisallow: /*.pdf$', '/x/y.pdf')).toBe(false)
    expect(allows('User-agent: *\nDisallow: /*.pdf$', '/x/y.pdf?z')).toBe(true)
    expect(allows('User-agent: *\nDisallow: /*/b*c', '/a/bxxc')).toBe(false)
    expect(allows('User-agent: *\nDisallow: /*?', '/a?b')).toBe(false)
    expect(allows('User-agent: *\nDisallow: /a$', '/ab')).toBe(true)
    expect(allows('User-agent: *\nDisallow: /aa*aa$', '/aaa')).toBe(true)
  })

  it('asks for a pause, which is bounded', () => {
    expect(parseRobots('User-agent: *\nCrawl-delay: 2.5').pauseMs).toBe(2500)
    expect(parseRobots('User-agent: *\nCrawl-delay: 86400').pauseMs).toBe(LIMITS.crawlPauseMaxMs)
    expect(parseRobots('User-agent: *\nCrawl-delay: soon').pauseMs).toBe(null)
  })

  it('with endless stars is no trap', () => {
    const text = `User-agent: *\nDisallow: /${'*a'.repeat(2000)}$`
    expect(allows(text, `/${'a'.repeat(1900)}b`)).toBe(true)
  })
})

import { describe, expect, test } from 'vitest'
import { renderBlocks, renderQuotes, sanitize, withoutHalfMark } from './markdown.ts'

const known = new Set([1, 2, 3, 4])
const html = (text: string): string => renderBlocks(text, known).join('')
const safe = (text: string): HTMLElement => {
  const host = document.createElement('div')
  for (const block of renderBlocks(text, known)) host.append(sanitize(block))
  return host
}
const marksIn = (host: HTMLElement): string[] => [...host.querySelectorAll('[data-marks]')].map((mark) => mark.getAttribute('data-marks')!)

describe('marks of an answer', () => {
  test('a known mark takes the last word with it, so that they stay on one line', () => {
    expect(html('growth [2].')).toBe('<p><span class="cite-tail">growth<span data-marks="2"></span></span>.</p>\n')
    expect(html('一主两从扩容[2]。')).toBe('<p>一主两从扩<span class="cite-tail">容<span data-marks="2"></span></span>。</p>\n')
  })

  test('marks that follow each other become one group, each number once', () => {
    expect(marksIn(safe('a[1][2] [3][1] b'))).toEqual(['1,2,3'])
  })

  test('an unknown number, an escaped bracket and code stay text', () => {
    const host = safe('list[9] and \\[1] and `a[1]`')
    expect(marksIn(host)).toEqual([])
    expect(host.textContent).toBe('list[9] and [1] and a[1]\n')
  })

  test('a mark after emphasis moves inside it and keeps its word', () => {
    expect(html('**strong word**[1]')).toContain('<strong>strong <span class="cite-tail">word<span data-marks="1"></span></span></strong>')
  })

  test('a mark is never read as a link or a link definition', () => {
    expect(marksIn(safe('see [1](https://example.org) there'))).toEqual(['1'])
    expect(safe('[1]: https://example.org').textContent).toContain('https://example.org')
  })

  test('marks work in tables and lists', () => {
    expect(marksIn(safe('| a | b |\n| - | - |\n| x[1] | y[2] |\n\n- z[3]'))).toEqual(['1', '2', '3'])
  })
})

describe('what an answer may hold', () => {
  test('HTML in the text is shown, not run', () => {
    const host = safe('<img src=x onerror=alert(1)> <script>alert(1)</script>')
    expect(host.querySelector('img, script')).toBeNull()
    expect(host.textContent).toContain('<img src=x onerror=alert(1)>')
  })

  test('an image becomes a link, so that nothing is fetched', () => {
    const host = safe('![chart](https://tracker.example/p.png?u=1)')
    expect(host.querySelector('img')).toBeNull()
    expect(host.querySelector('a')?.getAttribute('href')).toBe('https://tracker.example/p.png?u=1')
    expect(host.querySelector('a')?.textContent).toBe('chart')
  })

  test('links go to the web or to mail, nowhere else', () => {
    const host = safe('[a](javascript:alert(1)) [b](/api/documents) [c](data:text/html,x) [d](https://example.org)')
    expect([...host.querySelectorAll('a')].map((a) => a.getAttribute('href'))).toEqual(['https://example.org'])
  })

  test('blocks are the top-level pieces, and a growing text changes only the last', () => {
    const before = renderBlocks('# One\n\nfirst[1]\n\n- a\n- b', known)
    const after = renderBlocks('# One\n\nfirst[1]\n\n- a\n- b\n- c', known)
    expect(before).toHaveLength(3)
    expect(after.slice(0, 2)).toEqual(before.slice(0, 2))
    expect(after[2]).not.toBe(before[2])
  })

  test('half a mark at the end waits for its other half', () => {
    expect(withoutHalfMark('growth [1')).toBe('growth ')
    expect(withoutHalfMark('growth [')).toBe('growth ')
    expect(withoutHalfMark('growth [1]')).toBe('growth [1]')
  })
})

describe('quotes', () => {
  test('are shown as the document has them', () => {
    const [block] = renderQuotes('a * b * c, __init__ and # no heading [1]', known)
    const host = document.createElement('div')
    host.append(sanitize(block!))
    expect(host.textContent).toBe('a * b * c, __init__ and # no heading')
    expect(marksIn(host)).toEqual(['1'])
  })

  test('a bracket of the document itself is told from a mark', () => {
    const [block] = renderQuotes('as shown in \\[2] above [1]', known)
    const host = document.createElement('div')
    host.append(sanitize(block!))
    expect(host.textContent).toBe('as shown in [2] above')
    expect(marksIn(host)).toEqual(['1'])
  })

  test('the headings of groups and plain lines are told apart', () => {
    expect(renderQuotes('资料原文：\n\n**锁 › 间隙锁**\n\n一句话。[1]', known)).toEqual([
      '<p>资料原文：</p>',
      '<h3>锁 › 间隙锁</h3>',
      '<p>一句话<span class="cite-tail">。<span data-marks="1"></span></span></p>',
    ])
  })
})

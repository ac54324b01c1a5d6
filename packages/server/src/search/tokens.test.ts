import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { LIMITS } from '../base/limits.ts'
import { encodeQuery } from './query.ts'
import { encodeForIndex, encodeTerm, termsOf, tokenize } from './tokens.ts'

const terms = (text: string): string[] => [...new Set(termsOf(text))]

describe('Chinese', () => {
  test('single characters, pairs and long words of the dictionary', () => {
    expect(terms('间隙锁')).toEqual(expect.arrayContaining(['间', '间隙', '隙锁']))
    expect(terms('奥林匹克运动会')).toContain('奥林匹克')
  })

  test('traditional and simplified text give the same terms', () => {
    expect(terms('資料庫的間隙鎖')).toEqual(terms('资料库的间隙锁'))
  })

  test('full-width letters and digits meet the plain ones', () => {
    expect(terms('ＭｙＳＱＬ５．７')).toEqual(terms('MySQL5.7'))
  })

  test('rare characters beyond the first plane are one character', () => {
    expect(tokenize('𠮷野')).toEqual([
      { term: '𠮷', start: 0, end: 2 },
      { term: '𠮷野', start: 0, end: 3 },
      { term: '野', start: 2, end: 3 },
    ])
  })
})

describe('English', () => {
  test.each([
    ['locks', 'locked'],
    ['replicas', 'replica'],
    ['indexes', 'indexed'],
    ['queries', 'query'],
    ['conflating', 'conflated'],
    ['hopping', 'hop'],
    ['caches', 'cached'],
    ['cache', 'caching'],
    ['stores', 'storing'],
    ['released', 'releases'],
    ['processes', 'processing'],
  ])('%s and %s meet', (left, right) => {
    expect(terms(left)).toEqual(terms(right))
  })

  test.each([
    ['status', 'state'],
    ['hoping', 'hopping'],
    ['universe', 'university'],
    ['news', 'new'],
    ['planes', 'plans'],
    ['strings', 'strung'],
  ])('%s and %s stay apart', (left, right) => {
    expect(terms(left)).not.toEqual(terms(right))
  })

  test('possessives and short forms', () => {
    expect(terms('user’s')).toEqual(['user'])
    expect(terms("don't")).toEqual(['dont'])
  })

  test('accents do not matter', () => {
    expect(terms('Café')).toEqual(terms('cafe'))
  })
})

describe('identifiers', () => {
  test.each([
    ['do_something_important', ['do', 'someth', 'important', 'dosomethingimportant']],
    ['getUserById', ['get', 'user', 'by', 'id', 'getuserbyid']],
    ['C++', ['c', 'c++']],
    ['C#', ['c', 'c#']],
    ['.NET', ['net', '.net']],
    ['GB/T 28181', ['gb', 't', 'gbt', '28181']],
    ['SYS-009X', ['sys', '009', 'x', 'sys009x']],
    ['gpt-4', ['gpt', '4', 'gpt4']],
    ['HTMLParser', ['html', 'parser', 'htmlparser']],
    ['10.0.1', ['10', '0', '1', '10.0.1']],
    ['2024-05-01', ['2024', '05', '01', '2024-05-01']],
    ['APIs', ['api']],
    ['__init__', ['init']],
    ['3.14', ['3.14']],
    ['1,000,000', ['1000000']],
    ['v1.2', ['v', '1.2', 'v1.2']],
  ])('%s', (text, wanted) => {
    expect(terms(text)).toEqual(wanted)
  })

  test.each([
    ['GPT4', 'gpt-4'],
    ['get_user_by_id', 'getUserById'],
    ['e-mails', 'email'],
  ])('%s and %s share the whole', (left, right) => {
    expect(terms(left).at(-1)).toBe(terms(right).at(-1))
  })

  test('signs between operands are not part of a name', () => {
    expect(terms('a+b')).toEqual(['a', 'b'])
  })
})

describe('places', () => {
  test('offsets lead to the words of the given text, also where its length changes under normalisation', () => {
    const text = 'ﬁle ㎏ cafe\u0301 GPT-4'
    expect(tokenize(text).map(({ term, start, end }) => [term, text.slice(start, end)])).toEqual([
      ['file', 'ﬁle'],
      ['kg', '㎏'],
      ['cafe', 'cafe\u0301'],
      ['gpt', 'GPT'],
      ['4', '4'],
      ['gpt4', 'GPT-4'],
    ])
  })

  test('property: offsets lie inside the text, are not empty, and the same text gives the same tokens', () => {
    const piece = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.constantFrom('間隙鎖', 'getUserById', '10.0.1', '㎏', 'ﬁ', 'e\u0301', '\ud800', '𠮷', '，', ' ', '.NET', 'C++'),
    )
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
        const text = pieces.join('')
        const tokens = tokenize(text)
        for (const { term, start, end } of tokens) {
          expect(term.length).toBeGreaterThan(0)
          expect(start).toBeGreaterThanOrEqual(0)
          expect(end).toBeGreaterThan(start)
          expect(end).toBeLessThanOrEqual(text.length)
        }
        expect(tokenize(text)).toEqual(tokens)
        expect(termsOf(text)).toEqual(tokens.map(({ term }) => term))
      }),
    )
  })
})

describe('encoding', () => {
  test('property: one ASCII word per term, one term per word, short enough for the database', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary', minLength: 1, maxLength: 64 }),
        fc.string({ unit: 'binary', minLength: 1, maxLength: 64 }),
        (left, right) => {
          expect(encodeTerm(left)).toMatch(/^[a-z][a-z0-9]*$/)
          expect(encodeTerm(left).length).toBeLessThanOrEqual(2047)
          expect(encodeTerm(left) === encodeTerm(right)).toBe(left === right)
        },
      ),
    )
  })

  test('a question finds the terms of title, heading and text', () => {
    const indexed = encodeForIndex({ title: 'Locking guide.md', heading: ['MySQL', '间隙锁'], text: 'prevents phantoms' }).split(' ')
    for (const question of ['locking', 'guide', 'mysql', '间隙锁', 'phantom']) {
      for (const term of encodeQuery(question).split(' ')) expect(indexed).toContain(term)
    }
    expect(indexed).not.toContain(encodeTerm('md'))
  })

  test('a question names each term once, and nothing when it has no words', () => {
    expect(encodeQuery('lock lock locks')).toBe(encodeTerm('lock'))
    expect(encodeQuery(' ？！ ')).toBe('')
  })

  test('a very long question is searched for by its beginning', () => {
    const words = Array.from({ length: 5000 }, (_, n) => `w${n}x`)
    const terms = encodeQuery(words.join(' ')).split(' ')
    expect(terms.length).toBeLessThanOrEqual(LIMITS.queryTokens)
    expect(terms).toContain(encodeTerm('w0x'))
  })

  test('a blob is not a term', () => {
    expect(termsOf('a'.repeat(65))).toEqual([])
  })
})

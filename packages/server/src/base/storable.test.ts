import { describe, expect, it } from 'vitest'
import { storable, storableJson } from './storable.ts'

describe('storable text', () => {
  it('has neither NUL nor lone surrogates, and the same length', () => {
    const text = 'a\u0000b\ud800c\udc00d😀'
    expect(storable(text)).toBe('a\ufffdb\ufffdc\ufffdd😀')
    expect(storable(text)).toHaveLength(text.length)
  })

  it('reaches every string of a JSON value', () => {
    expect(storableJson({ a: ['\u0000', { b: '\ud800' }], n: 1 })).toBe('{"a":["\ufffd",{"b":"\ufffd"}],"n":1}')
  })
})

import { describe, expect, it } from 'vitest'
import { checkName, checkPath } from './names.ts'

describe('names of files', () => {
  it('are kept as they are, in NFC', () => {
    expect(checkName(' 年度报告 2024.pdf ')).toBe('年度报告 2024.pdf')
    expect(checkName('Cafe\u0301.md')).toBe('Caf\u00e9.md')
  })

  it.each(['', ' ', '.', '..', '../../x', 'a/b', 'a\\b', 'a\0b', 'a\nb', 'x'.repeat(300), 'evil\u202Efdp.exe', '\ud800.txt'])(
    'are refused with a reason: %j',
    (name) => {
      expect(() => checkName(name)).toThrow(expect.objectContaining({ code: 'upload.name_invalid' }))
    },
  )
})

describe('folders of files', () => {
  it('are relative and plain', () => {
    expect(checkPath('')).toBe('')
    expect(checkPath('/notes//2024/./')).toBe('notes/2024')
    expect(checkPath('a\\b')).toBe('a/b')
  })

  it('never lead upwards', () => {
    expect(() => checkPath('a/../../b')).toThrow(expect.objectContaining({ code: 'upload.name_invalid' }))
  })
})

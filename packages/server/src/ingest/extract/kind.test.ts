import { zipSync } from 'fflate'
import { describe, expect, it } from 'vitest'
import { kindOf } from './kind.ts'

const bytes = (latin1: string): Uint8Array => Buffer.from(latin1, 'latin1')
const compoundFile = (stream: string): Uint8Array =>
  Buffer.concat([bytes('\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1'), Buffer.alloc(100), Buffer.from(stream, 'utf16le')])
const PNG = Buffer.from('89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c489', 'hex')

describe('kind of a file', () => {
  it('follows the content, not the name', async () => {
    expect(await kindOf(bytes('%PDF-1.4\n'), 'letter.txt')).toBe('pdf')
    expect(await kindOf(bytes('junk before\n%PDF-1.4\n'), 'x')).toBe('pdf')
    expect(await kindOf(bytes('<!-- c --><!DOCTYPE html><p>x'), 'page')).toBe('html')
    expect(await kindOf(bytes('<?xml version="1.0"?><html xmlns="x">'), 'page.xml')).toBe('html')
    expect(await kindOf(bytes('just words'), 'letter')).toBe('text')
    expect(await kindOf(bytes('# Title'), 'README.MD')).toBe('markdown')
  })

  it('names the formats that are not read yet', async () => {
    const cases: [Uint8Array, string, string][] = [
      [PNG, 'photo.txt', 'PNG'],
      [compoundFile('WordDocument'), 'old.doc', 'Word 97-2003 (DOC)'],
      [compoundFile('Workbook'), 'old', 'Excel 97-2003 (XLS)'],
      [zipSync({ 'a.txt': new Uint8Array(1) }), 'files.zip', 'ZIP'],
      [zipSync({ 'a.txt': new Uint8Array(1) }), 'table.xlsx', 'Excel (XLSX)'],
      [bytes('a,b\n1,2'), 'table.csv', 'CSV'],
      [bytes('{\\rtf1 x}'), 'x.txt', 'RTF'],
      [bytes('<?xml version="1.0"?><data/>'), 'x.xml', 'XML'],
      [bytes('ID3\x03\x00\x00\x00\x00\x00\x00'), 'song.mp3', 'MP3'],
    ]
    for (const [content, name, format] of cases)
      await expect(kindOf(content, name), name).rejects.toMatchObject({ code: 'ingest.unsupported_format', params: { format } })
  })

  it('knows empty and encrypted files', async () => {
    await expect(kindOf(new Uint8Array(), 'x.pdf')).rejects.toMatchObject({ code: 'ingest.empty_file' })
    await expect(kindOf(compoundFile('EncryptedPackage'), 'x.docx')).rejects.toMatchObject({ code: 'ingest.password_needed' })
  })
})

import { zipSync } from 'fflate'
import { describe, expect, it } from 'vitest'
import { compoundFile } from '../testing/compound-file.ts'
import { kindOf } from './kind.ts'

const bytes = (latin1: string): Uint8Array => Buffer.from(latin1, 'latin1')
const holding = (...streams: string[]): Uint8Array => compoundFile(Object.fromEntries(streams.map((name) => [name, new Uint8Array(10)])))
const archive = (...names: string[]): Uint8Array => zipSync(Object.fromEntries(names.map((name) => [name, new Uint8Array(1)])))

describe('kind of a file', () => {
  it('follows the content, not the name', async () => {
    expect(await kindOf(bytes('%PDF-1.4\n'), 'letter.txt')).toBe('pdf')
    expect(await kindOf(bytes('junk before\n%PDF-1.4\n'), 'x')).toBe('pdf')
    expect(await kindOf(bytes('<!-- c --><!DOCTYPE html><p>x'), 'page')).toBe('html')
    expect(await kindOf(bytes('<?xml version="1.0"?><html xmlns="x">'), 'page.xml')).toBe('html')
    expect(await kindOf(bytes('just words'), 'letter')).toBe('text')
    expect(await kindOf(bytes('# Title'), 'README.MD')).toBe('markdown')
    expect(await kindOf(bytes('<table><tr><td>1</table>'), 'export.xls')).toBe('html')
    expect(await kindOf(bytes('a\tb\n1\t2\n'), 'export.xls')).toBe('csv')
    expect(await kindOf(bytes('<?xml version="1.0"?><office:document office:mimetype="x">'), 'a.xml')).toBe('odf')
    const archived = 'From: x\r\nMIME-Version: 1.0\r\nContent-Type: multipart/related; boundary="b"\r\n\r\n'
    expect(await kindOf(bytes(archived), 'page.doc')).toBe(await kindOf(bytes(archived), 'page.mht'))
    expect(await kindOf(holding('WordDocument'), '报告.wps')).toBe('doc')
  })

  it('names the way out of what is not read', async () => {
    const cases: [Uint8Array, string, string, string][] = [
      [archive('xl/workbook.bin'), 'table.xlsx', 'sheet', 'Excel (XLSB)'],
      [archive('OFD.xml', 'Doc_0/Document.xml'), 'invoice.ofd', 'print', 'OFD'],
      [archive('Index/Document.iwa'), 'report.pages', 'document', 'Pages'],
      [archive('Index/Document.iwa'), 'talk.key', 'slides', 'Keynote'],
      [holding('VisioDocument'), 'plan', 'print', 'Visio'],
      [holding('PP40'), 'old.ppt', 'slides', 'PowerPoint 95'],
      [bytes('\xdb\xa5\x2d\0 Word 2'), 'old.doc', 'document', 'Word 6 / 95'],
      [bytes('MZ\x90\0'.padEnd(100)), 'setup.exe', 'program', 'EXE'],
      [bytes('7z\xbc\xaf\x27\x1c\0\x04'.padEnd(100)), 'all.7z', 'archive', '7-Zip'],
      [bytes('SQLite format 3\0'.padEnd(100)), 'notes.txt', 'database', 'SQLite'],
      [bytes('ID3\x03\x00\x00\x00\x00\x00\x00'), 'song.mp3', 'media', 'MP3'],
      [bytes('CAJ\0\x01'), '论文.caj', 'print', 'CAJ'],
      [bytes('AT&TFORM\0\0'), 'scan', 'print', 'DjVu'],
    ]
    for (const [content, name, way, format] of cases)
      await expect(kindOf(content, name), name).rejects.toMatchObject({ code: `ingest.unsupported_${way}`, params: { format } })
  })

  it('of a compound file is decided by its root, not by what is embedded in it', async () => {
    expect(await kindOf(holding('__properties_version1.0', '__attach/WordDocument'), 'mail.doc')).toBe('msg')
    expect(await kindOf(holding('WordDocument', 'ObjectPool/Workbook'), 'x.xls')).toBe('doc')
  })

  it('knows empty and encrypted files', async () => {
    await expect(kindOf(new Uint8Array(), 'x.pdf')).rejects.toMatchObject({ code: 'ingest.empty_file' })
    await expect(kindOf(holding('EncryptedPackage'), 'x.docx')).rejects.toMatchObject({ code: 'ingest.password_needed' })
  })
})

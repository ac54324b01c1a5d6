/** Names of uploaded files. They are shown and compared, never used as paths. */
import { fail } from '../base/fail.ts'
import { LIMITS } from '../base/limits.ts'

// eslint-disable-next-line no-control-regex -- control characters are exactly what is refused
const CONTROL = /[\u0000-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/

/**
 * @returns the name, NFC
 * @throws upload.name_invalid for a name that is empty, too long, a path, or has control or direction characters
 */
export function checkName(raw: string): string {
  const name = raw.normalize('NFC').trim()
  if (name === '' || name === '.' || name === '..') throw fail('upload.name_invalid', { detail: 'empty / 空名' })
  if (CONTROL.test(name)) throw fail('upload.name_invalid', { detail: 'control characters / 控制字符' })
  if (/[/\\]/.test(name)) throw fail('upload.name_invalid', { detail: '/ \\' })
  if (name.length > LIMITS.fileNameChars) throw fail('upload.name_invalid', { detail: `> ${LIMITS.fileNameChars} characters / 字符` })
  if (!name.isWellFormed()) throw fail('upload.name_invalid', { detail: 'broken Unicode / Unicode 有误' })
  return name
}

/**
 * Folder a file came from, as shown beside its name: "notes/2024", never absolute, no dots.
 * @throws upload.name_invalid
 */
export function checkPath(raw: string): string {
  const parts = raw
    .normalize('NFC')
    .split(/[/\\]+/)
    .filter((part) => part !== '' && part !== '.')
  if (parts.includes('..')) throw fail('upload.name_invalid', { detail: '..' })
  if (parts.length > 50) throw fail('upload.name_invalid', { detail: '> 50 folders / 层文件夹' })
  return parts.map(checkName).join('/')
}

import { expect, test } from 'vitest'
import { daysAgo, formatAgo, formatBytes, formatDuration } from './format.ts'

const NOW = Date.parse('2026-11-21T12:00:00')
const ago = (ms: number): string => new Date(NOW - ms).toISOString()
const MINUTE = 60_000

test('sizes', () => {
  expect([0, 1023, 1024, 1_234_567, 400 * 1024 ** 2].map((bytes) => formatBytes(bytes, 'en'))).toEqual([
    '0 B',
    '1,023 B',
    '1 KB',
    '1.2 MB',
    '400 MB',
  ])
})
test('durations', () => {
  expect([3140, 59_940, 125_000].map((ms) => formatDuration(ms, 'en'))).toEqual(['3.1 s', '59.9 s', '2 min 5 s'])
  expect(formatDuration(3140, 'zh-CN')).toBe('3.1 秒')
  expect(formatDuration(3, 'en')).toBe('< 0.1 s')
})
test('how long ago, in words, then as a date', () => {
  expect(formatAgo(ago(20_000), NOW, 'en')).toBe('just now')
  expect(formatAgo(ago(5 * MINUTE), NOW, 'en')).toBe('5 minutes ago')
  expect(formatAgo(ago(5 * MINUTE), NOW, 'zh-CN')).toBe('5分钟前')
  expect(formatAgo(ago(3 * 24 * 60 * MINUTE), NOW, 'en')).toBe('3 days ago')
  expect(formatAgo(ago(60 * 24 * 60 * MINUTE), NOW, 'en')).toBe('Sep 22')
})
test('days are those of the calendar, not of 24 hours', () => {
  expect(daysAgo(ago(11 * 60 * MINUTE), NOW)).toBe(0)
  expect(daysAgo(ago(13 * 60 * MINUTE), NOW)).toBe(1)
})

import type { Shape } from './messages-shape.ts'
import type zh from './messages.zh.ts'

export default {
  menu: 'Open navigation',
  retry: 'Try again',
  cancel: 'Cancel',
  save: 'Save',
  notifications: 'Notifications',
  dismiss: 'Dismiss',
  defaultCollection: 'Default',
  formats: 'PDF, Word, Excel, PowerPoint, pictures and scans, mail, web pages, e-books, ZIP, code and text',
  state: {
    queued: 'Queued',
    queuedAt: 'Queued, {n} before it',
    reading: 'Reading',
    readingPages: 'Reading {n}/{total} pages',
    indexing: 'Indexing',
    ready: 'Searchable',
    partial: 'Partly searchable',
    needs: 'Needs attention',
    empty: 'No text',
    failed: 'Failed',
    cancelled: 'Cancelled',
  },
} satisfies Shape<typeof zh>

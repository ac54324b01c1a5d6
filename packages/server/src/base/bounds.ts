/**
 * The bounds that an owner may move, one row each: name of the setting, its range, what it bounds. They are settings like
 * any other (base/config.ts checks them and docs/settings.md lists them); base/limits.ts takes their values, in the
 * server and in its children alike. Crossing one is an error of the table that names the setting; what was read until
 * then stays.
 */
export interface BoundRow {
  default: number
  min: number
  max: number
  zh: string
  en: string
}

export const BOUNDS = {
  ZHIKU_LIMIT_FILE_MB: { default: 400, min: 1, max: 4000, zh: '上传一个文件的最大 MB 数。', en: 'Largest upload of one file, in MB.' },
  ZHIKU_LIMIT_PAGES: {
    default: 5000,
    min: 1,
    max: 100_000,
    zh: '一个文档最多的页数；超出的页不读。',
    en: 'Most pages of one document; those beyond are not read.',
  },
  ZHIKU_LIMIT_CHARACTERS: {
    default: 50_000_000,
    min: 10_000,
    max: 500_000_000,
    zh: '一个文档最多的字符数。',
    en: 'Most characters of one document.',
  },
  ZHIKU_LIMIT_FILE_SECONDS: {
    default: 300,
    min: 1,
    max: 86_400,
    zh: '读取一个文件的最长秒数（OCR 按页另计）。',
    en: 'Longest reading of one file, in seconds (OCR counts by page).',
  },
  ZHIKU_LIMIT_PAGE_SECONDS: {
    default: 120,
    min: 2,
    max: 3600,
    zh: 'OCR 识别一页的最长秒数；读取程序沉默超过它的一半即停止。',
    en: 'Longest OCR of one page, in seconds; a reader that is silent for half of it is stopped.',
  },
  ZHIKU_LIMIT_PAGE_MEGAPIXELS: {
    default: 40,
    min: 1,
    max: 40,
    zh: '一幅图片或一页扫描最多的百万像素数。',
    en: 'Most megapixels of one picture or scanned page.',
  },
  ZHIKU_LIMIT_UNPACKED_MB: {
    default: 256,
    min: 1,
    max: 4000,
    zh: '一个压缩格式文件（DOCX、XLSX、EPUB 等）解压后的最大 MB 数；单个部件为其四分之一。',
    en: 'Largest unpacked content of one packed file (DOCX, XLSX, EPUB …), in MB; a single part may have a quarter of it.',
  },
  ZHIKU_LIMIT_RATIO: {
    default: 200,
    min: 10,
    max: 10_000,
    zh: '压缩比上限（1 MB 以上的部件）。',
    en: 'Highest compression ratio, for parts over 1 MB.',
  },
  ZHIKU_LIMIT_ENTRIES: {
    default: 10_000,
    min: 10,
    max: 1_000_000,
    zh: '一个压缩格式文件最多的条目数。',
    en: 'Most entries of one packed file.',
  },
  ZHIKU_LIMIT_NESTING: {
    default: 3,
    min: 1,
    max: 10,
    zh: '容器（ZIP、邮件）里套容器的最多层数。',
    en: 'Deepest nesting of containers (ZIP, mail) inside each other.',
  },
  ZHIKU_LIMIT_CONTAINER_FILES: {
    default: 2000,
    min: 1,
    max: 100_000,
    zh: '一个容器里最多读取的文件数（含内层）。',
    en: 'Most files read from one container, inner ones included.',
  },
  ZHIKU_LIMIT_CONTAINER_MB: {
    default: 1024,
    min: 1,
    max: 40_000,
    zh: '一个容器解出的所有文件的最大 MB 数。',
    en: 'Largest sum of all files taken out of one container, in MB.',
  },
  ZHIKU_LIMIT_READER_MB: {
    default: 1024,
    min: 128,
    max: 16_384,
    zh: '一个读取进程的最大内存 MB 数。',
    en: 'Most memory of one reader process, in MB.',
  },
  ZHIKU_LIMIT_OCR_MB: {
    default: 1600,
    min: 512,
    max: 16_384,
    zh: '一个 OCR 进程的最大内存 MB 数。',
    en: 'Most memory of one OCR process, in MB.',
  },
  ZHIKU_LIMIT_LEASE_SECONDS: {
    default: 60,
    min: 1,
    max: 3600,
    zh: '任务租约的秒数：持有者消失这么久之后，任务由别的进程接手。',
    en: 'Lease of a job, in seconds: so long after its holder is gone another takes it over.',
  },
} as const satisfies Record<string, BoundRow>

export type BoundName = keyof typeof BOUNDS

/** The value as set, or the default; a wrong value is the default here and an error of `readConfig`. */
export function readBound(name: BoundName, env: NodeJS.ProcessEnv): number {
  const row: BoundRow = BOUNDS[name]
  const value = Number(env[name] || row.default)
  return Number.isInteger(value) && value >= row.min && value <= row.max ? value : row.default
}

/** What a child must be given so that it keeps the same bounds. */
export const boundsOf = (env: NodeJS.ProcessEnv): NodeJS.ProcessEnv =>
  Object.fromEntries(Object.keys(BOUNDS).flatMap((name) => (env[name] ? [[name, env[name]]] : [])))

/**
 * The settings: one typed table of environment variables, read once at the start. docs/settings.md is generated from it.
 * Nothing else in the server reads `process.env`.
 */
import { homedir, platform } from 'node:os'
import path from 'node:path'
import { z } from 'zod'
import { BOUNDS, type BoundName } from './bounds.ts'
import { fail } from './fail.ts'

const url = z.url({ protocol: /^https?$/ }).transform((value) => value.replace(/\/+$/, ''))
const flag = z.enum(['0', '1']).transform((value) => value === '1')
const text = z.string().min(1)

interface SettingRow {
  schema: z.ZodType
  default: string | null
  secret?: true
  zh: string
  en: string
}

/** Bounds are whole numbers with a range; base/limits.ts takes their values. */
const boundSettings = Object.fromEntries(
  Object.entries(BOUNDS).map(([name, { default: usual, min, max, zh, en }]) => [
    name,
    {
      schema: z.coerce.number().int().min(min).max(max),
      default: String(usual),
      zh: `${zh}（${min} 到 ${max}）`,
      en: `${en} (${min} to ${max})`,
    },
  ]),
) as unknown as Record<BoundName, SettingRow>

export const SETTINGS = {
  ZHIKU_DATA: {
    schema: text,
    default: null,
    zh: '数据文件夹。默认在用户的数据目录下。',
    en: 'Data folder. Default: in the user’s data directory.',
  },
  ZHIKU_HOST: {
    schema: text,
    default: '127.0.0.1',
    zh: '监听的网络接口。不是本机回环地址时必须设置 ZHIKU_TOKEN。',
    en: 'Interface to listen on. Any but loopback needs ZHIKU_TOKEN.',
  },
  ZHIKU_PORT: {
    schema: z.coerce.number().int().min(0).max(65535),
    default: '7700',
    zh: '端口；0 表示任选空闲端口。',
    en: 'Port; 0 takes any free one.',
  },
  ZHIKU_TOKEN: {
    schema: z.string().min(16, 'must have at least 16 characters'),
    default: null,
    secret: true,
    zh: '访问令牌，至少 16 个字符。',
    en: 'Access token, at least 16 characters.',
  },
  ZHIKU_DATABASE_URL: {
    schema: z.url({ protocol: /^postgres(ql)?$/ }),
    default: null,
    secret: true,
    zh: 'PostgreSQL 18 的地址。不设置则使用内嵌数据库。',
    en: 'Address of a PostgreSQL 18 server. Without it the embedded database is used.',
  },
  ZHIKU_CHAT_URL: {
    schema: url,
    default: null,
    zh: '对话模型服务的地址（OpenAI 兼容，含 /v1）。',
    en: 'Base URL of the chat model server (OpenAI-compatible, including /v1).',
  },
  ZHIKU_CHAT_MODEL: {
    schema: text,
    default: null,
    zh: '对话模型的名字。默认取 /models 的第一个。',
    en: 'Name of the chat model. Default: the first of /models.',
  },
  ZHIKU_CHAT_KEY: { schema: text, default: null, secret: true, zh: '对话模型服务的密钥。', en: 'Key for the chat model server.' },
  ZHIKU_DISCOVER: {
    schema: flag,
    default: '1',
    zh: '0：不在本机常用端口上寻找模型服务。',
    en: '0: do not look for model servers on the usual local ports.',
  },
  ZHIKU_OCR: {
    schema: z.enum(['auto', 'pp-ocr', 'tesseract']),
    default: 'auto',
    zh: 'OCR 引擎。auto：先用 PP-OCR，失败或不可靠时用 Tesseract。',
    en: 'OCR engine. auto: PP-OCR, and Tesseract where that fails or is unsure.',
  },
  ZHIKU_OCR_PROVIDER: {
    schema: z.enum(['cpu', 'coreml', 'cuda', 'dml']),
    default: 'cpu',
    zh: 'PP-OCR 的执行后端；不可用时自动改用 cpu。',
    en: 'Execution provider of PP-OCR; falls back to cpu where it is not available.',
  },
  ZHIKU_OCR_WORKERS: {
    schema: z.coerce.number().int().min(1).max(64),
    default: null,
    zh: '同时识别的页数（OCR 进程数）。默认等于处理器核数，但所有进程合计不超过内存的四分之一（每个约 520 MB）。',
    en: 'Pages recognised at the same time (OCR processes). Default: the number of cores, but at about 520 MB each no more than a quarter of the memory holds.',
  },
  ZHIKU_FETCH_PRIVATE: {
    schema: flag,
    default: '0',
    zh: '1：允许读取内网和本机的网页。默认只读取公网地址。',
    en: '1: pages of this machine and of private networks may be fetched. By default only addresses of the public internet.',
  },
  ZHIKU_LOG: { schema: z.enum(['debug', 'info', 'warn', 'error', 'silent']), default: 'info', zh: '日志级别。', en: 'Log level.' },
  ...boundSettings,
} as const satisfies Record<string, SettingRow>

/** Read by tests and evaluation, not by the server; known here so that the check of unknown keys lets it pass. */
export const OTHER_KEYS = ['ZHIKU_DATA_SETS', 'ZHIKU_TEST_SEED'] as const

export interface Config {
  dataDir: string
  host: string
  port: number
  token: string | null
  databaseUrl: string | null
  chat: { url: string | null; model: string | null; key: string | null }
  discover: boolean
  /** addresses of this machine and of private networks may be fetched */
  fetchPrivate: boolean
  ocr: { engine: 'auto' | 'pp-ocr' | 'tesseract'; provider: 'cpu' | 'coreml' | 'cuda' | 'dml'; workers: number | null }
  logLevel: string
}

function defaultDataDir(env: NodeJS.ProcessEnv): string {
  if (platform() === 'win32') return path.join(env.LOCALAPPDATA ?? path.join(homedir(), 'AppData', 'Local'), 'Zhiku')
  if (platform() === 'darwin') return path.join(homedir(), 'Library', 'Application Support', 'Zhiku')
  return path.join(env.XDG_DATA_HOME ?? path.join(homedir(), '.local', 'share'), 'zhiku')
}

const isLoopback = (host: string): boolean => host === 'localhost' || host === '::1' || /^127\.\d+\.\d+\.\d+$/.test(host)

/**
 * @throws config.invalid naming every wrong and every unknown `ZHIKU_` key
 */
export function readConfig(env: NodeJS.ProcessEnv): Config {
  const problems: string[] = []
  const known = new Set<string>([...Object.keys(SETTINGS), ...OTHER_KEYS])
  for (const key of Object.keys(env)) {
    if (key.startsWith('ZHIKU_') && !known.has(key)) problems.push(`${key}: unknown setting`)
  }
  const read = <T>(key: keyof typeof SETTINGS, schema: z.ZodType<T>): T | null => {
    const value = env[key] ?? SETTINGS[key].default
    if (value === null || value === '') return null
    const result = schema.safeParse(value)
    if (result.success) return result.data
    // The value itself may be secret, so only the reason is shown.
    problems.push(`${key}: ${result.error.issues.map((issue) => issue.message).join('; ')}`)
    return null
  }
  const config: Config = {
    dataDir: path.resolve(read('ZHIKU_DATA', SETTINGS.ZHIKU_DATA.schema) ?? defaultDataDir(env)),
    host: read('ZHIKU_HOST', SETTINGS.ZHIKU_HOST.schema) ?? '127.0.0.1',
    port: read('ZHIKU_PORT', SETTINGS.ZHIKU_PORT.schema) ?? 7700,
    token: read('ZHIKU_TOKEN', SETTINGS.ZHIKU_TOKEN.schema),
    databaseUrl: read('ZHIKU_DATABASE_URL', SETTINGS.ZHIKU_DATABASE_URL.schema),
    chat: {
      url: read('ZHIKU_CHAT_URL', SETTINGS.ZHIKU_CHAT_URL.schema),
      model: read('ZHIKU_CHAT_MODEL', SETTINGS.ZHIKU_CHAT_MODEL.schema),
      key: read('ZHIKU_CHAT_KEY', SETTINGS.ZHIKU_CHAT_KEY.schema),
    },
    discover: read('ZHIKU_DISCOVER', SETTINGS.ZHIKU_DISCOVER.schema) ?? true,
    fetchPrivate: read('ZHIKU_FETCH_PRIVATE', SETTINGS.ZHIKU_FETCH_PRIVATE.schema) ?? false,
    ocr: {
      engine: read('ZHIKU_OCR', SETTINGS.ZHIKU_OCR.schema) ?? 'auto',
      provider: read('ZHIKU_OCR_PROVIDER', SETTINGS.ZHIKU_OCR_PROVIDER.schema) ?? 'cpu',
      workers: read('ZHIKU_OCR_WORKERS', SETTINGS.ZHIKU_OCR_WORKERS.schema),
    },
    logLevel: read('ZHIKU_LOG', SETTINGS.ZHIKU_LOG.schema) ?? 'info',
  }
  for (const name of Object.keys(BOUNDS) as BoundName[]) read(name, SETTINGS[name].schema)
  if (!isLoopback(config.host) && config.token === null)
    problems.push(`ZHIKU_HOST: ${config.host} is reachable from other machines, so ZHIKU_TOKEN must be set`)
  if (problems.length > 0) throw fail('config.invalid', { detail: problems.join('\n  ') })
  return config
}

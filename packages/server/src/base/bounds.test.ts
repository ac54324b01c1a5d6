import { spawnSync } from 'node:child_process'
import { describe, expect, it } from 'vitest'
import { ERRORS } from '@zhiku/contract/errors.ts'
import { BOUNDS, type BoundName, boundsOf, readBound } from './bounds.ts'
import { readConfig } from './config.ts'

const names = Object.keys(BOUNDS) as BoundName[]

describe('bounds', () => {
  it('are what the environment says, inside their range', () => {
    expect(readBound('ZHIKU_LIMIT_PAGES', { ZHIKU_LIMIT_PAGES: '12' })).toBe(12)
    expect(readBound('ZHIKU_LIMIT_PAGES', {})).toBe(BOUNDS.ZHIKU_LIMIT_PAGES.default)
    expect(names.filter((name) => readBound(name, { [name]: String(BOUNDS[name].max + 1) }) !== BOUNDS[name].default)).toEqual([])
  })

  it('outside their range stop the start, each by its name', () => {
    const wrong = Object.fromEntries(names.map((name) => [name, String(BOUNDS[name].max + 1)]))
    const message = (() => {
      try {
        readConfig(wrong)
        return ''
      } catch (error) {
        return (error as Error).message
      }
    })()
    expect(names.filter((name) => !message.includes(`${name}:`))).toEqual([])
    expect(() => readConfig({ ZHIKU_LIMIT_PAGE_MEGAPIXELS: '41' })).toThrow('ZHIKU_LIMIT_PAGE_MEGAPIXELS')
    expect(() => readConfig({ ZHIKU_LIMIT_PAGES: '2.5' })).toThrow('ZHIKU_LIMIT_PAGES')
  })

  it('reach the limits of any process that gets them', () => {
    const script = `import { LIMITS } from ${JSON.stringify(new URL('./limits.ts', import.meta.url).href)}
      console.log(JSON.stringify([LIMITS.documentPages, LIMITS.uploadBytes, LIMITS.picturePixels, LIMITS.readerRssMiB]))`
    const env = boundsOf({
      ZHIKU_LIMIT_PAGES: '7',
      ZHIKU_LIMIT_FILE_MB: '3',
      ZHIKU_LIMIT_PAGE_MEGAPIXELS: '2',
      ZHIKU_LIMIT_READER_MB: '300',
      ZHIKU_TOKEN: 'a secret of the server',
    })
    expect(env).not.toHaveProperty('ZHIKU_TOKEN')
    const { stdout } = spawnSync(process.execPath, ['--input-type=module', '-e', script], { env, encoding: 'utf8' })
    expect(JSON.parse(stdout)).toEqual([7, 3 * 1024 * 1024, 2_000_000, 300])
  })

  it('are named by the error of crossing them', () => {
    const said = Object.values(ERRORS)
      .map(({ zh, en }) => [zh, en])
      .filter(([zh, en]) => /ZHIKU_LIMIT_/.test(zh!) && /ZHIKU_LIMIT_/.test(en!))
      .flat()
      .join(' ')
    // A lease is no bound on a file: nobody is told of it.
    expect(names.filter((name) => name !== 'ZHIKU_LIMIT_LEASE_SECONDS' && !said.includes(name))).toEqual([])
  })
})

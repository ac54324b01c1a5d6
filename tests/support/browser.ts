/** A browser for the tests: an installed Chrome, Chromium or Edge, or one that the test command installs. */
import { execFileSync, spawnSync } from 'node:child_process'
import { accessSync, constants, existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { type Browser, chromium } from 'playwright-core'

const NAMES = [
  'chromium',
  'chromium-browser',
  'google-chrome',
  'google-chrome-stable',
  'microsoft-edge',
  'microsoft-edge-stable',
  'chrome.exe',
  'msedge.exe',
]
const PLACES = [
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge',
  'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
  'C:\\Program Files (x86)\\Microsoft\\Edge\\Application\\msedge.exe',
]

const runs = (file: string): boolean => {
  try {
    accessSync(file, constants.X_OK)
    return true
  } catch {
    return false
  }
}

/** Path of a browser, or null. */
export function findBrowser(): string | null {
  const folders = (process.env['PATH'] ?? '').split(path.delimiter)
  const found = folders.flatMap((folder) => NAMES.map((name) => path.join(folder, name))).find(runs) ?? PLACES.find(runs)
  if (found) return found
  const own = chromium.executablePath()
  return own && existsSync(own) ? own : null
}

/** Installs one where none is: apt on Debian and its relatives, Playwright's own download elsewhere. Null when both fail. */
export function ensureBrowser(): string | null {
  const found = findBrowser()
  if (found) return found
  const isDebian = existsSync('/etc/os-release') && /debian|ubuntu/i.test(readFileSync('/etc/os-release', 'utf8'))
  if (isDebian && process.getuid?.() === 0) {
    console.log('no browser found; installing Debian’s chromium')
    const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
    spawnSync('apt-get', ['update', '-q'], { stdio: 'ignore', env })
    spawnSync('apt-get', ['install', '-y', '-q', '--no-install-recommends', 'chromium'], { stdio: 'ignore', env })
  } else {
    console.log('no browser found; asking Playwright for one')
    try {
      execFileSync(process.execPath, [path.join(import.meta.dirname, '../../node_modules/playwright-core/cli.js'), 'install', 'chromium'], {
        stdio: 'ignore',
        timeout: 300_000,
      })
    } catch {
      // No network or no build for this platform: the tests skip and say so.
    }
  }
  return findBrowser()
}

export async function launchBrowser(executablePath: string): Promise<Browser> {
  return await chromium.launch({
    executablePath,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  })
}

/**
 * `node bench/ocr.ts [--data GT.jsonl] [--rounds N]`: CPU of a page for our first engine and for `@gutenye/ocr-node`, which
 * runs the same weights, in the same run and in turns; memory and start of a process; the second engine beside them. One
 * JSON object. The comparison is installed by npm into a temporary folder, never into this project.
 *
 * Pages: the dense ones of a ground-truth file (layout "dense"); without one, the small pictures of the tests.
 */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import os from 'node:os'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { parseArgs } from 'node:util'

const root = path.join(import.meta.dirname, '..')
const COMPARED = '@gutenye/ocr-node@1.4.8'
const ENGINES = ['pp-ocr', 'tesseract', 'gutenye', 'gutenye-one-thread'] as const
type Engine = (typeof ENGINES)[number]

interface Measured {
  startCpuSeconds: number
  startSeconds: number
  /** by file */
  cpuSeconds: Record<string, number>
  peakRssMiB: number
}

const round = (value: number): number => Math.round(value * 100) / 100
const cpuSeconds = (since?: NodeJS.CpuUsage): number => {
  const { user, system } = process.cpuUsage(since)
  return (user + system) / 1e6
}

type Reader = (file: string) => Promise<unknown>

/** Our engines as they are; the other one through its own interface. */
async function open(engine: Engine, folder: string): Promise<Reader> {
  if (engine === 'pp-ocr' || engine === 'tesseract') {
    const ocr = path.join(root, 'packages/server/src/models/ocr')
    const { decodePicture } = await import('../packages/server/src/models/ocr/picture/decode.ts')
    const made =
      engine === 'pp-ocr'
        ? (await import(pathToFileURL(path.join(ocr, 'pp-ocr/engine.ts')).href)).createPpOcr({ provider: 'cpu' })
        : (await import(pathToFileURL(path.join(ocr, 'tesseract/engine.ts')).href)).createTesseract()
    const opened = await made
    return async (file) => await opened.read(await (await decodePicture(readFileSync(file))).picture(1))
  }
  const entry = createRequire(path.join(folder, 'package.json')).resolve('@gutenye/ocr-node')
  const module = await import(pathToFileURL(entry).href)
  const Ocr = module.default.default ?? module.default
  const one = { intraOpNumThreads: 1, interOpNumThreads: 1, extra: { session: { intra_op: { allow_spinning: '0' } } } }
  const opened = await Ocr.create(engine === 'gutenye' ? {} : { onnxOptions: one })
  return (file) => opened.detect(file)
}

/** In a process of its own: opens one engine, reads the files, prints what that cost. */
async function child(engine: Engine, folder: string, files: readonly string[]): Promise<void> {
  const [cpu, started] = [process.cpuUsage(), performance.now()]
  const read = await open(engine, folder)
  const result: Measured = {
    startCpuSeconds: round(cpuSeconds(cpu)),
    startSeconds: round((performance.now() - started) / 1000),
    cpuSeconds: {},
    peakRssMiB: 0,
  }
  for (const file of files) {
    const before = process.cpuUsage()
    await read(file)
    result.cpuSeconds[path.basename(file)] = round(cpuSeconds(before))
  }
  result.peakRssMiB = Math.round(process.resourceUsage().maxRSS / 1024)
  process.stdout.write(`${JSON.stringify(result)}\n`, () => process.exit(0))
}

function pagesOf(data: string | undefined): string[] {
  if (data === undefined) {
    const fixtures = path.join(root, 'packages/server/src/models/ocr/fixtures')
    return ['chinese.png', 'english.png'].map((name) => path.join(fixtures, name))
  }
  return readFileSync(data, 'utf8')
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => JSON.parse(line) as { file: string; layout?: string })
    .filter((row) => row.layout === 'dense' && /\.(?:png|jpe?g)$/.test(row.file))
    .map((row) => path.join(path.dirname(data), row.file))
}

/** The least of several rounds: what others do on the machine only adds. */
function least(rounds: readonly Measured[]): Measured {
  const files = Object.keys(rounds[0]!.cpuSeconds)
  return {
    startCpuSeconds: Math.min(...rounds.map((one) => one.startCpuSeconds)),
    startSeconds: Math.min(...rounds.map((one) => one.startSeconds)),
    cpuSeconds: Object.fromEntries(files.map((file) => [file, Math.min(...rounds.map((one) => one.cpuSeconds[file]!))])),
    peakRssMiB: Math.max(...rounds.map((one) => one.peakRssMiB)),
  }
}

export function measureOcr(options: { data?: string | undefined; rounds: number }): object {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'zhiku-bench-ocr-'))
  try {
    writeFileSync(path.join(folder, 'package.json'), '{"private":true}')
    // Its runtime brings what it needs; the script of the runtime would only fetch what graphics cards need.
    execFileSync('npm', ['install', '--ignore-scripts', '--no-audit', '--no-fund', COMPARED], { cwd: folder, stdio: 'ignore' })
    const files = pagesOf(options.data)
    const rounds = new Map<Engine, Measured[]>(ENGINES.map((engine) => [engine, []]))
    for (let n = 0; n < options.rounds; n += 1) {
      for (const engine of ENGINES) {
        const args = ['--no-warnings', import.meta.filename, '--child', engine, '--folder', folder, ...files]
        rounds.get(engine)!.push(JSON.parse(execFileSync(process.execPath, args, { encoding: 'utf8' })) as Measured)
      }
    }
    const engines = Object.fromEntries([...rounds].map(([engine, list]) => [engine, least(list)])) as Record<Engine, Measured>
    const ratio = (to: Engine): object =>
      Object.fromEntries(
        Object.entries(engines['pp-ocr'].cpuSeconds).map(([file, own]) => [file, round(own / engines[to].cpuSeconds[file]!)]),
      )
    return {
      node: process.version,
      cpu: os.cpus()[0]?.model,
      cores: os.cpus().length,
      compared: COMPARED,
      rounds: options.rounds,
      engines,
      cpuRatio: { toGutenye: ratio('gutenye'), toGutenyeOneThread: ratio('gutenye-one-thread') },
    }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

if (import.meta.main) {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      data: { type: 'string' },
      rounds: { type: 'string', default: '2' },
      child: { type: 'string' },
      folder: { type: 'string' },
    },
  })
  if (values.child) await child(values.child as Engine, values.folder!, positionals)
  else console.log(JSON.stringify(measureOcr({ data: values.data, rounds: Number(values.rounds) }), null, 2))
}

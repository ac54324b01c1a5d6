/**
 * `npm run test:crash [-- --points 100 --seed 1]`: crash points over upload, ingest, delete and chat.
 * Prints one JSON object; exits 1 when anything was lost or wrong.
 */
import { parseArgs } from 'node:util'
import { type LibraryCut, crashLibrary } from '../tests/support/crash-library.ts'

const { values } = parseArgs({
  options: { points: { type: 'string', default: '100' }, seed: { type: 'string', default: '1' }, only: { type: 'string' } },
})
const points = Number(values.points)
const seed = Number(values.seed)
const plan: [LibraryCut, number][] = [
  ['kill', points],
  ['worst', Math.ceil(points / 2)],
  ['random', Math.floor(points / 2)],
]

const reports: Record<string, unknown> = {}
let bad = 0
for (const [cut, count] of plan) {
  if (values.only !== undefined && values.only !== cut) continue
  const report = await crashLibrary({ points: count, seed, cut, say: (line) => console.error(line) })
  bad += report.lost.length + report.wrong.length
  reports[cut] = report
}
console.log(JSON.stringify({ command: `npm run test:crash -- --points ${points} --seed ${seed}`, reports }, null, 2))
process.exitCode = bad > 0 ? 1 : 0

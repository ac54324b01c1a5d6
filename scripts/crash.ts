/**
 * `npm run test:crash [-- --points 100 --seed 1 --only kill|step|worst|random|freeze]`: crash points over the whole program.
 *
 * Without `--only`: `points` kills at a moment of chance, twice as many at the named steps in turn
 * (tests/support/crash/kill-points.ts), as many power cuts, and 4 runs in which leases run out in the middle of jobs.
 * Prints one JSON object; exits 1 when anything was lost or wrong.
 */
import { parseArgs } from 'node:util'
import { type Cut, crashLibrary } from '../tests/support/crash/rounds.ts'

const { values } = parseArgs({
  options: { points: { type: 'string', default: '100' }, seed: { type: 'string', default: '1' }, only: { type: 'string' } },
})
const points = Number(values.points)
const seed = Number(values.seed)
const plan: [Cut, number][] = [
  ['kill', points],
  ['step', points * 2],
  ['worst', Math.ceil(points / 2)],
  ['random', Math.floor(points / 2)],
  ['freeze', 4],
]

const reports: Record<string, unknown> = {}
let bad = 0
for (const [cut, usual] of plan) {
  if (values.only !== undefined && values.only !== cut) continue
  const count = values.only === undefined || cut === 'freeze' ? usual : points
  const report = await crashLibrary({ points: count, seed, cut, say: (line) => console.error(line) })
  bad += report.lost.length + report.wrong.length
  reports[cut] = report
}
const only = values.only === undefined ? '' : ` --only ${values.only}`
console.log(JSON.stringify({ command: `npm run test:crash -- --points ${points} --seed ${seed}${only}`, reports }, null, 2))
process.exitCode = bad > 0 ? 1 : 0

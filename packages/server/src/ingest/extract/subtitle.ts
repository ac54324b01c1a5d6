/**
 * Subtitles (SRT, WebVTT, ASS, LRC): what is said, one line a cue, with the time at which it begins as the mark of the
 * block. Cues follow in one block until somebody else speaks, there is a pause, or the block is long.
 */
import { cleanText } from './clean.ts'
import { decodeText } from './charset.ts'
import type { DraftBlock } from './draft.ts'
import { textDocument } from './text-document.ts'
import type { Extractor } from './types.ts'

export const SUBTITLE_VERSION = 'subtitle-1'

const BLOCK_CHARS = 300
const PAUSE_SECONDS = 4

interface Cue {
  /** seconds */
  from: number
  to: number
  speaker: string
  lines: string[]
}

const TIME = String.raw`(?:(\d{1,3}):)?(\d{1,2}):(\d{1,2})(?:[.,](\d{1,3}))?`
const RANGE = new RegExp(String.raw`^\s*${TIME}\s*-->\s*${TIME}`)
/** Dialogue: layer, start, end, style, name, margins (3), effect, text */
const ASS = new RegExp(String.raw`^Dialogue:[^,]*,\s*${TIME},\s*${TIME},[^,]*,([^,]*),[^,]*,[^,]*,[^,]*,[^,]*,(.*)$`)
const LRC = /^((?:\[\d{1,3}:\d{1,2}(?:[.:]\d{1,3})?\])+)(.*)$/

export const extractSubtitle: Extractor = async (input) => {
  const text = cleanText(decodeText(input.bytes).text)
  input.progress()
  return textDocument({ mediaType: 'text/vtt', engine: SUBTITLE_VERSION, blocks: subtitleBlocks(text) }, input)
}

const seconds = (hours: string | undefined, minutes: string | undefined, secs: string | undefined, fraction: string | undefined): number =>
  Number(hours ?? 0) * 3600 + Number(minutes ?? 0) * 60 + Number(secs ?? 0) + Number(`0.${fraction ?? 0}`)

/** `0:05`, `1:02:03` */
function clock(time: number): string {
  const whole = Math.floor(time)
  const two = (value: number): string => String(value).padStart(2, '0')
  const hours = Math.floor(whole / 3600)
  const minutes = Math.floor((whole % 3600) / 60)
  return hours > 0 ? `${hours}:${two(minutes)}:${two(whole % 60)}` : `${minutes}:${two(whole % 60)}`
}

export function* subtitleBlocks(text: string): Generator<DraftBlock> {
  let open: Cue | null = null
  for (const cue of cuesOf(text)) {
    if (cue.lines.length === 0) continue
    const joins: boolean =
      open !== null &&
      cue.speaker === open.speaker &&
      cue.from - open.to < PAUSE_SECONDS &&
      open.lines.reduce((sum, line) => sum + line.length, 0) < BLOCK_CHARS
    if (open && joins) {
      // A line that stays while the next one comes up is repeated in the cue.
      open.lines.push(...cue.lines.filter((line) => line !== open!.lines.at(-1)))
      open.to = Math.max(open.to, cue.to)
      continue
    }
    if (open) yield blockOf(open)
    open = cue
  }
  if (open) yield blockOf(open)
}

const blockOf = ({ from, speaker, lines }: Cue): DraftBlock => ({
  kind: 'list-item',
  level: 0,
  marker: clock(from),
  text: (speaker === '' ? '' : `${speaker}: `) + lines.join('\n'),
})

function* cuesOf(text: string): Generator<Cue> {
  const lines = text.split('\n')
  for (let at = 0; at < lines.length; at++) {
    const line = lines[at]!
    const range = RANGE.exec(line)
    const ass = range ? null : ASS.exec(line)
    const lrc = range || ass ? null : LRC.exec(line)
    if (range) {
      const said: string[] = []
      while (at + 1 < lines.length && lines[at + 1]!.trim() !== '' && !RANGE.test(lines[at + 1]!)) said.push(lines[++at]!)
      // Without an empty line in between, the number of the next cue stands at the end of this one.
      if (RANGE.test(lines[at + 1] ?? '') && /^\d+$/.test(said.at(-1)?.trim() ?? '')) said.pop()
      yield cue(range, speakerOf(said[0] ?? ''), said)
    } else if (ass) yield cue(ass, (ass[9] ?? '').trim(), (ass[10] ?? '').replaceAll(/\{[^}]*\}/g, '').split(/\\[Nn]/))
    else if (lrc) {
      const [minutes, rest] = /(\d+):([\d.:]+)/.exec(lrc[1]!)!.slice(1)
      const from = Number(minutes) * 60 + Number.parseFloat(rest!)
      yield { from, to: from, speaker: '', lines: plain([lrc[2]!]) }
    }
  }
}

const cue = (time: readonly (string | undefined)[], speaker: string, said: readonly string[]): Cue => ({
  from: seconds(time[1], time[2], time[3], time[4]),
  to: seconds(time[5], time[6], time[7], time[8]),
  speaker,
  lines: plain(said),
})

const speakerOf = (line: string): string => /^<v(?:\.[^\s>]*)?\s+([^>]+)>/.exec(line)?.[1]?.trim() ?? ''

const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', nbsp: ' ', quot: '"', lrm: '', rlm: '' }

/** Without tags of WebVTT and SRT. */
const plain = (lines: readonly string[]): string[] =>
  lines
    .map((line) =>
      line
        .replaceAll(/<\/?(?:[a-z][^<>]*|[\d:.]+)>/gi, '')
        .replaceAll(/&(\w+);/g, (whole, name: string) => ENTITIES[name] ?? whole)
        .trim(),
    )
    .filter((line) => line !== '')

import { describe, expect, it } from 'vitest'
import { checkPage, outline, read } from '../testing/read.ts'

async function outlineOf(source: string, name: string): Promise<string[]> {
  const { pages } = await read(Buffer.from(source), name)
  pages.forEach(checkPage)
  return outline(pages)
}

describe('subtitles', () => {
  it('SRT: lines of cues that follow each other, with the time they begin at', async () => {
    const srt =
      '1\r\n00:00:01,500 --> 00:00:03,000\r\n<i>Hello</i> there\r\n\r\n2\r\n00:00:03,000 --> 00:00:05,000\r\nHello there\r\nAnn\r\n\r\n' +
      '3\r\n01:02:03,000 --> 01:02:04,000\r\n你好\r\n'
    expect(await outlineOf(srt, 'a.srt')).toEqual(['list-item 0: 0:01 Hello there\nAnn', 'list-item 0: 1:02:03 你好'])
  })

  it('WebVTT: who speaks parts the blocks; notes, styles and settings are no text', async () => {
    const vtt =
      'WEBVTT\n\nSTYLE\n::cue { color: red }\n\nNOTE not said\n\nintro\n00:01.000 --> 00:02.000 align:right\n<v.loud Ann>One &amp; two\n\n' +
      '00:02.000 --> 00:03.000\n<v Bob>Three <00:02.500><c>four</c></v>\n'
    expect(await outlineOf(vtt, 'a.vtt')).toEqual(['list-item 0: 0:01 Ann: One & two', 'list-item 0: 0:02 Bob: Three four'])
  })

  it('ASS and LRC', async () => {
    const ass = '[Events]\nDialogue: 0,0:00:01.00,0:00:02.00,Default,Ann,0,0,0,,{\\pos(1,2)}One,\\Ntwo\n'
    expect(await outlineOf(ass, 'a.ass')).toEqual(['list-item 0: 0:01 Ann: One,\ntwo'])
    expect(await outlineOf('[ti:Song]\n[00:10.50]first\n[00:12.00]second', 'a.lrc')).toEqual(['list-item 0: 0:10 first\nsecond'])
  })

  it('without cues have no text', async () => {
    expect(await outlineOf('WEBVTT\n\nNOTE nothing', 'a.vtt')).toEqual([])
  })
})

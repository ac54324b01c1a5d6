/**
 * Reads a model's answer while it streams: citation marks come out as numbers that the answer itself counts from 1,
 * everything else as clean text. Pure; the same text gives the same result however it is cut into deltas, because a
 * decision is only made once no further character could change it.
 *
 * A number that no source has is removed, never mapped to another one. Code spans, fenced code and `\[1]` stay as
 * they are; reasoning (`<think>…</think>`) and control characters go. In the text that comes out, `[n]` outside code
 * and without a backslash is always a mark of this answer.
 */
import { isOpener, scanMarkGroup } from './mark-group.ts'

export type AnswerPart =
  | { kind: 'text'; text: string }
  /** `source` is the number the model used, `mark` the number in this answer; `first`: not used before */
  | { kind: 'mark'; source: number; mark: number; first: boolean }

export interface MarkParser {
  push(delta: string): AnswerPart[]
  /** what was still undecided; call once, after the last delta */
  end(): AnswerPart[]
}

/** @param sourceCount  sources are numbered 1..sourceCount; marks with any other number are removed */
export const createMarkParser = (sourceCount: number): MarkParser => new Parser(sourceCount)

/** A code span closes within so many characters on the line where it opens, or is none; so does the info of a fence. */
const SPAN_CHARS = 1000
const REASONING = ['think', 'thinking', 'thought', 'reasoning']
const REASONING_OPEN = new RegExp(`^<(${REASONING.join('|')})>`, 'i')
const REASONING_CLOSE = new RegExp(`</(${REASONING.join('|')})>`, 'i')
const REASONING_TAGS = REASONING.flatMap((name) => [`<${name}>`, `</${name}>`])
const couldBeTag = (text: string): boolean => REASONING_TAGS.some((tag) => tag.startsWith(text.toLowerCase()))

/** Indentation, quote and list signs before the content of a line; and what might still become such, or a fence. */
const LINE_LEAD = /^(?:[ \t>]|[-*+][ \t]|\d{1,9}[.)][ \t])*/
const LINE_UNDECIDED = /^(?:\d{1,9}[.)]?|[-*+]|`{1,2}|~{1,2})?$/
const ORDINARY = /^[^`\\<[【［\n \t]+/
// NUL cannot be stored; the other controls (but tab and newline) mean nothing to a reader.
// oxlint-disable-next-line no-control-regex
const CONTROLS = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g

class Parser implements MarkParser {
  readonly #sourceCount: number
  /** source number -> number in this answer */
  readonly #marks = new Map<number, number>()
  #parts: AnswerPart[] = []
  #buffer = ''
  /** first half of a surrogate pair */
  #carry = ''
  #ended = false
  #reasoning = false
  #fence: { char: string; length: number } | null = null
  /** the next character is the first of its line */
  #lineStart = true
  /** nothing but the line's lead and marks so far */
  #lineBare = true
  #afterMark = false
  /** something visible came out */
  #shown = false

  constructor(sourceCount: number) {
    this.#sourceCount = sourceCount
  }

  push(delta: string): AnswerPart[] {
    const incoming = this.#carry + delta
    const halves = /[\ud800-\udbff]$/.test(incoming) ? 1 : 0
    this.#carry = incoming.slice(incoming.length - halves)
    return this.#read(incoming.slice(0, incoming.length - halves))
  }

  end(): AnswerPart[] {
    this.#ended = true
    return this.#read(this.#carry)
  }

  #read(text: string): AnswerPart[] {
    this.#parts = []
    this.#buffer += text.toWellFormed().replace(CONTROLS, '')
    for (let decided = true; decided && this.#buffer !== '';) decided = this.#step()
    return this.#parts
  }

  /** One decision at the front of the buffer; false when it needs more text. */
  #step(): boolean {
    if (this.#reasoning) return this.#skipReasoning()
    if (this.#fence) return this.#inFence(this.#fence)
    if (this.#lineStart) return this.#startLine()
    const char = this.#buffer[0]!
    if (char === '\n') return this.#take(1)
    if (char === ' ' || char === '\t') return this.#spaces()
    if (char === '`') return this.#codeSpan()
    if (char === '\\') return this.#escape()
    if (char === '<') return this.#tag()
    if (isOpener(char)) return this.#bracket()
    return this.#take(ORDINARY.exec(this.#buffer)![0].length)
  }

  /** Moves the first `length` characters to the answer. */
  #take(length: number, lead = false): true {
    const value = this.#buffer.slice(0, length)
    this.#buffer = this.#buffer.slice(length)
    // `[1](…)` and, at the start of a line, `[1]: …` would read as a Markdown link instead of a mark.
    if (this.#afterMark && (value[0] === '(' || (value[0] === ':' && this.#lineBare))) this.#text(' ')
    this.#afterMark = false
    // Blank lines between reasoning and the first word are not part of the answer.
    this.#text(this.#shown ? value : value.replace(/^\n+/, ''))
    if (/\S/.test(value)) this.#shown = true
    this.#lineStart = value.endsWith('\n')
    this.#lineBare = this.#lineStart || (this.#lineBare && lead)
    return true
  }

  #text(value: string): void {
    if (value === '') return
    const last = this.#parts.at(-1)
    if (last?.kind === 'text') last.text += value
    else this.#parts.push({ kind: 'text', text: value })
  }

  #startLine(): boolean {
    const lead = LINE_LEAD.exec(this.#buffer)![0]
    const rest = this.#buffer.slice(lead.length)
    if (!this.#ended && LINE_UNDECIDED.test(rest)) return false
    const run = /^(?:`{3,}|~{3,})/.exec(rest)?.[0]
    if (run) {
      const newline = rest.indexOf('\n')
      if (newline < 0 && !this.#ended && rest.length < SPAN_CHARS) return false
      const info = rest.slice(run.length, newline < 0 ? SPAN_CHARS : Math.min(newline, SPAN_CHARS))
      // With a backtick behind it a run of backticks is a code span.
      if (run[0] === '~' || !info.includes('`')) {
        this.#fence = { char: run[0]!, length: run.length }
        return this.#take(newline < 0 ? this.#buffer.length : lead.length + newline + 1)
      }
    }
    // Blanks at the end of the lead may belong to a mark that will be removed.
    const signs = lead.trimEnd().length
    if (signs > 0) this.#take(signs, true)
    this.#lineStart = false
    return true
  }

  #inFence(fence: { char: string; length: number }): boolean {
    const newline = this.#buffer.indexOf('\n')
    const length = newline < 0 ? this.#buffer.length : newline + 1
    if (!this.#lineStart) return this.#take(length)
    const closing = /^[ \t>]*(`+|~+)?[ \t]*\n?$/.exec(this.#buffer.slice(0, length))
    if (closing && newline < 0 && !this.#ended) return false
    if (closing?.[1]?.[0] === fence.char && closing[1].length >= fence.length) this.#fence = null
    return this.#take(length)
  }

  #codeSpan(): boolean {
    const run = /^`+/.exec(this.#buffer)![0].length
    const window = this.#buffer.slice(run, run + SPAN_CHARS)
    const line = window.split('\n', 1)[0]!
    const complete = this.#ended || line.length < window.length || window.length === SPAN_CHARS
    if (window === '' && !complete) return false
    for (const found of line.matchAll(/`+/g)) {
      const end = found.index + found[0].length
      // A run at the very end may still grow.
      if (end === line.length && !complete) return false
      if (found[0].length === run) return this.#take(run + end)
    }
    return complete && this.#take(run)
  }

  #spaces(): boolean {
    const run = /^[ \t]+/.exec(this.#buffer)![0].length
    if (run === this.#buffer.length && !this.#ended) return false
    if (!isOpener(this.#buffer[run])) return this.#take(run, true)
    const group = scanMarkGroup(this.#buffer, run)
    if (group.kind === 'more' && !this.#ended) return false
    if (group.kind !== 'mark' || group.numbers.some((source) => source <= this.#sourceCount)) return this.#take(run, true)
    // The blank before a removed mark goes with it: "as shown [9]." becomes "as shown."
    this.#buffer = this.#buffer.slice(run + group.length)
    return true
  }

  #bracket(): boolean {
    const group = scanMarkGroup(this.#buffer, 0)
    if (group.kind !== 'mark') return (group.kind === 'no' || this.#ended) && this.#take(1)
    this.#buffer = this.#buffer.slice(group.length)
    for (const source of new Set(group.numbers)) {
      if (source <= this.#sourceCount) this.#cite(source)
    }
    return true
  }

  #cite(source: number): void {
    const known = this.#marks.get(source)
    const mark = known ?? this.#marks.size + 1
    this.#marks.set(source, mark)
    this.#parts.push({ kind: 'mark', source, mark, first: known === undefined })
    this.#afterMark = true
    this.#shown = true
  }

  #escape(): boolean {
    if (this.#buffer.length === 1 && !this.#ended) return false
    return this.#take(/^\\[!-/:-@[-`{-~]/.test(this.#buffer) ? 2 : 1)
  }

  #tag(): boolean {
    const tag = REASONING_OPEN.exec(this.#buffer) ?? new RegExp(`^${REASONING_CLOSE.source}`, 'i').exec(this.#buffer)
    if (!tag) return (!couldBeTag(this.#buffer) || this.#ended) && this.#take(1)
    this.#buffer = this.#buffer.slice(tag[0].length)
    this.#reasoning = tag[0][1] !== '/'
    return true
  }

  /** Throws away everything up to the closing tag. */
  #skipReasoning(): boolean {
    const close = REASONING_CLOSE.exec(this.#buffer)
    if (close) {
      this.#buffer = this.#buffer.slice(close.index + close[0].length)
      this.#reasoning = false
      this.#lineStart ||= !this.#shown
      return true
    }
    const open = this.#buffer.lastIndexOf('<')
    this.#buffer = open >= 0 && couldBeTag(this.#buffer.slice(open)) ? this.#buffer.slice(open) : ''
    return false
  }
}

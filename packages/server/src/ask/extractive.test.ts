import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { TermStatistics } from '../search/frequencies.ts'
import type { ChunkHit } from '../search/lexical.ts'
import { termsOf } from '../search/tokens.ts'
import { CONFIDENCE_MIN, type ExtractiveAnswer, answerExtractively } from './extractive.ts'

const PREFIX = 'Before. '

function hit(text: string, given: Partial<ChunkHit> = {}): ChunkHit {
  const start = given.start ?? PREFIX.length
  return {
    chunkId: 1,
    documentId: 'doc_1',
    documentName: 'notes.md',
    revisionId: 'rev_1',
    page: 1,
    ord: 0,
    heading: [],
    text,
    start,
    end: start + text.length,
    anchor: { v: 1, kind: 'text', page: 1, start, end: start + text.length, quote: [start, start + text.length] },
    score: 1,
    ...given,
  }
}

/** Statistics of a library that consists of the hits and of fillers that share no word with them. */
function statisticsOf(hits: readonly ChunkHit[], fillers = 20): TermStatistics {
  const chunks = hits.length + fillers
  const count = new Map<string, number>()
  for (const { text, heading, documentName } of hits) {
    for (const term of new Set(termsOf([documentName, ...heading, text].join('\n')))) count.set(term, (count.get(term) ?? 0) + 1)
  }
  const idfOf = (n: number): number => Math.log(1 + (chunks - n + 0.5) / (n + 0.5))
  return { idf: new Map([...count].map(([term, n]) => [term, idfOf(n)])), idfOfUnknown: idfOf(0) }
}

const ask = (question: string, ...hits: ChunkHit[]): ExtractiveAnswer => answerExtractively(question, hits, statisticsOf(hits))
const first = (answer: ExtractiveAnswer): string => answer.parts[0]?.text ?? ''

describe('which passage', () => {
  test('the sentence with the words of the question', () => {
    const answer = ask(
      '间隙锁解决什么问题？',
      hit(
        '共享锁允许其他事务读取同一行数据，但是不允许修改。'.repeat(6) +
          '\n间隙锁锁住索引记录之间的区间，解决幻读问题。\n' +
          '排他锁不允许其他事务读取或者修改这一行。'.repeat(8),
      ),
    )
    expect(first(answer)).toContain('解决幻读问题')
  })

  test('the one row of a table that is asked for, by the names of its columns', () => {
    const rows = ['张伟\t销售部\t8000', '王芳\t研发部\t9200', '李娜\t财务部\t8700']
    const answer = ask('王芳的基本工资是多少？', hit(rows.join('\n'), { heading: ['工资表', '姓名\t部门\t基本工资'] }))
    expect(answer.parts.map(({ text }) => text)[0]).toBe(rows[1])
    expect(answer.parts.every(({ text }) => !text.includes('\n'))).toBe(true)
  })

  test('the text after a question that stands in the document, not the question itself', () => {
    const answer = ask(
      'GIL 什么时候会被释放？',
      hit('GIL 什么时候会被释放？\n线程遇到 I/O 操作，或者运行满固定的时间片之后，就让出全局锁给其他线程。'),
    )
    expect(answer.answered).toBe(true)
    expect(first(answer)).toContain('时间片')
  })

  test('the body of the section whose heading has the words', () => {
    const body = '数据首先进入缓冲区，随后由后台任务每隔一秒合并，再写到磁盘上的文件里。'
    const answer = ask(
      '倒排索引的写入流程是怎样的？',
      hit(`倒排索引的写入流程\n${body}`, { heading: ['搜索引擎', '倒排索引的写入流程'], chunkId: 1 }),
      hit('我们周末去公园写生，流程很简单：带上画板，坐下，开始画。', { chunkId: 2, documentId: 'doc_2', revisionId: 'rev_2' }),
    )
    expect(first(answer)).toBe(body)
  })

  test('a number where the question asks how many', () => {
    const fact = 'The cluster has 16384 hash slots, and every key belongs to one of them.'
    const talk = 'The cluster assigns hash slots to nodes, and moves them when a node joins it.'
    for (const text of [
      `${fact}\n\n${'Other words fill this place in the text. '.repeat(8)}\n\n${talk}`,
      `${talk}\n\n${'Other words fill this place in the text. '.repeat(8)}\n\n${fact}`,
    ]) {
      expect(first(ask('How many hash slots does the cluster have?', hit(text)))).toContain('16384')
    }
  })

  test('traditional and simplified Chinese answer each other', () => {
    const text = '間隙鎖是什麼？\n它鎖住索引記錄之間的區間，因為這樣別的事務就不能插入，從而避免幻讀。'
    for (const question of ['间隙锁为什么能避免幻读？', '間隙鎖為什麼能避免幻讀？']) {
      const answer = ask(question, hit(text))
      expect(answer.answered).toBe(true)
      expect(first(answer)).toContain('不能插入')
    }
  })

  test('parts of one section that are about as good stand together', () => {
    const answer = ask(
      '间隙锁',
      hit('间隙锁锁住两条索引记录之间的区间，别的事务不能插入。', { heading: ['锁', '甲'], chunkId: 1, ord: 0, start: 0, score: 3 }),
      hit('间隙锁只在可重复读的隔离级别下才会使用，读已提交没有。', { heading: ['锁', '乙'], chunkId: 2, ord: 1, start: 100, score: 2.5 }),
      hit('间隙锁之间互相不冲突，但是会挡住插入意向锁，直到提交。', { heading: ['锁', '甲'], chunkId: 3, ord: 2, start: 200, score: 2 }),
    )
    expect(answer.parts.map(({ heading }) => heading.at(-1))).toEqual(['甲', '甲', '乙'])
  })

  test('the sentence that defines, before a longer quote that only mentions', () => {
    const mention = '如果写入很多，间隙锁会让其他事务等待更久，所以要把事务拆短。'
    const definition = '间隙锁（Gap Lock）是加在索引区间上的锁，区间里不能再插入新的记录。'
    const filler = `${'备份每天运行，'.repeat(37)}日志保留。`
    expect(mention.length + filler.length).toBeLessThan(300)
    expect(filler.length + definition.length).toBeGreaterThan(300)
    const chunk = hit([mention, filler, definition].join('\n'))
    expect(first(ask('什么是间隙锁？', chunk))).toBe(definition)
    expect(first(ask('间隙锁', chunk))).toContain(mention)
  })

  test('a quote ends before the next question of the text, though what follows it looks like an answer', () => {
    const right = 'celery 的 countdown 参数负责实现延迟任务，到时间才交给执行者。'
    const other = '首先把路由拆到多个模块里，然后使用统一的方法登记地址。'
    expect(first(ask('celery 如何实现延迟任务？', hit(`${right}\n2，蓝图呢？\n${other}`)))).toBe(right)
  })

  test('the same passage of two chunks or two documents is quoted once', () => {
    const text = '间隙锁锁住索引记录之间的区间，解决幻读问题。'
    const answer = ask(
      '间隙锁解决什么问题？',
      hit(text, { chunkId: 1 }),
      hit(text, { chunkId: 2 }),
      hit(text, { chunkId: 3, documentId: 'doc_2', revisionId: 'rev_2' }),
    )
    expect(answer.parts.map((part) => part.text)).toEqual([text])
  })
})

describe('not in the documents', () => {
  const library = [
    hit('Redis 用主从复制保证高可用，从节点异步接收主节点的写入命令。', { chunkId: 1 }),
    hit('消息队列把生产者和消费者解耦，消费者按自己的速度处理消息。', { chunkId: 2, start: 100 }),
    hit('预写日志的机制：先写日志，再写数据文件。', { chunkId: 3, start: 200 }),
  ]

  test('a name that no document has', () => {
    expect(ask('Kafka 的 ISR 机制是怎么工作的？', ...library).answered).toBe(false)
  })

  test('a subject that no document has', () => {
    expect(ask('火锅底料怎么炒才香？', ...library).answered).toBe(false)
  })

  test('a question that stands in a document without an answer', () => {
    const list = hit('5，讲一下软链接和硬链接有什么区别\n6，进程和线程有什么区别呢\n7，平时怎么排查问题', { chunkId: 9 })
    expect(ask('软链接和硬链接有什么区别？', list).answered).toBe(false)
  })

  test('no hits, and a question without words', () => {
    expect(ask('什么是间隙锁？')).toEqual({ answered: false, parts: [], confidence: 0 })
    expect(ask('？！', ...library)).toMatchObject({ answered: false, parts: [] })
  })

  test('but an answer in other words than the question’s still counts', () => {
    const answer = ask('Redis 的从节点怎么拿到主节点的数据？', ...library)
    expect(answer.answered).toBe(true)
    expect(first(answer)).toContain('异步接收')
  })

  test('English words do not count as missing from a Chinese text, names do', () => {
    const text = hit('Redis 用主从复制保证高可用，从节点异步接收主节点的写入命令。')
    expect(ask('How does Redis stay available when the main machine fails?', text).answered).toBe(true)
    expect(ask('How does ZooKeeper2 stay available when the main machine fails?', text).answered).toBe(false)
  })
})

test('property: quotes are verbatim, at most 300 characters, apart from each other, and the same every time', () => {
  const word = fc.constantFrom(
    '间隙锁',
    '乐观锁',
    '版本号',
    'lock',
    'transaction',
    'commits',
    '。',
    '？',
    '\n',
    ', ',
    '. ',
    '解决',
    '幻读',
    'x'.repeat(90),
    '𠮷',
    '\t',
    ' ',
  )
  const text = fc.array(word, { minLength: 1, maxLength: 120 }).map((words) => words.join(''))
  fc.assert(
    fc.property(
      fc.array(text, { minLength: 1, maxLength: 4 }),
      fc.constantFrom('间隙锁解决什么？', 'How many locks does a transaction take?', '版本号 lock', '幻读'),
      (texts, question) => {
        const page = texts.join('\n')
        let at = 0
        const hits = texts.map((content, ord) => {
          const made = hit(content, { start: at, chunkId: ord, ord, score: texts.length - ord })
          at += content.length + 1
          return made
        })
        const statistics = statisticsOf(hits)
        const answer = answerExtractively(question, hits, statistics)
        expect(answer.answered).toBe(answer.confidence >= CONFIDENCE_MIN)
        expect(answer.answered).toBe(answer.parts.length > 0)
        expect(answer.parts.length).toBeLessThanOrEqual(5)
        for (const part of answer.parts) {
          expect(part.text).toBe(page.slice(part.start, part.end))
          expect(part.start).toBeGreaterThanOrEqual(part.hit.start)
          expect(part.end).toBeLessThanOrEqual(part.hit.end)
          expect(part.text.length).toBeLessThanOrEqual(300)
          expect(part.text).toBe(part.text.trim())
        }
        const spans = answer.parts.toSorted((a, b) => a.start - b.start)
        for (const [index, part] of spans.entries()) if (index > 0) expect(part.start).toBeGreaterThanOrEqual(spans[index - 1]!.end)
        expect(answerExtractively(question, hits, statistics)).toEqual(answer)
      },
    ),
  )
})

/** The `zhiku` command: parses arguments, opens a connection where one is needed, returns the exit code. */
import { Command, CommanderError } from 'commander'
import { readConfig } from '../base/config.ts'
import { VERSION } from '../base/version.ts'
import { serve } from '../main.ts'
import { add } from './add.ts'
import { backup, restore } from './backup.ts'
import * as commands from './commands.ts'
import { type Connection, connect } from './connection.ts'
import { complain, explain, printJson, say } from './output.ts'
import { addSitemap } from './sitemap.ts'
import * as watches from './watch.ts'

const USAGE_ERROR = 2

export async function main(argv: readonly string[]): Promise<number> {
  let exitCode = 0
  const program = new Command('zhiku')
    .description(say('智库：从你的文档里回答，每条引用都能打开原处', 'Zhiku: answers from your documents, every citation opens the place'))
    .version(VERSION)
    .exitOverride()

  /** Errors become one line and exit code 1. */
  const reporting = async (json: boolean, run: () => Promise<number>): Promise<void> => {
    try {
      exitCode = await run()
    } catch (error) {
      const { code, reason } = explain(error)
      if (json) printJson({ error: { code, message: reason } })
      else complain(reason)
      exitCode = 1
    }
  }
  /** Runs a command over a connection. */
  const connected = (json: boolean, run: (connection: Connection) => Promise<number>): Promise<void> =>
    reporting(json, async () => {
      const connection = await connect(readConfig(process.env))
      try {
        return await run(connection)
      } finally {
        await connection.close()
      }
    })
  const collectionOf = (options: { collection?: string }): { collection?: string } =>
    options.collection === undefined ? {} : { collection: options.collection }

  program
    .command('serve')
    .description(say('启动服务', 'start the server'))
    .action(async () => {
      try {
        const server = await serve(readConfig(process.env))
        complain(say(`智库 ${VERSION} 已启动：${server.url}`, `Zhiku ${VERSION} is running: ${server.url}`))
      } catch (error) {
        complain(explain(error).reason)
        process.exit(1)
      }
    })
  program
    .command('add')
    .description(say('加入文件、文件夹或网址', 'add files, folders or addresses'))
    .argument('[path...]')
    .option('--json', 'one JSON object per file')
    .option('--collection <name>', say('加入哪个合集', 'which collection takes them'))
    .option('--sitemap <url>', say('加入网站地图列出的所有网页', 'all pages that a sitemap lists'))
    .option('--any-site', say('网站地图里别的网站的网页也加入', 'with --sitemap: pages of other sites too'))
    .action((paths: string[], given: { json?: boolean; collection?: string; sitemap?: string; anySite?: boolean }, command: Command) => {
      const options = { json: given.json ?? false, ...collectionOf(given) }
      if (paths.length === 0 && given.sitemap === undefined)
        return command.error("error: missing required argument 'path'", { exitCode: USAGE_ERROR })
      return connected(options.json, async (connection) => {
        const added = paths.length > 0 ? await add(connection, paths, options) : 0
        if (given.sitemap === undefined) return added
        const listed = await addSitemap(connection, given.sitemap, { ...options, anySite: given.anySite ?? false })
        return Math.max(added, listed)
      })
    })
  const watch = program.command('watch').description(say('监视文件夹', 'watch folders'))
  watch
    .command('add')
    .description(say('监视一个文件夹：新的和改过的文件自动加入', 'watch a folder: new and changed files are added by themselves'))
    .argument('<folder>')
    .option('--json', 'JSON')
    .option('--collection <name>', say('加入哪个合集', 'which collection takes them'))
    .option(
      '--trash-deleted',
      say('文件删除后，文档移入回收站（默认保留）', 'documents of deleted files go to the trash (kept by default)'),
    )
    .option('--polling', say('定时查看，用于网络盘', 'look again and again, for network drives'))
    .action((folder: string, given: { json?: boolean; collection?: string; trashDeleted?: boolean; polling?: boolean }) =>
      connected(given.json ?? false, (connection) =>
        watches.add(connection, folder, {
          json: given.json ?? false,
          trashDeleted: given.trashDeleted ?? false,
          polling: given.polling ?? false,
          ...collectionOf(given),
        }),
      ),
    )
  watch
    .command('list')
    .description(say('列出监视的文件夹', 'list watched folders'))
    .option('--json', 'JSON')
    .action((given: { json?: boolean }) =>
      connected(given.json ?? false, (connection) => watches.list(connection, { json: given.json ?? false })),
    )
  watch
    .command('remove')
    .description(say('不再监视（文档保留）', 'stop watching; the documents stay'))
    .argument('<folder>', say('文件夹或编号', 'folder or id'))
    .option('--json', 'JSON')
    .action((folder: string, given: { json?: boolean }) =>
      connected(given.json ?? false, (connection) => watches.remove(connection, folder, { json: given.json ?? false })),
    )
  program
    .command('ask')
    .description(say('提问', 'ask a question'))
    .argument('<question...>')
    .option('--json', 'JSON')
    .option('--collection <name>', say('只在这个合集里找', 'look in this collection only'))
    .option('--extractive', say('不用模型，只给原文', 'quote passages without a model'))
    .action((words: string[], options: { json?: boolean; collection?: string; extractive?: boolean }) =>
      connected(options.json ?? false, (connection) =>
        commands.ask(connection, words.join(' '), {
          json: options.json ?? false,
          extractive: options.extractive ?? false,
          ...collectionOf(options),
        }),
      ),
    )
  program
    .command('search')
    .description(say('检索段落', 'search passages'))
    .argument('<query...>')
    .option('--json', 'JSON')
    .option('--k <n>', say('最多几条', 'at most so many'), '10')
    .option('--collection <name>', say('只在这个合集里找', 'look in this collection only'))
    .action((words: string[], options: { json?: boolean; k: string; collection?: string }) =>
      connected(options.json ?? false, (connection) =>
        commands.search(connection, words.join(' '), { json: options.json ?? false, k: Number(options.k), ...collectionOf(options) }),
      ),
    )
  for (const [name, description, run] of [
    ['status', say('有多少文档、段落和任务', 'counts of documents, passages and jobs'), commands.status],
    ['doctor', say('检查数据是否一致', 'check that the data is consistent'), commands.doctor],
    ['list', say('列出文档', 'list documents'), commands.list],
  ] as const) {
    program
      .command(name)
      .description(description)
      .option('--json', 'JSON')
      .action((options: { json?: boolean }) =>
        connected(options.json ?? false, (connection) => run(connection, { json: options.json ?? false })),
      )
  }
  program
    .command('delete')
    .description(say('彻底删除文档（编号或名字）', 'delete documents for good, by id or name'))
    .argument('<document...>')
    .option('--json', 'JSON')
    .action((given: string[], options: { json?: boolean }) =>
      connected(options.json ?? false, (connection) => commands.remove(connection, given, { json: options.json ?? false })),
    )
  const queue = program.command('queue').description(say('暂停、恢复、查看读取队列', 'pause, resume or show the reading queue'))
  for (const [action, description] of [
    ['pause', say('暂停读取；重启后仍然暂停', 'pause reading; it stays paused over a restart')],
    ['resume', say('恢复读取', 'let reading go on')],
    ['status', say('等待、进行中、被暂停的任务', 'what waits, runs and is paused')],
  ] as const) {
    queue
      .command(action)
      .description(description)
      .option('--json', 'JSON')
      .option('--collection <name>', say('只对这个合集', 'this collection only'))
      .action((options: { json?: boolean; collection?: string }) =>
        connected(options.json ?? false, (connection) =>
          commands.queue(connection, action, { json: options.json ?? false, ...collectionOf(options) }),
        ),
      )
  }
  program
    .command('cancel')
    .description(say('停止读取文档（编号或名字）', 'stop reading documents, by id or name'))
    .argument('<document...>')
    .option('--json', 'JSON')
    .action((given: string[], options: { json?: boolean }) =>
      connected(options.json ?? false, (connection) => commands.cancel(connection, given, { json: options.json ?? false })),
    )
  program
    .command('retry')
    .description(say('重新读取文档（编号或名字），或全部失败的', 'read documents again, by id or name, or all that failed'))
    .argument('[document...]')
    .option('--failed', say('全部失败的文档', 'all documents that failed'))
    .option('--collection <name>', say('只在这个合集里', 'in this collection only'))
    .option('--json', 'JSON')
    .action((given: string[], options: { json?: boolean; failed?: boolean; collection?: string }, command: Command) => {
      if (given.length === 0 && options.failed !== true) command.error(say('请给出文档，或用 --failed', 'name a document, or use --failed'))
      return connected(options.json ?? false, (connection) =>
        commands.retry(connection, given, { json: options.json ?? false, failed: options.failed ?? false, ...collectionOf(options) }),
      )
    })
  program
    .command('backup')
    .description(say('把整个资料库备份为一个文件；服务可照常运行', 'back up the whole library as one file, also while it serves'))
    .argument('<file>')
    .option('--json', 'JSON')
    .action((file: string, options: { json?: boolean }) =>
      connected(options.json ?? false, (connection) => backup(connection, file, { json: options.json ?? false })),
    )
  program
    .command('restore')
    .description(say('把备份恢复到空的数据文件夹', 'restore a backup into an empty data folder'))
    .argument('<file>')
    .option('--json', 'JSON')
    .action((file: string, options: { json?: boolean }) =>
      reporting(options.json ?? false, async () => await restore(readConfig(process.env), file, { json: options.json ?? false })),
    )
  program
    .command('eval')
    .description(say('评测', 'measure search and answers'))
    .allowUnknownOption()
    .helpOption(false)
    .argument('[args...]')
    .action(async (_args: string[], _options: object, command: Command) => {
      // Loaded only here: evaluation is not part of serving.
      const { runEval } = await import('./eval.ts')
      exitCode = await runEval(command.args)
    })

  try {
    await program.parseAsync([...argv], { from: 'user' })
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : USAGE_ERROR
    complain(explain(error).reason)
    return 1
  }
  return exitCode
}

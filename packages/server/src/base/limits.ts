/** Every bound of the server in one place. Units last in the name. Those that an owner may move are rows of bounds.ts. */
import { type BoundName, readBound } from './bounds.ts'

const KiB = 1024
const MiB = 1024 * KiB

/** Once, when this is loaded: in the server and in each of its children. */
const set = (name: BoundName): number => readBound(name, process.env)

export const LIMITS = {
  /** one uploaded file */
  uploadBytes: set('ZHIKU_LIMIT_FILE_MB') * MiB,
  /** JSON request body */
  jsonBodyBytes: 1 * MiB,
  fileNameChars: 255,

  /** reader child: old-space heap, and resident memory above which it is stopped */
  readerHeapMiB: set('ZHIKU_LIMIT_READER_MB') / 2,
  readerRssMiB: set('ZHIKU_LIMIT_READER_MB'),
  /** one file in a reader */
  readerFileSeconds: set('ZHIKU_LIMIT_FILE_SECONDS'),
  /** a reader that has reported nothing for this long is stuck */
  readerSilenceSeconds: set('ZHIKU_LIMIT_PAGE_SECONDS') / 2,
  /** a reader is replaced after so many files, or when its memory has grown past the second figure after a file */
  readerRecycleFiles: 200,
  readerRecycleRssMiB: 500,
  /** idle readers are stopped */
  readerIdleSeconds: 20,

  /** OCR: resolution at which a PDF page is drawn for it, time for one page */
  ocrDpi: 200,
  ocrPageSeconds: set('ZHIKU_LIMIT_PAGE_SECONDS'),
  /** an OCR child is stopped above the first figure, and replaced after a page above the second */
  ocrRssMiB: set('ZHIKU_LIMIT_OCR_MB'),
  ocrRecycleRssMiB: 520,
  /** jobs that may wait for OCR of their pages beside those that are being read */
  ocrJobs: 200,
  /** texts of one page that are kept when it is read again */
  pageVersions: 20,
  /** longest side of a page's picture as a viewer gets it */
  pageImageSide: 2400,

  /** one document */
  documentPages: set('ZHIKU_LIMIT_PAGES'),
  documentChars: set('ZHIKU_LIMIT_CHARACTERS'),
  pageChars: 1_000_000,
  /** text documents are cut into pages of about this many characters, at block borders */
  textPageChars: 20_000,

  /** ZIP containers (DOCX): one part, all parts together, ratio for parts over 1 MiB, entries */
  unpackedPartBytes: (set('ZHIKU_LIMIT_UNPACKED_MB') * MiB) / 4,
  unpackedBytes: set('ZHIKU_LIMIT_UNPACKED_MB') * MiB,
  unpackedRatio: set('ZHIKU_LIMIT_RATIO'),
  unpackedRatioFromBytes: 1 * MiB,
  unpackedEntries: set('ZHIKU_LIMIT_ENTRIES'),
  /** one upload with everything in it: containers inside each other, files, bytes; entries of one ZIP that are looked at */
  containerDepth: set('ZHIKU_LIMIT_NESTING'),
  containerFiles: set('ZHIKU_LIMIT_CONTAINER_FILES'),
  containerBytes: set('ZHIKU_LIMIT_CONTAINER_MB') * MiB,
  containerEntries: set('ZHIKU_LIMIT_ENTRIES'),
  /** pictures in the text of a mail that are smaller are logos and rules, not documents */
  inlineImageBytes: 32 * KiB,
  /** elements inside each other in HTML and XML */
  nestingDepth: 500,

  /** one fetch from the web: content after decompression, all of it, connecting, redirects */
  fetchBytes: 100 * MiB,
  fetchSeconds: 60,
  fetchConnectSeconds: 10,
  fetchRedirects: 5,
  /** a sitemap: pages added, sitemaps an index may name, bytes of one, of robots.txt (RFC 9309 asks for at least 500 KiB) */
  sitemapPages: 2000,
  sitemapFiles: 50,
  sitemapBytes: 10 * MiB,
  robotsBytes: 512 * KiB,
  /** pause between two pages of one site, and the longest that its robots.txt may ask for */
  crawlPauseMs: 1000,
  crawlPauseMaxMs: 10_000,
  /** a watched folder: files, time without change after which a file counts as written, how often it is looked for */
  watchedFiles: 50_000,
  watchSettleMs: 2000,
  watchCheckMs: 30_000,

  /** one picture, or one page drawn for OCR */
  picturePixels: set('ZHIKU_LIMIT_PAGE_MEGAPIXELS') * 1_000_000,

  /** rows written in one ingest transaction; keeps interactive calls quick (database design: at most 50 chunks) */
  chunksPerTransaction: 50,
  jobAttempts: 5,
  leaseSeconds: set('ZHIKU_LIMIT_LEASE_SECONDS'),

  /** one SQL statement */
  queryMs: 60_000,
  /** a statement outside a transaction that others have waited for so long is cut (embedded engine) */
  queryGiveWayMs: 2_000,
  /** a search: the embedded engine runs one statement at a time, and others wait for it */
  searchMs: 4_000,
  /** trash: how long a deleted document can be taken back */
  undoSeconds: 30,

  searchResults: 200,
  questionChars: 10_000,
  /** tokens of a question that are searched for: a page of pasted text */
  queryTokens: 1000,
  /** answer events are written and sent in batches this far apart */
  eventBatchMs: 50,
  /** a crash loses at most so much of the message's own text; its events are kept to the last batch */
  messageTextMs: 1000,
  /** how long a running answer waits for a store that cannot be written before it is given up */
  eventWriteSeconds: 60,
  /** how often the events of an answer that another process makes are looked for */
  eventPollMs: 500,
  modelConnectSeconds: 10,
  /** looking for model servers on this machine; how long what was found is believed; largest list of models */
  modelDiscoverMs: 300,
  modelCacheSeconds: 15,
  modelListBytes: 4 * MiB,
  /** longest silence of a model before and within its answer */
  modelFirstTokenSeconds: 120,
  modelSilenceSeconds: 60,
  answerChars: 200_000,
  /** passages that a question fetches, and that stand beside "not in your documents" */
  answerHits: 20,
  nearestPassages: 3,
  /** prompt: sources at most, their estimated tokens together (small local models have 4,096 for everything), earlier turns */
  promptSources: 8,
  promptSourceTokens: 2800,
  promptHistoryMessages: 6,
  promptHistoryChars: 600,
  /** quote of one citation */
  quoteChars: 300,
  chatTitleChars: 60,
} as const

/** What became of one file. */
export interface ReadOutcome {
  /** state of its document */
  state: string
  /** of the error or notice; null when nothing needs saying */
  code: string | null
  /** what was read, list marks and names of sheets included; of files inside the file as well */
  text: string
}

/** One page of a document as it was read. */
export interface EvalPage {
  page: number
  text: string
  /** what read it, as shown to people */
  engine: string
  /** of OCR, 0 to 1; null for text that the file itself holds */
  confidence: number | null
}

/** Settings that an evaluation chooses itself; others are those of the environment. */
export interface EvalSettings {
  ocrEngine: 'pp-ocr' | 'tesseract' | null
}

/** The product as evaluation uses it: nothing here knows what is measured. Built by the command line. */
export interface EvalApp {
  /** Resolves when the file is accepted, with the id of its document; reading goes on. */
  addFile(file: { name: string; path?: string; bytes: Uint8Array }): Promise<string>
  /** Of a file that was added, once everything has settled. */
  outcome(document: string): Promise<ReadOutcome>
  /** In order, once everything has settled. */
  pages(document: string): Promise<EvalPage[]>
  /** User and system time of the OCR of a document, in milliseconds; null when nothing of it went through OCR. */
  ocrCpuMs(document: string): Promise<number | null>
  /** Resolves when nothing is waiting or being read. */
  settle(): Promise<void>
  /** Without a language model. */
  ask(question: string): Promise<{ answered: boolean; citations: { quote: string; document: string }[] }>
  /** Passages, best first, each by the name of its document. */
  search(query: string, limit: number): Promise<{ document: string }[]>
  close(): Promise<void>
}

export interface EvalHost {
  /** Opens the product on an empty data folder. */
  open(dataDir: string, settings: EvalSettings): Promise<EvalApp>
  /** One line of the report. */
  print(line: string): void
  /** One line about the progress; not part of the report. */
  note(line: string): void
}

/** What became of one file. */
export interface ReadOutcome {
  /** state of its document */
  state: string
  /** of the error or notice; null when nothing needs saying */
  code: string | null
  /** what was read, list marks and names of sheets included; of files inside the file as well */
  text: string
}

/** The product as evaluation uses it: nothing here knows what is measured. Built by the command line. */
export interface EvalApp {
  /** Resolves when the file is accepted, with the id of its document; reading goes on. */
  addFile(file: { name: string; path?: string; bytes: Uint8Array }): Promise<string>
  /** Of a file that was added, once everything has settled. */
  outcome(document: string): Promise<ReadOutcome>
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
  open(dataDir: string): Promise<EvalApp>
  /** One line of the report. */
  print(line: string): void
  /** One line about the progress; not part of the report. */
  note(line: string): void
}

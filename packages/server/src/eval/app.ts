/** The product as evaluation uses it: nothing here knows what is measured. Built by the command line. */
export interface EvalApp {
  /** Resolves when the file is accepted; reading goes on. */
  addFile(file: { name: string; bytes: Uint8Array }): Promise<void>
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

/** Prints a measured figure beside the test's result; `docs/reliability.md` quotes them. */
export const figure = (text: string): void => void process.stdout.write(`  ${text}\n`)

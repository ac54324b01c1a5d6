/** Same keys, any words: what a catalogue in another language must look like. */
export type Shape<T> = { [K in keyof T]: T[K] extends string ? string : Shape<T[K]> }

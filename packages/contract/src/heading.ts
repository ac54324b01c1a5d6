/**
 * Heading path of a passage: outermost first. Of rows of a table the last element is the names of its columns, parted
 * by tabs as the cells of a row are; no other heading has tabs.
 */

export const namesColumns = (path: readonly string[]): boolean => path.at(-1)?.includes('\t') ?? false

/** A path in one line, for people. */
export const showHeading = (path: readonly string[]): string => path.map((heading) => heading.replaceAll(/\t+/g, ' | ').trim()).join(' › ')

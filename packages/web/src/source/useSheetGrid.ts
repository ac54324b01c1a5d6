/**
 * A sheet in a scroller: which of its rows and columns are in view, where they stand, and the cell that one is on.
 * Positions are px from the corner below the letters and right of the row numbers.
 */
import { useElementSize, useEventListener } from '@vueuse/core'
import { type Ref, computed, nextTick, reactive, ref } from 'vue'
import { type Sheet, type SheetCell, cellAt, columnEdges, edgeRange, lineOfRow } from './sheet.ts'

export const ROW_PX = 28
/** Width of the row numbers. */
export const HEAD_PX = 48
/** Rows and px beyond the view that are kept in the page. */
const AHEAD_ROWS = 10
const AHEAD_PX = 300

export function useSheetGrid(scroller: Readonly<Ref<HTMLElement | null>>, sheet: Ref<Sheet | null>) {
  const { width: viewWidth, height: viewHeight } = useElementSize(scroller)
  const top = ref(0)
  const left = ref(0)
  const active = reactive({ row: 0, column: 0 })
  const follow = (): void => {
    top.value = scroller.value?.scrollTop ?? 0
    left.value = scroller.value?.scrollLeft ?? 0
  }
  useEventListener(scroller, 'scroll', follow, { passive: true })

  const edges = computed(() => columnEdges(sheet.value?.widths ?? []))
  const leftOf = (column: number): number => edges.value[Math.min(column, edges.value.length - 1)]!
  const topOf = (row: number): number => lineOfRow(sheet.value!.lines, row) * ROW_PX
  const heightOf = (row: number, rows: number): number => topOf(row + rows - 1) - topOf(row) + ROW_PX
  const widthOf = (column: number, columns: number): number => leftOf(column + columns) - leftOf(column)

  const columnRange = computed(() => edgeRange(edges.value, left.value - AHEAD_PX, left.value + viewWidth.value + AHEAD_PX))
  const columns = computed(() => {
    const [first, last] = columnRange.value
    return Array.from({ length: last - first + 1 }, (_, index) => first + index)
  })
  /** The lines in view, each with its place in the list. */
  const lines = computed(() => {
    const all = sheet.value?.lines ?? []
    const first = Math.max(0, Math.floor(top.value / ROW_PX) - AHEAD_ROWS)
    const last = Math.ceil((top.value + viewHeight.value) / ROW_PX) + AHEAD_ROWS
    return all.slice(first, last + 1).map((line, index) => ({ ...line, index: first + index }))
  })
  /** Rows of the table's own header that are scrolled away: they stay in view below the letters. */
  const pinned = computed(() => sheet.value?.headerRows.filter((row) => topOf(row) < top.value) ?? [])

  const inView = (cell: SheetCell): boolean => cell.column <= columnRange.value[1] && cell.column + cell.columns - 1 >= columnRange.value[0]
  /** The cells of a row that are in view. The place one is on takes the focus even where it is empty. */
  function cellsOf(row: number): SheetCell[] {
    const cells = (sheet.value?.cells.get(row) ?? []).filter(inView)
    if (active.row === row && cellAt(sheet.value!, row, active.column) === null)
      cells.push({ start: -1, end: -1, text: '', column: active.column, row, columns: 1, rows: 1, remarks: [] })
    return cells
  }
  /** Merged cells that begin above the view and reach into it. */
  const reaching = computed(() => {
    const row = lines.value[0]?.row ?? 0
    const found: SheetCell[] = []
    for (const [above, cells] of row > 0 ? sheet.value!.cells : [])
      if (above < row) found.push(...cells.filter((cell) => cell.row + cell.rows > row && inView(cell)))
    return found
  })
  const current = computed(() => (sheet.value ? cellAt(sheet.value, active.row, active.column) : null))
  const isHere = ({ row, column, rows, columns: span }: SheetCell): boolean =>
    active.row >= row && active.row < row + rows && active.column >= column && active.column < column + span

  /** @param third  to one third of the height, else only as far as needed */
  function scrollTo(row: number, column: number, third = false): void {
    const element = scroller.value
    if (!element || !sheet.value) return
    const above = pinned.value.length * ROW_PX
    const room = element.clientHeight - ROW_PX
    const y = topOf(row)
    if (third) element.scrollTop = y - room / 3
    else if (y < element.scrollTop + above) element.scrollTop = y - above
    else if (y + ROW_PX > element.scrollTop + room) element.scrollTop = y + ROW_PX - room
    const x = leftOf(column)
    const right = x + widthOf(column, 1) + HEAD_PX
    if (x < element.scrollLeft) element.scrollLeft = x
    else if (right > element.scrollLeft + element.clientWidth) element.scrollLeft = Math.min(x, right - element.clientWidth)
    // The event comes too late for whoever wants to focus the cell next.
    follow()
  }
  /** Makes a cell the one that one is on, in view and with the focus. */
  async function goTo(row: number, column: number): Promise<void> {
    Object.assign(active, { row, column })
    scrollTo(row, column)
    await nextTick()
    scroller.value?.querySelector<HTMLElement>('[data-here=true]')?.focus({ preventScroll: true })
  }

  /** The row so many lines away; folds are stepped over. */
  function rowBy(by: number): number {
    const all = sheet.value!.lines
    const direction = Math.sign(by)
    let line = Math.min(all.length - 1, Math.max(0, lineOfRow(all, active.row) + by))
    while (all[line]!.folded > 0 && all[line + direction]) line += direction
    return all[line]!.row
  }
  /** Moves as the keys of a grid do. @returns whether the key was one of them */
  function press(key: string, ends: boolean): boolean {
    if (!sheet.value) return false
    const { columns: count, lines: all } = sheet.value
    const here = current.value ?? { ...active, rows: 1, columns: 1 }
    const screen = Math.max(1, Math.floor(viewHeight.value / ROW_PX) - 2)
    const down = Math.max(1, lineOfRow(all, here.row + here.rows) - lineOfRow(all, active.row))
    const moves: Record<string, () => [row: number, column: number]> = {
      ArrowDown: () => [rowBy(down), active.column],
      ArrowUp: () => [rowBy(-1), active.column],
      ArrowRight: () => [active.row, Math.min(count - 1, here.column + here.columns)],
      ArrowLeft: () => [active.row, Math.max(0, here.column - 1)],
      PageDown: () => [rowBy(screen), active.column],
      PageUp: () => [rowBy(-screen), active.column],
      Home: () => [ends ? all[0]!.row : active.row, 0],
      End: () => [ends ? all.at(-1)!.row : active.row, count - 1],
    }
    const move = moves[key]
    if (!move) return false
    void goTo(...move())
    return true
  }

  return {
    viewHeight,
    active,
    columns,
    lines,
    pinned,
    reaching,
    current,
    leftOf,
    topOf,
    widthOf,
    heightOf,
    cellsOf,
    isHere,
    scrollTo,
    goTo,
    press,
  }
}

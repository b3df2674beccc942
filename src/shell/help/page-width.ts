// The width of pages of text.

/** Columns of help and of other pages of text where no window is known. */
export const pageWidth = 79;

/** Longer lines are hard to read. */
const widest = 120;

/** Columns of a page in a window of so many columns: one less, since some terminals break a line that is full. */
export function pageWidthIn(columns: number | undefined): number {
  return columns === undefined ? pageWidth : Math.max(40, Math.min(widest, columns - 1));
}

// What the mouse does, read from the terminal's reports (xterm's button reports, mode 1000, written as mode 1006 does).
// The rule: pure; a report that means nothing here is undefined. Rows and columns of reports count from 1, ours from 0.

/** What the mouse does in a view. */
export type MouseAct =
  | { readonly type: 'wheel'; readonly by: 1 | -1 }
  /** The left button is pressed in this row of the screen. */
  | { readonly type: 'click'; readonly row: number };

/** Shift, Alt and Ctrl are held. */
const modifiers = 4 + 8 + 16;
const [left, wheelUp, wheelDown] = [0, 64, 65];

/** The act of a report; undefined if it is no report of the mouse, or one that does nothing. */
export function mouseAct(report: string): MouseAct | undefined {
  // eslint-disable-next-line no-control-regex -- an escape sequence is what is looked for
  const [, code, row] = /^\u001b\[<(\d{1,5});\d{1,5};(\d{1,5})M$/.exec(report) ?? [];
  const button = Number(code) & ~modifiers;
  if (code === undefined) return undefined;
  if (button === wheelUp) return { type: 'wheel', by: -1 };
  if (button === wheelDown) return { type: 'wheel', by: 1 };
  return button === left ? { type: 'click', row: Math.max(0, Number(row) - 1) } : undefined;
}

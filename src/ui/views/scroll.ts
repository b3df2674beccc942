// Moving and scrolling in rows, the same in every view. Pure.
import type { ViewAction } from '../../shell/session/view-keys.ts';

/** Which row of a list is selected, and which is the first on the screen. */
export interface Place {
  readonly selected: number;
  readonly top: number;
}

/** How many rows there are, and how many of them a screen shows. */
export interface Extent {
  readonly count: number;
  readonly height: number;
}

/** Rows that one step of the mouse wheel scrolls. */
export const wheelRows = 3;

/** The first visible row nearest to `top`: the last screen is full. */
export function topWithin(top: number, { count, height }: Extent): number {
  return Math.max(0, Math.min(top, count - height));
}

/** Another row is selected; the window moves as little as it must. */
export function selectWithin({ top }: Place, to: number, extent: Extent): Place {
  const selected = Math.max(0, Math.min(extent.count - 1, to));
  const nearest = topWithin(Math.min(top, selected), extent);
  return { selected, top: Math.max(nearest, selected - extent.height + 1) };
}

/** The window moves by so many rows; where the selected row would leave it, the nearest visible row is selected. */
export function scrollWithin({ selected, top }: Place, by: number, extent: Extent): Place {
  const moved = topWithin(top + by, extent);
  const last = Math.min(extent.count, moved + extent.height) - 1;
  return { top: moved, selected: Math.max(moved, Math.min(last, selected)) };
}

/** Rows that a key moves by; undefined for a key that does not move. `page` is one screen. */
export function stepOf(action: ViewAction, page: number): number | undefined {
  const steps: Partial<Record<ViewAction, number>> = {
    up: -1,
    down: 1,
    'page-up': -page,
    'page-down': page,
    first: -Infinity,
    last: Infinity,
  };
  return steps[action];
}

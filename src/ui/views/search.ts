// Searching in the rows of a view: without regard to case, around the end. Pure.

/** The first row from `from` on that has `wanted` in its text, around the end; undefined if none has. */
export function foundFrom(
  count: number,
  { from, step }: { readonly from: number; readonly step: 1 | -1 },
  textOf: (index: number) => string,
  wanted: string,
): number | undefined {
  const low = wanted.toLowerCase();
  return firstFrom(count, { from, step }, (index) => textOf(index).toLowerCase().includes(low));
}

/** The first row from `from` on for which `is` holds, around the end; undefined if there is none. */
export function firstFrom(
  count: number,
  { from, step }: { readonly from: number; readonly step: 1 | -1 },
  is: (index: number) => boolean,
): number | undefined {
  for (let walked = 0; walked < count; walked += 1) {
    const index = (((from + step * walked) % count) + count) % count;
    if (is(index)) return index;
  }
  return undefined;
}

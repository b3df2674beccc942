// Searching in the rows of a view, up to the end or around it. Pure.

/** The first row from `from` on for which `is` holds, up to the end. */
export function firstAhead(
  count: number,
  { from, step }: { readonly from: number; readonly step: 1 | -1 },
  is: (index: number) => boolean,
): number | undefined {
  for (let index = from; index >= 0 && index < count; index += step) if (is(index)) return index;
  return undefined;
}

/** The same around the end. */
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

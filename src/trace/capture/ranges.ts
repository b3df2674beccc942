// A set of indexes that mostly grow in order, kept as ranges, so that its memory does not depend on the size of a file.
// Rule: bounded. When there are too many gaps, the oldest is closed: an index in it counts as present from then on.

const maxRanges = 1024;

export interface Range {
  readonly from: number;
  readonly to: number;
}

/** Which indexes were seen. */
export class Ranges {
  #ranges: { from: number; to: number }[] = [];

  /** The ranges, in order; never more than 1,024. */
  get all(): readonly Range[] {
    return this.#ranges;
  }

  /** The same set: what is added to one is not in the other. */
  copy(): Ranges {
    const copy = new Ranges();
    copy.#ranges = this.#ranges.map(({ from, to }) => ({ from, to }));
    return copy;
  }

  has(index: number): boolean {
    const at = this.#find(index);
    const range = this.#ranges[at];
    return range !== undefined && range.from <= index;
  }

  /** Adds an index; answers whether it is new. */
  add(index: number): boolean {
    const at = this.#find(index);
    const next = this.#ranges[at];
    if (next !== undefined && next.from <= index) return false;
    const before = this.#ranges[at - 1];
    const joinsBefore = before?.to === index - 1;
    const joinsNext = next?.from === index + 1;
    if (joinsBefore && joinsNext) {
      before.to = next.to;
      this.#ranges.splice(at, 1);
    } else if (joinsBefore) before.to = index;
    else if (joinsNext) next.from = index;
    else this.#ranges.splice(at, 0, { from: index, to: index });
    this.#bound();
    return true;
  }

  /** The first range that does not end before `index`; nearly always the last one. */
  #find(index: number): number {
    let at = this.#ranges.length;
    while (at > 0 && (this.#ranges[at - 1]?.to ?? 0) >= index) at--;
    return at;
  }

  #bound(): void {
    const [first, second] = this.#ranges;
    if (this.#ranges.length <= maxRanges || first === undefined || second === undefined) return;
    second.from = first.from;
    this.#ranges.shift();
  }
}

// Two transfers side by side: which packet of one belongs to which packet of the other, as a diff tool does for lines.
// The rule: packets belong together by sender, kind, block and how often they were sent, in the order of both transfers.
import { senderOf, type PacketLog } from '../record/packet-log.ts';
import type { PacketRec } from '../record/side-log.ts';

/** A packet of either transfer, or two that belong together. */
export interface Pair {
  readonly one: PacketRec | undefined;
  readonly two: PacketRec | undefined;
}

/** Every packet of both transfers, in order; those that only the first has come before those that only the second has. */
export function align(one: PacketLog, two: PacketLog): readonly Pair[] {
  const pairs: Pair[] = [];
  let [here, there] = [0, 0];
  const upTo = (nextHere: number, nextThere: number): void => {
    for (; here < nextHere; here += 1) pairs.push({ one: one.packets[here], two: undefined });
    for (; there < nextThere; there += 1) pairs.push({ one: undefined, two: two.packets[there] });
  };
  for (const [mine, other] of anchors(one, two)) {
    upTo(mine, other);
    pairs.push({ one: one.packets[mine], two: two.packets[other] });
    [here, there] = [mine + 1, other + 1];
  }
  upTo(one.packets.length, two.packets.length);
  return pairs;
}

/** Indexes that belong together, both increasing: as many as there can be. */
function anchors(one: PacketLog, two: PacketLog): readonly (readonly [number, number])[] {
  const places = new Map(keysOf(two).map((key, at) => [key, at]));
  const matches = keysOf(one).flatMap((key, at): readonly (readonly [number, number])[] => {
    const other = places.get(key);
    return other === undefined ? [] : [[at, other]];
  });
  const kept = longestIncreasing(matches.map(([, other]) => other));
  return kept.flatMap((at) => matches.slice(at, at + 1));
}

/** A name for each packet that no other packet of its transfer has. */
function keysOf(log: PacketLog): readonly string[] {
  const seen = new Map<string, number>();
  return log.packets.map((rec) => {
    const { packet, index, stranger } = rec;
    const name = `${senderOf(rec, log)} ${packet.op} ${index ?? ''}${stranger ? ' stranger' : ''}`;
    const count = (seen.get(name) ?? 0) + 1;
    seen.set(name, count);
    return `${name} ${count}`;
  });
}

/** Indexes of a longest increasing subsequence, by patience sorting: n log n steps. */
function longestIncreasing(values: readonly number[]): readonly number[] {
  /** The index that ends the best subsequence of each length. */
  const ends: number[] = [];
  const before: (number | undefined)[] = [];
  values.forEach((value, at) => {
    let [low, high] = [0, ends.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((values[ends[middle] ?? 0] ?? 0) < value) low = middle + 1;
      else high = middle;
    }
    before.push(ends[low - 1]);
    ends[low] = at;
  });
  const chain: number[] = [];
  for (let at = ends.at(-1); at !== undefined; at = before[at]) chain.push(at);
  return chain.reverse();
}

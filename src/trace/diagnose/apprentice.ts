// The Sorcerer's Apprentice (RFC 1123 §4.2.3.1): blocks in a row of which both the DATA and its ACK came twice.
import type { PacketRec } from '../record/side-log.ts';

export interface Apprentice {
  /** Index of the first block. */
  readonly from: number;
  readonly blocks: number;
  /** The first packet that came twice. */
  readonly packet: number;
}

/** A lost ACK doubles one block: only a run of them is the bug. */
const leastRun = 4;

/** `copies`: packets that came twice without a reason. Where the very first block is one, no ACK began the run. */
export function apprenticeRun(
  packets: readonly PacketRec[],
  copies: readonly PacketRec[],
): Apprentice | undefined {
  if (copies.some(({ packet, index }) => packet.op === 'DATA' && index === 1)) return undefined;
  const data = new Map<number, number>();
  const acks = new Map<number, number>();
  const second = new Map<number, number>();
  for (const { packet, index, number, stranger } of packets) {
    if (index === undefined || stranger) continue;
    const counts = packet.op === 'DATA' ? data : acks;
    counts.set(index, (counts.get(index) ?? 0) + 1);
    if (packet.op === 'DATA' && counts.get(index) === 2) second.set(index, number);
  }
  let from: number | undefined;
  let best: Apprentice | undefined;
  for (const [index, count] of [...data].sort(([a], [b]) => a - b)) {
    const isDouble = count > 1 && (acks.get(index) ?? 0) > 1;
    from = isDouble ? (from ?? index) : undefined;
    if (from === undefined || index - from + 1 < leastRun) continue;
    best = { from, blocks: index - from + 1, packet: second.get(from) ?? 1 };
  }
  return best;
}

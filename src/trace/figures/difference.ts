// Compares two transfers: which packets differ, and where one of them took longer.
// The rule: addresses and ports always differ, so they are not compared.
import { summary } from '../../wire/summary.ts';
import { senderOf, type PacketLog } from '../record/packet-log.ts';
import type { PacketRec } from '../record/side-log.ts';
import { align, type Pair } from './alignment.ts';

/** Two packets that belong together, or one that only one transfer has. */
export interface ComparedRow extends Pair {
  /** Both have it, with the same fields. */
  readonly isAlike: boolean;
  /** Milliseconds that this step took longer in the second transfer; undefined where one of them has no such packet. */
  readonly delta: number | undefined;
}

export interface Difference {
  readonly rows: readonly ComparedRow[];
  /** How many packets from the start are alike. */
  readonly alike: number;
  /** Milliseconds that the second took longer up to the last packet that both have. */
  readonly later: number;
  /** The row in which the second lost most time against the first; undefined: it never lost any. */
  readonly slowest: ComparedRow | undefined;
}

/** Compares packet by packet. */
export function difference(one: PacketLog, two: PacketLog): Difference {
  const rows: ComparedRow[] = [];
  let later = 0;
  let slowest: ComparedRow | undefined;
  for (const pair of align(one, two)) {
    const lag = lagOf(pair, one, two);
    const row: ComparedRow = {
      ...pair,
      isAlike: isAlike(pair, one, two),
      delta: lag === undefined ? undefined : lag - later,
    };
    later = lag ?? later;
    if ((row.delta ?? 0) > (slowest?.delta ?? 0)) slowest = row;
    rows.push(row);
  }
  const alike = rows.findIndex((row) => !row.isAlike);
  return { rows, alike: alike < 0 ? rows.length : alike, later, slowest };
}

/** How much later than the first the second transfer has this packet, since the start of each. */
function lagOf({ one, two }: Pair, first: PacketLog, second: PacketLog): number | undefined {
  if (one === undefined || two === undefined) return undefined;
  return sinceStart(two, second) - sinceStart(one, first);
}

/** Milliseconds after the first packet that is kept. */
export function sinceStart({ at }: PacketRec, { packets }: PacketLog): number {
  return at - (packets[0]?.at ?? at);
}

function isAlike({ one, two }: Pair, first: PacketLog, second: PacketLog): boolean {
  if (one === undefined || two === undefined) return false;
  return wordsOf(one, first) === wordsOf(two, second);
}

/** What is compared: the sender, the fields, the octets of the file, and whether the packet was lost. */
function wordsOf(rec: PacketRec, log: PacketLog): string {
  const { packet, length, lost } = rec;
  const said = packet.op === 'DATA' ? `DATA ${packet.block}` : summary(packet);
  return `${senderOf(rec, log)} ${length} ${lost === 'network' || lost === 'never' ? 'lost' : ''} ${said}`;
}

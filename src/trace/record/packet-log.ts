// A transfer as views read it: from one end, or joined from both where both are ours. Types and small questions.
// Imports types only.
import type { Side, Tag } from './event.ts';
import type { PacketRec, Reader, Rec } from './side-log.ts';

/** What ladder, explain, filters and exports look at. */
export interface PacketLog {
  /** The end that is looked from. */
  readonly tag: Tag;
  /** What that end knows of the transfer. */
  readonly reader: Reader;
  /** In the order of a ladder. */
  readonly records: readonly Rec[];
  /** By number, from 1. */
  readonly packets: readonly PacketRec[];
  packet(number: number): PacketRec | undefined;
  /** The same transfer from either end, where both are ours. */
  readonly both?: Readonly<Record<Side, PacketLog>>;
}

/** What each end of ours saw of one datagram; undefined: nothing. */
export interface Ends {
  /** Who sent it. */
  readonly from: Side;
  readonly sent: PacketRec | undefined;
  readonly received: PacketRec | undefined;
  /** The network made it: another one of the same came before. */
  readonly copy: boolean;
  /** It may still arrive. */
  readonly underway: boolean;
}

/** What its sender knows of it, if that is one of ours. */
export function sentPart(rec: PacketRec): PacketRec | undefined {
  if (rec.ends !== undefined) return rec.ends.sent;
  return rec.direction === 'sent' ? rec : undefined;
}

/** What its receiver knows of it, if that is one of ours. */
export function receivedPart(rec: PacketRec): PacketRec | undefined {
  if (rec.ends !== undefined) return rec.ends.received;
  return rec.direction === 'received' ? rec : undefined;
}

/** Milliseconds on its way, where it came and both ends are ours. */
export function transitOf({ ends, lost }: PacketRec): number | undefined {
  if (ends?.sent === undefined || ends.received === undefined || lost !== 'no') return undefined;
  return ends.received.at - ends.sent.at;
}

/** Whose packet it is in an account. */
export function senderOf({ direction }: PacketRec, { tag }: Pick<PacketLog, 'tag'>): Side {
  return direction === 'sent' ? tag.side : otherSide(tag.side);
}

export function otherSide(side: Side): Side {
  return side === 'client' ? 'server' : 'client';
}

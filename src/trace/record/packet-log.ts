// A transfer as views read it: from one end, or joined from both ends where both are local.
import { decode } from '../../wire/decode.ts';
import type { Instant } from '../../transfer/machine.ts';
import type { Side, Tag } from './event.ts';
import type { EndRec, PacketRec, Reader, Rec } from './side-log.ts';

/** What ladder, explain, filters and exports read. */
export interface PacketLog {
  /** The end that it is viewed from. */
  readonly tag: Tag;
  /** What that end knows of the transfer. */
  readonly reader: Reader;
  /** In the order of a ladder. */
  readonly records: readonly Rec[];
  /** By number, from {@link PacketLog.first} on. */
  readonly packets: readonly PacketRec[];
  /** The number of the first packet that is kept: 1, unless the log is a window into a long transfer. */
  readonly first: number;
  /** Packets of the transfer, kept or not. */
  readonly total: number;
  /** When its first packet came, kept or not. */
  readonly start: Instant | undefined;
  packet(number: number): PacketRec | undefined;
  /** The same transfer from either end, where both are local. */
  readonly both?: Readonly<Record<Side, PacketLog>>;
}

/** What each local end saw of one datagram; undefined: nothing. */
export interface Ends {
  /** Who sent it. */
  readonly from: Side;
  readonly sent: PacketRec | undefined;
  readonly received: PacketRec | undefined;
  /** The network made it: the same datagram arrived before. */
  readonly copy: boolean;
  /** It may still arrive. */
  readonly underway: boolean;
}

/** What its sender knows of it, if the sender is local. */
export function sentPart(rec: PacketRec): PacketRec | undefined {
  if (rec.ends !== undefined) return rec.ends.sent;
  return rec.direction === 'sent' ? rec : undefined;
}

/** What its receiver knows of it, if the receiver is local. */
export function receivedPart(rec: PacketRec): PacketRec | undefined {
  if (rec.ends !== undefined) return rec.ends.received;
  return rec.direction === 'received' ? rec : undefined;
}

/** Milliseconds in transit, where it arrived and both ends are local. */
export function transitOf({ ends, lost }: PacketRec): number | undefined {
  if (ends?.sent === undefined || ends.received === undefined || lost !== 'no') return undefined;
  return ends.received.at - ends.sent.at;
}

/**
 * The packet as views show it: as it was sent, even if it arrived damaged. One that was changed on purpose is shown as it
 * travelled on: what was changed stands beside it.
 */
export function shownPart(rec: PacketRec): Pick<PacketRec, 'packet' | 'length' | 'octets'> {
  const { became } = rec;
  if (became === undefined || !rec.fates.includes('altered')) return sentPart(rec) ?? rec;
  return { ...became, packet: decode(became.octets) };
}

/** The end that sent it. */
export function senderOf({ direction }: PacketRec, { tag }: Pick<PacketLog, 'tag'>): Side {
  return direction === 'sent' ? tag.side : otherSide(tag.side);
}

/** The end of the transfer at each side. An earlier one ended an attempt only: a request without options followed. */
export function lastEnds(records: readonly Rec[]): ReadonlyMap<Side, EndRec> {
  return new Map(records.flatMap((rec) => (rec.kind === 'end' ? [[rec.side, rec] as const] : [])));
}

export function otherSide(side: Side): Side {
  return side === 'client' ? 'server' : 'client';
}

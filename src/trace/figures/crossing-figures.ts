// What only both ends together show: how many datagrams were lost, and how long the others took in one direction.
import { transitOf, type PacketLog } from '../record/packet-log.ts';
import type { Side } from '../record/event.ts';
import { Durations, type RoundTripFigures } from './round-trips.ts';

/** One direction. */
export interface WayFigures {
  readonly sent: number;
  /** Sent and never got: for certain. */
  readonly lost: number;
  /** Copies that the network made. */
  readonly copies: number;
  /** Milliseconds from the sender to the receiver. */
  readonly oneWay: RoundTripFigures;
}

/** By the side that sends. */
export type CrossingFigures = Readonly<Record<Side, WayFigures>>;

/** Figures of a transfer of which both ends are ours. */
export function crossingFigures({ both }: PacketLog): CrossingFigures | undefined {
  if (both === undefined) return undefined;
  const found = { client: newWay(), server: newWay() };
  for (const rec of both.client.packets) {
    const way = found[rec.direction === 'sent' ? 'client' : 'server'];
    const transit = transitOf(rec);
    if (rec.ends?.copy === true) way.copies += 1;
    if (rec.ends?.sent !== undefined) way.sent += 1;
    if (rec.lost === 'network' || rec.lost === 'never') way.lost += 1;
    if (transit !== undefined) way.times.add(transit);
  }
  const figures = ({ times, ...way }: ReturnType<typeof newWay>): WayFigures => ({
    ...way,
    oneWay: times.figures(),
  });
  return { client: figures(found.client), server: figures(found.server) };
}

function newWay(): { sent: number; lost: number; copies: number; readonly times: Durations } {
  return { sent: 0, lost: 0, copies: 0, times: new Durations() };
}

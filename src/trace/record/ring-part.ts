// The newest packets of a transfer, read so that they mean the same as with all packets before them: numbers, blocks, terms.
// Rule: a part begins after an ACK that arrived. There nothing is under way that its reader does not know.
import { unwrap } from '../../transfer/block.ts';
import type { Note } from '../../transfer/note.ts';
import { classicTerms, type Terms } from '../../transfer/terms.ts';
import type { EarlierCrossings } from './crossings.ts';
import type { DatagramEvent, Tag, TraceEvent } from './event.ts';
import { isOnlyTrace, type Past } from './pasts.ts';
import type { Ring } from './ring.ts';
import type { EarlierPackets, LogWindow } from './side-log.ts';

/** RFC 1350 §5: opcode and block number. */
const dataHead = 4;

export interface RingPart {
  /** How each end began, where that is no longer in the ring; then the newest events. */
  readonly events: readonly TraceEvent[];
  /** Where the next reading of the ring goes on. */
  readonly cursor: number;
  /** The packets of an end that are in the part; undefined: all of them are. */
  readonly windowOf: (tag: Tag) => LogWindow | undefined;
  /** Datagrams between the two ends before the part. */
  readonly earlier: EarlierCrossings;
}

/** The newest events that `of` selects, at most `most`; all of them where the ring has the whole transfer. */
export function newestPart(ring: Ring, of: (tag: Tag) => boolean, most: number): RingPart {
  const { events, cursor } = ring.read(ring.newest(most, of), of);
  const ends = endsOf(ring, events);
  if (ends.every((end) => before(end, events).packets === 0))
    return { events, cursor, windowOf: () => undefined, earlier: { count: 0, start: undefined } };
  const part = events.slice(cleanStart(events, ends.length > 1));
  const windows = new Map(ends.map((end) => [keyOf(end.tag), windowOf(end, part, events)] as const));
  const began = ends.flatMap(({ past }) => past.began ?? []);
  return {
    events: [...began.filter((event) => !part.includes(event)), ...part],
    cursor,
    windowOf: (tag) => windows.get(keyOf(tag)),
    earlier: {
      count: ends.reduce((sum, end) => sum + before(end, part).sent, 0),
      start: Math.min(...ends.map(({ past }) => past.start ?? Infinity)),
    },
  };
}

interface End {
  readonly tag: Tag;
  readonly past: Past;
}

function keyOf({ side, transfer }: Tag): string {
  return `${side} ${transfer}`;
}

/** The ends of transfers: nothing is numbered at a listening port. */
function endsOf(ring: Ring, events: readonly TraceEvent[]): readonly End[] {
  const tags = new Map(events.map(({ tag }) => [keyOf(tag), tag] as const));
  return [...tags.values()].flatMap((tag) => {
    const past = tag.transfer === 0 ? undefined : ring.past(tag);
    return past === undefined ? [] : { tag, past };
  });
}

interface Counts {
  readonly packets: number;
  readonly sent: number;
  readonly blocks: number;
}

/** What an end had before the events. */
function before({ tag, past }: End, events: readonly TraceEvent[]): Counts {
  const own = events.filter((event) => keyOf(event.tag) === keyOf(tag));
  const packets = own.filter((event) => isDatagram(event) || (event.type === 'fate' && isOnlyTrace(event)));
  const sent = packets.filter(({ type }) => type === 'sent').length;
  const blocks = packets.filter((event) => 'packet' in event && event.packet.op === 'DATA').length;
  return {
    packets: past.sent + past.received - packets.length,
    sent: past.sent - sent,
    blocks: past.blocks - blocks,
  };
}

/**
 * The place after the first ACK that has arrived; 0 where none has. With both ends here it is the first one that is seen to
 * leave and to arrive, without another ACK between: none is under way then.
 */
function cleanStart(events: readonly TraceEvent[], both: boolean): number {
  const acks = events.flatMap((event, at) => (isAck(event) ? [{ event, at }] : []));
  const first = acks.find(({ event }, at) => {
    const before = acks[at - 1]?.event;
    return event.type === 'received' && before?.type === 'sent' && blockOf(before) === blockOf(event);
  });
  return 1 + ((both ? first : acks[0])?.at ?? -1);
}

function isAck(event: TraceEvent): boolean {
  return isDatagram(event) && event.packet.op === 'ACK';
}

function isDatagram(event: TraceEvent): event is DatagramEvent {
  return event.type === 'sent' || event.type === 'received';
}

function windowOf(end: End, part: readonly TraceEvent[], events: readonly TraceEvent[]): LogWindow {
  const { tag, past } = end;
  const { packets, blocks } = before(end, part);
  // The server's log has the request too, which came to the listening port.
  const after = packets + (tag.side === 'server' && past.began !== undefined ? 1 : 0);
  const datagrams = part.filter(isDatagram);
  const first = datagrams.find(({ packet }) => packet.op === 'DATA');
  const terms = termsOf(past, first?.length);
  const ack = events[events.length - part.length - 1];
  const acked = unwrap(blockOf(ack) ?? (blockOf(first) ?? 1) - 1, blocks, terms.rollover);
  const pinned = noted(past, 'pinned')?.peer;
  const server = past.began?.peer ?? pinned ?? datagrams[0]?.peer;
  const { start } = past;
  if (server === undefined || start === undefined) return { after, most: Infinity };
  const known = { high: acked, acked, last: undefined, terms, tid: pinned, server, request: undefined };
  const earlier: EarlierPackets = {
    ...{ packets: after, start, began: past.began },
    known: { ...known, hasOack: terms.negotiated },
  };
  return { after, most: Infinity, earlier };
}

function blockOf(event: TraceEvent | undefined): number | undefined {
  return event !== undefined && 'packet' in event && 'block' in event.packet ? event.packet.block : undefined;
}

function noted<T extends Note['type']>(past: Past, type: T): Extract<Note, { type: T }> | undefined {
  return past.notes
    .map(({ note }) => note)
    .find((note): note is Extract<Note, { type: T }> => note.type === type);
}

/** What was agreed. Captures have no notes: there the first block tells its size, since it is not likely to be the last. */
function termsOf(past: Past, first: number | undefined): Terms {
  const terms = noted(past, 'negotiated')?.terms;
  if (terms !== undefined) return terms;
  const isSeen = past.began === undefined && first !== undefined && first > dataHead;
  return isSeen ? { ...classicTerms, blksize: first - dataHead } : classicTerms;
}

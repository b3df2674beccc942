// The newest packets of a transfer, read so that they mean the same as with all packets before them: numbers, blocks, terms.
// Rule: a part begins after an ACK that has arrived, because no other packet is on its way then.
import { unwrap } from '../../transfer/block.ts';
import type { Note } from '../../transfer/note.ts';
import { classicTerms, type Terms } from '../../transfer/terms.ts';
import type { EarlierCrossings } from './crossings.ts';
import { endKey, type Tag, type TraceEvent } from './event.ts';
import { isOnlyTrace, type Past } from './pasts.ts';
import { isRare } from './recorder.ts';
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
  const start = cleanStart(events, ends.length > 1);
  const part = events.slice(start);
  const began = ends.flatMap(({ past }) => past.began ?? []);
  const counted = ends.map((end) => ({ ...end, before: before(end, part) }));
  const windows = new Map(
    counted.map((end) => [endKey(end.tag), windowOf(end, part, blockOf(events[start - 1]))] as const),
  );
  return {
    events: [...began.filter((event) => !part.includes(event)), ...part],
    cursor,
    windowOf: (tag) => windows.get(endKey(tag)),
    earlier: {
      count: counted.reduce((sum, end) => sum + end.before.sent, 0),
      start: Math.min(...ends.map(({ past }) => past.start ?? Infinity)),
    },
  };
}

interface End {
  readonly tag: Tag;
  readonly past: Past;
}

/** The ends of transfers: nothing is numbered at a listening port. */
function endsOf(ring: Ring, events: readonly TraceEvent[]): readonly End[] {
  const tags = new Set(events.map(({ tag }) => tag));
  const byEnd = new Map([...tags].map((tag) => [endKey(tag), tag] as const));
  return [...byEnd.values()].flatMap((tag) => {
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
  let packets = past.sent + past.received;
  let { sent, blocks } = past;
  for (const event of events) {
    if (event.tag.transfer !== tag.transfer || event.tag.side !== tag.side) continue;
    if (isRare(event) && (event.type !== 'fate' || !isOnlyTrace(event))) continue;
    packets -= 1;
    if (event.type === 'sent') sent -= 1;
    if (event.packet.op === 'DATA') blocks -= 1;
  }
  return { packets, sent, blocks };
}

/**
 * The place after the first ACK that has arrived; 0 if none has. With both ends here it is the first ACK that is seen to
 * leave and to arrive, with no other ACK between.
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
  return !isRare(event) && event.packet.op === 'ACK';
}

/** `ack`: the block of the ACK that the part begins after. */
function windowOf(
  { tag, past, before }: End & { readonly before: Counts },
  part: readonly TraceEvent[],
  ack: number | undefined,
): LogWindow {
  // The server's log has the request too, which came to the listening port.
  const after = before.packets + (tag.side === 'server' && past.began !== undefined ? 1 : 0);
  const datagrams = part.filter((event) => !isRare(event));
  const first = datagrams.find(({ packet }) => packet.op === 'DATA');
  const terms = termsOf(past, first?.length);
  const acked = unwrap(ack ?? (blockOf(first) ?? 1) - 1, before.blocks, terms.rollover);
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

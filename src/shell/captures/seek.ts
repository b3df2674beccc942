// Looks for a packet in a long transfer of a capture: only what the index cannot rule out is read.
// Rule: the keys stay alive. Each part is read and looked through by itself.
import { turn } from '../../network/clock.ts';
import type { Track } from '../../trace/capture/capture-index.ts';
import type { PlainPackets } from '../../trace/capture/stretch.ts';
import { ladder } from '../../trace/ladder/ladder.ts';
import type { PacketLog } from '../../trace/record/packet-log.ts';
import type { PacketRec } from '../../trace/record/side-log.ts';
import { wireBlock } from '../../transfer/block.ts';
import type { Sought, TransferView } from '../packets/transfer-view.ts';
import type { ReadingJob } from '../session/work.ts';

/** Packets between two places of the index, or a part of them. */
interface Span {
  readonly first: number;
  readonly last: number;
  readonly plain: PlainPackets | undefined;
}

/** Reads the packets after the first `after`. */
type ReadPart = (window: {
  readonly after: number;
  readonly most: number;
}) => Promise<TransferView | undefined>;

export interface Seeking {
  readonly track: Track;
  /** What is shown now: its usual packets are examples of others. */
  readonly log: PacketLog;
  /** Packets that are read at a time. */
  readonly most: number;
  readonly read: ReadPart;
}

/** The number of the next packet that is wanted; undefined: there is none, or the signal was given. */
export async function seekPacket(
  { track, log, most, read }: Seeking,
  sought: Sought,
  { signal, progress }: Partial<ReadingJob>,
): Promise<number | undefined> {
  const spans = inOrder(spansOf(track, most), sought, track.packets);
  const isUsual = usualTest(log, sought);
  for (const [at, span] of spans.entries()) {
    if (signal?.aborted === true) return undefined;
    progress?.(at / spans.length);
    if (span.plain !== undefined && !isUsual(span.plain)) {
      // Other work has its turn between the parts.
      if (sought.byBlock) await turn();
      continue;
    }
    const part = await read({ after: span.first - 1, most: span.last - span.first + 1 });
    const found = part === undefined ? undefined : wantedIn(part.log, sought);
    if (found !== undefined) return found;
  }
  return undefined;
}

function spansOf({ marks, stretches, packets }: Track, most: number): readonly Span[] {
  return marks.flatMap((mark, at) => {
    const end = marks[at + 1]?.packets ?? packets;
    const plain = stretches[at]?.plain;
    const spans: Span[] = [];
    for (let first = mark.packets + 1; first <= end; first += most)
      spans.push({ first, last: Math.min(end, first + most - 1), plain });
    return spans;
  });
}

/** From the packet on in the direction of the search, around the end, up to the packet again. */
function inOrder(spans: readonly Span[], { from, step }: Sought, packets: number): readonly Span[] {
  const cut = Math.max(0, Math.min(packets, step === 1 ? from : from - 1));
  const before = spans
    .filter(({ first }) => first <= cut)
    .map((one) => ({ ...one, last: Math.min(one.last, cut) }));
  const after = spans
    .filter(({ last }) => last > cut)
    .map((one) => ({ ...one, first: Math.max(one.first, cut + 1) }));
  return step === 1 ? [...after, ...before] : [...before.reverse(), ...after.reverse()];
}

/** The packet of the first wanted row in the direction of the search. */
function wantedIn(log: PacketLog, { step, is }: Sought): number | undefined {
  const { rows } = ladder(log);
  const at = step === 1 ? rows.findIndex((row) => is(row, log)) : rows.findLastIndex((row) => is(row, log));
  return at < 0
    ? undefined
    : (rows.slice(at).find(({ packet }) => packet !== undefined)?.packet ?? log.total);
}

/** Whether one of the usual packets could be wanted. */
function usualTest(log: PacketLog, { mayBe, byBlock }: Sought): (plain: PlainPackets) => boolean {
  if (mayBe === undefined) return () => false;
  const isWanted = mayBe(log);
  const examples = (['DATA', 'ACK'] as const).map((op) =>
    log.packets.find((rec) => rec.packet.op === op && (rec.index ?? 0) > 0 && isUsual(rec)),
  );
  return ({ from, to, length, rollover }) => {
    for (const example of examples) {
      // Nothing is known of such packets.
      if (example === undefined) return true;
      // One object for all: there are millions.
      const packet = { ...example.packet, block: 0 };
      const rec = { ...example, packet, ...(packet.op === 'DATA' && { length }) } as PacketRec;
      for (let index = from; index <= (byBlock ? to : from); index += 1) {
        packet.block = wireBlock(index, rollover);
        if (isWanted(rec)) return true;
      }
    }
    return false;
  };
}

function isUsual({ again, stranger, last, notes }: PacketRec): boolean {
  return !again && !stranger && !last && notes.length === 0;
}

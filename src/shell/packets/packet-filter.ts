// Filters over the packets that views show: which fields of a record the filter language can test. Pure.
import type { PacketLog } from '../../trace/record/packet-log.ts';
import { matches, packetTarget, type Filter } from '../../trace/capture/filter.ts';
import type { ConversationOutcome } from '../../trace/capture/record.ts';
import type { LadderRow } from '../../trace/ladder/ladder.ts';
import type { PacketRec } from '../../trace/record/side-log.ts';
import type { Outcome } from '../../transfer/machine.ts';
import { sameTid, type Tid } from '../../wire/tid.ts';

export { parseFilter, filterFields, type Filter } from '../../trace/capture/filter.ts';

/** Whether packets of `transcript` pass. */
export function packetFilter(filter: Filter, transcript: PacketLog): (rec: PacketRec) => boolean {
  const transfer = transferOf(transcript);
  return ({ packet, direction, local, peer }) => {
    const [from, to] = direction === 'sent' ? [local, peer] : [peer, local];
    return matches(filter, packetTarget({ transfer: transcript.tag.transfer, packet, from, to }, transfer));
  };
}

/** The rows of a ladder that pass; a row that is not a packet passes only where there is no filter. */
export function filterRows(
  rows: readonly LadderRow[],
  filter: Filter | undefined,
  transcript: PacketLog,
): readonly LadderRow[] {
  if (filter === undefined || filter.type === 'all') return rows;
  const passes = packetFilter(filter, transcript);
  return rows.filter(({ packet }) => {
    const rec = packet === undefined ? undefined : transcript.packet(packet);
    return rec !== undefined && passes(rec);
  });
}

function transferOf({ tag, reader, packets }: PacketLog): Parameters<typeof packetTarget>[1] {
  const first = packets.find(({ stranger }) => !stranger);
  if (first === undefined) return undefined;
  const { pinned } = reader.numbering;
  const asked = reader.began?.peer ?? first.peer;
  const [client, server, tid]: readonly (Tid | undefined)[] =
    tag.side === 'client' ? [first.local, asked, pinned] : [first.peer, first.local, lastLocal(packets)];
  if (client === undefined || server === undefined) return undefined;
  const other = tid === undefined || sameTid(tid, server) ? undefined : tid;
  return { client, server, tid: other, file: reader.began?.file, outcome: outcomeOf(reader.outcome) };
}

/** A server answers from a port of its own. */
function lastLocal(packets: readonly PacketRec[]): Tid | undefined {
  return packets.findLast(({ direction }) => direction === 'sent')?.local;
}

/** How a transfer ended, in one word. */
export function outcomeOf(outcome: Outcome | undefined): ConversationOutcome {
  if (outcome === undefined) return 'unfinished';
  if (outcome.ok) return 'complete';
  switch (outcome.failure.by) {
    case 'peer':
      return 'refused';
    case 'silence':
      return 'silent';
    case 'local':
    case 'network':
      return 'aborted';
  }
}

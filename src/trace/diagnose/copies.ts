// Packets that came twice for no reason: no timer, and no packet of the other side, explains the second one.
// Rule: where both ends or the network tell of copies, only what they tell counts.
import { senderOf, type PacketLog } from '../record/packet-log.ts';
import type { PacketRec } from '../record/side-log.ts';

/** Milliseconds: a copy follows at once, a timer does not. */
const moment = 50;

/** The copies in the order seen. */
export function copiesOf(log: PacketLog): readonly PacketRec[] {
  if (log.both !== undefined) return log.packets.filter(({ ends }) => ends?.copy === true);
  return log.packets.filter((rec, at) => rec.fates.includes('duplicated') || isCopy(rec, at, log));
}

function isCopy(rec: PacketRec, at: number, log: PacketLog): boolean {
  const isOwn = rec.direction === 'sent' && log.tag.overheard !== true;
  if (!rec.again || rec.stranger || isOwn) return false;
  const from = senderOf(rec, log);
  let isSeen = false;
  for (let k = at - 1; k >= 0; k -= 1) {
    const before = log.packets[k];
    if (before === undefined || rec.at - before.at > moment) break;
    if (before.stranger) continue;
    if (senderOf(before, log) !== from && asksFor(before, rec, isSeen, log)) return false;
    isSeen ||= before.packet.op === rec.packet.op && before.index === rec.index;
    // Each copy of a DATA has its own ACK, in whatever order they are seen.
    if (isSeen && rec.packet.op !== 'ACK') break;
  }
  return isSeen;
}

/** Whether the other side can have sent `answer` again because of this packet. */
function asksFor(
  { packet, index = 0, again }: PacketRec,
  answer: PacketRec,
  isBefore: boolean,
  { reader }: PacketLog,
): boolean {
  if (isBefore) return again && packet.op === 'DATA' && index === answer.index;
  if (again || reader.numbering.terms.windowsize !== 1) return true;
  // The first ACK of a DATA asks for the next one, and the next DATA for its own ACK.
  if (packet.op === 'ACK') return answer.packet.op !== 'DATA' || index < (answer.index ?? 0);
  return packet.op !== 'DATA' || answer.packet.op !== 'ACK' || index <= (answer.index ?? 0);
}

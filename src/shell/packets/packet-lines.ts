// What `packet` and `explain` print above a packet: its title line, and its transit where both ends are local. Pure.
import { instantText } from '../../trace/text/quantities.ts';
import { crossingWords } from '../../trace/ladder/crossing-text.ts';
import type { PacketRec } from '../../trace/record/side-log.ts';
import { join, printable, say, type Printable } from '../../wire/text.ts';
import { formatTid } from '../../wire/tid.ts';
import type { TransferView } from './transfer-view.ts';

/** `packet 4 of transfer 2   ← DATA 2  1,468 B   from 10.0.0.1:40001   0.001911 s`. */
export function packetHead(rec: PacketRec, transfer: TransferView, ascii: boolean): Printable {
  const sent = rec.direction === 'sent';
  const arrow = ascii ? (sent ? say`->` : say`<-`) : sent ? say`→` : say`←`;
  const time = instantText(sinceFirst(rec, transfer));
  const op = printable(rec.packet.op);
  return join(
    [
      say`packet ${rec.number} of transfer ${transfer.number}`,
      say`${arrow} ${op}`,
      say`${sent ? say`to` : say`from`} ${printable(formatTid(rec.peer))}`,
      say`${time} s`,
    ],
    say`   `,
  );
}

/** When it was sent and when it arrived, where both ends are local. */
export function crossingLine(rec: PacketRec, { log }: TransferView): readonly Printable[] {
  const words = crossingWords(rec, log.start ?? rec.at);
  return words === '' ? [] : [say`  ${words}`];
}

/** Fields of the event for programs: both instants, and how it was lost. */
export function crossingFields({ ends, lost }: PacketRec, transfer: TransferView): object {
  const sentMs = ends?.sent && sinceFirst(ends.sent, transfer);
  const arrivedMs = ends?.received && lost === 'no' ? sinceFirst(ends.received, transfer) : undefined;
  return {
    ...(sentMs !== undefined && { sentMs }),
    ...(arrivedMs !== undefined && { arrivedMs }),
    ...(lost !== 'no' && { lost }),
  };
}

/** Milliseconds after the first packet, to the microsecond. */
export function sinceFirst({ at }: PacketRec, { log }: TransferView): number {
  return Math.round((at - (log.start ?? at)) * 1000) / 1000;
}

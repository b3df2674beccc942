// The two lines above the screen of a packet. Pure.
import { crossingWords } from '../../trace/ladder/crossing-text.ts';
import { counted, instantText } from '../../trace/text/quantities.ts';
import type { PacketRec } from '../../trace/record/side-log.ts';
import type { TransferView } from '../../shell/packets/transfer-view.ts';

/** `packet 4 of 21   DATA from 10.0.0.1:40001   1,472 octets`. */
export function packetTitle(rec: PacketRec, { log }: TransferView): string {
  const { packet, peer, direction, number, length } = rec;
  const address = peer.address.includes(':') ? `[${peer.address}]` : peer.address;
  const way = direction === 'sent' ? 'to' : 'from';
  const again = rec.again ? ' (resent)' : '';
  return `packet ${number} of ${log.total}   ${packet.op}${again} ${way} ${address}:${peer.port}   ${counted(length, 'octet')}`;
}

/** `0.001911 s after the first packet`; both instants where both ends are ours. */
export function formatTime(rec: PacketRec, { log }: TransferView): string {
  const start = log.start ?? rec.at;
  const crossing = crossingWords(rec, start);
  if (crossing !== '') return crossing;
  return `${instantText(rec.at - start)} s after the first packet`;
}

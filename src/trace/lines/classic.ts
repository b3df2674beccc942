// Packets in the words of the trace of BSD's tftp: `sent RRQ <file=x, mode=octet>`. Options are added.
import type { Malformed, Packet, WireOption } from '../../wire/packet.ts';
import { errorText } from '../../wire/codes.ts';
import { summary } from '../../wire/summary.ts';
import { join, printable, say, type Printable } from '../../wire/text.ts';

/** `received DATA <block=1, 512 bytes>`. */
export function classicLine(direction: 'sent' | 'received', packet: Packet | Malformed): Printable {
  return say`${direction === 'sent' ? say`sent` : say`received`} ${classicText(packet)}`;
}

function classicText(packet: Packet | Malformed): Printable {
  const op = printable(packet.op);
  switch (packet.op) {
    case 'RRQ':
    case 'WRQ': {
      const fields = [say`file=${printable(packet.filename)}`, say`mode=${printable(packet.mode, 64)}`];
      return say`${op} <${join([...fields, ...optionFields(packet.options)], say`, `)}>`;
    }
    case 'DATA':
      return say`DATA <block=${packet.block}, ${packet.data.length} bytes>`;
    case 'ACK':
      return say`ACK <block=${packet.block}>`;
    case 'ERROR': {
      const message = printable(packet.message);
      return say`ERROR <code=${packet.code}, msg=${message === '' ? printable(errorText(packet.code)) : message}>`;
    }
    case 'OACK':
      return say`OACK <${join(optionFields(packet.options), say`, `)}>`;
    case 'malformed':
      return summary(packet);
  }
}

function optionFields(options: readonly WireOption[]): readonly Printable[] {
  return options.map(({ name, value }) => say`${printable(name, 64)}=${printable(value, 64)}`);
}

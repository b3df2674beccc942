// Options of a packet as text.
import type { Packet } from '../../src/wire/packet.ts';
import { raw } from '../../src/wire/text.ts';

export function optionsByName(packet: Packet): ReadonlyMap<string, string> {
  if (packet.op !== 'RRQ' && packet.op !== 'WRQ' && packet.op !== 'OACK') return new Map();
  return new Map(packet.options.map(({ name, value }) => [raw(name).toLowerCase(), raw(value)]));
}

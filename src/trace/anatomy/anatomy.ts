// One packet octet by octet: its fields beside their octets, and the figure of it in the RFC.
// The rule: any octets have an anatomy.
import { encode } from '../../wire/encode.ts';
import { fieldsOf, type Field, type KeptDatagram } from './fields.ts';
import { figureOf, type Figure } from './rfc-figures.ts';
import { shownPart, type PacketLog } from '../record/packet-log.ts';
import type { PacketRec } from '../record/side-log.ts';

export interface Anatomy extends KeptDatagram {
  /** In the order of their octets. */
  readonly fields: readonly Field[];
  /** The figure of RFC 1350 §5 or RFC 2347, and what it is called. */
  readonly figure: Figure | undefined;
}

/** `octets`: the kept octets of a datagram of `length`; `about`: the terms of its transfer, where they are known. */
export function anatomy(
  octets: Uint8Array,
  length = octets.length,
  about: Pick<KeptDatagram, 'mode' | 'blksize'> = {},
): Anatomy {
  const subject = { ...about, octets, length };
  const fields = fieldsOf(subject);
  const opcode = octets.length < 2 ? undefined : ((octets[0] ?? 0) << 8) | (octets[1] ?? 0);
  const options = fields.some(({ name }) => name === 'option');
  return { ...subject, fields, figure: figureOf(opcode, options) };
}

/** The anatomy of a recorded packet: of the kept octets, or of the packet encoded again. */
export function anatomyOf(rec: PacketRec, { reader }: PacketLog): Anatomy {
  const { stranger } = rec;
  const { octets, packet, length } = shownPart(rec);
  const known = octets ?? (packet.op === 'malformed' ? new Uint8Array(0) : encode(packet));
  // Without the request the terms of a transfer are unknown, and a stranger's packet has no terms.
  if (reader.began === undefined || stranger) return anatomy(known, length);
  return anatomy(known, length, { mode: reader.began.mode, blksize: reader.numbering.terms.blksize });
}

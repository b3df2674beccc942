// Keeps packets that look like TFTP between TIDs without a known request, until an answer of the other side fits.
// Rule: bounded in pairs, packets and octets. One packet alone proves nothing, except a whole OACK or ERROR.
import type { Malformed, Packet } from '../../wire/packet.ts';
import { knownOption } from '../../wire/options.ts';
import { raw } from '../../wire/text.ts';
import { sameTid, type Tid } from '../../wire/tid.ts';
import type { CapturedDatagram } from './dissect/dissect.ts';

const maxPairs = 64;
const maxPackets = 64;
const maxOctets = 1 << 18;
const wellKnown = 69;

interface Candidate {
  readonly packets: { readonly datagram: CapturedDatagram; readonly packet: Packet | Malformed }[];
  octets: number;
}

/** A transfer without its start, recognised by its later packets. */
export interface Unbegun {
  readonly client: Tid;
  readonly server: Tid;
  /** All kept packets, in order; the octets are copies. */
  readonly datagrams: readonly CapturedDatagram[];
}

export class Candidates {
  readonly #pairs = new Map<string, Candidate>();

  /** Adds a packet between two unknown TIDs. @returns the transfer that it proves, if it does. */
  push(datagram: CapturedDatagram, packet: Packet | Malformed, key: string): Unbegun | undefined {
    if (packet.op === 'malformed' || packet.op === 'RRQ' || packet.op === 'WRQ') return undefined;
    const candidate = this.#pairs.get(key) ?? { packets: [], octets: 0 };
    const payload = datagram.payload.slice();
    const mine = packet.op === 'DATA' ? { ...packet, data: payload.subarray(4) } : packet;
    candidate.packets.push({ datagram: { ...datagram, payload }, packet: mine });
    candidate.octets += payload.length;
    this.#pairs.delete(key);
    const server = serverOf(candidate, datagram, packet);
    if (server === undefined) {
      this.#keep(key, candidate);
      return undefined;
    }
    const client = sameTid(server, datagram.from) ? datagram.to : datagram.from;
    return { client, server, datagrams: candidate.packets.map((one) => one.datagram) };
  }

  #keep(key: string, candidate: Candidate): void {
    while (candidate.packets.length > maxPackets || candidate.octets > maxOctets)
      candidate.octets -= candidate.packets.shift()?.datagram.payload.length ?? 0;
    this.#pairs.set(key, candidate);
    const [oldest] = this.#pairs.keys();
    if (this.#pairs.size > maxPairs && oldest !== undefined) this.#pairs.delete(oldest);
  }
}

/** The server, once it is sure that this is TFTP. */
function serverOf(
  { packets }: Candidate,
  { from, to, payload }: CapturedDatagram,
  packet: Packet,
): Tid | undefined {
  const known = [from, to].find(({ port }) => port === wellKnown);
  if (packet.op === 'OACK')
    return packet.options.every(({ name }) => knownOption(name) !== undefined) ? from : undefined;
  if (packet.op === 'ERROR') {
    // Random octets do not contain a whole text and a code that an RFC defines.
    const isText = /^[\x20-\x7e]{2,}$/.test(raw(packet.message)) && payload.at(-1) === 0;
    return isText && packet.code <= 8 ? (known ?? from) : undefined;
  }
  if (packet.op !== 'DATA' && packet.op !== 'ACK') return undefined;
  const answered = packets.some(
    (one) =>
      (one.packet.op === 'DATA' || one.packet.op === 'ACK') &&
      one.packet.op !== packet.op &&
      sameTid(one.datagram.to, from) &&
      fits(one.packet, packet),
  );
  if (!answered) return undefined;
  if (known !== undefined) return known;
  // ACK 0 without an OACK is a server's answer to a WRQ. In other cases a read is more likely than a write.
  const zero = packets.find((one) => one.packet.op === 'ACK' && one.packet.block === 0);
  return zero?.datagram.from ?? (packet.op === 'DATA' ? from : to);
}

/** DATA and its ACK, or an ACK and the next DATA. */
function fits(
  earlier: { readonly op: string; readonly block: number },
  later: { readonly op: string; readonly block: number },
): boolean {
  if (later.op === 'ACK') return earlier.block === later.block;
  return ((earlier.block + 1) & 0xffff) === later.block;
}

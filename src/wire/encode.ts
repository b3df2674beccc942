// Packets to octets (RFC 1350 §5, RFC 2347), and the two heads that a transfer writes for every block.
// A RangeError here is a bug of the caller: text from users and peers was checked before.
import { encodeName, flawOf } from './names.ts';
import type { Packet, RequestPacket, WireOption } from './packet.ts';
import { raw, type Untrusted } from './text.ts';

/** RFC 2347: "The maximum size of a request packet is 512 octets." */
export const maxRequest = 512;

/** Octets of a DATA packet before its data; a whole ACK has the same length. */
export const headLength = 4;

/**
 * The octets of `packet`. The name of an option is sent unchanged; `ignored` octets are not sent.
 *
 * @throws RangeError - when a number is outside 16 bits, a text has a NUL in it, or a file name a lone surrogate.
 */
export function encode(packet: Packet): Uint8Array {
  switch (packet.op) {
    case 'DATA': {
      const octets = new Uint8Array(headLength + packet.data.length);
      writeDataHead(octets, packet.block);
      octets.set(packet.data, headLength);
      return octets;
    }
    case 'ACK': {
      const octets = new Uint8Array(headLength);
      writeAck(octets, packet.block);
      return octets;
    }
    case 'ERROR': {
      const octets = encoder.encode(`\0\x05\0\0${field(packet.message)}`);
      writeWord(octets, 2, packet.code);
      return octets;
    }
    case 'OACK':
      return encoder.encode(`\0\x06${optionFields(packet.options)}`);
    case 'RRQ':
    case 'WRQ':
      // A surrogate that stands for no octet would be encoded as U+FFFD, which names another file.
      if (flawOf(raw(packet.filename)) !== undefined)
        throw new RangeError('NUL or lone surrogate in a file name');
      return encodeRequest(packet);
  }
}

/** The length of `request` on the wire. A request longer than {@link maxRequest} must not be sent. */
export function requestLength(request: RequestPacket): number {
  return encodeRequest(request).length;
}

/** Writes opcode and block of a DATA packet into the first four octets of `into`. */
export function writeDataHead(into: Uint8Array, block: number): void {
  into[0] = 0;
  into[1] = 3;
  writeWord(into, 2, block);
}

/** Head and tail as one new datagram. */
export function joined(head: Uint8Array, tail: Uint8Array | undefined): Uint8Array {
  const whole = new Uint8Array(head.length + (tail?.length ?? 0));
  whole.set(head);
  if (tail !== undefined) whole.set(tail, head.length);
  return whole;
}

/** Writes a whole ACK into the first four octets of `into`. */
export function writeAck(into: Uint8Array, block: number): void {
  into[0] = 0;
  into[1] = 4;
  writeWord(into, 2, block);
}

const encoder = new TextEncoder();

function writeWord(into: Uint8Array, at: number, value: number): void {
  if (!(value >= 0 && value <= 0xffff && Number.isInteger(value)))
    throw new RangeError(`${value} does not fit 16 bits`);
  into[at] = value >> 8;
  into[at + 1] = value & 0xff;
}

function encodeRequest(request: RequestPacket): Uint8Array {
  const name = encodeName(field(request.filename));
  const rest = encoder.encode(field(request.mode) + optionFields(request.options));
  const octets = new Uint8Array(2 + name.length + rest.length);
  octets[1] = request.op === 'RRQ' ? 1 : 2;
  octets.set(name, 2);
  octets.set(rest, 2 + name.length);
  return octets;
}

function optionFields(options: readonly WireOption[]): string {
  return options.map(({ name, value }) => field(name) + field(value)).join('');
}

function field(text: Untrusted): string {
  if (raw(text).includes('\0')) throw new RangeError('NUL inside a text');
  return `${raw(text)}\0`;
}

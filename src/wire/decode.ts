// Octets to packets (RFC 1350 §5, RFC 2347). Any octets give a Packet or a Malformed; nothing here throws.
// DATA and ACK are the fast path: they allocate only the packet and the view of its data.
import { decodeName } from './names.ts';
import { lowerAscii } from './options.ts';
import type { Malformed, MalformedReason, Packet, RequestPacket, WireOption } from './packet.ts';
import { untrusted, type Untrusted } from './text.ts';

/** Most options read from one packet; the octets after them count as ignored. */
export const maxOptions = 16;

/** Most octets that are read of an ERROR's message. */
export const maxMessage = 1024;

/**
 * Reads one datagram. The `data` of a DATA packet is a view into `octets`: copy it to keep it.
 * In a request everything up to the mode must be correct; the file name may have any octets. Octets after the mode that
 * are not whole options only count as `ignored`.
 */
export function decode(octets: Uint8Array): Packet | Malformed {
  const { length } = octets;
  if (length < 2) return malformed(length === 0 ? 'empty' : 'no-opcode', octets);
  switch (readWord(octets, 0)) {
    case 3:
      if (length < 4) return malformed('too-short', octets);
      return { op: 'DATA', block: readWord(octets, 2), data: octets.subarray(4) };
    case 4:
      if (length !== 4) return malformed(length < 4 ? 'too-short' : 'too-long', octets);
      return { op: 'ACK', block: readWord(octets, 2) };
    case 1:
      return decodeRequest('RRQ', octets);
    case 2:
      return decodeRequest('WRQ', octets);
    case 5:
      if (length < 4) return malformed('too-short', octets);
      return { op: 'ERROR', code: readWord(octets, 2), message: untrusted(messageOf(octets)) };
    case 6:
      return decodeOack(octets);
  }
  return malformed('unknown-opcode', octets);
}

// RFC 1350 §5: opcode, file name, NUL, mode, NUL; RFC 2347: then any number of name, NUL, value, NUL.
function decodeRequest(op: 'RRQ' | 'WRQ', octets: Uint8Array): RequestPacket | Malformed {
  const nameEnd = octets.indexOf(0, 2);
  if (nameEnd < 0) return malformed('filename-unterminated', octets);
  if (nameEnd === 2) return malformed('filename-empty', octets);
  const modeEnd = octets.indexOf(0, nameEnd + 1);
  if (modeEnd < 0) return malformed('mode-unterminated', octets);
  const { options, end } = readOptions(octets, modeEnd + 1);
  return {
    op,
    filename: requestedName(octets),
    mode: untrusted(lenientText(octets.subarray(nameEnd + 1, modeEnd))),
    options,
    ignored: octets.length - end,
  };
}

/** Whether a server answers it as a request: a malformed one gets an ERROR. */
export function isAnsweredAsRequest(packet: Packet | Malformed): boolean {
  if (packet.op === 'malformed') return packet.opcode === 1 || packet.opcode === 2;
  return packet.op === 'RRQ' || packet.op === 'WRQ';
}

/** The file that a request names, as far as it can be read: a request that is malformed may have no NUL, or no name. */
export function requestedName(octets: Uint8Array): Untrusted {
  const end = octets.indexOf(0, 2);
  return untrusted(decodeName(octets.subarray(2, end < 0 ? octets.length : end)));
}

// RFC 2347: an OACK consists of options. Unlike in a request from a boot ROM, half an option is an error here: the packet
// answers us. NULs that only pad the datagram are accepted, and options beyond the limit are ignored.
function decodeOack(octets: Uint8Array): Packet | Malformed {
  const { options, end } = readOptions(octets, 2);
  const padded = octets.subarray(end).every((octet) => octet === 0);
  if (options.length < maxOptions && !padded) return malformed('options-malformed', octets);
  if (options.length === 0) return malformed('options-empty', octets);
  return { op: 'OACK', options, ignored: octets.length - end };
}

/** Reads whole options from `start` on. `end` is the offset after the last one. */
function readOptions(octets: Uint8Array, start: number): { options: readonly WireOption[]; end: number } {
  const options: WireOption[] = [];
  let end = start;
  while (options.length < maxOptions) {
    const nameEnd = octets.indexOf(0, end);
    // An option has a name: NULs after the mode are padding.
    if (nameEnd <= end) break;
    const valueEnd = octets.indexOf(0, nameEnd + 1);
    if (valueEnd < 0) break;
    const name = lowerAscii(lenientText(octets.subarray(end, nameEnd)));
    const value = lenientText(octets.subarray(nameEnd + 1, valueEnd));
    options.push({ name: untrusted(name), value: untrusted(value) });
    end = valueEnd + 1;
  }
  return { options, end };
}

// RFC 1350 §5: the text ends in a NUL. Some peers leave it out; the message of a failed transfer is read all the same.
function messageOf(octets: Uint8Array): string {
  const nul = octets.indexOf(0, 4);
  let end = nul < 0 ? octets.length : nul;
  if (end > 4 + maxMessage) {
    end = 4 + maxMessage;
    // Do not cut inside a character.
    for (let back = 0; back < 3 && isContinuation(octets[end]); back++) end--;
  }
  return lenientText(octets.subarray(4, end));
}

function isContinuation(octet: number | undefined): boolean {
  return octet !== undefined && (octet & 0xc0) === 0x80;
}

function malformed(reason: MalformedReason, octets: Uint8Array): Malformed {
  const { length } = octets;
  return { op: 'malformed', reason, opcode: length < 2 ? undefined : readWord(octets, 0), length };
}

/** 16 bits in network order; the caller has checked the length. */
function readWord(octets: Uint8Array, at: number): number {
  return ((octets[at] ?? 0) << 8) | (octets[at + 1] ?? 0);
}

const lenient = new TextDecoder('utf-8', { ignoreBOM: true });

function lenientText(octets: Uint8Array): string {
  return lenient.decode(octets);
}

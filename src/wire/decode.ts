// Octets to packets (RFC 1350 §5, RFC 2347). Total: whatever the octets, the answer is a Packet or a Malformed.
// DATA and ACK come first and allocate nothing but the packet (and the view of its data). Nothing here throws.
// Imports nothing but its own room.
import { lowerAscii } from './options.ts';
import type { Malformed, MalformedReason, Packet, RequestPacket, WireOption } from './packet.ts';
import { untrusted } from './text.ts';

/** Most options read from one packet; what follows them counts as ignored. */
export const maxOptions = 16;

/** Most octets of an ERROR's text that are read. */
export const maxMessage = 1024;

/**
 * Reads one datagram. The `data` of a DATA packet is a view into `octets`: copy it to keep it.
 * Behind the mode of a request all is forgiven and counted in `ignored`; before it nothing is.
 */
export function decode(octets: Uint8Array): Packet | Malformed {
  const { length } = octets;
  if (length < 2) return malformed(length === 0 ? 'empty' : 'no-opcode', octets);
  switch (word(octets, 0)) {
    case 3:
      if (length < 4) return malformed('too-short', octets);
      return { op: 'DATA', block: word(octets, 2), data: octets.subarray(4) };
    case 4:
      if (length !== 4) return malformed(length < 4 ? 'too-short' : 'too-long', octets);
      return { op: 'ACK', block: word(octets, 2) };
    case 1:
      return decodeRequest('RRQ', octets);
    case 2:
      return decodeRequest('WRQ', octets);
    case 5:
      if (length < 4) return malformed('too-short', octets);
      return { op: 'ERROR', code: word(octets, 2), message: untrusted(messageOf(octets)) };
    case 6:
      return decodeOack(octets);
  }
  return malformed('unknown-opcode', octets);
}

// RFC 1350 §5: opcode, file name, NUL, mode, NUL; RFC 2347: then name, NUL, value, NUL, as often as need be.
function decodeRequest(op: 'RRQ' | 'WRQ', octets: Uint8Array): RequestPacket | Malformed {
  const nameEnd = octets.indexOf(0, 2);
  if (nameEnd < 0) return malformed('filename-unterminated', octets);
  if (nameEnd === 2) return malformed('filename-empty', octets);
  const modeEnd = octets.indexOf(0, nameEnd + 1);
  if (modeEnd < 0) return malformed('mode-unterminated', octets);
  const filename = strictText(octets.subarray(2, nameEnd));
  // U+FFFD for what is no UTF-8 would let two names be one.
  if (filename === undefined) return malformed('filename-not-utf8', octets);
  const { options, end } = readOptions(octets, modeEnd + 1);
  return {
    op,
    filename: untrusted(filename),
    mode: untrusted(lenientText(octets.subarray(nameEnd + 1, modeEnd))),
    options,
    ignored: octets.length - end,
  };
}

// RFC 2347: an OACK is its options. It answers us, so that half an option is a fault and not a boot ROM's habit;
// NULs that only fill the datagram, and options beyond the limit, are let go.
function decodeOack(octets: Uint8Array): Packet | Malformed {
  const { options, end } = readOptions(octets, 2);
  const padded = octets.subarray(end).every((octet) => octet === 0);
  if (options.length < maxOptions && !padded) return malformed('options-malformed', octets);
  if (options.length === 0) return malformed('options-empty', octets);
  return { op: 'OACK', options, ignored: octets.length - end };
}

/** Whole options from `start` on; `end` is where the first thing begins that is none. */
function readOptions(octets: Uint8Array, start: number): { options: readonly WireOption[]; end: number } {
  const options: WireOption[] = [];
  let end = start;
  while (options.length < maxOptions) {
    const nameEnd = octets.indexOf(0, end);
    // Without a name there is no option: NULs behind the mode mean that none was asked for.
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

// RFC 1350 §5: the text ends in a NUL; some peers leave it out, and a failed transfer is no time to be strict.
function messageOf(octets: Uint8Array): string {
  const nul = octets.indexOf(0, 4);
  let end = nul < 0 ? octets.length : nul;
  if (end > 4 + maxMessage) {
    end = 4 + maxMessage;
    // Not between the octets of one character.
    for (let back = 0; back < 3 && isContinuation(octets[end]); back++) end--;
  }
  return lenientText(octets.subarray(4, end));
}

function isContinuation(octet: number | undefined): boolean {
  return octet !== undefined && (octet & 0xc0) === 0x80;
}

function malformed(reason: MalformedReason, octets: Uint8Array): Malformed {
  const { length } = octets;
  return { op: 'malformed', reason, opcode: length < 2 ? undefined : word(octets, 0), length };
}

/** 16 bits in network order; the caller has checked the length. */
function word(octets: Uint8Array, at: number): number {
  return ((octets[at] ?? 0) << 8) | (octets[at + 1] ?? 0);
}

const strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const lenient = new TextDecoder('utf-8', { ignoreBOM: true });

function strictText(octets: Uint8Array): string | undefined {
  try {
    return strict.decode(octets);
  } catch {
    return undefined;
  }
}

function lenientText(octets: Uint8Array): string {
  return lenient.decode(octets);
}

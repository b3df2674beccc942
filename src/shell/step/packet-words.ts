// Packets as a user types them: `ack 2`, `data 3 hello`, `error 1 "No such file"`, `oack blksize=512`, `octets 00 04`.
// Rule: what is typed may break every rule of TFTP, but it always becomes octets.
import { encode } from '../../wire/encode.ts';
import type { Packet, WireOption } from '../../wire/packet.ts';
import { untrusted } from '../../wire/text.ts';
import { isMisuse, misuse, type Misuse } from '../language/misuse.ts';
import type { Word } from '../language/parse.ts';

/** What the packets of a user look like, for messages. */
export const packetExamples =
  'ack 2, data 3 TEXT, error 1 TEXT, oack blksize=512, rrq FILE, octets 00 04 00 02';

/** Octets of the largest datagram that may be injected: what UDP carries over IPv4. */
const longest = 65_507;

/** Reads a packet into octets. */
export function readPacket(words: readonly Word[]): Uint8Array | Misuse {
  const [name, ...rest] = words;
  if (name === undefined) return misuse(`Say which packet: ${packetExamples}.`);
  if (name.text === 'octets') return readOctets(rest.map(({ text }) => text).join(''), rest[0] ?? name);
  const packet = readFields(name, rest);
  if (isMisuse(packet)) return packet;
  const octets = encode(packet);
  return octets.length > longest ? misuse(`A datagram has at most ${longest} octets.`, rest.at(-1)) : octets;
}

function readFields(name: Word, rest: readonly Word[]): Packet | Misuse {
  const bad = rest.find(({ text }) => text.includes('\0') || /\p{Cs}/u.test(text));
  if (bad !== undefined) return misuse('A text in a packet has no NUL.', bad);
  switch (name.text.toLowerCase()) {
    case 'ack':
      return readBlock(name, rest, 1, (block) => ({ op: 'ACK', block }));
    case 'data':
      return readData(name, rest);
    case 'error':
      return readError(name, rest);
    case 'oack': {
      const options = readOptions(rest);
      if (isMisuse(options)) return options;
      return options.length === 0
        ? misuse('An OACK has at least one option: oack blksize=512.', name)
        : { op: 'OACK', options, ignored: 0 };
    }
    case 'rrq':
    case 'wrq':
      return readRequest(name, rest);
    default:
      return misuse(`"${name.text}" is not a packet: ${packetExamples}.`, name);
  }
}

function readBlock(
  name: Word,
  rest: readonly Word[],
  most: number,
  make: (block: number) => Packet,
): Packet | Misuse {
  const [number, ...more] = rest;
  const block = readNumber(number?.text);
  if (block === undefined)
    return misuse(`${name.text} needs a block number from 0 to 65535.`, number ?? name);
  const extra = more[most - 1];
  return extra === undefined ? make(block) : misuse('That is one word too many.', extra);
}

function readData(name: Word, rest: readonly Word[]): Packet | Misuse {
  const data = readContent(rest[1]);
  if (isMisuse(data)) return data;
  return readBlock(name, rest, 2, (block) => ({ op: 'DATA', block, data }));
}

function readError(name: Word, rest: readonly Word[]): Packet | Misuse {
  const [number, message, extra] = rest;
  const code = readNumber(number?.text);
  if (code === undefined) return misuse('error needs a code from 0 to 65535.', number ?? name);
  if (extra !== undefined) return misuse('Put a message of several words in quotes.', extra);
  return { op: 'ERROR', code, message: untrusted(message?.text ?? '') };
}

function readRequest(name: Word, rest: readonly Word[]): Packet | Misuse {
  const [file, second, ...more] = rest;
  if (file === undefined) return misuse(`${name.text} needs the name of a file.`, name);
  const hasMode = second !== undefined && !second.text.includes('=');
  const options = readOptions(hasMode || second === undefined ? more : [second, ...more]);
  if (isMisuse(options)) return options;
  return {
    op: name.text.toLowerCase() === 'rrq' ? 'RRQ' : 'WRQ',
    filename: untrusted(file.text),
    mode: untrusted(hasMode ? second.text : 'octet'),
    options,
    ignored: 0,
  };
}

function readOptions(words: readonly Word[]): readonly WireOption[] | Misuse {
  const options: WireOption[] = [];
  for (const word of words) {
    const at = word.text.indexOf('=');
    if (at < 1) return misuse('An option is NAME=VALUE.', word);
    options.push({ name: untrusted(word.text.slice(0, at)), value: untrusted(word.text.slice(at + 1)) });
  }
  return options;
}

/** Octets of a file as typed: `0x00ff` in hexadecimal, anything else as text in UTF-8; nothing: none. */
export function readContent(word: Word | undefined): Uint8Array | Misuse {
  if (word === undefined) return new Uint8Array(0);
  if (!/^0x/i.test(word.text)) return new TextEncoder().encode(word.text);
  return readOctets(word.text.slice(2), word);
}

function readOctets(digits: string, word: Word): Uint8Array | Misuse {
  if (!/^(?:[0-9a-f]{2})*$/i.test(digits)) return misuse('Octets are pairs of hexadecimal digits.', word);
  const octets = Uint8Array.from(digits.match(/../g) ?? [], (pair) => parseInt(pair, 16));
  return octets.length > longest ? misuse(`A datagram has at most ${longest} octets.`, word) : octets;
}

/** A number of 16 bits. */
export function readNumber(text: string | undefined): number | undefined {
  if (text === undefined || !/^[0-9]{1,5}$/.test(text)) return undefined;
  const number = Number(text);
  return number <= 0xffff ? number : undefined;
}

// One packet octet by octet: fields beside their octets, and the RFC's figure of it. Total: any octets have an anatomy.
// Imports wire's words and types.
import { decode } from '../wire/decode.ts';
import { encode } from '../wire/encode.ts';
import { errorText } from '../wire/codes.ts';
import { parseDecimal } from '../wire/decimal.ts';
import { knownOption } from '../wire/options.ts';
import { reasonWords } from '../wire/summary.ts';
import { parseMode } from '../wire/mode.ts';
import { printable, quoted, say, untrusted, type Printable } from '../wire/text.ts';
import { grouped } from './columns.ts';
import type { PacketRec } from './transcript.ts';

/** A run of octets with a name. */
export interface Field {
  readonly offset: number;
  readonly length: number;
  readonly name: Printable;
  readonly value: Printable;
  readonly meaning: Printable;
}

export interface Anatomy {
  /** Octets in the datagram. */
  readonly length: number;
  /** Octets known of it: the rest was not kept. */
  readonly octets: Uint8Array;
  readonly fields: readonly Field[];
  /** The figure of RFC 1350 §5 or RFC 2347, and what it is called. */
  readonly figure: Figure | undefined;
}

export interface Figure {
  readonly source: Printable;
  readonly lines: readonly Printable[];
}

const nothing = say``;

/** `octets`: what is known of a datagram of `length`; `mode` shows netascii as what it is. */
export function anatomy(octets: Uint8Array, length = octets.length, mode?: 'octet' | 'netascii'): Anatomy {
  const opcode = octets.length < 2 ? undefined : word(octets, 0);
  const fields: Field[] = [];
  if (opcode !== undefined) fields.push(opcodeField(opcode));
  if (opcode === 1 || opcode === 2 || opcode === 6) fields.push(...textFields(octets, opcode));
  else if (opcode === 3 || opcode === 4 || opcode === 5)
    fields.push(...numberFields(octets, length, opcode, mode));
  else if (length > 2)
    fields.push({ ...{ offset: 2, length: length - 2 }, name: say`rest`, value: nothing, meaning: nothing });
  const packet = decode(octets);
  if (packet.op === 'malformed' && octets.length === length)
    fields.push({
      ...{ offset: 0, length },
      name: say`fault`,
      value: nothing,
      meaning: reasonWords[packet.reason],
    });
  return { length, octets, fields, figure: figures.find(({ opcodes }) => opcodes.includes(opcode ?? -1)) };
}

/** The anatomy of a recorded packet: of the octets that were kept, or of the packet written again. */
export function anatomyOf({ octets, packet, length }: PacketRec, mode?: 'octet' | 'netascii'): Anatomy {
  if (octets !== undefined) return anatomy(octets, length, mode);
  return anatomy(packet.op === 'malformed' ? new Uint8Array(0) : encode(packet), length, mode);
}

function opcodeField(opcode: number): Field {
  const [name, source] = opcodes[opcode] ?? [say`unknown`, say`RFC 1350 §5 knows 1 to 5, RFC 2347 adds 6`];
  return {
    offset: 0,
    length: 2,
    name: say`opcode`,
    value: say`${opcode}`,
    meaning: say`${name} (${source})`,
  };
}

const opcodes: Readonly<Record<number, readonly [Printable, Printable]>> = {
  1: [say`RRQ, read request`, say`RFC 1350 §5`],
  2: [say`WRQ, write request`, say`RFC 1350 §5`],
  3: [say`DATA`, say`RFC 1350 §5`],
  4: [say`ACK`, say`RFC 1350 §5`],
  5: [say`ERROR`, say`RFC 1350 §5`],
  6: [say`OACK, option acknowledgement`, say`RFC 2347`],
};

/** DATA, ACK and ERROR: a number, then the rest. */
function numberFields(
  octets: Uint8Array,
  length: number,
  opcode: 3 | 4 | 5,
  mode?: string,
): readonly Field[] {
  if (octets.length < 4)
    return [
      {
        ...{ offset: 2, length: length - 2 },
        name: say`cut off`,
        value: nothing,
        meaning: say`two octets belong here`,
      },
    ];
  const number = word(octets, 2);
  const value = say`${number}`;
  if (opcode === 5) {
    const meaning = printable(errorText(number));
    return [{ offset: 2, length: 2, name: say`error code`, value, meaning }, ...messageField(octets)];
  }
  const block: Field = { offset: 2, length: 2, name: say`block`, value, meaning: blockMeaning(opcode) };
  if (length === 4) return opcode === 3 ? [block, emptyData] : [block];
  const rest = { offset: 4, length: length - 4 };
  if (opcode === 4)
    return [block, { ...rest, name: say`too much`, value: nothing, meaning: say`an ACK ends before` }];
  const shown =
    mode === 'netascii' ? say`netascii: CR LF ends a line, CR NUL is a CR` : say`octets of the file`;
  const text = untrusted(textOf(octets.subarray(4, 36)));
  return [
    block,
    { ...rest, name: say`data`, value: quoted(text, 40), meaning: say`${grouped(length - 4)} ${shown}` },
  ];
}

const emptyData: Field = {
  ...{ offset: 4, length: 0, name: say`data`, value: nothing },
  meaning: say`empty: the file ended with the block before (RFC 1350 §6)`,
};

function blockMeaning(opcode: 3 | 4): Printable {
  return opcode === 3 ? say`number of this block, from 1` : say`last block that arrived in order; 0 confirms`;
}

function messageField(octets: Uint8Array): readonly Field[] {
  const [text] = stringsFrom(octets, 4, 1);
  return text === undefined
    ? []
    : [{ ...text, name: say`message`, value: quoted(text.text, 200), meaning: ended(text) }];
}

interface Piece {
  readonly offset: number;
  /** Its NUL included, where there is one. */
  readonly length: number;
  readonly text: string;
  readonly ended: boolean;
}

/** Texts that end in NUL; the last one may lack it. */
function stringsFrom(octets: Uint8Array, start: number, most: number): readonly Piece[] {
  const pieces: Piece[] = [];
  for (let offset = start; offset < octets.length && pieces.length < most;) {
    const nul = octets.indexOf(0, offset);
    const end = nul < 0 ? octets.length : nul;
    const length = (nul < 0 ? end : end + 1) - offset;
    pieces.push({ offset, length, text: textOf(octets.subarray(offset, end)), ended: nul >= 0 });
    offset += length;
  }
  return pieces;
}

function ended({ ended: isEnded }: Piece): Printable {
  return isEnded ? say`ends in NUL` : say`does not end in NUL`;
}

/** RRQ, WRQ and OACK: texts, then pairs of texts. */
function textFields(octets: Uint8Array, opcode: number): readonly Field[] {
  const fixed = opcode === 6 ? 0 : 2;
  return stringsFrom(octets, 2, 64).map((piece, at): Field => {
    const value = quoted(untrusted(piece.text), 80);
    const { offset, length } = piece;
    if (at < fixed) {
      const name = at === 0 ? say`file name` : say`mode`;
      return {
        offset,
        length,
        name,
        value,
        meaning: at === 0 || !piece.ended ? ended(piece) : modeMeaning(piece.text),
      };
    }
    const isName = (at - fixed) % 2 === 0;
    const before = isName ? undefined : stringsFrom(octets, 2, at).at(-1)?.text;
    const meaning = piece.ended ? optionMeaning(before, piece.text) : ended(piece);
    return { offset, length, name: isName ? say`option` : say`value`, value, meaning };
  });
}

function modeMeaning(text: string): Printable {
  const mode = parseMode(text);
  if (mode === 'octet') return say`octets as they are`;
  if (mode === 'netascii') return say`text with CR LF at line ends (RFC 764)`;
  return mode === 'mail' ? say`obsolete (RFC 1123 §4.2.2.1)` : say`no mode of RFC 1350`;
}

/** `name` is undefined for the name itself. */
function optionMeaning(name: string | undefined, text: string): Printable {
  const row = knownOption(name ?? text);
  if (row === undefined)
    return name === undefined ? say`unknown: a server leaves it out (RFC 2347)` : nothing;
  if (name === undefined) return say`${row.meaning} (${row.source})`;
  if (row.limits === undefined) return nothing;
  const { min, max } = row.limits;
  const range =
    max === Number.MAX_SAFE_INTEGER ? say`${grouped(min)} and up` : say`${grouped(min)} to ${grouped(max)}`;
  const number = parseDecimal(text);
  if (number === undefined) return say`no number; allowed: ${range}`;
  return number < min || number > max ? say`outside ${range}` : say`allowed: ${range}`;
}

const figures: readonly (Figure & { readonly opcodes: readonly number[] })[] = [
  figure([1, 2], say`RFC 1350 §5, RFC 2347`, [
    say` 2 octets   string   1 octet  string 1 octet  string  1 octet  string  1 octet`,
    say`| opcode | file name |  0  |  mode  |  0  |  option  |  0  |  value  |  0  | …`,
  ]),
  figure([3], say`RFC 1350 §5`, [say` 2 octets  2 octets  n octets`, say`| opcode |  block  |   data   |`]),
  figure([4], say`RFC 1350 §5`, [say` 2 octets  2 octets`, say`| opcode |  block  |`]),
  figure([5], say`RFC 1350 §5`, [
    say` 2 octets   2 octets     string    1 octet`,
    say`| opcode | error code |  message  |  0  |`,
  ]),
  figure([6], say`RFC 2347`, [
    say` 2 octets   string   1 octet  string  1 octet`,
    say`| opcode |  option  |  0  |  value  |  0  | …`,
  ]),
];

function figure(
  opcodeList: readonly number[],
  source: Printable,
  lines: readonly Printable[],
): Figure & { opcodes: readonly number[] } {
  return { opcodes: opcodeList, source, lines };
}

function textOf(octets: Uint8Array): string {
  return new TextDecoder('utf-8', { ignoreBOM: true }).decode(octets);
}

function word(octets: Uint8Array, at: number): number {
  return ((octets[at] ?? 0) << 8) | (octets[at + 1] ?? 0);
}

// From octets to fields. The rule: every octet is in exactly one field. A malformed datagram has a fault at the octet
// where it goes wrong: there is a fault here exactly when `decode` refuses the datagram.
import { maxOptions } from '../../wire/decode.ts';
import { decodeName } from '../../wire/names.ts';
import { quoted, say, untrusted, type Printable } from '../../wire/text.ts';
import { errorMeaning, modeMeaning, opcodeMeaning, optionMeaning, valueMeaning } from './meanings.ts';
import { counted, grouped } from '../text/quantities.ts';

/** A run of octets with a name. */
export interface Field {
  readonly offset: number;
  readonly length: number;
  readonly name: Printable;
  readonly value: Printable;
  readonly meaning: Printable;
  /** An empty run: the place where the datagram stops being a packet. */
  readonly fault?: boolean;
}

/** The kept octets of a datagram, and the known terms of its transfer. */
export interface KeptDatagram {
  readonly octets: Uint8Array;
  readonly length: number;
  readonly mode?: 'octet' | 'netascii' | undefined;
  /** Octets of the file in a whole block. */
  readonly blksize?: number | undefined;
}

const none = say``;

export function fieldsOf(subject: KeptDatagram): readonly Field[] {
  const { octets, length } = subject;
  const fields = octets.length < 2 ? headless(subject) : [opcodeField(octets), ...behindOpcode(subject)];
  if (octets.length >= length) return fields;
  const gone = { offset: octets.length, length: length - octets.length, name: say`not kept`, value: none };
  // What was not kept cannot be wrong.
  return [
    ...fields.filter(({ fault }) => fault !== true),
    {
      ...gone,
      meaning: say`only the first ${grouped(octets.length)} of ${grouped(length)} octets were kept`,
    },
  ];
}

function headless({ octets }: KeptDatagram): readonly Field[] {
  if (octets.length === 0) return [faultAt(0, say`no octets at all: a packet begins with its opcode`)];
  const half = { offset: 0, length: 1, name: say`opcode`, value: none, meaning: say`its first octet` };
  return [half, faultAt(1, say`the second octet of the opcode is missing`)];
}

function behindOpcode(subject: KeptDatagram): readonly Field[] {
  const { octets } = subject;
  const opcode = word(octets, 0);
  switch (opcode) {
    case 1:
    case 2:
      return requestFields(octets, opcode);
    case 3:
    case 4:
    case 5:
      return octets.length < 4 ? shortFields(octets, opcode) : numberFields(subject, opcode);
    case 6:
      return oackFields(octets);
  }
  const fault = faultAt(0, say`unknown opcode: RFC 1350 §5 defines 1 to 5, RFC 2347 adds 6`);
  return [fault, ...restField(octets, 2, say`rest`, say`no meaning without a valid opcode`)];
}

function opcodeField(octets: Uint8Array): Field {
  const opcode = word(octets, 0);
  const base = { offset: 0, length: 2, name: say`opcode`, value: say`${opcode}` };
  return { ...base, meaning: opcodeMeaning(opcode) };
}

function faultAt(offset: number, meaning: Printable): Field {
  return { offset, length: 0, name: say`fault`, value: none, meaning, fault: true };
}

function restField(octets: Uint8Array, from: number, name: Printable, meaning: Printable): readonly Field[] {
  const length = octets.length - from;
  return length <= 0 ? [] : [{ offset: from, length, name, value: none, meaning }];
}

function shortFields(octets: Uint8Array, opcode: 3 | 4 | 5): readonly Field[] {
  const what = opcode === 5 ? say`error code` : say`block`;
  return [
    ...restField(octets, 2, what, say`its first octet`),
    faultAt(octets.length, say`the datagram ends where two octets of ${what} belong`),
  ];
}

/** DATA, ACK and ERROR: a number, then the rest. */
function numberFields(subject: KeptDatagram, opcode: 3 | 4 | 5): readonly Field[] {
  const { octets } = subject;
  const number = word(octets, 2);
  const base = { offset: 2, length: 2, value: say`${number}` };
  if (opcode === 5) {
    const code = { ...base, name: say`error code`, meaning: errorMeaning(number) };
    return [code, ...messageFields(octets)];
  }
  const block = { ...base, name: say`block`, meaning: blockMeaning(opcode, number) };
  if (opcode === 3) return [block, dataField(subject)];
  if (octets.length === 4) return [block];
  return [
    block,
    faultAt(4, say`an ACK ends here: it has 4 octets`),
    ...restField(octets, 4, say`too much`, say`belongs to no field`),
  ];
}

function blockMeaning(opcode: 3 | 4, number: number): Printable {
  if (opcode === 4)
    return number === 0
      ? say`0 accepts the OACK, or grants a WRQ`
      : say`the last block that arrived in order`;
  return number === 0 ? say`0 follows 65535: the count rolled over` : say`number of this block, from 1`;
}

function dataField({ octets, length, mode, blksize }: KeptDatagram): Field {
  const size = length - 4;
  const meaning = [lengthMeaning(size, blksize)];
  if (mode === 'netascii' && size > 0) meaning.push(say`netascii: CR LF ends a line, CR NUL is a CR`);
  const base = { offset: 4, length: octets.length - 4, name: say`data`, value: say`${grouped(size)} B` };
  return { ...base, meaning: meaning.join('; ') as Printable };
}

/** RFC 1350 §6: a block shorter than the others ends the file. */
function lengthMeaning(size: number, blksize: number | undefined): Printable {
  if (size === 0) return say`empty: the file ended with the block before (RFC 1350 §6)`;
  if (blksize === undefined) return say`octets of the file`;
  if (size === blksize) return say`a full block: more to come`;
  return size < blksize
    ? say`shorter than ${grouped(blksize)}: the last block (RFC 1350 §6)`
    : say`longer than the block size of ${grouped(blksize)}`;
}

/** `decode` accepts a message without its NUL: when a transfer has failed, strictness helps nobody. */
function messageFields(octets: Uint8Array): readonly Field[] {
  if (octets.length === 4) return [];
  const text = pieceAt(octets, 4);
  const meaning = text.ended ? sizeMeaning(text) : say`the NUL at the end is missing (accepted)`;
  const after = text.offset + text.length;
  return [
    { offset: 4, length: text.length, name: say`message`, value: quoted(untrusted(text.text)), meaning },
    ...restField(octets, after, say`rest`, say`after the NUL: ignored`),
  ];
}

interface Piece {
  readonly offset: number;
  /** Its NUL included, where there is one. */
  readonly length: number;
  readonly text: string;
  readonly ended: boolean;
}

/** A text that ends in NUL, or with the datagram. */
function pieceAt(octets: Uint8Array, offset: number, read = textOf): Piece {
  const nul = octets.indexOf(0, offset);
  const end = nul < 0 ? octets.length : nul;
  const text = read(octets.subarray(offset, end));
  return { offset, length: (nul < 0 ? end : end + 1) - offset, text, ended: nul >= 0 };
}

function sizeMeaning({ length }: Piece): Printable {
  return say`${counted(length - 1, 'octet')}, then NUL`;
}

/** RFC 1350 §5 has names in ASCII; clients send UTF-8 and any other octets too. */
function nameMeaning(piece: Piece): Printable {
  const size = sizeMeaning(piece);
  return piece.text.isWellFormed() ? size : say`${size}; some octets are not UTF-8`;
}

/** RRQ and WRQ: file name and mode, then options. */
function requestFields(octets: Uint8Array, opcode: 1 | 2): readonly Field[] {
  const name = pieceAt(octets, 2, decodeName);
  const mode = pieceAt(octets, name.offset + name.length);
  const fields = [
    ...textField(name, say`file name`, nameMeaning(name)),
    ...nameFaults(name),
    ...textField(mode, say`mode`, modeMeaning(mode.text)),
  ].sort(byPlace);
  if (!name.ended) return [...fields, faultAt(octets.length, say`the NUL after the file name is missing`)];
  if (!mode.ended) {
    const what =
      mode.length === 0 ? say`the mode and its NUL are missing` : say`the NUL after the mode is missing`;
    return [...fields, faultAt(octets.length, what)];
  }
  const { fields: options, end } = optionFields(octets, mode.offset + mode.length, opcode);
  return [...fields, ...options, ...restField(octets, end, say`rest`, say`no whole option: left alone`)];
}

function textField(piece: Piece, name: Printable, meaning: Printable): readonly Field[] {
  if (piece.length === 0) return [];
  const { offset, length, text, ended } = piece;
  const value = quoted(untrusted(text));
  return [{ offset, length, name, value, meaning: ended ? meaning : say`does not end in NUL` }];
}

function nameFaults({ ended, offset, length }: Piece): readonly Field[] {
  return ended && length === 1 ? [faultAt(offset, say`the file name is empty: its NUL comes at once`)] : [];
}

function byPlace(one: Field, other: Field): number {
  return one.offset - other.offset;
}

/** RFC 2347: name, NUL, value, NUL, any number of times. `end` is the offset after the last whole option. */
function optionFields(
  octets: Uint8Array,
  start: number,
  opcode: number,
): { readonly fields: readonly Field[]; readonly end: number } {
  const fields: Field[] = [];
  let end = start;
  for (let count = 0; count < maxOptions; count++) {
    const name = pieceAt(octets, end);
    const value = pieceAt(octets, end + name.length);
    if (!name.ended || name.length === 1 || !value.ended) break;
    fields.push(
      ...textField(name, say`option`, optionMeaning(name.text)),
      ...textField(value, say`value`, valueMeaning(name.text, value.text, opcode)),
    );
    end = value.offset + value.length;
  }
  return { fields, end };
}

/** An OACK is a list of options; NULs that only fill the datagram are accepted, half an option is not. */
function oackFields(octets: Uint8Array): readonly Field[] {
  const { fields, end } = optionFields(octets, 2, 6);
  const padded = octets.subarray(end).every((octet) => octet === 0);
  if (padded || fields.length === 2 * maxOptions) {
    const fault =
      fields.length === 0 ? [faultAt(2, say`an option is missing: an OACK has at least one`)] : [];
    const meaning = padded ? say`fills the datagram: ignored` : say`more than ${maxOptions} options: ignored`;
    return [...fault, ...fields, ...restField(octets, end, say`rest`, meaning)];
  }
  const name = pieceAt(octets, end);
  const half = restField(octets, end, say`option`, say`half of one`);
  if (name.length === 1) return [...fields, faultAt(end, say`the name of an option is empty`), ...half];
  const what = name.ended
    ? say`the value of the option and its NUL are missing`
    : say`the NUL after the option's name is missing`;
  const begun = name.ended && end + name.length < octets.length;
  return [...fields, ...half, faultAt(octets.length, begun ? say`the NUL after the value is missing` : what)];
}

function textOf(octets: Uint8Array): string {
  return new TextDecoder('utf-8', { ignoreBOM: true }).decode(octets);
}

function word(octets: Uint8Array, at: number): number {
  return ((octets[at] ?? 0) << 8) | (octets[at + 1] ?? 0);
}

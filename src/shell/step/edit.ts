// Changes one field of a datagram, as the user asks. Pure.
// Rule: octets that the user did not name stay as they were.
import { decode } from '../../wire/decode.ts';
import { encode } from '../../wire/encode.ts';
import type { Packet, WireOption } from '../../wire/packet.ts';
import { raw, untrusted } from '../../wire/text.ts';
import { isMisuse, misuse, type Misuse } from '../language/misuse.ts';
import type { Word } from '../language/parse.ts';
import { readContent, readNumber } from './packet-words.ts';

/** The fields that can be edited, for help and completion. */
export const editableFields = [
  'block',
  'opcode',
  'code',
  'message',
  'file',
  'mode',
  'option',
  'data',
  'length',
];

export interface Edited {
  readonly octets: Uint8Array;
  /** What was changed: `block 2 → 1`. */
  readonly what: string;
}

/** `data+10`: from that octet of the data on. */
const dataField = /^data(?:\+([0-9]{1,5}))?$/;

export function edited(octets: Uint8Array, field: Word, values: readonly Word[]): Edited | Misuse {
  const [value, extra] = values;
  if (!editableFields.includes(field.text) && !dataField.test(field.text))
    return misuse(`"${field.text}" is not a field: ${editableFields.join(', ')}, data+OFFSET.`, field);
  if (value === undefined) return misuse(`Say what ${field.text} becomes.`, field);
  if (extra !== undefined) return misuse('Put a value of several words in quotes.', extra);
  switch (field.text) {
    case 'opcode':
      return editWord(octets, { at: 0, name: 'opcode' }, value);
    case 'block':
      return hasOpcode(octets, 3, 4) ? editWord(octets, { at: 2, name: 'block' }, value) : noField(field);
    case 'code':
      return hasOpcode(octets, 5) ? editWord(octets, { at: 2, name: 'code' }, value) : noField(field);
    case 'length':
      return editLength(octets, value);
    case 'message':
    case 'file':
    case 'mode':
    case 'option':
      return editText(octets, field, value);
    default:
      return editData(octets, field, value);
  }
}

function noField(field: Word): Misuse {
  return misuse(`This packet has no ${field.text}.`, field);
}

function hasOpcode(octets: Uint8Array, ...opcodes: readonly number[]): boolean {
  return octets.length >= 4 && octets[0] === 0 && opcodes.includes(octets[1] ?? 0);
}

function editWord(
  octets: Uint8Array,
  { at, name }: { readonly at: number; readonly name: string },
  value: Word,
): Edited | Misuse {
  const number = readNumber(value.text);
  if (number === undefined) return misuse(`${name} is a number from 0 to 65535.`, value);
  const changed = new Uint8Array(Math.max(octets.length, at + 2));
  changed.set(octets);
  const before = ((changed[at] ?? 0) << 8) | (changed[at + 1] ?? 0);
  changed[at] = number >> 8;
  changed[at + 1] = number & 0xff;
  return { octets: changed, what: `${name} ${before} → ${number}` };
}

function editLength(octets: Uint8Array, value: Word): Edited | Misuse {
  const length = readNumber(value.text);
  if (length === undefined || length > octets.length)
    return misuse(`The datagram has ${octets.length} octets: it can only become shorter.`, value);
  return { octets: octets.slice(0, length), what: `length ${octets.length} → ${length}` };
}

function editData(octets: Uint8Array, field: Word, value: Word): Edited | Misuse {
  if (!hasOpcode(octets, 3)) return misuse('Only DATA has data.', field);
  const content = readContent(value);
  if (isMisuse(content)) return content;
  const offset = dataField.exec(field.text)?.[1];
  if (offset === undefined) {
    const changed = new Uint8Array(4 + content.length);
    changed.set(octets.subarray(0, 4));
    changed.set(content, 4);
    return { octets: changed, what: `data ${octets.length - 4} → ${content.length} octets` };
  }
  const at = 4 + Number(offset);
  if (at + content.length > octets.length)
    return misuse(`The data has ${octets.length - 4} octets; those do not fit.`, field);
  const changed = octets.slice();
  changed.set(content, at);
  return { octets: changed, what: `data, ${content.length} octets from ${Number(offset)} on` };
}

/** Texts have any length, so the packet is written anew. */
function editText(octets: Uint8Array, field: Word, value: Word): Edited | Misuse {
  const packet = decode(octets);
  if (value.text.includes('\0') || /\p{Cs}/u.test(value.text))
    return misuse('A text in a packet has no NUL.', value);
  const text = untrusted(value.text);
  if (field.text === 'message' && packet.op === 'ERROR')
    return {
      octets: encode({ ...packet, message: text }),
      what: `message ${show(raw(packet.message))} → ${show(value.text)}`,
    };
  if (field.text === 'file' && isRequest(packet))
    return {
      octets: encode({ ...packet, filename: text }),
      what: `file ${show(raw(packet.filename))} → ${show(value.text)}`,
    };
  if (field.text === 'mode' && isRequest(packet))
    return { octets: encode({ ...packet, mode: text }), what: `mode ${raw(packet.mode)} → ${value.text}` };
  if (field.text === 'option' && (isRequest(packet) || packet.op === 'OACK'))
    return editOption(packet, value);
  return noField(field);
}

function show(text: string): string {
  return JSON.stringify(text);
}

type Requesting = Extract<Packet, { readonly op: 'RRQ' | 'WRQ' }>;

function isRequest(packet: ReturnType<typeof decode>): packet is Requesting {
  return packet.op === 'RRQ' || packet.op === 'WRQ';
}

/** `NAME=VALUE` sets or adds an option, `NAME=` takes it away. */
function editOption(
  packet: Requesting | Extract<Packet, { readonly op: 'OACK' }>,
  value: Word,
): Edited | Misuse {
  const match = /^([^=]+)=(.*)$/.exec(value.text);
  if (match === null) return misuse('An option is NAME=VALUE; NAME= takes it away.', value);
  const [, name = '', text = ''] = match;
  const isIt = (option: WireOption): boolean => raw(option.name).toLowerCase() === name.toLowerCase();
  const before = packet.options.find(isIt);
  const added: WireOption = { name: before?.name ?? untrusted(name), value: untrusted(text) };
  const kept = packet.options.map((option) => (isIt(option) ? added : option));
  const options =
    text === ''
      ? packet.options.filter((option) => !isIt(option))
      : before === undefined
        ? [...kept, added]
        : kept;
  const was = before === undefined ? 'none' : raw(before.value);
  return { octets: encode({ ...packet, options }), what: `${name} ${was} → ${text === '' ? 'none' : text}` };
}

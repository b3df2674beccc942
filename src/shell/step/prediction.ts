// What a student says will be sent next, and the judgement about it.
import { join, printable, say, type Printable } from '../../wire/text.ts';
import type { Malformed, Packet } from '../../wire/packet.ts';
import { misuse, type Misuse } from '../language/misuse.ts';
import type { Word } from '../language/parse.ts';
import { readNumber } from './packet-words.ts';

/** A packet, or `nothing`. `number`: the block, or the code of an ERROR; undefined: any. */
export interface Prediction {
  readonly op: Packet['op'] | 'nothing';
  readonly number: number | undefined;
}

/** What can be predicted. */
export const predictable = ['ack', 'data', 'error', 'oack', 'rrq', 'wrq', 'nothing'];

/** Reads `ack 3`, `error`, `nothing`. */
export function readPrediction(words: readonly Word[]): Prediction | Misuse {
  const [name, value, extra] = words;
  const word = name?.text.toLowerCase() ?? '';
  if (name === undefined || !predictable.includes(word))
    return misuse('Say what will be sent: predict ack 3, data 4, oack, error 5 or nothing.', name);
  if (extra !== undefined) return misuse('That is one word too many.', extra);
  const op = word === 'nothing' ? 'nothing' : (word.toUpperCase() as Packet['op']);
  if (op !== 'ACK' && op !== 'DATA' && op !== 'ERROR')
    return value === undefined ? { op, number: undefined } : misuse(`${word} has no number.`, value);
  const number = readNumber(value?.text);
  if (number === undefined && (value !== undefined || op !== 'ERROR'))
    return misuse(`${word} needs a number from 0 to 65535.`, value ?? name);
  return { op, number };
}

/** Whether one of the packets is the predicted one; of none, whether nothing was predicted. */
export function isRight({ op, number }: Prediction, sends: readonly (Packet | Malformed)[]): boolean {
  if (op === 'nothing') return sends.length === 0;
  return sends.some((packet) => packet.op === op && (number === undefined || number === numberOf(packet)));
}

function numberOf(packet: Packet | Malformed): number | undefined {
  if (packet.op === 'DATA' || packet.op === 'ACK') return packet.block;
  return packet.op === 'ERROR' ? packet.code : undefined;
}

/** `ACK 3`, `ERROR 5`, `OACK`. */
export function shortName(packet: Packet | Malformed): Printable {
  const number = numberOf(packet);
  return number === undefined ? printable(packet.op) : say`${printable(packet.op)} ${number}`;
}

export function predictionText({ op, number }: Prediction): Printable {
  return number === undefined ? printable(op) : say`${printable(op)} ${number}`;
}

/** `ACK 3`; `DATA 5, DATA 6 and DATA 7`; of many the first and the last. */
export function sendsText(sends: readonly (Packet | Malformed)[]): Printable {
  const names = sends.map(shortName);
  const last = names.at(-1);
  if (last === undefined) return say`nothing`;
  if (names.length === 1) return last;
  if (names.length > 4) return say`${names[0] ?? say``} to ${last}`;
  return say`${join(names.slice(0, -1), say`, `)} and ${last}`;
}

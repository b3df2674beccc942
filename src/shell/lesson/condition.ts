// What a lesson asks of a transfer, as data, and the reading of it: `server DATA 2 lost then client ACK 1 resent`.
// Rule: a condition is about packets that really crossed the network, timers and ends; never about what was typed.
import { knownOption } from '../../wire/options.ts';
import { labelledFates } from '../../trace/explain/fates.ts';
import type { Side } from '../../trace/record/event.ts';
import { parseDecimal } from '../../wire/decimal.ts';
import { printable, say, type Printable } from '../../wire/text.ts';
import { nearest } from '../language/nearest.ts';

/** What can be said of a packet beside its fields. */
export const flags = [
  'lost',
  'arrived',
  'resent',
  'copy',
  'stranger',
  'last',
  'duplicated',
  'delayed',
  ...labelledFates,
] as const;
export type Flag = (typeof flags)[number];

/** Fields with numbers. `octets`: of the datagram; `data`: of the file in it; `options`: how many; ports `from` and `to`. */
export const numberFields = ['octets', 'data', 'code', 'from', 'to', 'options'] as const;
/** Fields with words. */
export const wordFields = ['file', 'mode'] as const;

const kinds = ['RRQ', 'WRQ', 'DATA', 'ACK', 'OACK', 'ERROR', 'ANY'] as const;
const sides = ['client', 'server'] as const;
export const outcomes = ['complete', 'unconfirmed', 'refused', 'silent', 'aborted'] as const;
export type Outcome = (typeof outcomes)[number];

const signs = ['=', '!=', '<', '<=', '>', '>='] as const;
export type Sign = (typeof signs)[number];

/** One thing that a packet has to be. */
export type Feature =
  | { readonly kind: 'flag'; readonly flag: Flag }
  | { readonly kind: 'field'; readonly name: string; readonly sign: Sign; readonly value: number | string };

/** Packets of one look, or timeouts of an end. */
export interface Pattern {
  readonly side: Side | undefined;
  readonly op: (typeof kinds)[number] | 'timeout';
  /** Block numbers as on the wire; undefined: all. */
  readonly blocks: { readonly from: number; readonly to: number } | undefined;
  readonly features: readonly Feature[];
  /** As it was written. */
  readonly text: string;
}

export type Claim =
  /** Each of them, one after another. */
  | { readonly kind: 'order'; readonly patterns: readonly Pattern[] }
  /** So many of them, no more and no fewer. */
  | { readonly kind: 'count'; readonly pattern: Pattern; readonly times: number }
  | { readonly kind: 'ended'; readonly side: Side; readonly outcome: Outcome };

export interface Condition {
  readonly claim: Claim;
  readonly text: string;
  /** What is said where it does not hold, in the words of the lesson. */
  readonly otherwise: string | undefined;
}

/** Why a text is not a condition. `at`: the index of the character. */
export interface Flaw {
  readonly message: Printable;
  readonly at: number;
}

export function isFlaw(value: object): value is Flaw {
  return 'message' in value && 'at' in value;
}

interface Token {
  readonly text: string;
  readonly at: number;
}

/** Reads `server DATA 2 lost once -- Only DATA 2 is lost.` Never throws. */
export function readCondition(line: string): Condition | Flaw {
  const dashes = line.indexOf(' -- ');
  const text = (dashes < 0 ? line : line.slice(0, dashes)).trimEnd();
  const otherwise = dashes < 0 ? undefined : line.slice(dashes + 4).trim();
  const tokens = [...text.matchAll(/\S+/g)].map(({ 0: word, index }): Token => ({ text: word, at: index }));
  const claim = readClaim(tokens, text.length);
  return isFlaw(claim) ? claim : { claim, text: text.trim(), otherwise };
}

function readClaim(tokens: readonly Token[], end: number): Claim | Flaw {
  if (tokens.length === 0) return { message: say`a condition is missing`, at: end };
  const [first, second] = tokens;
  if (second?.text === 'ended') return readEnded(tokens, end);
  const parts = splitAt(tokens, 'then');
  const patterns: Pattern[] = [];
  const last = tokens.at(-1);
  const times = parts.length === 1 && last !== undefined && last !== first ? readTimes(last.text) : undefined;
  for (const [index, part] of parts.entries()) {
    const isCounted = times !== undefined && index === parts.length - 1;
    const pattern = readPattern(isCounted ? part.slice(0, -1) : part, end);
    if (isFlaw(pattern)) return pattern;
    patterns.push(pattern);
  }
  const [only] = patterns;
  return times !== undefined && only !== undefined
    ? { kind: 'count', pattern: only, times }
    : { kind: 'order', patterns };
}

function readEnded([side, , how, extra]: readonly Token[], end: number): Claim | Flaw {
  const who = sides.find((one) => one === side?.text);
  if (who === undefined) return { message: say`client or server stands before "ended"`, at: side?.at ?? 0 };
  const outcome = outcomes.find((one) => one === how?.text);
  if (outcome === undefined)
    return { message: say`"ended" takes ${printable(outcomes.join(', '))}`, at: how?.at ?? end };
  if (extra !== undefined) return { message: say`that is one word too many`, at: extra.at };
  return { kind: 'ended', side: who, outcome };
}

function splitAt(tokens: readonly Token[], word: string): readonly (readonly Token[])[] {
  const parts: Token[][] = [[]];
  for (const token of tokens) {
    if (token.text === word) parts.push([]);
    else parts.at(-1)?.push(token);
  }
  return parts;
}

/** `never`, `once`, `twice`, or `5x`. */
function readTimes(text: string): number | undefined {
  const words: Readonly<Record<string, number>> = { never: 0, once: 1, twice: 2 };
  const match = /^([0-9]{1,6})x$/.exec(text);
  return words[text] ?? (match === null ? undefined : Number(match[1]));
}

function readPattern(tokens: readonly Token[], end: number): Pattern | Flaw {
  const rest = [...tokens];
  const side = sides.find((one) => one === rest[0]?.text);
  if (side !== undefined) rest.shift();
  const word = rest.shift();
  const op = word?.text === 'timeout' ? 'timeout' : kinds.find((one) => one === word?.text);
  if (op === undefined)
    return {
      message: say`a packet belongs here: ${printable(kinds.join(', '))}, or timeout`,
      at: word?.at ?? end,
    };
  const blocks = op === 'DATA' || op === 'ACK' ? readBlocks(rest[0]?.text ?? '') : undefined;
  if (blocks !== undefined) rest.shift();
  const features: Feature[] = [];
  for (const token of rest) {
    const feature = op === 'timeout' ? noFeature(token) : readFeature(token);
    if (isFlaw(feature)) return feature;
    features.push(feature);
  }
  return { side, op, blocks, features, text: tokens.map(({ text }) => text).join(' ') };
}

/** `3` or `3..5`. */
function readBlocks(text: string): Pattern['blocks'] {
  const match = /^([0-9]{1,5})(?:\.\.([0-9]{1,5}))?$/.exec(text);
  if (match === null) return undefined;
  return { from: Number(match[1]), to: Number(match[2] ?? match[1]) };
}

function noFeature({ text, at }: Token): Flaw {
  return { message: say`a timeout has no ${printable(`"${text}"`)}`, at };
}

function readFeature({ text, at }: Token): Feature | Flaw {
  const flag = flags.find((one) => one === text);
  if (flag !== undefined) return { kind: 'flag', flag };
  const match = /^([a-z0-9]+)(=|!=|<=|>=|<|>)(.+)$/.exec(text);
  if (match === null) return unknown(text, at);
  const [, name = '', written = '', value = ''] = match;
  const sign = signs.find((one) => one === written) ?? '=';
  if (wordFields.some((one) => one === name))
    return sign === '=' || sign === '!='
      ? { kind: 'field', name, sign, value }
      : { message: say`${printable(name)} is compared with = or !=`, at };
  const isNumber = numberFields.some((one) => one === name) || knownOption(name) !== undefined;
  if (!isNumber) return unknown(name, at);
  const number = parseDecimal(value);
  if (number === undefined)
    return { message: say`a number belongs here`, at: at + text.length - value.length };
  return { kind: 'field', name, sign, value: number };
}

function unknown(text: string, at: number): Flaw {
  const known = [...flags, ...numberFields, ...wordFields, 'then', 'once', 'twice', 'never'];
  const near = nearest(text, known);
  const help = near === undefined ? say`` : say`; did you mean ${printable(`"${near}"`)}?`;
  return { message: say`${printable(`"${text}"`)} says nothing of a packet${help}`, at };
}

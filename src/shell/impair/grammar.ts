// The words of `impair`, read into data: random faults by end, rules about chosen packets, deeds of the server.
// Rule: what `lineOf` writes, `readChanges` reads again, so that a saved file means the same.
import { deeds, type Deed } from '../../engine/deeds.ts';
import type { Impairment, ScriptedRule } from '../../network/impair/impairment.ts';
import type { Side } from '../../trace/record/event.ts';
import { isMisuse, misuse, type Misuse } from '../language/misuse.ts';
import { nearest } from '../language/nearest.ts';
import type { Word } from '../language/parse.ts';
import { readDuration } from '../language/units.ts';
import { quantities, quantityText, readQuantity, valuesOf, type Quantity } from './quantities.ts';

/** Whose packets: what this end sends. */
export type Ends = Side | 'both';

/** A rule about chosen packets. */
export interface PacketRule {
  readonly ends: Ends;
  readonly action: Action;
  readonly op: string;
  /** Block numbers as on the wire; undefined: all. */
  readonly blocks: { readonly from: number; readonly to: number } | undefined;
  /** Milliseconds, where packets are delayed. */
  readonly delay: number | undefined;
  /** How often; undefined: each time. */
  readonly times: number | undefined;
}

/** One thing that a line of `impair` asks for. */
export type Change =
  | { readonly type: 'quantity'; readonly ends: Ends; readonly quantity: Quantity; readonly value: number }
  | { readonly type: 'rule'; readonly rule: PacketRule }
  | { readonly type: 'deed'; readonly deed: Deed; readonly value: number };

/** What a rule can do, and the fate that this is. */
export const actions = {
  drop: 'lost',
  dup: 'duplicated',
  delay: 'delayed',
  reorder: 'reordered',
  corrupt: 'corrupted',
  truncate: 'truncated',
} as const satisfies Readonly<Record<string, ScriptedRule['fate']>>;
export type Action = keyof typeof actions;

const operations = ['RRQ', 'WRQ', 'DATA', 'ACK', 'ERROR', 'OACK', 'ANY'];
export const endWords: readonly Ends[] = ['client', 'server', 'both'];

/** Reads the words of one line. */
export function readChanges(words: readonly Word[]): readonly Change[] | Misuse {
  const reader = new Reader(words);
  const changes: Change[] = [];
  while (!reader.isAtEnd) {
    const change = readChange(reader);
    if (change === undefined) continue;
    if (isMisuse(change)) return change;
    changes.push(change);
  }
  if (changes.length === 0) return misuse('Say what to impair: "help impair" lists it.', words.at(-1));
  return changes;
}

/** The words of a line, from left to right. */
class Reader {
  ends: Ends = 'both';
  readonly #words: readonly Word[];
  #at = 0;

  constructor(words: readonly Word[]) {
    this.#words = words;
  }

  get isAtEnd(): boolean {
    return this.#at >= this.#words.length;
  }

  get peek(): Word | undefined {
    return this.#words[this.#at];
  }

  get last(): Word | undefined {
    return this.#words[this.#at - 1];
  }

  take(): Word | undefined {
    return this.#words[this.#at++];
  }

  /** Takes the next word, where `read` makes something of it. */
  takeAs<T>(read: (text: string) => T | undefined): T | undefined {
    const value = this.peek === undefined ? undefined : read(this.peek.text);
    if (value !== undefined) this.#at++;
    return value;
  }
}

/** Undefined: a word that says whose packets the following ones are about. */
function readChange(reader: Reader): Change | Misuse | undefined {
  const word = reader.take();
  if (word === undefined) return undefined;
  const ends = endWords.find((one) => one === word.text);
  if (ends !== undefined) {
    reader.ends = ends;
    return reader.isAtEnd ? misuse(`Say what happens to these packets: "${ends} loss 5%".`, word) : undefined;
  }
  const action = (Object.keys(actions) as Action[]).find((one) => one === word.text);
  const op = reader.peek === undefined ? undefined : operation(reader.peek.text);
  if (action !== undefined && op !== undefined) return readRule(reader, action, op);
  const quantity = quantities.find((one) => one.word === word.text);
  if (quantity !== undefined) return readAmount(reader, word, quantity);
  const deed = deeds.find((one) => one.name === word.text);
  if (deed !== undefined) return readDeed(reader, word, deed);
  if (action !== undefined)
    return misuse(`Say which packets: "${action} ACK 2", "${action} DATA 3..5".`, word);
  return unknown(word);
}

function unknown(word: Word): Misuse {
  const known = [
    ...quantities.map((one) => one.word),
    ...Object.keys(actions),
    ...deeds.map((one) => one.name),
  ];
  const near = nearest(word.text, [...known, ...endWords]);
  return misuse(
    `"${word.text}" is not an impairment. ${near === undefined ? '"help impair" lists them.' : `Did you mean "${near}"?`}`,
    word,
  );
}

function readAmount(reader: Reader, name: Word, quantity: Quantity): Change | Misuse {
  const { ends } = reader;
  const word = reader.take();
  const value = word === undefined ? undefined : readQuantity(quantity, word.text);
  if (value === undefined) return misuse(`${quantity.word} takes ${valuesOf(quantity)}.`, word ?? name);
  return { type: 'quantity', ends, quantity, value };
}

function readRule(reader: Reader, action: Action, op: string): Change | Misuse {
  const { ends } = reader;
  const opWord = reader.take();
  const numbered = op === 'DATA' || op === 'ACK';
  const blocks = reader.takeAs(readBlocks);
  if (blocks !== undefined && !numbered) return misuse(`${op} has no block number.`, reader.last ?? opWord);
  const isLate = action === 'delay' || action === 'reorder';
  const delay = isLate
    ? reader.takeAs((text) => (/[a-z]$/.test(text) ? readDuration(text) : undefined))
    : undefined;
  const times = reader.takeAs(readTimes);
  if (times !== undefined && times > 1) reader.takeAs((text) => (text === 'times' ? true : undefined));
  return { type: 'rule', rule: { ends, action, op, blocks, delay, times } };
}

function readDeed(reader: Reader, name: Word, deed: Deed): Change | Misuse {
  if (reader.ends === 'client') return misuse(`${deed.name} is a deed of the server.`, name);
  if (deed.value === undefined) return { type: 'deed', deed, value: 0 };
  reader.takeAs((text) => (text === 'after' ? true : undefined));
  const value = reader.takeAs((text) => (/^[0-9]{1,15}$/.test(text) ? Number(text) : undefined));
  return { type: 'deed', deed, value: value ?? deed.default ?? 1 };
}

function operation(text: string): string | undefined {
  return operations.find((op) => op === text.toUpperCase());
}

/** `3` or `3..5`. */
function readBlocks(text: string): PacketRule['blocks'] {
  const match = /^([0-9]{1,5})(?:\.\.([0-9]{1,5}))?$/.exec(text);
  if (match === null) return undefined;
  const from = Number(match[1]);
  const to = Number(match[2] ?? match[1]);
  return from <= to && to <= 65_535 ? { from, to } : undefined;
}

/** `once`, `twice`, or `5x`. */
function readTimes(text: string): number | undefined {
  if (text === 'once') return 1;
  if (text === 'twice') return 2;
  const match = /^([0-9]{1,6})x$/.exec(text);
  return match === null ? undefined : Number(match[1]);
}

/** A rule as it is typed, without its end: `drop ACK 2 once`. */
export function ruleText({ action, op, blocks, delay, times }: PacketRule): string {
  const range =
    blocks === undefined
      ? []
      : [blocks.from === blocks.to ? `${blocks.from}` : `${blocks.from}..${blocks.to}`];
  const late = delay === undefined ? [] : [`${delay}ms`];
  const often = times === undefined ? [] : [times === 1 ? 'once' : `${times}x`];
  return [action, op, ...range, ...late, ...often].join(' ');
}

/** The change as a line that {@link readChanges} reads. */
export function lineOf(change: Change): string {
  switch (change.type) {
    case 'quantity':
      return `${endsText(change.ends)}${change.quantity.word} ${quantityText(change.quantity, change.value)}`;
    case 'rule':
      return `${endsText(change.rule.ends)}${ruleText(change.rule)}`;
    case 'deed':
      return `server ${change.deed.name}${change.deed.value === undefined ? '' : ` ${change.value}`}`;
  }
}

function endsText(ends: Ends): string {
  return ends === 'both' ? '' : `${ends} `;
}

/** The rule as the network takes it. */
export function scriptedRule(rule: PacketRule): ScriptedRule {
  const { ends, action, op, blocks, delay, times } = rule;
  return {
    ...(ends !== 'both' && { sender: ends }),
    fate: actions[action],
    times: times ?? Infinity,
    ...(delay !== undefined && { delay }),
    reason: ruleText(rule),
    matches: (packet) => {
      if (op !== 'ANY' && packet.op !== op) return false;
      if (blocks === undefined) return true;
      return 'block' in packet && packet.block >= blocks.from && packet.block <= blocks.to;
    },
  };
}

/** The random faults of each end. */
export function faultsOf(changes: readonly Change[]): Partial<Record<Side, Impairment>> {
  const faults: Partial<Record<Side, Record<string, number>>> = {};
  for (const change of changes) {
    if (change.type !== 'quantity') continue;
    for (const side of change.ends === 'both' ? (['client', 'server'] as const) : [change.ends])
      (faults[side] ??= {})[change.quantity.field] = change.value;
  }
  return faults;
}

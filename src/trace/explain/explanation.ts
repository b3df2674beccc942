// What an explanation is, and the words that all explanations share.
import { say, type Printable } from '../../wire/text.ts';
import type { PacketLog } from '../record/packet-log.ts';
import { counted, grouped } from '../text/quantities.ts';
import type { Side } from '../record/event.ts';
import type { PacketRec, Rec } from '../record/side-log.ts';

/** Why something happened, in one to three sentences. */
export interface Explanation {
  /** The row of the table of rules. */
  readonly rule: string;
  readonly text: Printable;
  /** The section of an RFC that says so. */
  readonly source: Printable;
  /** No machine noted it: the packets alone make it likely. */
  readonly inferred: boolean;
  /** Which end says so, where both ends are ours. */
  readonly end?: Side | undefined;
}

/** A reason of a whole transfer. */
export interface TransferReason extends Explanation {
  /** Number of the first packet that it is about; undefined: the whole transfer. */
  readonly packet: number | undefined;
  /** How often it was so. */
  readonly count: number;
}

/** `packet 12`, `3 times, first packet 12`; empty where it is about the whole transfer. */
export function placeText({ packet, count }: TransferReason): Printable {
  if (packet === undefined) return say``;
  return count === 1 ? say`packet ${packet}` : say`${counted(count, 'time')}, first packet ${packet}`;
}

/** Its text with the end that says so: `Server: DATA 2 came again`. */
export function spoken({ text, end }: Explanation): Printable {
  if (end === undefined) return text;
  return say`${end === 'client' ? say`Client` : say`Server`}: ${text}`;
}

/** What a rule may look at. */
export interface ExplainContext {
  readonly log: PacketLog;
  /** Whether the machine's notes are there. Then nothing is guessed. */
  readonly noted: boolean;
}

/** One row of a table of rules about packets. The first rule that says something explains. */
export interface Rule<R extends Rec = PacketRec> {
  readonly name: string;
  readonly source: Printable;
  /** Undefined: the rule does not fit. */
  readonly say: (rec: R, context: ExplainContext) => Printable | undefined;
}

/** The first rule that fits; empty where none does. */
export function firstOf<R extends Rec>(
  rules: readonly Rule<R>[],
  rec: R,
  context: ExplainContext,
): readonly Explanation[] {
  for (const { name, source, say: words } of rules) {
    const text = words(rec, context);
    if (text !== undefined) return [{ rule: name, text, source, inferred: false }];
  }
  return [];
}

/** `the server` or `the client`. */
export function theSide(side: Side): Printable {
  return side === 'client' ? say`the client` : say`the server`;
}

/** The peer of the end that is looked from: `the server` or `the client`. */
export function theOther({ log }: ExplainContext): Printable {
  return theSide(log.tag.side === 'client' ? 'server' : 'client');
}

/** The text as the beginning of a sentence. */
export function capital(text: Printable): Printable {
  return (text.charAt(0).toUpperCase() + text.slice(1)) as Printable;
}

/** `1 octet`, `1,468 octets`. */
export function octets(count: number): Printable {
  return counted(count, 'octet');
}

/** `block 3`, by index: beyond 65535 the number on the wire is another one. */
export function blockName(index: number): Printable {
  return index > 65_535 ? say`block ${grouped(index)} (${index % 65_536} on the wire)` : say`block ${index}`;
}

// What an explanation is, and the words that all of them share. Imports wire's words and types.
import { say, type Printable } from '../../wire/text.ts';
import type { PacketLog } from '../record/packet-log.ts';
import { grouped } from '../text/quantities.ts';
import type { Side } from '../record/event.ts';
import type { PacketRec, Rec } from '../record/side-log.ts';

/** Why something happened, in one or two sentences. */
export interface Explanation {
  /** The row of the table of rules. */
  readonly rule: string;
  readonly text: Printable;
  /** The section that says so. */
  readonly source: Printable;
  /** Nobody told: the packets alone make it likely. */
  readonly inferred: boolean;
  /** Which end says so, where both are ours: its "we" is that end. */
  readonly end?: Side | undefined;
}

/** Its text, as spoken by the end that says so: `Server: our ACK of it was lost`. */
export function spoken({ text, end }: Explanation): Printable {
  if (end === undefined) return text;
  return say`${end === 'client' ? say`Client` : say`Server`}: ${text}`;
}

/** What a rule may look at. */
export interface ExplainContext {
  readonly transcript: PacketLog;
  /** Whether the machine's notes are there: then nothing is guessed. */
  readonly noted: boolean;
}

/** One row of a table of rules about packets: the first that tells something explains. */
export interface Rule<R extends Rec = PacketRec> {
  readonly name: string;
  readonly source: Printable;
  readonly tell: (rec: R, scene: ExplainContext) => Printable | undefined;
}

/** The first rule that has something to say. */
export function firstOf<R extends Rec>(
  rules: readonly Rule<R>[],
  rec: R,
  scene: ExplainContext,
): readonly Explanation[] {
  for (const { name, source, tell } of rules) {
    const text = tell(rec, scene);
    if (text !== undefined) return [{ rule: name, text, source, inferred: false }];
  }
  return [];
}

/** `the server` or `the client`: whoever the peer is. */
export function theOther({ transcript }: ExplainContext): Printable {
  return transcript.tag.side === 'client' ? say`the server` : say`the client`;
}

/** `1 octet`, `1,468 octets`. */
export function octets(count: number): Printable {
  return count === 1 ? say`1 octet` : say`${grouped(count)} octets`;
}

/** `block 3`, by index: beyond 65535 the number on the wire is another one. */
export function blockName(index: number): Printable {
  return index > 65_535 ? say`block ${grouped(index)} (${index % 65_536} on the wire)` : say`block ${index}`;
}

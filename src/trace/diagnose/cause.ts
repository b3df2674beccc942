// What a cause is: a row that reads the evidence and says what follows from it. The manual's table is made of the rows.
import { errorText } from '../../wire/codes.ts';
import type { ErrorPacket } from '../../wire/packet.ts';
import { join, printable, raw, say, type Printable } from '../../wire/text.ts';
import type { Side } from '../record/event.ts';
import { counted } from '../text/quantities.ts';
import type { PacketRec } from '../record/side-log.ts';
import { summaryWords } from '../../wire/summary.ts';
import { cut } from '../text/columns.ts';
import type { Evidence } from './evidence.ts';

/** `failure`: it ended the transfer. `trouble`: it cost time or data. `note`: worth knowing, nothing went wrong. */
export type Level = 'failure' | 'trouble' | 'note';

/** What a row found. */
export interface Found {
  readonly text: Printable;
  /** Packets that prove it, by number, in the order of time. */
  readonly packets?: readonly number[];
  /** Instead of the remedy of the row. */
  readonly remedy?: string;
}

export interface CauseRow {
  /** For programs and tests. */
  readonly name: string;
  readonly level: Level;
  /** For the manual: the cause, what shows it, what to do. In `remedy`, `{…}` is a command of the shell. */
  readonly cause: string;
  readonly evidence: string;
  readonly remedy: string;
  /** Weaker causes for the same evidence: they are left out if this one is found. */
  readonly covers?: readonly string[];
  /** Undefined: the evidence does not show this cause. */
  readonly find: (evidence: Evidence) => Found | undefined;
}

/** `DATA 3 (packet 8)`. */
export function named(rec: PacketRec): Printable {
  const { op } = rec.packet;
  const name =
    op === 'DATA' || op === 'ACK'
      ? say`${printable(op)} ${blockOf(rec)}`
      : op === 'ERROR'
        ? cut(summaryWords(rec.packet), 64, false)
        : printable(op);
  return say`${name} (packet ${rec.number})`;
}

function blockOf({ packet }: PacketRec): number {
  return packet.op === 'DATA' || packet.op === 'ACK' ? packet.block : 0;
}

/** The text of an ERROR; if it has none, what its code means. */
export function messageOf({ code, message }: ErrorPacket): Printable {
  return raw(message) === '' ? printable(errorText(code)) : printable(message, 128);
}

/** `once`, `twice`, `5 times`. */
export function times(count: number): Printable {
  return count === 1 ? say`once` : count === 2 ? say`twice` : counted(count, 'time');
}

export function listed(parts: readonly Printable[]): Printable {
  if (parts.length < 2) return parts[0] ?? say``;
  return say`${join(parts.slice(0, -1), say`, `)} and ${parts.at(-1) ?? say``}`;
}

export function sideName(side: Side): Printable {
  return side === 'client' ? say`client` : say`server`;
}

/** Whether the transfer failed, as far as it is known. */
export function hasFailed({ outcome, local }: Evidence): boolean {
  return local !== undefined || outcome?.ok === false;
}

/** Whether all was sent, and the last ACK did not come. */
export function isUnconfirmed({ outcome }: Evidence): boolean {
  return outcome?.ok === true && !outcome.confirmed;
}

/** Whether it got no further: it failed, or its capture ends without an end of the file. */
export function isStuck(evidence: Evidence): boolean {
  return hasFailed(evidence) || (evidence.outcome === undefined && evidence.vantage === 'outside');
}

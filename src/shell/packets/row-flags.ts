// The flags --filter and --packets of the commands that have them. The caret points at the wrong word in a filter, not
// at all of it.
import { parseFilter } from '../../trace/capture/filter.ts';
import type { LadderRow } from '../../trace/ladder/ladder.ts';
import type { PacketLog } from '../../trace/record/packet-log.ts';
import { say, type Printable } from '../../wire/text.ts';
import type { Call } from '../language/command.ts';
import type { Word } from '../language/parse.ts';
import { readSpan } from '../language/units.ts';
import type { Output } from '../session/output.ts';
import type { NamedFilter } from '../session/view.ts';
import { filterRows } from './packet-filter.ts';

/** Which rows of a ladder are wanted; an absent part wants all. */
export interface RowChoice {
  readonly filter: NamedFilter | undefined;
  /** Numbers of packets. */
  readonly packets: { readonly from: number; readonly to: number } | undefined;
}

/** @returns what the flags choose, or the exit status of a wrong flag. */
export function readRowChoice(call: Call, output: Pick<Output, 'misuse'>): RowChoice | number {
  const filter = readFilter(call, output);
  if (typeof filter === 'number') return filter;
  const word = call.flags.get('--packets');
  const packets = word === undefined ? undefined : readSpan(word.text);
  if (word !== undefined && packets === undefined)
    return output.misuse(call, word, say`--packets takes a range of packet numbers, such as 8..20.`);
  return { filter, packets };
}

/** Whether the first wanted packet is beyond the last one of the transfer. */
export function isBeyond({ packets }: RowChoice, { total }: Pick<PacketLog, 'total'>): boolean {
  return packets !== undefined && packets.from > total;
}

/** What is said where the filter leaves no row; undefined: it leaves some, or there is none. */
export function nothingPasses(rows: readonly LadderRow[], { filter }: RowChoice): Printable | undefined {
  return filter === undefined || rows.length > 0 ? undefined : say`No packet passes the filter.`;
}

/** The rows that are wanted. Timeouts and losses between packets of the range belong to it. */
export function chooseRows(
  rows: readonly LadderRow[],
  { filter, packets }: RowChoice,
  log: PacketLog,
): readonly LadderRow[] {
  if (packets === undefined) return filterRows(rows, filter?.filter, log);
  const { from, to } = packets;
  const isIn = ({ packet }: LadderRow): boolean => packet !== undefined && packet >= from && packet <= to;
  const near = rows.slice(Math.max(0, rows.findIndex(isIn)), rows.findLastIndex(isIn) + 1);
  const chosen = near.filter((row) => row.packet === undefined || isIn(row));
  return filterRows(chosen, filter?.filter, log);
}

/** @returns the filter, undefined where none was given, or the exit status of a wrong filter. */
export function readFilter(call: Call, output: Pick<Output, 'misuse'>): NamedFilter | undefined | number {
  const word = call.flags.get('--filter');
  if (word === undefined) return undefined;
  if (word.text.trim() === '')
    return output.misuse(call, word, say`--filter needs a filter, such as "op=ERROR or block=1".`);
  const parsed = parseFilter(word.text);
  if (parsed.ok) return { text: word.text, filter: parsed.filter };
  return output.misuse(call, part(call.line, word, parsed), parsed.message);
}

/** The part of a word in the line; the whole word where quotes inside it moved its characters. */
function part(line: string, word: Word, { from, to }: { readonly from: number; readonly to: number }): Word {
  const start = line.indexOf(word.text, word.from);
  if (start < 0 || start + word.text.length > word.to) return word;
  return { text: word.text.slice(from, to), from: start + from, to: start + Math.max(to, from + 1) };
}

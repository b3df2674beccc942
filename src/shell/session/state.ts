// The shell's state and the lines of its transcript as plain data: the contract between shell and ui.
// Rule: every text here is printable.
import { printable, say, type Printable } from '../../wire/text.ts';
import { cutMiddle, leastName, stringWidth } from '../editor/graphemes.ts';
import type { View } from './view.ts';

/** One line of the transcript. `kind` decides its colour; the text must be clear without colour. */
export interface Line {
  readonly kind:
    | 'echo' // the command as it was typed, with its prompt
    | 'plain'
    | 'good' // a transfer that went well
    | 'bad' // an error's first line
    | 'hint' // reason and advice
    | 'sent' // packet lines: we sent
    | 'received'
    | 'unusual' // a packet line with a remark
    | 'server'; // a line of the embedded server
  readonly text: Printable;
  /** It belongs to what was asked for, whatever its colour: a pipe gets it, in order. Else `bad` and `hint` are messages. */
  readonly isResult?: true;
}

/** A running or queued transfer, ready to draw. */
export interface TransferRow {
  readonly number: number;
  readonly kind: 'get' | 'put';
  readonly name: Printable;
  /** Where the file goes: the local name of a get, the remote name of a put. */
  readonly to: Printable;
  readonly state: 'starting' | 'asking' | 'moving' | 'finishing' | 'queued';
  /** Its place in the queue, from 1; undefined once it runs. */
  readonly place: number | undefined;
  /** When it started; undefined while it is queued. */
  readonly began: Date | undefined;
  readonly octets: number;
  readonly size: number | undefined;
  /** Octets a second, measured over about the last second. */
  readonly rate: number | undefined;
  /** Milliseconds until the end, if they can be estimated. */
  readonly left: number | undefined;
  readonly resent: number;
  readonly block: number;
  readonly rtt: number | undefined;
  readonly mode: 'octet' | 'netascii';
  readonly blksize: number | undefined;
  readonly windowsize: number | undefined;
  readonly background: boolean;
}

/** `fw.bin`, or `fw.bin → copy.bin` where the file gets another name or directory. */
export function pathText({ name, to }: Pick<TransferRow, 'name' | 'to'>, arrow: string): Printable {
  const base = name.slice(name.lastIndexOf('/') + 1);
  return to === name || to === base ? name : say`${name} ${printable(arrow)} ${to}`;
}

/** {@link pathText} in at most `width` columns: each name is cut if both do not fit. */
export function shortPath(
  row: Pick<TransferRow, 'name' | 'to'>,
  width: number,
  { arrow, more }: { readonly arrow: string; readonly more: string },
): Printable {
  const path = pathText(row, arrow);
  const cut = (name: Printable, room: number): Printable => cutMiddle(name, room, printable(more));
  if (path === row.name || stringWidth(path) <= width) return cut(path, width);
  const room = width - stringWidth(arrow) - 2;
  const half = Math.floor(room / 2);
  // Two names of which little is left say less than one.
  if (half < leastName) return cut(row.name, width);
  const name = cut(row.name, Math.max(half, room - stringWidth(row.to)));
  return say`${name} ${printable(arrow)} ${cut(row.to, room - stringWidth(name))}`;
}

/** What `abort` takes: the number of a running transfer, `q2` for the second in the queue. */
export function abortWord({ number, place }: Pick<TransferRow, 'number' | 'place'>): string {
  return place === undefined ? String(number) : `q${place}`;
}

/** The embedded server in one line. */
export interface ServerRow {
  readonly listening: Printable;
  readonly root: Printable;
  readonly writable: boolean;
  readonly active: number;
  readonly done: number;
  readonly failed: number;
}

/** A question to the user: `(to)`, `(file)`, overwrite y/n. Enter or one of its keys answers, Ctrl-C cancels. */
export interface Question {
  readonly id: number;
  readonly text: Printable;
  /** One of these keys answers it at once; what else is typed is the next line. Undefined: a typed line answers. */
  readonly keys?: readonly string[] | undefined;
}

/** Work in the foreground that takes long. */
export interface LongWork {
  /** What Ctrl-C ends: `reading`, or a command. */
  readonly kind: string;
  /** How far it is: `reading lab.pcapng: 43 %`. */
  readonly text: Printable;
}

export interface ShellState {
  readonly prompt: Printable;
  readonly transfers: readonly TransferRow[];
  readonly server: ServerRow | undefined;
  readonly question: Question | undefined;
  /** Work that takes long. */
  readonly longWork?: LongWork | undefined;
  /** A foreground transfer runs: Ctrl-C aborts it. */
  readonly foreground: boolean;
  /** Counts `clear`: when it changes, a view empties its screen. */
  readonly cleared?: number;
  /** The full-screen view that a command shows, until its `close` is called. */
  readonly view?: View | undefined;
  /** The exit status, once the shell has ended. */
  readonly leaving: number | undefined;
}

export interface Completion {
  /** What the word becomes, quoted where needed, with a blank unless the word may go on. */
  readonly value: string;
  readonly label: Printable;
  readonly note: Printable | undefined;
}

export interface Completions {
  /** Start of the word to replace, in UTF-16 units of the line. */
  readonly from: number;
  readonly items: readonly Completion[];
  /** How many more choices exist that `items` leaves out; Infinity if they were not counted. */
  readonly beyond?: number;
  /** The common beginning of all choices, if it is longer than the typed word. */
  readonly grown?: string;
  /** One sentence about choices that are missing. */
  readonly notice?: Printable | undefined;
}

/** The question before running transfers are aborted. */
export function quitQuestion(running: number): Printable {
  return running === 1
    ? say`1 transfer is running. Abort it and quit?`
    : say`${running} transfers are running. Abort them and quit?`;
}

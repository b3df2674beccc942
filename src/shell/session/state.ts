// What a view may know: the shell's state as plain data, and the lines of its transcript.
// Everything here is printable. Contract between shell and ui.
import { say, type Printable } from '../../wire/text.ts';
import type { View } from './view.ts';

/** One line of transcript. Colour follows `kind`; the words must do without. */
export interface Line {
  readonly kind:
    | 'echo' // the command as it was typed, with its prompt
    | 'plain'
    | 'good' // a transfer that went well
    | 'bad' // an error's first line
    | 'hint' // reason and advice
    | 'sent' // packet lines: we sent
    | 'received'
    | 'unusual' // a packet line that carries a remark
    | 'server'; // what the embedded server did
  readonly text: Printable;
}

/** A transfer that runs, ready to draw. */
export interface TransferRow {
  readonly number: number;
  readonly kind: 'get' | 'put';
  readonly name: Printable;
  readonly state: 'starting' | 'asking' | 'moving' | 'finishing' | 'queued';
  readonly octets: number;
  readonly size: number | undefined;
  /** Octets a second over the last second or so. */
  readonly rate: number | undefined;
  /** Milliseconds to go, where it can be told. */
  readonly left: number | undefined;
  readonly resent: number;
  readonly block: number;
  readonly rtt: number | undefined;
  readonly mode: 'octet' | 'netascii';
  readonly blksize: number | undefined;
  readonly windowsize: number | undefined;
  readonly background: boolean;
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

/** A sub-prompt: `(to)`, `(file)`, overwrite y/n. Enter answers, Ctrl-C cancels. */
export interface Question {
  readonly id: number;
  readonly text: Printable;
}

export interface ShellState {
  readonly prompt: Printable;
  readonly transfers: readonly TransferRow[];
  readonly server: ServerRow | undefined;
  readonly question: Question | undefined;
  /** A foreground transfer runs: Ctrl-C aborts it. */
  readonly foreground: boolean;
  /** Counts `clear`: when it changes, a view empties its screen. */
  readonly cleared?: number;
  /** A full-screen view that a command asked for; it is gone once its `close` was called. */
  readonly view?: View | undefined;
  /** Set when the shell is over: the exit status. */
  readonly leaving: number | undefined;
}

export interface Completion {
  /** What the word becomes, quoted where needed. */
  readonly value: string;
  readonly label: Printable;
  readonly note: Printable | undefined;
}

export interface Completions {
  /** Start of the word to replace, in UTF-16 units of the line. */
  readonly from: number;
  readonly items: readonly Completion[];
  /** Choices that are not among `items`; Infinity: nobody counted them. */
  readonly beyond?: number;
  /** What the word becomes before one is chosen: where all of them begin with more than was typed. */
  readonly grown?: string;
  /** One sentence about what is not there. */
  readonly notice?: Printable | undefined;
}

/** The question before running transfers are aborted. */
export function quitQuestion(running: number): Printable {
  return running === 1
    ? say`1 transfer is running. Abort it and quit? (y/n)`
    : say`${running} transfers are running. Abort them and quit? (y/n)`;
}

// Full-screen views as data: what a view shows, and the functions that it may call. The contract between shell and ui.
// Rule: every text is printable, except the packet logs, whose text the functions of trace make printable.
import type { ConversationSummary } from '../../trace/capture/record.ts';
import type { Printable } from '../../wire/text.ts';
import type { Scene } from '../step/scene.ts';
import type { Filter } from '../packets/packet-filter.ts';
import type { TransferView } from '../packets/transfer-view.ts';
import type { Line } from './state.ts';

/** A filter, and the text from which it was read. */
export interface NamedFilter {
  readonly text: string;
  readonly filter: Filter;
}

/** One transfer: its ladder, or a packet of it. */
export interface LadderView {
  readonly kind: 'ladder' | 'packet';
  readonly transfer: TransferView;
  /** The number of the packet that is shown first. */
  readonly packet: number | undefined;
  readonly filter: NamedFilter | undefined;
  /** A ladder is played row by row, at this multiple of its speed; undefined: all rows are shown at once. */
  readonly play?: number | undefined;
  /** Writes the transfer to a file; resolves with a sentence about the result. Never rejects. */
  readonly exportTo: (path: string) => Promise<Printable>;
  /** Must be called when the user leaves the view. */
  readonly close: () => void;
}

/** A conversation as a list shows it. */
export interface ListRow {
  readonly number: number;
  readonly cells: Readonly<Record<ListColumn, Printable>>;
  /** All that is known about it, for wide screens. */
  readonly detail: readonly Printable[];
  readonly unusual: boolean;
}

/** Columns of a list, in order. */
export const listColumns = [
  'number',
  'start',
  'op',
  'file',
  'client',
  'server',
  'outcome',
  'octets',
  'resent',
  'time',
] as const;
export type ListColumn = (typeof listColumns)[number];

/** A line of a page. */
export interface PageLine {
  readonly text: Printable;
  /** It stands out, and n finds it. */
  readonly isUnusual?: boolean;
}

/** A page of text. */
export interface Page {
  readonly title: Printable;
  /** The lines for a window of so many columns. */
  readonly lines: (columns: number) => readonly PageLine[];
}

/** The conversations of a capture, during and after reading. */
export interface ListView {
  readonly kind: 'list';
  readonly name: Printable;
  /** The first filter. */
  readonly filter: NamedFilter | undefined;
  /** More conversations arrive over time: the newest is selected first. */
  readonly grows: boolean;
  /** All conversations, ordered by number. */
  readonly all: () => readonly ConversationSummary[];
  /** The conversations that match. */
  readonly passing: (filter: Filter) => readonly ConversationSummary[];
  readonly row: (summary: ConversationSummary) => ListRow;
  /** The state of the capture in parts, the most important first. */
  readonly standing: () => readonly Printable[];
  /** @returns whether anything has changed. */
  readonly refresh: () => boolean;
  /** The ladder of a transfer, or a sentence that says why it cannot be shown. Never rejects. */
  readonly look: (
    number: number,
    signal: AbortSignal,
    progress?: (done: number) => void,
  ) => Promise<Omit<LadderView, 'close'> | Printable>;
  /** The page of `stats` or `explain` about a transfer, or a sentence that says why not. Never rejects. */
  readonly read: (
    number: number,
    about: 'stats' | 'explain',
    signal: AbortSignal,
    progress?: (done: number) => void,
  ) => Promise<Page | Printable>;
  /** Extracts the transfer's file into a directory, or exports its picture. Resolves with a sentence. Never rejects. */
  readonly save: (number: number, path: string) => Promise<Printable>;
  /** Must be called when the user leaves the view; `filter` is its last filter. */
  readonly close: (filter: NamedFilter | undefined) => void;
}

/** Columns of the running transfers of our server, in order. */
export const servedColumns = ['peer', 'op', 'file', 'done', 'block', 'rate', 'rtt', 'resent'] as const;
export type ServedColumn = (typeof servedColumns)[number];

/** A running transfer of our server. */
export interface ServedRow {
  readonly number: number;
  readonly cells: Readonly<Record<ServedColumn, Printable>>;
}

/** Something that holds for our server: `rules`, `none for names`. */
export interface ServerFact {
  readonly name: Printable;
  readonly text: Printable;
}

/** Columns of the clients of our server, in order. */
export const clientColumns = ['client', 'requests', 'failed', 'octets', 'last'] as const;
export type ClientColumn = (typeof clientColumns)[number];

/** A line of the log of our server. */
export interface LogRow {
  /** Unique in a run; later lines have larger ones. */
  readonly id: number;
  /** The transfer or the refused request that it is about; undefined: none. */
  readonly transfer: number | undefined;
  readonly text: Printable;
  readonly isFailure: boolean;
}

/** Our server while it runs: its transfers and its log. */
export interface ServerView {
  readonly kind: 'server';
  /** Where it listens, what it offers, since when. */
  readonly title: () => Printable;
  /** Its counters in parts. */
  readonly counts: () => readonly Printable[];
  readonly running: () => readonly ServedRow[];
  /** Where there is little room, the last ones are shown. */
  readonly facts: () => readonly ServerFact[];
  /** The `count` most active clients. */
  readonly clients: (count: number) => readonly Readonly<Record<ClientColumn, Printable>>[];
  /** Oldest first. */
  readonly log: () => readonly LogRow[];
  /** @returns whether anything has changed. */
  readonly refresh: () => boolean;
  /** The ladder of a transfer or of a refused request, or a sentence that says why it cannot be shown. */
  readonly look: (number: number) => Omit<LadderView, 'close'> | Printable;
  /** Aborts a running transfer. @returns a sentence. */
  readonly abort: (number: number) => Printable;
  /** Stops the server, and then closes the view. */
  readonly stop: () => void;
  /** The server ends with the view: it is all that this program does. */
  readonly isWhole: boolean;
  /** Must be called when the user leaves the view. */
  readonly close: () => void;
}

/** A page of text that is taller than the screen. */
export interface PageView {
  readonly kind: 'page';
  readonly page: Page;
  /** Must be called when the user leaves the view. */
  readonly close: () => void;
}

/** Step mode: the held packet. */
export interface StepView {
  readonly kind: 'step';
  /** Undefined: no packet is held now. */
  readonly scene: () => Scene | undefined;
  /** Runs a line of the shell. @returns what it printed. Never rejects. */
  readonly run: (line: string) => Promise<readonly Line[]>;
  /** Must be called when the user leaves the view. */
  readonly close: () => void;
}

export type View = LadderView | ListView | PageView | ServerView | StepView;

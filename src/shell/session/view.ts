// A full-screen view as the shell asks for one: what is to be seen, and what the view may do.
// Contract between shell and ui; everything printable but the transcript, which trace's own folds make so.
import type { ConversationSummary } from '../../trace/capture/record.ts';
import type { Printable } from '../../wire/text.ts';
import type { Filter } from '../packets/packet-filter.ts';
import type { TransferView } from '../packets/transfer-view.ts';

/** A filter and how it was written. */
export interface NamedFilter {
  readonly text: string;
  readonly filter: Filter;
}

/** One transfer: its ladder, or a packet of it. */
export interface LadderView {
  readonly kind: 'ladder' | 'packet';
  readonly transfer: TransferView;
  /** The packet to begin at. */
  readonly packet: number | undefined;
  readonly filter: NamedFilter | undefined;
  /** Writes the transfer to a file; answers what became of it. Never rejects. */
  readonly exportTo: (path: string) => Promise<Printable>;
  /** The view is left; `lines` stay in the transcript. */
  readonly close: (lines: readonly Printable[]) => void;
}

/** A conversation as a list shows it. */
export interface ListRow {
  readonly number: number;
  readonly cells: Readonly<Record<ListColumn, Printable>>;
  /** All that is known of it, for where there is room. */
  readonly detail: readonly Printable[];
  readonly unusual: boolean;
}

/** Columns of a list, in order. */
export const listColumns = [
  'number',
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

/** A page of text about a transfer. */
export interface Page {
  readonly title: Printable;
  readonly lines: readonly Printable[];
}

/** The conversations of a capture, while it is read or after. */
export interface ListView {
  readonly kind: 'list';
  readonly name: Printable;
  /** What it begins with. */
  readonly filter: NamedFilter | undefined;
  /** More conversations come as time goes on: the newest is looked at first. */
  readonly grows: boolean;
  /** By number, in order. */
  readonly all: () => readonly ConversationSummary[];
  /** Those that pass. */
  readonly passing: (filter: Filter) => readonly ConversationSummary[];
  readonly row: (summary: ConversationSummary) => ListRow;
  /** How the capture stands, in parts, most important first. */
  readonly standing: () => readonly Printable[];
  /** @returns whether anything is other than it was. */
  readonly refresh: () => boolean;
  /** The ladder of a transfer; a text: why there is none. Never rejects. */
  readonly look: (number: number, signal: AbortSignal) => Promise<Omit<LadderView, 'close'> | Printable>;
  /** What `stats` and `explain` say of it. Never rejects. */
  readonly read: (
    number: number,
    about: 'stats' | 'explain',
    signal: AbortSignal,
  ) => Promise<Page | Printable>;
  /** Takes the transfer's file into a directory, or exports its picture; answers what became of it. Never rejects. */
  readonly save: (number: number, path: string) => Promise<Printable>;
  /** The view is left, with this filter. */
  readonly close: (filter: NamedFilter | undefined) => void;
}

export type View = LadderView | ListView;

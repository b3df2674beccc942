// A full-screen view as the shell asks for one: what is to be seen, and what the view may do.
// Contract between shell and ui; everything printable but the transcript, which trace's own folds make so.
import type { Printable } from '../wire/text.ts';
import type { Filter } from './filtering.ts';
import type { Seen } from './records.ts';
import type { Session } from './session.ts';

/** A filter and how it was written. */
export interface NamedFilter {
  readonly text: string;
  readonly filter: Filter;
}

export interface View {
  readonly kind: 'ladder' | 'packet';
  readonly seen: Seen;
  /** The packet to begin at. */
  readonly packet: number | undefined;
  readonly filter: NamedFilter | undefined;
  /** Writes the transfer to a file; answers what became of it. Never rejects. */
  readonly exportTo: (path: string) => Promise<Printable>;
  /** The view is left; `lines` stay in the transcript. */
  readonly close: (lines: readonly Printable[]) => void;
}

/** Whether a view can be drawn: somebody sits at a terminal that belongs to us. */
export function mayView(session: Session): boolean {
  return session.deps.echo && session.asks;
}

/** Shows a view; resolves with the exit status when it is left. */
export function showView(session: Session, view: Omit<View, 'close'>): Promise<number> {
  return new Promise((resolve) => {
    const close = (lines: readonly Printable[]): void => {
      if (session.state.view !== shown) return;
      session.store.update({ view: undefined });
      session.print(lines);
      resolve(0);
    };
    const shown: View = { ...view, close };
    session.store.flush();
    session.store.update({ view: shown });
  });
}

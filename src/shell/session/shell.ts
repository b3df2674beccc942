// The shell as a view sees it: type lines into it, read state and transcript from it. Contract.
// Both the Ink interface and the plain one drive this and nothing else.
import type { Completions, Line, ShellState } from './state.ts';

export interface Shell {
  readonly state: ShellState;
  /** State changed, at most ten times a second. @returns a function that ends it. */
  subscribe(listener: () => void): () => void;
  /** Lines for the transcript, in batches, at most ten times a second while much happens. */
  onLines(listener: (lines: readonly Line[]) => void): () => void;
  /** Runs one line; resolves with its exit status when the line is done (a background transfer: at once). Never rejects. */
  submit(line: string): Promise<number>;
  /** Answers the open question; undefined cancels it. */
  answer(id: number, value: string | undefined): void;
  /** What the word that ends at `cursor` may become; soon, also where a disk is slow. Never rejects. */
  complete(line: string, cursor: number): Promise<Completions>;
  /** Earlier lines, oldest first. */
  history(): readonly string[];
  /** Ctrl-C: aborts what runs in the foreground; tells otherwise how to leave. Twice at an empty prompt leaves. */
  interrupt(): void;
  /** Ends everything: transfers are aborted, the server is closed. Resolves when nothing of ours is left. */
  close(): Promise<void>;
}

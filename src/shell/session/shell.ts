// The shell as an interface sees it: it takes lines, and it gives state and transcript.
// Rule: this is the contract between shell and ui; the Ink interface uses nothing else of the session.
import type { Completions, Line, ShellState } from './state.ts';

export interface Shell {
  readonly state: ShellState;
  /** Calls `listener` after changes of the state, at most ten times a second. @returns a function that ends this. */
  subscribe(listener: () => void): () => void;
  /** Calls `listener` with batches of transcript lines, at most ten times a second. @returns a function that ends this. */
  onLines(listener: (lines: readonly Line[]) => void): () => void;
  /** Runs one line. Resolves with its exit status when it is done, for a background transfer at once. Never rejects. */
  submit(line: string): Promise<number>;
  /** Answers the open question; undefined cancels it. */
  answer(id: number, value: string | undefined): void;
  /** The completions of the word that ends at `cursor`. Resolves soon even if a disk is slow. Never rejects. */
  complete(line: string, cursor: number): Promise<Completions>;
  /** Earlier lines, oldest first. */
  history(): readonly string[];
  /** Ctrl-C: interrupts the line that runs. Without one it says how to quit; a second time within two seconds it quits. */
  interrupt(): void;
  /** The user typed something: the next Ctrl-C is a first one again. */
  typed(): void;
  /** Aborts transfers and closes the server. Resolves when all sockets and files are closed. */
  close(): Promise<void>;
}

// The commands of `serve --on-upload` and `--on-download`: one runs for each file that a client has stored or read, without
// a shell. Rule: bounded in number, in time and in what it may print; a command never delays the server.
import { durationText, grouped } from '../../trace/text/quantities.ts';
import { printable, say } from '../../wire/text.ts';
import type { Printable } from '../../wire/text.ts';
import type { Clock } from '../../network/clock.ts';
import { parse } from '../language/parse.ts';
import type { LogEntry } from './log/log-lines.ts';

/** Commands at a time, commands that wait for their turn, milliseconds of one, and lines of its output that are kept. */
const limits = { running: 4, waiting: 100, time: 60_000, lines: 20 } as const;

/** A file on our disk that a client has stored (put) or read (get). */
export interface FinishedTransfer {
  readonly kind: 'put' | 'get';
  readonly path: string;
  readonly client: string;
}

export interface TransferCommandsDeps {
  readonly clock: Clock;
  /** Starts a program with its arguments. Resolves with its exit status; never rejects. */
  readonly run: (
    words: readonly string[],
    signal: AbortSignal,
    onLine: (text: Printable) => void,
  ) => Promise<number>;
  readonly report: (...entry: LogEntry) => void;
}

/** The words of a command line; undefined if it has a mistake. The rules are those of a line of the shell. */
export function commandWords(line: string): readonly string[] | undefined {
  const parsed = parse(line);
  return parsed.type === 'command' && !parsed.background ? parsed.words.map(({ text }) => text) : undefined;
}

/** The words of the setting serve-on-upload or serve-on-download. */
export function transferCommand(setting: string): readonly string[] | undefined {
  return setting === 'none' ? undefined : commandWords(setting);
}

export class TransferCommands {
  readonly #deps: TransferCommandsDeps;
  readonly #waiting: (() => Promise<void>)[] = [];
  #running = 0;
  #stop = new AbortController();

  constructor(deps: TransferCommandsDeps) {
    this.#deps = deps;
  }

  /** Runs `words` for `transfer` when it is its turn. `{path}` and `{client}` are replaced inside of each word. */
  add(words: readonly string[], transfer: FinishedTransfer): void {
    const refusal = this.#refusal(words, transfer);
    if (refusal !== undefined) {
      this.#ended(transfer, { status: -1, ms: 0, output: [], text: say`${refusal}: not run` });
      return;
    }
    const filled = words.map((word) =>
      word.replaceAll(/\{(path|client)\}/g, (_, key: 'path' | 'client') => transfer[key]),
    );
    this.#waiting.push(() => this.#run(filled, transfer));
    this.#next();
  }

  #refusal(words: readonly string[], { path }: FinishedTransfer): Printable | undefined {
    if (this.#waiting.length >= limits.waiting) return say`too many transfers wait for their command`;
    // Node passes text to a program: an octet that is not UTF-8 would become U+FFFD, which names another file.
    if (!path.isWellFormed() && words.some((word) => word.includes('{path}')))
      return say`the path is not UTF-8, and a program gets it as UTF-8 only`;
    return undefined;
  }

  /** Ends the commands that run, and forgets the others. */
  stop(): void {
    this.#waiting.length = 0;
    this.#stop.abort();
    this.#stop = new AbortController();
  }

  #next(): void {
    if (this.#running >= limits.running) return;
    const start = this.#waiting.shift();
    if (start === undefined) return;
    this.#running += 1;
    void start().finally(() => {
      this.#running -= 1;
      this.#next();
    });
  }

  async #run(words: readonly string[], transfer: FinishedTransfer): Promise<void> {
    const { clock, run } = this.#deps;
    const began = clock.now();
    const late = new AbortController();
    const timer = clock.after(limits.time, () => late.abort(), false);
    const output: Printable[] = [];
    const status = await run(words, AbortSignal.any([late.signal, this.#stop.signal]), (line) => {
      if (output.length < limits.lines) output.push(line);
    });
    timer.cancel();
    const ms = clock.now() - began;
    this.#ended(transfer, { status, ms, output, text: resultText(status, ms, late.signal.aborted, output) });
  }

  #ended(
    { kind, path, client }: FinishedTransfer,
    {
      status,
      ms,
      output,
      text,
    }: { status: number; ms: number; output: readonly Printable[]; text: Printable },
  ): void {
    const shown = printable(path, 4096);
    const event = kind === 'put' ? 'upload-command' : 'download-command';
    this.#deps.report(
      { event, path: shown, client, status, ms: Math.round(ms), output },
      say`command for ${shown}: ${text}`,
    );
  }
}

function resultText(status: number, ms: number, isLate: boolean, output: readonly Printable[]): Printable {
  const last = output.at(-1);
  const said = last === undefined ? say`` : say`: ${last}`;
  if (isLate) return say`ended after ${durationText(ms)}, which is the limit${said}`;
  const took = durationText(ms);
  return status === 0 ? say`done in ${took}${said}` : say`exit status ${grouped(status)} in ${took}${said}`;
}

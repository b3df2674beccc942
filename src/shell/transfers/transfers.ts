// The transfers of this session: the queue (one in the foreground, others beside it), their rows while they run,
// and what became of them. Nothing ticks while nothing runs. Never imports commands.
import { refreshInterval } from '../../trace/text/refresh.ts';
import type { TftpError } from '../../engine/tftp-error.ts';
import type { Progress, Transfer, TransferResult } from '../../engine/transfer.ts';
import type { Clock, Timer } from '../../network/clock.ts';
import type { Printable } from '../../wire/text.ts';
import type { TransferRow } from '../session/state.ts';

/** What is about to move. */
export interface Move {
  readonly kind: 'get' | 'put';
  readonly name: Printable;
  readonly mode: 'octet' | 'netascii';
  readonly background: boolean;
  readonly start: () => Transfer;
}

/** A transfer that is over. */
export interface Past {
  readonly number: number;
  readonly kind: 'get' | 'put';
  readonly name: Printable;
  readonly outcome:
    | { readonly ok: true; readonly result: TransferResult }
    | { readonly ok: false; readonly error: TftpError; readonly progress: Progress | undefined };
}

interface Entry {
  readonly move: Move;
  /** Known once it has started; before that, counted down from −1 so that rows have a key. */
  number: number;
  transfer: Transfer | undefined;
  cancelled: boolean;
  readonly samples: { readonly at: number; readonly octets: number }[];
}

/** A rate is told over the last second or so. */
const rateSpan = 1200;
const kept = 1000;

/** Thrown in place of a transfer that was cancelled while it waited for its turn. */
export class Cancelled extends Error {
  override readonly name = 'Cancelled';
}

export class Transfers {
  readonly #past: Past[] = [];
  #lingering: Promise<unknown> = Promise.resolve();
  #scriptLine: Printable | undefined;
  readonly #clock: Clock;
  readonly #changed: (rows: readonly TransferRow[], foreground: boolean) => void;
  readonly #entries = new Set<Entry>();
  #turn: Promise<unknown> = Promise.resolve();
  readonly #settling: (() => void)[] = [];
  #closed = false;
  #queued = 0;
  #timer: Timer | undefined;

  constructor(clock: Clock, changed: (rows: readonly TransferRow[], foreground: boolean) => void) {
    this.#clock = clock;
    this.#changed = changed;
  }

  /** Those that are over, oldest first, as far as they are kept. */
  get past(): readonly Past[] {
    return this.#past;
  }

  /** The number of the newest one; 0 before the first. */
  get newest(): number {
    return Math.max(0, this.#past.at(-1)?.number ?? 0, ...this.rows().map(({ number }) => number));
  }

  /** Resolves when transfers that saw loss no longer answer repeated packets. */
  get lingering(): Promise<unknown> {
    return this.#lingering;
  }

  /** The last get or put as one line of a script, for `show command`. */
  get scriptLine(): Printable | undefined {
    return this.#scriptLine;
  }

  keepScriptLine(line: Printable): void {
    this.#scriptLine = line;
  }

  /** Whether any is running or waiting. */
  get busy(): boolean {
    return this.#entries.size > 0;
  }

  get foreground(): boolean {
    return [...this.#entries].some(({ move }) => !move.background);
  }

  /** Runs `work` when the foreground is free: whatever asked earlier comes first. */
  inTurn<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#turn.then(work);
    this.#turn = result.catch(() => undefined);
    return result;
  }

  /** Shows `moves` as waiting. Each is then to be started, or all are to be dropped. */
  queue(moves: readonly Move[]): readonly QueuedMove[] {
    const entries = moves.map((move): Entry => {
      const number = -++this.#queued;
      return { move, number, transfer: undefined, cancelled: this.#closed, samples: [] };
    });
    for (const entry of entries) this.#entries.add(entry);
    this.#tell();
    return entries.map((entry) => ({
      start: () => this.#start(entry),
      drop: () => {
        this.#entries.delete(entry);
        this.#tell();
      },
    }));
  }

  async #start(entry: Entry): Promise<TransferResult> {
    const { move } = entry;
    if (entry.cancelled) {
      this.#entries.delete(entry);
      this.#tell();
      throw new Cancelled();
    }
    try {
      const transfer = move.start();
      entry.transfer = transfer;
      entry.number = transfer.number;
      this.#tell();
      if (this.#timer === undefined) this.#timer = this.#clock.after(refreshInterval, () => this.#tick());
      const result = await transfer.done;
      if (result.resent > 0) this.#lingering = Promise.all([this.#lingering, transfer.released]);
      this.#remember({
        number: transfer.number,
        kind: move.kind,
        name: move.name,
        outcome: { ok: true, result },
      });
      return result;
    } catch (error) {
      const progress = entry.transfer?.progress();
      const outcome = { ok: false, error: error as TftpError, progress } as const;
      this.#remember({ number: entry.number, kind: move.kind, name: move.name, outcome });
      throw error;
    } finally {
      this.#entries.delete(entry);
      this.#tell();
    }
  }

  /** Ends transfers: of the foreground, of all, or the one with that number. @returns how many. */
  abort(which: 'foreground' | 'all' | number): number {
    let ended = 0;
    for (const entry of this.#entries) {
      if (which === 'foreground' && entry.move.background) continue;
      if (typeof which === 'number' && entry.number !== which) continue;
      entry.cancelled = true;
      entry.transfer?.abort();
      ended++;
    }
    return ended;
  }

  /** Ends all, for good. Resolves when what ran has told its peer and left nothing behind. */
  async close(): Promise<void> {
    // A command under way may be about to start one.
    this.#closed = true;
    this.abort('all');
    await this.#turn;
    if (this.#entries.size === 0) return;
    await new Promise<void>((resolve) => this.#settling.push(resolve));
  }

  /** The rows of what runs or waits. */
  rows(): readonly TransferRow[] {
    return [...this.#entries].map((entry) => this.#row(entry));
  }

  #remember(past: Past): void {
    this.#past.push(past);
    if (this.#past.length > kept) this.#past.shift();
  }

  #tick(): void {
    this.#timer = undefined;
    if (this.#entries.size === 0) return;
    this.#tell();
    this.#timer = this.#clock.after(refreshInterval, () => this.#tick());
  }

  #tell(): void {
    this.#changed(this.rows(), this.foreground);
    if (this.#entries.size === 0) for (const settle of this.#settling.splice(0)) settle();
  }

  #row(entry: Entry): TransferRow {
    const { move, transfer, number } = entry;
    const common = { number, kind: move.kind, name: move.name, mode: move.mode, background: move.background };
    if (transfer === undefined) return { ...common, ...waiting };
    const progress = transfer.progress();
    const rate = this.#rate(entry, progress);
    const { octets, size, terms, resent, block, rtt } = progress;
    const left =
      size !== undefined && rate !== undefined && rate > 0 ? ((size - octets) / rate) * 1000 : undefined;
    return {
      ...common,
      state: progress.state === 'done' || progress.state === 'failed' ? 'finishing' : progress.state,
      octets,
      size,
      rate,
      left: left === undefined ? undefined : Math.max(0, left),
      resent,
      block,
      rtt,
      blksize: terms?.blksize,
      windowsize: terms?.windowsize,
    };
  }

  #rate({ samples }: Entry, { octets }: Progress): number | undefined {
    const now = this.#clock.now();
    if (samples.at(-1)?.at !== now) samples.push({ at: now, octets });
    while (samples.length > 2 && (samples[1]?.at ?? 0) <= now - rateSpan) samples.shift();
    const first = samples[0];
    if (first === undefined || now - first.at < refreshInterval) return undefined;
    return ((octets - first.octets) / (now - first.at)) * 1000;
  }
}

/** A transfer that waits: start it, or drop it. */
export interface QueuedMove {
  readonly start: () => Promise<TransferResult>;
  readonly drop: () => void;
}

const waiting = {
  state: 'queued',
  octets: 0,
  size: undefined,
  rate: undefined,
  left: undefined,
  resent: 0,
  block: 0,
  rtt: undefined,
  blksize: undefined,
  windowsize: undefined,
} as const;

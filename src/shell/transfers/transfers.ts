// The transfers of this session: the queue, the row of each while it runs, and the results.
// Rules: the foreground runs one command at a time; the timer runs only while a transfer runs. A transfer that finds no free
// descriptor waits until another ends.
import { TftpError } from '../../engine/tftp-error.ts';
import type { Progress, Transfer, TransferResult } from '../../engine/transfer.ts';
import { codeOf } from '../../files/problem.ts';
import type { Clock, Timer } from '../../network/clock.ts';
import type { Printable } from '../../wire/text.ts';
import { abortWord, type TransferRow } from '../session/state.ts';

/** A transfer that a command wants to run. */
export interface PlannedTransfer {
  readonly kind: 'get' | 'put';
  readonly name: Printable;
  /** Where the file goes: the local name of a get, the remote name of a put. */
  readonly to: Printable;
  readonly mode: 'octet' | 'netascii';
  readonly background: boolean;
  /** Whether `start` may be called again: nothing of a pipe is lost. */
  readonly mayRestart: boolean;
  readonly start: () => Transfer;
}

/** A transfer that is over. */
export interface PastTransfer {
  readonly number: number;
  readonly kind: 'get' | 'put' | 'stat';
  readonly name: Printable;
  readonly to: Printable;
  /** When it started. */
  readonly began: Date;
  readonly outcome:
    | { readonly ok: true; readonly result: TransferResult }
    /** Of a stat: the size that the server reports. */
    | { readonly ok: true; readonly result?: undefined; readonly size: number | undefined }
    | { readonly ok: false; readonly error: TftpError; readonly progress: Progress | undefined };
}

/** An exam that is over: its transfers are one row. */
export interface PastExam {
  /** The number of its first transfer. */
  readonly number: number;
  readonly last: number;
  readonly count: number;
  /** The command, and the server that it asked. */
  readonly name: Printable;
  readonly began: Date;
}

interface Entry {
  readonly plan: PlannedTransfer;
  /** The transfer's number once it has started. Before that a negative number, so that each row has a key. */
  number: number;
  transfer: Transfer | undefined;
  /** When it started. */
  began: Date | undefined;
  cancelled: boolean;
  /** Ends its wait for a descriptor; undefined: it does not wait for one. */
  goOn?: (() => void) | undefined;
  readonly samples: { readonly at: number; readonly octets: number }[];
}

/** Milliseconds between two updates of the rows. To draw them takes 5 ms of the thread that moves the file. */
const rowInterval = 250;
/** Milliseconds over which a rate is measured. */
const rateSpan = 1200;
/** Milliseconds after which there is a rate. */
const rateStart = 100;
/** The largest number of past transfers, and of past exams, that are remembered. */
const mostPast = 1000;

/** Rejects {@link QueuedTransfer.start} if the transfer was cancelled while it was queued. */
export class Cancelled extends Error {
  override readonly name = 'Cancelled';
}

export interface TransfersEvents {
  readonly changed: (rows: readonly TransferRow[], foreground: boolean) => void;
  /** The transfer of this number is about to be aborted. */
  readonly aborting?: (number: number) => void;
  /** No descriptor is free: a transfer waits until another ends. Called for the first of those that wait. */
  readonly crowded?: () => void;
}

export class Transfers {
  readonly #past: PastTransfer[] = [];
  readonly #exams: PastExam[] = [];
  #scriptLine: Printable | undefined;
  readonly #clock: Clock;
  readonly #events: TransfersEvents;
  readonly #entries = new Set<Entry>();
  /** Transfers that are done and still answer repeated packets. */
  readonly #dallying = new Set<Transfer>();
  #turn: Promise<unknown> = Promise.resolve();
  readonly #whenEmpty: (() => void)[] = [];
  #closed = false;
  #queued = 0;
  #timer: Timer | undefined;

  constructor(clock: Clock, events: TransfersEvents) {
    this.#clock = clock;
    this.#events = events;
  }

  /** The transfers that have ended, oldest first. Only the last 1,000 are kept. */
  get past(): readonly PastTransfer[] {
    return this.#past;
  }

  /** The exams that have ended, oldest first. Only the last 1,000 are kept. */
  get exams(): readonly PastExam[] {
    return this.#exams;
  }

  /** The number of the newest transfer; 0 before the first. */
  get newest(): number {
    return Math.max(0, this.#past.at(-1)?.number ?? 0, ...this.rows().map(({ number }) => number));
  }

  /** The last get or put as one line of a script, for `show command`. */
  get scriptLine(): Printable | undefined {
    return this.#scriptLine;
  }

  keepScriptLine(line: Printable): void {
    this.#scriptLine = line;
  }

  /** Whether any transfer is running or queued. */
  get busy(): boolean {
    return this.#entries.size > 0;
  }

  get foreground(): boolean {
    return [...this.#entries].some(({ plan }) => !plan.background);
  }

  /** Runs `work` when the foreground is free, in the order of the calls. */
  inTurn<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#turn.then(work);
    this.#turn = result.catch(() => undefined);
    return result;
  }

  /** Adds one that did not go through the queue. */
  add(past: PastTransfer): void {
    this.#remember(past);
  }

  addExam(exam: PastExam): void {
    this.#exams.push(exam);
    if (this.#exams.length > mostPast) this.#exams.shift();
  }

  /** Shows the transfers as queued. The caller must then start or drop each of them. */
  queue(plans: readonly PlannedTransfer[]): readonly QueuedTransfer[] {
    const entries = plans.map((plan): Entry => {
      const number = -++this.#queued;
      return { plan, number, transfer: undefined, began: undefined, cancelled: this.#closed, samples: [] };
    });
    for (const entry of entries) this.#entries.add(entry);
    this.#notify();
    return entries.map((entry) => ({
      number: () => entry.number,
      start: () => this.#start(entry),
      drop: () => {
        this.#entries.delete(entry);
        this.#notify();
      },
    }));
  }

  async #start(entry: Entry): Promise<TransferResult> {
    try {
      for (let isLast = false; ; isLast = this.#isAlone(entry)) {
        if (entry.cancelled) throw new Cancelled();
        const result = await this.#run(entry, isLast);
        if (result !== undefined) return result;
      }
    } finally {
      this.#entries.delete(entry);
      this.#crowded()[0]?.goOn?.();
      this.#notify();
    }
  }

  /** Those that wait for a descriptor, the first to go on first. */
  #crowded(): readonly Entry[] {
    return [...this.#entries].filter(({ goOn }) => goOn !== undefined);
  }

  /** Whether no other transfer runs. */
  #isAlone(entry: Entry): boolean {
    return ![...this.#entries].some((other) => other !== entry && other.transfer !== undefined);
  }

  /** @returns undefined: no descriptor was free, and it is worth another try. If `isLast`, that is an error. */
  async #run(entry: Entry, isLast: boolean): Promise<TransferResult | undefined> {
    const { plan } = entry;
    const began = this.#clock.wall();
    const past = { kind: plan.kind, name: plan.name, to: plan.to, began };
    try {
      entry.began = began;
      const transfer = plan.start();
      entry.transfer = transfer;
      entry.number = transfer.number;
      this.#notify();
      if (this.#timer === undefined) this.#timer = this.#clock.after(rowInterval, () => this.#tick());
      const result = await transfer.done;
      this.#dallying.add(transfer);
      void transfer.released.then(() => this.#dallying.delete(transfer));
      this.#remember({ ...past, number: transfer.number, outcome: { ok: true, result } });
      return result;
    } catch (error) {
      const progress = entry.transfer?.progress();
      if (!isLast && plan.mayRestart && progress?.octets === 0 && lacksDescriptor(error))
        if (await this.#waited(entry)) return undefined;
      const outcome = { ok: false, error: error as TftpError, progress } as const;
      // What could not even start has no number.
      if (entry.transfer !== undefined) this.#remember({ ...past, number: entry.number, outcome });
      throw error;
    }
  }

  /**
   * Queues the transfer again until another one ends. Where only waiting ones are left, it goes on at once: they hold no
   * descriptor any more.
   * @returns false: there is nothing to wait for.
   */
  async #waited(entry: Entry): Promise<boolean> {
    const isFirst = this.#crowded().length === 0;
    const isAlone = this.#isAlone(entry);
    const isDallying = this.#dallying.size > 0;
    if (isAlone && isFirst && !isDallying) return false;
    Object.assign(entry, { transfer: undefined, began: undefined, number: -++this.#queued });
    this.#notify();
    if (!isAlone && !isDallying) {
      if (isFirst) this.#events.crowded?.();
      await new Promise<void>((resolve) => (entry.goOn = resolve));
      entry.goOn = undefined;
    }
    await this.#endDallying();
    return true;
  }

  /** A new transfer needs the descriptors more than those that are done. */
  async #endDallying(): Promise<void> {
    const dallying = [...this.#dallying];
    for (const transfer of dallying) transfer.release();
    await Promise.all(dallying.map(({ released }) => released));
  }

  /** Aborts the transfers in the foreground, all transfers, or the one that {@link abortWord} names so. @returns how many. */
  abort(which: 'foreground' | 'all' | { readonly word: string }): number {
    const rows = new Map(this.rows().map((row) => [row.number, row]));
    let ended = 0;
    for (const entry of this.#entries) {
      if (which === 'foreground' && entry.plan.background) continue;
      const row = rows.get(entry.number);
      if (typeof which === 'object' && (row === undefined || abortWord(row) !== which.word)) continue;
      entry.cancelled = true;
      this.#events.aborting?.(entry.number);
      entry.transfer?.abort();
      entry.goOn?.();
      // A queued one is out of the queue at once; its command says so when its turn comes.
      if (row?.place !== undefined) this.#entries.delete(entry);
      ended++;
    }
    if (ended > 0) this.#notify();
    return ended;
  }

  /** Aborts all transfers and lets no new one start. Resolves when each has sent its ERROR and removed its partial file. */
  async close(): Promise<void> {
    // A running command may be about to start another transfer.
    this.#closed = true;
    this.abort('all');
    await this.idle();
  }

  /** Waits until no transfer is running or queued. */
  async idle(): Promise<void> {
    await this.#turn;
    if (this.#entries.size === 0) return;
    await new Promise<void>((resolve) => this.#whenEmpty.push(resolve));
  }

  /** The rows of the transfers that run or are queued. */
  rows(): readonly TransferRow[] {
    let queued = 0;
    return [...this.#entries].map((entry) =>
      this.#row(entry, entry.transfer === undefined ? ++queued : undefined),
    );
  }

  #remember(past: PastTransfer): void {
    this.#past.push(past);
    if (this.#past.length > mostPast) this.#past.shift();
  }

  #tick(): void {
    this.#timer = undefined;
    if (this.#entries.size === 0) return;
    this.#notify();
    this.#timer = this.#clock.after(rowInterval, () => this.#tick());
  }

  #notify(): void {
    this.#events.changed(this.rows(), this.foreground);
    if (this.#entries.size === 0) for (const settle of this.#whenEmpty.splice(0)) settle();
  }

  #row(entry: Entry, place: number | undefined): TransferRow {
    const { plan, transfer, number } = entry;
    const { kind, name, to, mode, background } = plan;
    const common = { number, kind, name, to, mode, background, place, began: entry.began };
    if (transfer === undefined) return { ...common, ...queuedFigures };
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
    if (first === undefined || now - first.at < rateStart) return undefined;
    return ((octets - first.octets) / (now - first.at)) * 1000;
  }
}

/** A transfer in the queue. */
export interface QueuedTransfer {
  /** Starts the transfer; resolves with its result. */
  readonly start: () => Promise<TransferResult>;
  /** Its number once it has started; negative before. */
  readonly number: () => number;
  /** Removes it from the queue without starting it. */
  readonly drop: () => void;
}

/** Whether a transfer could not start because this process may not open another file or socket. */
function lacksDescriptor(error: unknown): boolean {
  if (!(error instanceof TftpError)) return false;
  const { failure, cause } = error;
  if (failure.by === 'file') return failure.problem === 'exhausted';
  return failure.by === 'network' && failure.reason === 'no-local-port' && noDescriptor.has(codeOf(cause));
}

const noDescriptor: ReadonlySet<string> = new Set(['EMFILE', 'ENFILE']);

const queuedFigures = {
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

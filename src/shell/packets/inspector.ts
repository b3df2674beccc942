// Transfers to look at after the fact: out of the ring, or out of a capture that was opened.
// Rule: reading builds what is asked for and nothing else; nothing here runs while packets move. Never imports commands.
import type { PacketLog } from '../../trace/record/packet-log.ts';
import type { Side, Tag, TraceEvent } from '../../trace/record/event.ts';
import { Statistics, type Figures } from '../../trace/figures/statistics.ts';
import { SideLog } from '../../trace/record/side-log.ts';
import type { Printable } from '../../wire/text.ts';
import type { CaptureWriter } from '../captures/capture-writer.ts';
import type { Filter } from './packet-filter.ts';
import type { Opened } from '../captures/capture-file.ts';
import { ringTransfer } from './ring-transfer.ts';
import type { Session } from '../session/session.ts';

/** One side of one transfer, for every view. */
export interface TransferView {
  readonly number: number;
  /** Joined from both ends, where both are ours. */
  readonly transcript: PacketLog;
  /** What that one end saw: a capture has one observer. */
  readonly own: SideLog;
  /** What is not there, in words; undefined where all is. */
  readonly lacks: Printable | undefined;
  /** Nanoseconds since 1970 UTC at which its clock was 0; undefined: our own clock. */
  readonly epoch?: bigint;
  figures(): Figures;
  /** Adds what has happened since. @returns whether anything had. */
  refresh(): boolean;
}

interface Chosen {
  readonly number: number;
  /** The newest transfer of ours when it was chosen: a newer one is looked at instead. */
  readonly newest: number;
}

/** What views may ask for. */
export class Inspector {
  /** The capture that is being written. */
  capturing: { readonly capturing: CaptureWriter; readonly name: Printable } | undefined;
  /** The capture that an error ended, until it is asked for or another one begins. */
  broken: { readonly name: Printable; readonly status: number } | undefined;
  /** What packet lines are narrowed to. */
  traceFilter: Filter | undefined;
  readonly #session: Session;
  #chosen: Chosen | undefined;
  #opened: { readonly capture: Opened; readonly newest: number } | undefined;

  constructor(session: Session) {
    this.#session = session;
  }

  /** The capture that is looked at; a transfer of ours since then comes before it. */
  get capture(): Opened | undefined {
    return this.#opened?.newest === this.#newest() ? this.#opened.capture : undefined;
  }

  /** Looks at a capture, or, with undefined, at our own transfers again. */
  look(capture: Opened | undefined): void {
    this.#opened = capture === undefined ? undefined : { capture, newest: this.#newest() };
    this.#chosen = undefined;
  }

  /** The number that is meant where none is given; undefined where there is no transfer at all. */
  current(): number | undefined {
    const newest = this.#newest();
    if (this.#chosen?.newest === newest) return this.#chosen.number;
    const { capture } = this;
    if (capture !== undefined) return first(capture.list.summaries);
    return newest === 0 ? this.#numbers().at(-1) : newest;
  }

  /** Every number that can be asked for, in order. */
  numbers(): readonly number[] {
    const { capture } = this;
    return capture === undefined ? this.#numbers() : [...capture.list.summaries.keys()];
  }

  /** The transfer of that number, or the one looked at last; from now on that one is meant. */
  async find(number = this.current(), side?: Side): Promise<TransferView | undefined> {
    const seen = number === undefined ? undefined : await this.peek(number, side);
    if (seen !== undefined) this.choose(seen.number);
    return seen;
  }

  /** From now on that transfer is meant where none is named. */
  choose(number: number): void {
    this.#chosen = { number, newest: this.#newest() };
  }

  /** The transfer of that number; which one is meant stays as it is. */
  async peek(number: number, side?: Side): Promise<TransferView | undefined> {
    const { capture } = this;
    return capture === undefined ? this.#remembered(number, side) : capture.find(number);
  }

  /** Tells that a capture could not be written. It is no command that fails: the status is of what goes on beside. */
  captureFailed(name: Printable, error: unknown): number {
    const status = this.#session.fail(error, { verb: 'capture', name });
    this.#session.inBackground(Promise.resolve(status));
    return status;
  }

  /** Ends the capture that is being written, if any. */
  async close(): Promise<void> {
    const { capturing } = this;
    this.capturing = undefined;
    await capturing?.capturing.stop().catch((error: unknown) => this.captureFailed(capturing.name, error));
  }

  #remembered(number: number, side: Side | undefined): TransferView | undefined {
    const { ring } = this.#session.deps;
    return ring === undefined ? undefined : ringTransfer(ring, number, side);
  }

  /** The newest transfer of our client. */
  #newest(): number {
    const { transfers } = this.#session;
    const running = transfers.rows().map(({ number }) => number);
    return Math.max(0, transfers.past.at(-1)?.number ?? 0, ...running);
  }

  #numbers(): readonly number[] {
    const found = new Set<number>();
    this.#session.deps.ring?.read(0, ({ transfer }) => {
      if (transfer !== 0) found.add(transfer);
      return false;
    });
    return [...found].sort((a, b) => a - b);
  }
}

function first(summaries: ReadonlyMap<number, unknown>): number | undefined {
  const [number] = summaries.keys();
  return number;
}

/** A transfer of which all events are at hand. */
export function transferViewOf(
  tag: Tag,
  events: readonly TraceEvent[],
  more: Partial<TransferView> = {},
): TransferView {
  const statistics = new Statistics(tag.side);
  for (const event of events) statistics.add(event);
  const transcript = new SideLog(tag, events);
  return {
    ...{ number: tag.transfer, transcript, own: transcript },
    lacks: undefined,
    figures: () => statistics.figures(),
    refresh: () => false,
    ...more,
  };
}

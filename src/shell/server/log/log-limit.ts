// Keeps the log of our server readable in a flood: lines of one kind above a number a second are counted, not written.
// Rule: only what anybody can cause with one forged datagram is counted. A finished transfer always has its line.
import type { Clock, Timer } from '../../../network/clock.ts';
import { grouped } from '../../../trace/text/quantities.ts';
import { printable, say } from '../../../wire/text.ts';
import type { Printable } from '../../../wire/text.ts';
import type { LoggedEvent } from './log-lines.ts';

/** Lines of one kind in one second, for one address and in all. */
const mostForAddress = 10;
const mostInAll = 100;
/** Milliseconds after which the counts are written. */
const second = 1000;
/** Addresses that are counted apart in one second. */
const mostAddresses = 1000;

const limited: ReadonlySet<string> = new Set(['started', 'refused', 'failed', 'probe']);

/** The lines of one kind in the present second. */
interface Counts {
  written: number;
  readonly byAddress: Map<string, number>;
  left: number;
  /** Addresses of the lines that were left out; the one address, if there is only one. */
  readonly from: Set<string>;
  readonly kind: string;
}

export class LogLimit {
  readonly #clock: Pick<Clock, 'after'>;
  readonly #write: (entry: LoggedEvent) => void;
  readonly #counts = new Map<string, Counts>();
  #timer: Timer | undefined;

  constructor(clock: Pick<Clock, 'after'>, write: (entry: LoggedEvent) => void) {
    this.#clock = clock;
    this.#write = write;
  }

  /** Writes the entry, or counts it. `address`: whose request it was. */
  add(entry: LoggedEvent, address: string): void {
    const [data] = entry;
    // The server itself counts what it drops.
    if (data.event !== 'served' || !limited.has(data.what) || this.#mayWrite(data, address))
      this.#write(entry);
  }

  /** Writes what was counted, and begins to count anew. */
  flush(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    const counted = [...this.#counts];
    this.#counts.clear();
    for (const [what, { left, from, kind }] of counted) {
      if (left === 0) continue;
      const [only = ''] = from;
      const address = from.size === 1 ? printable(only) : say``;
      this.#write([
        { event: 'served', what, peer: address, kind, file: say``, more: left },
        moreText(what, left, from.size === 1 ? address : say`${manyText(from.size)} addresses`),
      ]);
    }
  }

  #mayWrite({ what, kind }: { readonly what: string; readonly kind: string }, address: string): boolean {
    this.#timer ??= this.#clock.after(second, () => this.flush(), false);
    let counts = this.#counts.get(what);
    if (counts === undefined) {
      counts = { written: 0, byAddress: new Map(), left: 0, from: new Set(), kind };
      this.#counts.set(what, counts);
    }
    const own = counts.byAddress.get(address) ?? 0;
    if (own < mostForAddress && counts.written < mostInAll) {
      counts.written += 1;
      counts.byAddress.set(address, own + 1);
      return true;
    }
    counts.left += 1;
    if (counts.from.size < mostAddresses) counts.from.add(address);
    return false;
  }
}

function moreText(what: string, left: number, from: Printable): Printable {
  return say`… and ${grouped(left)} more like this (${printable(what)}) from ${from}`;
}

function manyText(addresses: number): Printable {
  return addresses < mostAddresses ? grouped(addresses) : say`over ${grouped(mostAddresses)}`;
}

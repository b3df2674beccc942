// What our servers were asked for and has ended, the server of the lab included, for `transfers`.
// Rule: bounded. A flood of refused requests does not displace the transfers.
import type { ServerEvent } from '../../engine/server/server.ts';
import type { Clock } from '../../network/clock.ts';
import type { Progress } from '../../engine/transfer.ts';
import { errorText } from '../../wire/codes.ts';
import type { Printable } from '../../wire/text.ts';

/** How a transfer of our server stands. */
export type ServedEnd =
  | { readonly type: 'running' }
  | { readonly type: 'complete'; readonly confirmed: boolean }
  /** Only the size was asked for. */
  | { readonly type: 'probe' }
  /** It was answered with ERROR at once. */
  | { readonly type: 'refused'; readonly code: number; readonly message: Printable }
  | { readonly type: 'failed'; readonly failure: (ServerEvent & { readonly type: 'failed' })['failure'] };

export interface ServedTransfer {
  readonly progress: Progress;
  /** When it started. */
  readonly began: Date;
  readonly end: ServedEnd;
}

/** The largest number of transfers that are remembered, and of refused requests. */
const most = 1000;

export class ServedTransfers {
  readonly #clock: Pick<Clock, 'wall'>;
  readonly #past: ServedTransfer[] = [];
  readonly #refused: ServedTransfer[] = [];
  /** When each running one started, by its number. */
  readonly #began = new Map<number, Date>();

  constructor(clock: Pick<Clock, 'wall'>) {
    this.#clock = clock;
  }

  /** Takes what a server did. */
  readonly follow = (event: ServerEvent): void => {
    switch (event.type) {
      case 'accepted':
        this.#began.set(event.number, this.#clock.wall());
        return;
      case 'complete':
        return this.#ended(event.progress, { type: 'complete', confirmed: event.confirmed });
      case 'probe':
        return this.#ended(event.progress, { type: 'probe' });
      case 'failed':
        return this.#ended(event.progress, { type: 'failed', failure: event.failure });
      case 'refused':
        return this.#ended(refusedProgress(event), refusal(event));
      case 'listening':
      case 'dropped':
      case 'broken':
      case 'closed':
    }
  };

  #ended(progress: Progress, end: ServedEnd): void {
    const list = end.type === 'refused' ? this.#refused : this.#past;
    list.push(this.#served(progress, end));
    this.#began.delete(progress.number);
    if (list.length > most) list.shift();
  }

  /** Those that have ended, by their numbers; then `active`. */
  all(active: readonly Progress[]): readonly ServedTransfer[] {
    // A number is given when a transfer starts: before that it has none.
    const running = active.filter(({ number }) => number > 0);
    const past = [...this.#past, ...this.#refused].sort((a, b) => a.progress.number - b.progress.number);
    return [...past, ...running.map((progress) => this.#served(progress, { type: 'running' }))];
  }

  #served(progress: Progress, end: ServedEnd): ServedTransfer {
    return { progress, end, began: this.#began.get(progress.number) ?? this.#clock.wall() };
  }
}

function refusal({ code, message }: ServerEvent & { readonly type: 'refused' }): ServedEnd {
  // The engine's message is already printable.
  return { type: 'refused', code, message: (message === '' ? errorText(code) : message) as Printable };
}

/** A refused request as a transfer that moved nothing. */
function refusedProgress({ number, op, file, peer }: ServerEvent & { readonly type: 'refused' }): Progress {
  return {
    ...{ number, kind: op === 'RRQ' ? 'get' : 'put', side: 'server', state: 'failed', remote: file, peer },
    ...{ octets: 0, size: undefined, terms: undefined, block: 0, resent: 0, rtt: undefined, elapsed: 0 },
  };
}

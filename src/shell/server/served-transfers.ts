// The transfers of our servers that have ended, the one of the lab included, for `transfers`.
// Rule: bounded; a request that was refused is no transfer.
import type { ServerEvent } from '../../engine/server/server.ts';
import type { Clock } from '../../network/clock.ts';
import type { Progress } from '../../engine/transfer.ts';

/** How a transfer of our server stands. */
export type ServedEnd =
  | { readonly type: 'running' }
  | { readonly type: 'complete'; readonly confirmed: boolean }
  /** Only the size was asked for. */
  | { readonly type: 'probe' }
  | { readonly type: 'failed'; readonly failure: (ServerEvent & { readonly type: 'failed' })['failure'] };

export interface ServedTransfer {
  readonly progress: Progress;
  /** When it started. */
  readonly began: Date;
  readonly end: ServedEnd;
}

/** The largest number of transfers that are remembered. */
const most = 1000;

export class ServedTransfers {
  readonly #clock: Pick<Clock, 'wall'>;
  readonly #past: ServedTransfer[] = [];
  /** When each running one started, by its number. */
  readonly #began = new Map<number, Date>();

  constructor(clock: Pick<Clock, 'wall'>) {
    this.#clock = clock;
  }

  /** Takes what a server did. */
  readonly follow = (event: ServerEvent): void => {
    if (event.type === 'accepted') this.#began.set(event.number, this.#clock.wall());
    const end = endOf(event);
    if (end === undefined || !('progress' in event)) return;
    this.#past.push(this.#served(event.progress, end));
    this.#began.delete(event.progress.number);
    if (this.#past.length > most) this.#past.shift();
  };

  /** Those that have ended, oldest first; then `active`. */
  all(active: readonly Progress[]): readonly ServedTransfer[] {
    // A number is given when a transfer starts: before that it has none.
    const running = active.filter(({ number }) => number > 0);
    return [...this.#past, ...running.map((progress) => this.#served(progress, { type: 'running' }))];
  }

  #served(progress: Progress, end: ServedEnd): ServedTransfer {
    return { progress, end, began: this.#began.get(progress.number) ?? this.#clock.wall() };
  }
}

function endOf(event: ServerEvent): ServedEnd | undefined {
  switch (event.type) {
    case 'complete':
      return { type: 'complete', confirmed: event.confirmed };
    case 'probe':
      return { type: 'probe' };
    case 'failed':
      return { type: 'failed', failure: event.failure };
    case 'listening':
    case 'accepted':
    case 'refused':
    case 'dropped':
    case 'broken':
    case 'closed':
      return undefined;
  }
}

// What a run met. A batch of runs that never met one of these proves too little, and fails.
import type { TraceEvent } from '../../src/trace/record/event.ts';

/** What each batch must meet at least once. */
export const mustHappen = [
  'wrap',
  'wrap inside a window',
  'window rollback',
  'OACK lost',
  'final ACK repeated while dallying',
  'ERROR 8 fallback',
  'eviction of a half-open transfer',
  'eviction of a slow transfer',
  'ENOSPC at write',
  'failure at sync',
  'failure at publish',
  'crash before publish',
  'crash after publish',
  'DATA too long',
  'stale packet on a reused port',
] as const;

export class Happened {
  /** How often, by name. */
  readonly counts = new Map<string, number>();
  readonly #dallying = new Set<string>();

  add(what: string, count = 1): void {
    this.counts.set(what, (this.counts.get(what) ?? 0) + count);
  }

  merge(other: Happened): void {
    for (const [what, count] of other.counts) this.add(what, count);
  }

  saw(event: TraceEvent): void {
    if (event.type === 'fate') {
      this.add(`fault: ${event.fate}`);
      if (event.fate === 'lost' && event.packet.op === 'OACK') this.add('OACK lost');
    }
    if (event.type !== 'note') return;
    const { note, tag } = event;
    const transfer = `${tag.side} ${tag.transfer}`;
    if (note.type === 'dallying') this.#dallying.add(transfer);
    if (note.type === 'rollback') this.add('window rollback');
    if (note.type === 'fallback') this.add('ERROR 8 fallback');
    if (note.type === 'duplicate' && note.answered && this.#dallying.has(transfer))
      this.add('final ACK repeated while dallying');
    if (note.type === 'ignored' && note.op === 'DATA') this.add('DATA too long');
  }

  /** A transfer of our server ended with this text. */
  ended(message: string): void {
    if (/gave way|evicted/.test(message)) this.add('eviction of a half-open transfer');
    if (message.includes('Too slow')) this.add('eviction of a slow transfer');
  }

  /** Calls of the disk that failed. */
  failures(calls: ReadonlyMap<string, number>): void {
    for (const [call, count] of calls) {
      this.add(`fault: ${call}`, count);
      if (call === 'writev') this.add('ENOSPC at write');
      if (call === 'fsync' || call === 'fdatasync') this.add('failure at sync');
      if (call === 'link' || call === 'rename') this.add('failure at publish');
    }
  }
}

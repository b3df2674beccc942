// Asks for a file's size and moves nothing (RFC 2349). Imports transfer.
import type { Machine } from '../transfer/machine.ts';
import type { Note } from '../transfer/note.ts';
import { Probe } from '../transfer/probe.ts';
import type { ClientStart } from '../transfer/side.ts';
import type { Terms } from '../transfer/terms.ts';
import type { AttemptOptions } from './attempt.ts';
import type { StatResult } from './client.ts';
import type { Direction } from './client-transfer.ts';

export class Stat implements Direction {
  readonly kind = 'get';
  readonly size = undefined;
  readonly octets = 0;
  readonly local = undefined;
  readonly warnings: readonly string[] = [];
  #terms: Terms | undefined;

  open(): Promise<void> {
    return Promise.resolve();
  }

  machine(start: ClientStart): Machine {
    return new Probe(start);
  }

  flow(): Pick<AttemptOptions, 'feed' | 'drain'> {
    return {};
  }

  noted(note: Note): void {
    if (note.type === 'negotiated') this.#terms = note.terms;
  }

  digest(): undefined {
    return undefined;
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  /** What the server told. */
  get result(): StatResult {
    const terms = this.#terms;
    const options: Record<string, string> = {};
    if (terms?.negotiated === true) {
      if (terms.blksize !== 512) options['blksize'] = String(terms.blksize);
      if (terms.windowsize !== 1) options['windowsize'] = String(terms.windowsize);
      if (terms.timeout !== undefined) options['timeout'] = String(terms.timeout);
      if (terms.tsize !== undefined) options['tsize'] = String(terms.tsize);
    }
    return { size: terms?.tsize, options };
  }
}

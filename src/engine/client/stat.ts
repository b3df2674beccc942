// Asks for a file's size and transfers at most its first block (RFC 2349).
import type { WireOption } from '../../wire/packet.ts';
import { raw } from '../../wire/text.ts';
import type { Machine } from '../../transfer/machine.ts';
import type { Note } from '../../transfer/note.ts';
import { Probe } from '../../transfer/probe.ts';
import type { ClientStart } from '../../transfer/side.ts';
import type { Terms } from '../../transfer/terms.ts';
import type { AttemptOptions } from './attempt.ts';
import type { StatResult } from './requests.ts';
import type { Direction } from './client-transfer.ts';

export class Stat implements Direction {
  readonly kind = 'get';
  readonly size = undefined;
  readonly octets = 0;
  readonly local = undefined;
  readonly warnings: readonly string[] = [];
  #probe: Probe | undefined;
  #terms: Terms | undefined;
  #accepted: readonly WireOption[] = [];

  open(): Promise<void> {
    return Promise.resolve();
  }

  machine(start: ClientStart): Machine {
    this.#accepted = start.request.options;
    this.#probe = new Probe(start);
    return this.#probe;
  }

  twin(start: ClientStart): Machine {
    return new Probe(start);
  }

  flow(): Pick<AttemptOptions, 'feed' | 'drain'> {
    return {};
  }

  onNote(note: Note): void {
    if (note.type !== 'negotiated') return;
    this.#terms = note.terms;
    this.#accepted = this.#accepted.filter(({ name }) => !note.refused.includes(raw(name)));
  }

  digest(): undefined {
    return undefined;
  }

  close(): Promise<false> {
    return Promise.resolve(false);
  }

  /** What the server answered. */
  get result(): StatResult {
    const terms = this.#terms;
    const values = new Map(Object.entries(terms ?? {}));
    const options = this.#accepted.map(({ name }) => [raw(name), String(values.get(raw(name)))] as const);
    return { size: this.#probe?.size, options: Object.fromEntries(options) };
  }
}

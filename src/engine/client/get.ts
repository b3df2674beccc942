// The local side of a get: from deliveries through the checks to a published file.
import { counted } from '../../wire/counts.ts';
import { NetasciiDecoder } from '../../wire/netascii.ts';
import { dirname } from 'node:path';
import type { Machine } from '../../transfer/machine.ts';
import { MulticastReceiver } from '../../transfer/multicast/multicast-receiver.ts';
import type { Note } from '../../transfer/note.ts';
import { Receiver } from '../../transfer/receiver.ts';
import { asksForMulticast, type ClientStart } from '../../transfer/side.ts';
import type { Sink } from '../../files/file.ts';
import { temporaryPlace } from '../../files/local/directories.ts';
import { Shelf } from '../../files/streams/shelf.ts';
import type { Experience } from '../../files/local/user-file.ts';
import type { ClientAttempt, AttemptOptions } from './attempt.ts';
import { Checks } from '../drive/checks.ts';
import type { GetRequest } from './requests.ts';
import type { Direction } from './client-transfer.ts';
import { Drain } from '../drive/drain.ts';
import { ScatteredDrain } from '../drive/scattered-drain.ts';
import { LocalProblem } from '../failure-texts.ts';
import { openDestination } from './local-ends.ts';

/** Most octets of a get where the server announced no size. */
const most = 16 * 1024 ** 3;

export class Get implements Direction {
  readonly kind = 'get';
  readonly size = undefined;
  readonly #request: GetRequest;
  readonly #experience: Experience;
  #checks: Checks;
  #sink: Sink | undefined;
  #promised: number | undefined;
  #drain: Drain | undefined;
  /** For the blocks of a multicast transfer. */
  #scattered: ScatteredDrain | undefined;
  #shelf: Shelf | undefined;

  constructor(request: GetRequest, experience: Experience) {
    this.#request = request;
    this.#experience = experience;
    this.#checks = this.#newChecks();
  }

  async open(): Promise<void> {
    this.#sink = await openDestination(this.#request.to, this.#experience);
  }

  machine(start: ClientStart): Machine {
    return asksForMulticast(start) ? new MulticastReceiver(start) : new Receiver(start);
  }

  twin(start: ClientStart): Machine {
    return this.machine(start);
  }

  flow(
    stop: (reason: unknown) => void,
    running: () => ClientAttempt | undefined,
  ): Pick<AttemptOptions, 'drain'> {
    const sink = this.#sink;
    if (sink === undefined) throw new Error('the destination is not open');
    this.#checks = this.#newChecks();
    this.#promised = undefined;
    const stored = (): void => running()?.drive.stored();
    const newDrain = (stored: () => void): Drain =>
      (this.#drain = new Drain({
        sink,
        conversion: this.#mode === 'netascii' ? new NetasciiDecoder() : undefined,
        observe: (octets) => {
          this.#checks.add(octets);
          if (this.#checks.octets > (this.#promised ?? most)) stop(this.#tooMuch());
        },
        check: () => this.#checks.finish(this.#promised),
        ...{ stored, failed: stop },
      }));
    void this.#shelf?.close();
    if (this.#request.settings?.multicast !== true) return { drain: newDrain(stored) };
    const shelf = new Shelf(this.#shelfPlace);
    const check = (end: number): void => {
      if (end > (this.#promised ?? most)) throw this.#tooMuch();
    };
    this.#shelf = shelf;
    this.#scattered = new ScatteredDrain({ shelf, drain: newDrain, check, stored, failed: stop });
    return { drain: this.#scattered };
  }

  /** Beside the file that is written: there is room for it. */
  get #shelfPlace(): string {
    const { to } = this.#request;
    return to.type === 'file' ? dirname(to.path) : temporaryPlace();
  }

  onNote(note: Note, stop: (reason: unknown) => void): void {
    if (note.type !== 'negotiated' || this.#mode !== 'octet') return;
    // A server that does not know the size sends the 0 of the request back.
    if (note.terms.tsize === undefined || note.terms.tsize === 0) return;
    this.#promised = note.terms.tsize;
    this.#sink?.expect?.(note.terms.tsize).catch(stop);
  }

  get octets(): number {
    return this.#checks.octets + (this.#scattered?.keptOctets ?? 0);
  }

  digest(): string | undefined {
    return this.#checks.digest();
  }

  async close(ok: boolean): Promise<boolean> {
    void this.#shelf?.close();
    if (!ok) {
      this.#drain?.cancel();
      await this.#sink?.discard();
    }
    return (await this.#drain?.isPublished()) ?? false;
  }

  get local(): string | undefined {
    return this.#request.to.type === 'file' ? this.#request.to.path : undefined;
  }

  get warnings(): readonly string[] {
    return this.#checks.warnings;
  }

  get #mode(): 'octet' | 'netascii' {
    return this.#request.settings?.mode ?? 'octet';
  }

  #newChecks(): Checks {
    const { sha256, hash = false } = this.#request;
    return new Checks({ sha256, hash, mode: this.#mode });
  }

  #tooMuch(): LocalProblem {
    return new LocalProblem({
      by: 'integrity',
      reason: this.#promised === undefined ? 'too-large' : 'size-mismatch',
      message:
        this.#promised === undefined
          ? `the server announced no size and sent more than ${most / 1024 ** 3} GiB`
          : `size mismatch: more than the announced ${counted(this.#promised, 'octet')}`,
    });
  }
}

// The local side of a put: from a file, a stream or memory to the chunks that a sender pulls.
import { NetasciiEncoder } from '../../wire/netascii.ts';
import type { Machine } from '../../transfer/machine.ts';
import { Sender } from '../../transfer/sender.ts';
import type { ClientStart } from '../../transfer/side.ts';
import type { Source } from '../../files/file.ts';
import type { ClientAttempt, AttemptOptions } from './attempt.ts';
import { Checks } from '../drive/checks.ts';
import type { PutRequest } from './requests.ts';
import type { Direction } from './client-transfer.ts';
import { Feed } from '../drive/feed.ts';
import { openOrigin } from './local-ends.ts';
import type { Tower } from '../tower.ts';

export class Put implements Direction {
  readonly kind = 'put';
  readonly #request: PutRequest;
  readonly #tower: Pick<Tower, 'clock' | 'readNow'>;
  #checks: Checks;
  #source: Source | undefined;
  #running: () => ClientAttempt | undefined = () => undefined;
  #feed: Feed | undefined;

  constructor(request: PutRequest, tower: Pick<Tower, 'clock' | 'readNow'>) {
    this.#request = request;
    this.#tower = tower;
    this.#checks = this.#newChecks();
  }

  async open(): Promise<void> {
    this.#source = await openOrigin(this.#request.from);
  }

  get size(): number | undefined {
    return this.#source?.size;
  }

  machine(start: ClientStart): Machine {
    return new Sender(start);
  }

  twin(start: ClientStart): Machine {
    return this.machine(start);
  }

  flow(
    stop: (reason: unknown) => void,
    running: () => ClientAttempt | undefined,
  ): Pick<AttemptOptions, 'feed'> {
    if (this.#source === undefined) throw new Error('the origin is not open');
    this.#running = running;
    // Nothing is taken before the server has agreed, so every attempt starts with the first octet.
    const checks = this.#checks;
    this.#feed ??= new Feed({
      source: this.#source,
      now: () => this.#tower.clock.now(),
      readNow: this.#tower.readNow,
      conversion: this.#mode === 'netascii' ? new NetasciiEncoder() : undefined,
      observe: (octets) => checks.add(octets),
      atEnd: () => checks.finish(this.#source?.size),
      // A feed that was replaced may still be reading.
      failed: (error) => {
        if (checks === this.#checks) stop(error);
      },
    });
    return { feed: this.#feed };
  }

  /** A stream may begin late. A source of the caller is read only when the server has agreed. */
  ready(octets: number): Promise<void> | undefined {
    return this.#request.from.type === 'stream' ? this.#feed?.ready(octets) : undefined;
  }

  async rewind(): Promise<boolean> {
    const { from } = this.#request;
    if (from.type !== 'file' && from.type !== 'memory') return false;
    this.#feed = undefined;
    this.#checks = this.#newChecks();
    await this.#source?.close();
    this.#source = await openOrigin(from);
    return true;
  }

  onNote(): void {
    // The agreed terms change nothing on the local side of a put.
  }

  get octets(): number {
    const drive = this.#running()?.drive;
    if (drive === undefined) return 0;
    return Math.min(drive.block * (drive.terms?.blksize ?? 512), this.#checks.octets);
  }

  digest(): string | undefined {
    return this.#checks.digest();
  }

  async close(): Promise<false> {
    await this.#source?.close();
    return false;
  }

  readonly local = undefined;

  get warnings(): readonly string[] {
    return this.#checks.warnings;
  }

  #newChecks(): Checks {
    const { sha256, hash = false } = this.#request;
    return new Checks({ sha256, hash, mode: this.#mode });
  }

  get #mode(): 'octet' | 'netascii' {
    return this.#request.settings?.mode ?? 'octet';
  }
}

// The engine of a session: the real one, or the lab while it is on. Commands see no difference.
// Rule: the code of the lab is loaded when it is first switched on.
import type { Lab } from '../../engine/lab/lab.ts';
import type { ServerEvent } from '../../engine/server/server.ts';
import type { Stepping, Tower } from '../../engine/tower.ts';
import type { ImpairedNetwork } from '../../network/impair/impair.ts';
import type { Peer } from '../language/remote-file.ts';
import type { Engine } from '../session/deps.ts';
import { builtInFiles } from './built-in-files.ts';

/** Milliseconds between two labs. */
const gap = 60_000;

export class LabEngine implements Engine {
  readonly #real: Engine;
  readonly #tower: Tower;
  readonly #onServed: (event: ServerEvent) => void;
  #lab: Lab | undefined;
  /** Made for the first lab: every start of the program would pay for them. */
  #files: ReadonlyMap<string, Uint8Array> | undefined;
  /** Where the clock of the next lab begins. */
  #time = 0;
  /** The server that was chosen before the lab. */
  before: Peer | undefined;

  /** @param onServed gets what the server of each lab does. */
  constructor(real: Engine, tower: Tower, onServed: (event: ServerEvent) => void) {
    this.#real = real;
    this.#tower = tower;
    this.#onServed = onServed;
  }

  /** Undefined while the lab is off. */
  get lab(): Lab | undefined {
    return this.#lab;
  }

  /** What commands impair now. */
  get impairment(): ImpairedNetwork | undefined {
    return this.#lab?.impairment ?? this.#tower.impairment;
  }

  /** The gate and the machines that transfers use now. */
  get stepping(): Stepping | undefined {
    return this.#lab?.stepping ?? this.#tower.stepping;
  }

  get client(): Engine['client'] {
    return this.#lab ?? this.#real.client;
  }

  get serve(): Engine['serve'] {
    return this.#real.serve;
  }

  get addressFor(): Engine['addressFor'] {
    return this.#real.addressFor;
  }

  /** Starts a lab from the beginning: its time is 0, and its files are the built-in ones. */
  async start(seed: number): Promise<Lab> {
    await this.stop();
    const { Lab: Started } = await import('../../engine/lab/lab.ts');
    const { bus, platform, nextNumber } = this.#tower;
    this.#files ??= builtInFiles();
    const lab = new Started({ bus, platform, nextNumber, seed, files: this.#files });
    lab.subscribe(this.#onServed);
    await lab.start(this.#time);
    this.#lab = lab;
    return lab;
  }

  async stop(): Promise<void> {
    const lab = this.#lab;
    this.#lab = undefined;
    if (lab === undefined) return;
    await lab.stop();
    this.#time = Math.ceil(lab.now / gap + 1) * gap;
  }
}

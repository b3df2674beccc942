// The session's impairments, loaded when the first is asked for: a plain transfer needs none of their code.
import type { Random } from '../../network/random.ts';
import type { Impaired, Impairments } from './impairments.ts';

export class LazyImpairments {
  readonly #impaired: Impaired;
  readonly #random: Random;
  readonly #seed: number | undefined;
  #loaded: Impairments | undefined;

  constructor(impaired: Impaired, random: Random, seed: number | undefined) {
    this.#impaired = impaired;
    this.#random = random;
    this.#seed = seed;
  }

  /** Undefined while nothing was ever impaired. */
  get current(): Impairments | undefined {
    return this.#loaded;
  }

  async load(): Promise<Impairments> {
    const { Impairments: Loaded } = await import('./impairments.ts');
    return (this.#loaded ??= new Loaded(this.#impaired, this.#random, this.#seed));
  }
}

// The session's impairments, loaded when the first is asked for: a plain transfer needs none of their code.
import type { Tower } from '../../engine/tower.ts';
import type { Impairments } from './impairments.ts';

export class LazyImpairments {
  readonly #tower: Tower;
  readonly #seed: number | undefined;
  #loaded: Impairments | undefined;

  constructor(tower: Tower, seed: number | undefined) {
    this.#tower = tower;
    this.#seed = seed;
  }

  /** Undefined while nothing was ever impaired. */
  get current(): Impairments | undefined {
    return this.#loaded;
  }

  async load(): Promise<Impairments> {
    const { Impairments: Loaded } = await import('./impairments.ts');
    return (this.#loaded ??= new Loaded(this.#tower, this.#seed));
  }
}

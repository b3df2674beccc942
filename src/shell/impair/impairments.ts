// What the session impairs: the list of changes in force, the seed, and what they did so far.
// Rule: the list is the truth. Each change sets the network's rules anew, and the seed starts from the beginning.
import { tamperBy } from '../../engine/deeds.ts';
import type { ImpairedNetwork } from '../../network/impair/impair.ts';
import { seeded, type Random } from '../../network/random.ts';
import { faultsOf, lineOf, scriptedRule, type Change } from './grammar.ts';

/** Has the network that is impaired now: the real one, or that of the lab. */
export interface Impaired {
  readonly impairment: ImpairedNetwork | undefined;
}

export class Impairments {
  readonly #impaired: Impaired;
  readonly #random: Random;
  #changes: readonly Change[] = [];
  #seed: number | undefined;

  /** `seed`: of the program's flag; undefined: one is drawn when it is first needed. */
  constructor(impaired: Impaired, random: Random, seed: number | undefined) {
    this.#impaired = impaired;
    this.#random = random;
    this.#seed = seed;
  }

  get isOn(): boolean {
    return this.#changes.length > 0;
  }

  /** What is on, as lines that `impair` reads. */
  get lines(): readonly string[] {
    return this.#changes.map(lineOf);
  }

  get changes(): readonly Change[] {
    return this.#changes;
  }

  /** The number that repeats a run. */
  get seed(): number {
    return (this.#seed ??= Math.floor(this.#random() * 1_000_000));
  }

  set seed(seed: number) {
    this.#seed = seed;
    if (this.isOn) this.#apply();
  }

  /** How often each fate happened since the last change. */
  get done(): ReadonlyMap<string, number> {
    return this.#impaired.impairment?.done ?? new Map();
  }

  /** Adds changes. A quantity of an end, and a deed, replace the one before; a value of 0 takes a quantity away. */
  add(changes: readonly Change[]): void {
    this.#changes = changes.reduce(withChange, this.#changes);
    this.#apply();
  }

  /** Impairs another network from now on, from the beginning of the seed. */
  renew(): void {
    this.#apply();
  }

  off(): void {
    this.#changes = [];
    this.#apply();
  }

  #apply(): void {
    const network = this.#impaired.impairment;
    if (!this.isOn) return network?.off();
    const scripted = this.#changes.flatMap((one) => (one.type === 'rule' ? scriptedRule(one.rule) : []));
    const deeds = this.#changes.filter((one) => one.type === 'deed');
    network?.set(
      { ...faultsOf(this.#changes), scripted },
      { random: seeded(this.seed), tamper: deeds.length > 0 ? tamperBy(deeds) : undefined },
    );
  }
}

function withChange(changes: readonly Change[], change: Change): readonly Change[] {
  if (change.type === 'rule') return [...changes, change];
  if (change.type === 'deed')
    return [...changes.filter((one) => one.type !== 'deed' || one.deed !== change.deed), change];
  const { quantity, ends, value } = change;
  const others = changes.filter(
    (one) => one.type !== 'quantity' || one.quantity !== quantity || !covers(ends, one.ends),
  );
  return value === 0 ? others : [...others, change];
}

/** Whether a change for `ends` takes the place of one for `before`. */
function covers(ends: string, before: string): boolean {
  return ends === 'both' || ends === before;
}

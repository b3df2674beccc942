// What an impaired network does to a datagram: the rules, and the decision about each datagram.
// Today only tests use it. Rule: the only state is the counts of scripted rules; random numbers are an argument.
import type { FateEvent } from '../trace/record/event.ts';
import { decode } from '../wire/decode.ts';
import type { Malformed, Packet } from '../wire/packet.ts';
import type { Random } from './random.ts';

/** Random faults. Probabilities are 0…1; a missing one is 0. */
export interface Impairment {
  readonly loss?: number;
  /** Average number of datagrams that are lost in a row. Default: 1. */
  readonly burst?: number;
  readonly duplication?: number;
  /** Milliseconds by which every datagram is delayed. Default: 0. */
  readonly delay?: number;
  /** Additional delay: a random number of milliseconds up to this one, so that datagrams may overtake. Default: 0. */
  readonly jitter?: number;
  /** Probability that a datagram is delayed by `lag`, so that later datagrams overtake it. */
  readonly reordering?: number;
  /** Milliseconds by which a reordered datagram is delayed. Default: 10. */
  readonly lag?: number;
  /** Probability that one bit changes. The checksum of UDP would usually drop such a datagram; here it arrives. */
  readonly corruption?: number;
  /** Probability that the end of a datagram is cut off. */
  readonly truncation?: number;
}

/** A fault of chosen packets: `drop DATA 3 once`. */
export interface ScriptedRule {
  readonly direction: FateEvent['direction'];
  readonly matches: (packet: Packet | Malformed) => boolean;
  readonly fate: FateEvent['fate'];
  /** Matching packets that pass first. Default: 0. */
  readonly skip?: number;
  /** Matching packets that then suffer the fate. Default: 1; Infinity for all. */
  readonly times?: number;
  /** Milliseconds, if `fate` is `delayed` or `reordered`. Default: 10. */
  readonly delay?: number;
}

export interface ImpairmentRules {
  readonly outgoing?: Impairment;
  readonly incoming?: Impairment;
  /** Tried first, in this order. A packet that one of them treats suffers no random fault. */
  readonly scripted?: readonly ScriptedRule[];
}

/** One thing done to a datagram. */
export type Fate =
  | { readonly fate: 'lost' | 'duplicated' }
  | { readonly fate: 'delayed' | 'reordered'; readonly delay: number }
  | { readonly fate: 'corrupted'; readonly at: number; readonly bit: number }
  | { readonly fate: 'truncated'; readonly length: number };

const defaultLag = 10;

/** Decides the fates of datagrams by one set of rules. */
export class FateDecider {
  readonly rules: ImpairmentRules;
  readonly #random: Random;
  /** Matching packets so far, by rule. */
  readonly #matched = new Map<ScriptedRule, number>();
  /** Directions in which the previous datagram was lost at random. */
  readonly #losing = new Set<FateEvent['direction']>();

  constructor(rules: ImpairmentRules, random: Random) {
    this.rules = rules;
    this.#random = random;
  }

  /** The fates of a datagram, in this order; usually an empty list. A lost datagram suffers nothing else. */
  decide(direction: FateEvent['direction'], octets: Uint8Array): readonly Fate[] {
    const scripted = this.#script(direction, octets);
    if (scripted !== undefined) return [scripted];
    const faults = this.rules[direction];
    return faults === undefined ? [] : this.#draw(faults, direction, octets.length);
  }

  #script(direction: FateEvent['direction'], octets: Uint8Array): Fate | undefined {
    const rules = this.rules.scripted ?? [];
    if (rules.length === 0) return undefined;
    const packet = decode(octets);
    for (const rule of rules) {
      if (rule.direction !== direction || !rule.matches(packet)) continue;
      const matched = this.#matched.get(rule) ?? 0;
      this.#matched.set(rule, matched + 1);
      const { skip = 0, times = 1 } = rule;
      if (matched >= skip && matched < skip + times)
        return this.#drawFate(rule.fate, octets.length, rule.delay ?? defaultLag);
    }
    return undefined;
  }

  #draw(faults: Impairment, direction: FateEvent['direction'], length: number): readonly Fate[] {
    if (this.#loses(faults, direction)) return [{ fate: 'lost' }];
    const fates: Fate[] = [];
    const { delay = 0, jitter = 0, lag = defaultLag } = faults;
    const late = delay + (jitter > 0 ? this.#random() * jitter : 0);
    if (this.#happens(faults.corruption)) fates.push(this.#drawFate('corrupted', length, 0));
    if (this.#happens(faults.truncation)) fates.push(this.#drawFate('truncated', length, 0));
    if (this.#happens(faults.duplication)) fates.push({ fate: 'duplicated' });
    if (late > 0) fates.push({ fate: 'delayed', delay: late });
    if (this.#happens(faults.reordering)) fates.push({ fate: 'reordered', delay: lag });
    return fates;
  }

  #loses({ loss, burst = 1 }: Impairment, direction: FateEvent['direction']): boolean {
    const likely = this.#losing.has(direction) && burst > 1 ? Math.max(loss ?? 0, 1 - 1 / burst) : loss;
    const lost = this.#happens(likely);
    if (lost) this.#losing.add(direction);
    else this.#losing.delete(direction);
    return lost;
  }

  // A fault with probability 0 draws no random number.
  #happens(probability: number | undefined): boolean {
    return probability !== undefined && probability > 0 && this.#random() < probability;
  }

  #drawFate(fate: FateEvent['fate'], length: number, delay: number): Fate {
    switch (fate) {
      case 'lost':
      case 'duplicated':
        return { fate };
      case 'delayed':
      case 'reordered':
        return { fate, delay };
      case 'corrupted':
        return { fate, at: Math.floor(this.#random() * length), bit: Math.floor(this.#random() * 8) };
      case 'truncated':
        return { fate, length: Math.floor(this.#random() * length) };
    }
  }
}

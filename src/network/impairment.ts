// What an impaired network does to a datagram: the rules, and the decision of one datagram's fate.
// Pure but for the counts of scripted rules; chance is an argument.
import type { FateEvent } from '../trace/record/event.ts';
import { decode } from '../wire/decode.ts';
import type { Malformed, Packet } from '../wire/packet.ts';
import type { Random } from './random.ts';

/** Faults by chance: probabilities are 0…1, and a missing one is 0. */
export interface Impairment {
  readonly loss?: number;
  /** Datagrams lost in a row once one is, on average; 1 by default. */
  readonly burst?: number;
  readonly duplication?: number;
  /** Milliseconds that every datagram takes. */
  readonly delay?: number;
  /** Up to so many milliseconds more, evenly drawn: a later datagram may overtake. */
  readonly jitter?: number;
  /** How likely a datagram falls behind those sent after it. */
  readonly reordering?: number;
  /** Milliseconds that it falls behind; 10 by default. */
  readonly lag?: number;
  /** How likely one bit is turned over. UDP's checksum would mostly have the datagram dropped; here it arrives. */
  readonly corruption?: number;
  /** How likely the datagram ends early. */
  readonly truncation?: number;
}

/** A fault on a chosen packet: `drop DATA 3 once`. */
export interface ScriptedRule {
  readonly direction: FateEvent['direction'];
  readonly matches: (packet: Packet | Malformed) => boolean;
  readonly fate: FateEvent['fate'];
  /** Matching packets to let pass first; 0 by default. */
  readonly skip?: number;
  /** Matching packets to treat so; 1 by default, Infinity for all. */
  readonly times?: number;
  /** Milliseconds, where `fate` is `delayed` or `reordered`; 10 by default. */
  readonly delay?: number;
}

export interface ImpairmentRules {
  readonly outgoing?: Impairment;
  readonly incoming?: Impairment;
  /** Tried first, in this order; a packet that one of them treats is spared by chance. */
  readonly scripted?: readonly ScriptedRule[];
}

/** One thing done to a datagram. */
export type Fate =
  | { readonly fate: 'lost' | 'duplicated' }
  | { readonly fate: 'delayed' | 'reordered'; readonly delay: number }
  | { readonly fate: 'corrupted'; readonly at: number; readonly bit: number }
  | { readonly fate: 'truncated'; readonly length: number };

const defaultLag = 10;

/** Decides by one set of rules. */
export class FateDecider {
  readonly rules: ImpairmentRules;
  readonly #random: Random;
  readonly #seen = new Map<ScriptedRule, number>();
  /** Directions in which the datagram before was lost by chance. */
  readonly #losing = new Set<FateEvent['direction']>();

  constructor(rules: ImpairmentRules, random: Random) {
    this.rules = rules;
    this.#random = random;
  }

  /** What happens to a datagram, in this order; nothing for most. What is lost suffers nothing else. */
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
      const seen = this.#seen.get(rule) ?? 0;
      this.#seen.set(rule, seen + 1);
      const { skip = 0, times = 1 } = rule;
      if (seen >= skip && seen < skip + times)
        return this.#deed(rule.fate, octets.length, rule.delay ?? defaultLag);
    }
    return undefined;
  }

  #draw(faults: Impairment, direction: FateEvent['direction'], length: number): readonly Fate[] {
    if (this.#loses(faults, direction)) return [{ fate: 'lost' }];
    const deeds: Fate[] = [];
    const { delay = 0, jitter = 0, lag = defaultLag } = faults;
    const late = delay + (jitter > 0 ? this.#random() * jitter : 0);
    if (this.#happens(faults.corruption)) deeds.push(this.#deed('corrupted', length, 0));
    if (this.#happens(faults.truncation)) deeds.push(this.#deed('truncated', length, 0));
    if (this.#happens(faults.duplication)) deeds.push({ fate: 'duplicated' });
    if (late > 0) deeds.push({ fate: 'delayed', delay: late });
    if (this.#happens(faults.reordering)) deeds.push({ fate: 'reordered', delay: lag });
    return deeds;
  }

  #loses({ loss, burst = 1 }: Impairment, direction: FateEvent['direction']): boolean {
    const likely = this.#losing.has(direction) && burst > 1 ? Math.max(loss ?? 0, 1 - 1 / burst) : loss;
    const lost = this.#happens(likely);
    if (lost) this.#losing.add(direction);
    else this.#losing.delete(direction);
    return lost;
  }

  // A fault that is off draws no number.
  #happens(probability: number | undefined): boolean {
    return probability !== undefined && probability > 0 && this.#random() < probability;
  }

  #deed(fate: FateEvent['fate'], length: number, delay: number): Fate {
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

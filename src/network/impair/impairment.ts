// What an impaired network does to a datagram: the rules, and the decision about each datagram.
// Rule: the only state is the counts of scripted rules and when a slow line is free; random numbers and time are arguments.
import type { FateEvent, Side } from '../../trace/record/event.ts';
import { decode } from '../../wire/decode.ts';
import type { Malformed, Packet } from '../../wire/packet.ts';
import type { Random } from '../random.ts';

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
  /** Octets a second. A datagram waits until those before it have passed. */
  readonly rate?: number;
  /** Octets of an IP packet. A datagram that needs more, with 28 octets of headers, is lost. */
  readonly mtu?: number;
}

/** Octets of the headers of IPv4 and UDP (RFC 791, RFC 768). */
const headers = 28;

/** A fault of chosen packets: `drop DATA 3 once`. */
export interface ScriptedRule {
  /** Default: both. */
  readonly direction?: FateEvent['direction'];
  /** The end that sends the packet. Default: both. */
  readonly sender?: Side;
  readonly matches: (packet: Packet | Malformed) => boolean;
  readonly fate: Fate['fate'];
  /** Matching packets that pass first. Default: 0. */
  readonly skip?: number;
  /** Matching packets that then suffer the fate. Default: 1; Infinity for all. */
  readonly times?: number;
  /** Milliseconds, if `fate` is `delayed` or `reordered`. Default: 10. */
  readonly delay?: number;
  /** The rule in words, for the trace. */
  readonly reason?: string;
}

export interface ImpairmentRules {
  readonly outgoing?: Impairment;
  readonly incoming?: Impairment;
  /** What the client sends, at whichever end it is seen first. Direction has precedence. */
  readonly client?: Impairment;
  /** What the server sends. */
  readonly server?: Impairment;
  /** Tried first, in this order. A packet that one of them treats suffers no random fault. */
  readonly scripted?: readonly ScriptedRule[];
}

/** The way of a datagram: through which side of a port, and which end sent it. */
export interface Way {
  readonly direction: FateEvent['direction'];
  readonly sender: Side;
  /** It comes from another of our ports, where the rules for its sender were applied. */
  readonly isInside?: boolean;
}

/** One thing done to a datagram. `reason`: the rule that did it, in words. */
export type Fate = { readonly reason?: string } & (
  | { readonly fate: 'lost' | 'duplicated' }
  | { readonly fate: 'delayed' | 'reordered'; readonly delay: number }
  | { readonly fate: 'corrupted'; readonly at: number; readonly bit: number }
  | { readonly fate: 'truncated'; readonly length: number }
);

const defaultLag = 10;

/** Decides the fates of datagrams by one set of rules. */
export class FateDecider {
  readonly rules: ImpairmentRules;
  readonly #random: Random;
  /** Matching packets so far, by rule. */
  readonly #matched = new Map<ScriptedRule, number>();
  /** Faults by which the previous datagram was lost at random. */
  readonly #losing = new Set<Impairment>();
  /** When a line of limited rate is free again. */
  readonly #freeAt = new Map<Impairment, number>();

  constructor(rules: ImpairmentRules, random: Random) {
    this.rules = rules;
    this.#random = random;
  }

  /** The fates of a datagram, in this order; usually an empty list. A lost datagram suffers nothing else. `now`: milliseconds. */
  decide(way: Way, octets: Uint8Array, now: number): readonly Fate[] {
    const scripted = this.#script(way, octets);
    if (scripted !== undefined) return [scripted];
    const bySender = way.isInside === true ? undefined : this.rules[way.sender];
    const faults = this.rules[way.direction] ?? bySender;
    return faults === undefined ? [] : this.#draw(faults, octets.length, now);
  }

  #script(way: Way, octets: Uint8Array): Fate | undefined {
    const rules = this.rules.scripted ?? [];
    if (rules.length === 0) return undefined;
    const packet = decode(octets);
    for (const rule of rules) {
      if (!fits(rule, way) || !rule.matches(packet)) continue;
      const matched = this.#matched.get(rule) ?? 0;
      this.#matched.set(rule, matched + 1);
      const { skip = 0, times = 1, reason } = rule;
      if (matched < skip || matched >= skip + times) continue;
      const fate = this.#drawFate(rule.fate, octets.length, rule.delay ?? defaultLag);
      return reason === undefined ? fate : { ...fate, reason };
    }
    return undefined;
  }

  #draw(faults: Impairment, length: number, now: number): readonly Fate[] {
    if (faults.mtu !== undefined && length + headers > faults.mtu)
      return [{ fate: 'lost', reason: `mtu ${faults.mtu}` }];
    if (this.#loses(faults)) return [{ fate: 'lost' }];
    const fates: Fate[] = [];
    const { delay = 0, jitter = 0, lag = defaultLag } = faults;
    const late =
      delay + (jitter > 0 ? this.#random() * jitter : 0) + this.#queued(faults, length + headers, now);
    if (this.#happens(faults.corruption)) fates.push(this.#drawFate('corrupted', length, 0));
    if (this.#happens(faults.truncation)) fates.push(this.#drawFate('truncated', length, 0));
    if (this.#happens(faults.duplication)) fates.push({ fate: 'duplicated' });
    if (late > 0) fates.push({ fate: 'delayed', delay: late });
    if (this.#happens(faults.reordering)) fates.push({ fate: 'reordered', delay: lag });
    return fates;
  }

  /** Milliseconds until a line of limited rate has carried these octets, and those before them. */
  #queued(faults: Impairment, length: number, now: number): number {
    if (faults.rate === undefined) return 0;
    const free = Math.max(now, this.#freeAt.get(faults) ?? now) + (length * 1000) / faults.rate;
    this.#freeAt.set(faults, free);
    return free - now;
  }

  #loses(faults: Impairment): boolean {
    const { loss, burst = 1 } = faults;
    const likely = this.#losing.has(faults) && burst > 1 ? Math.max(loss ?? 0, 1 - 1 / burst) : loss;
    const lost = this.#happens(likely);
    if (lost) this.#losing.add(faults);
    else this.#losing.delete(faults);
    return lost;
  }

  // A fault with probability 0 draws no random number.
  #happens(probability: number | undefined): boolean {
    return probability !== undefined && probability > 0 && this.#random() < probability;
  }

  #drawFate(fate: Fate['fate'], length: number, delay: number): Fate {
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

function fits(rule: ScriptedRule, { direction, sender, isInside = false }: Way): boolean {
  if (rule.direction !== undefined) return rule.direction === direction;
  return !isInside && (rule.sender === undefined || rule.sender === sender);
}

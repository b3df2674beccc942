// Which datagrams the gate holds: all of them, those at one end, or those from a chosen packet on. Pure.
// Rule: it follows each exchange from its first packet, so that it knows a repetition and the last block.
import { endKey, type Side, type Tag } from '../../trace/record/event.ts';
import { Numbering } from '../../trace/record/numbering.ts';
import type { Malformed, Packet } from '../../wire/packet.ts';
import { formatTid, type Tid } from '../../wire/tid.ts';

/** The packet from which everything is held. */
export type Until =
  /** DATA or ACK with this block, counted without bound. */
  | { readonly type: 'block'; readonly index: number }
  | { readonly type: 'error' }
  /** A packet that went the same way before. */
  | { readonly type: 'retransmit' }
  /** DATA that ends the file. */
  | { readonly type: 'last' };

export interface GateRule {
  /** At which end: what it sends and what it receives. */
  readonly ends: Side | 'both';
  /** Undefined: everything is held from the first packet on. */
  readonly until: Until | undefined;
}

/** A datagram at the gate. */
export interface Passing {
  readonly tag: Tag;
  readonly direction: 'sent' | 'received';
  readonly packet: Packet | Malformed;
  readonly length: number;
  readonly local: Tid;
  readonly peer: Tid;
}

export interface Judged {
  readonly holds: boolean;
  /** The same packet went the same way before. */
  readonly again: boolean;
}

/** Exchanges that are followed. */
const mostFollowed = 64;

/** Judges every datagram that passes the gate while step mode is on. */
export class GateJudge {
  #rule: GateRule;
  #isReached: boolean;
  /** By end, transfer and peer. */
  readonly #followed = new Map<string, Numbering>();

  constructor(rule: GateRule) {
    this.#rule = rule;
    this.#isReached = rule.until === undefined;
  }

  get rule(): GateRule {
    return this.#rule;
  }

  set rule(rule: GateRule) {
    this.#rule = rule;
    this.#isReached = rule.until === undefined;
  }

  /** Whether the packet that `until` names has come. */
  get isReached(): boolean {
    return this.#isReached;
  }

  judge(passing: Passing): Judged {
    const { tag, direction, packet } = passing;
    const { again, last, index } = this.#numberingOf(passing).see(passing, { direction, counts: true });
    const { ends, until } = this.#rule;
    if (ends !== 'both' && ends !== tag.side) return { holds: false, again };
    if (!this.#isReached && until !== undefined)
      this.#isReached = matches(until, { packet, again, last, index });
    return { holds: this.#isReached, again };
  }

  #numberingOf({ tag, peer }: Passing): Numbering {
    const key = `${endKey(tag)} ${formatTid(peer)}`;
    const known = this.#followed.get(key) ?? new Numbering();
    // The newest is last, so that the first one is the one to forget.
    this.#followed.delete(key);
    this.#followed.set(key, known);
    const [oldest] = this.#followed.keys();
    if (this.#followed.size > mostFollowed && oldest !== undefined) this.#followed.delete(oldest);
    return known;
  }
}

interface Facts {
  readonly packet: Packet | Malformed;
  readonly again: boolean;
  readonly last: boolean;
  readonly index: number | undefined;
}

function matches(until: Until, { packet, again, last, index }: Facts): boolean {
  switch (until.type) {
    case 'block':
      return index === until.index;
    case 'error':
      return packet.op === 'ERROR';
    case 'retransmit':
      return again;
    case 'last':
      return last && packet.op === 'DATA';
  }
}

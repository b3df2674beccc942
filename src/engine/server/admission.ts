// Decides which requests may begin a transfer now. Limits: transfers in all and per address, requests a second.
// Rule: it only counts; time is an argument.
import type { Tid } from '../../wire/tid.ts';

export interface Limits {
  /** Transfers at a time in all; one address gets at most half of them. */
  readonly transfers: number;
  /** Requests a second for one address. */
  readonly requestsPerAddress: number;
  /** Requests that one address may send at once before the rate limits it. */
  readonly burst: number;
  /** Requests a second in all. */
  readonly requests: number;
  /** ERROR packets a second that say that the server is full. */
  readonly refusals: number;
}

export const defaultLimits: Limits = {
  transfers: 512,
  requestsPerAddress: 200,
  burst: 400,
  requests: 2000,
  refusals: 10,
};

/** `admitted`, or why not: `full` is answered with ERROR (rate-limited by {@link Admission.mayRefuse}), `flood` is not answered. */
export type Verdict = 'admitted' | 'full' | 'flood';

/** Most addresses with a bucket. */
const remembered = 4096;
/** Milliseconds without a request after which an address counts as quiet: quiet addresses have precedence. */
const quiet = 1000;
/** The share of all requests a second that is reserved for quiet addresses. */
const kept = 1 / 4;

/** The default limits, with the user's in place of some. */
export function limitsFor({ maxTransfers, rate }: { maxTransfers?: number; rate?: number }): Limits {
  const perAddress = rate ?? defaultLimits.requestsPerAddress;
  return {
    ...defaultLimits,
    transfers: maxTransfers ?? defaultLimits.transfers,
    requestsPerAddress: perAddress,
    burst: Math.max(2 * perAddress, 1),
    requests: Math.max(defaultLimits.requests, perAddress),
  };
}

export class Admission {
  readonly #limits: Limits;
  readonly #active = new Map<string, number>();
  readonly #buckets = new Map<string, Bucket>();
  readonly #all: Bucket;
  readonly #refusals: Bucket;
  #total = 0;

  constructor(limits: Limits, now: number) {
    this.#limits = limits;
    this.#all = new Bucket(limits.requests, limits.requests, now);
    this.#refusals = new Bucket(limits.refusals, limits.refusals, now);
  }

  /** Counts a request that arrived; an admitted one holds a place until {@link Admission.leave}. */
  ask(peer: Tid, now: number): Verdict {
    const bucket = this.#bucket(group(peer.address), now);
    // A client that asks often may not use up the requests that are kept for the others.
    const spare = bucket.isQuiet(now) ? 0 : this.#limits.requests * kept;
    if (!bucket.take(now) || !this.#all.take(now, spare)) return 'flood';
    return this.enter(peer) ? 'admitted' : 'full';
  }

  /** Takes a place for `peer` where there is one, whatever the rates say. */
  enter(peer: Tid): boolean {
    if (this.isFull || this.hasFullShare(peer)) return false;
    const key = group(peer.address);
    this.#active.set(key, (this.#active.get(key) ?? 0) + 1);
    this.#total += 1;
    return true;
  }

  get isFull(): boolean {
    return this.#total >= this.#limits.transfers;
  }

  /** Whether the address of `peer` has all the places that one address may have. */
  hasFullShare({ address }: Tid): boolean {
    const share = Math.max(Math.ceil(this.#limits.transfers / 2), 1);
    return (this.#active.get(group(address)) ?? 0) >= share;
  }

  leave(peer: Tid): void {
    const key = group(peer.address);
    const mine = (this.#active.get(key) ?? 1) - 1;
    if (mine > 0) this.#active.set(key, mine);
    else this.#active.delete(key);
    this.#total -= 1;
  }

  /** Whether an ERROR for want of room may be sent now. */
  mayRefuse(now: number): boolean {
    return this.#refusals.take(now);
  }

  #bucket(key: string, now: number): Bucket {
    const known = this.#buckets.get(key);
    if (known !== undefined) {
      this.#buckets.delete(key);
      this.#buckets.set(key, known);
      return known;
    }
    if (this.#buckets.size >= remembered) {
      // Drops the address that was quiet longest. A busy one returns at once with a full bucket, which `requests` bounds.
      const oldest = this.#buckets.keys().next();
      if (oldest.done !== true) this.#buckets.delete(oldest.value);
    }
    const fresh = new Bucket(this.#limits.requestsPerAddress, this.#limits.burst, now);
    this.#buckets.set(key, fresh);
    return fresh;
  }
}

/** A token bucket: `rate` a second, `size` at once. */
class Bucket {
  readonly #rate: number;
  readonly #size: number;
  #tokens: number;
  #at: number;
  #asked = -Infinity;

  constructor(rate: number, size: number, now: number) {
    this.#rate = rate;
    this.#size = size;
    this.#tokens = size;
    this.#at = now;
  }

  /** Whether there was no recent request. */
  isQuiet(now: number): boolean {
    return now - this.#asked >= quiet;
  }

  /** Takes one token if more than `spare` remain. */
  take(now: number, spare = 0): boolean {
    this.#tokens = Math.min(this.#size, this.#tokens + ((now - this.#at) / 1000) * this.#rate);
    this.#at = now;
    this.#asked = now;
    if (this.#tokens < 1 + spare) return false;
    this.#tokens -= 1;
    return true;
  }
}

/** What counts as one address: an IPv4 address, or an IPv6 /64, which is what one customer has. */
export function group(address: string): string {
  if (!address.includes(':')) return address;
  const [plain = ''] = address.split('%');
  const [head = '', tail] = plain.split('::');
  const left = head === '' ? [] : head.split(':');
  const right = tail === undefined || tail === '' ? [] : tail.split(':');
  const zeros = tail === undefined ? 0 : 8 - left.length - right.length;
  return [...left, ...Array.from({ length: Math.max(zeros, 0) }, () => '0'), ...right].slice(0, 4).join(':');
}

// Decides which requests may begin a transfer now. Limits: transfers in all and per address, requests a second.
// Rule: it only counts; time is an argument.
import type { Tid } from '../../../wire/tid.ts';
import { groupsOf, Places, type GroupOf } from './places.ts';

export interface Limits {
  /** Transfers at a time in all; one address gets at most half of them. */
  readonly transfers: number;
  /** Uploads at a time in all; one address gets at most half of them. */
  readonly uploads: number;
  /** Requests a second for one address. */
  readonly requestsPerAddress: number;
  /** Requests that one address may send at once before the rate limits it. */
  readonly burst: number;
  /** Requests a second in all. */
  readonly requests: number;
  /** ERROR packets a second that say that the server is full. */
  readonly refusals: number;
  /** Transfers a second that may have to give way. */
  readonly evictions: number;
}

export const defaultLimits: Limits = {
  transfers: 512,
  uploads: 8,
  requestsPerAddress: 200,
  burst: 400,
  requests: 2000,
  refusals: 10,
  evictions: 50,
};

/** The direction of a request: uploads have places of their own besides. */
export type Op = 'RRQ' | 'WRQ';

/**
 * `admitted`, or why not: `full` (no place) and `uploads-full` (no place for an upload) are answered with ERROR
 * (rate-limited by {@link Admission.mayRefuse}), `flood` is not answered.
 */
export type Verdict = 'admitted' | 'full' | 'uploads-full' | 'flood';

/** Most addresses with a bucket. */
const remembered = 4096;
/** Milliseconds without a request after which an address counts as quiet: quiet addresses have precedence. */
const quiet = 1000;
/** The share of all requests a second that is reserved for quiet addresses. */
const kept = 1 / 4;

/** The default limits, with the user's in place of some. */
export function limitsFor({
  maxTransfers,
  maxUploads,
  rate,
}: {
  maxTransfers?: number;
  maxUploads?: number;
  rate?: number;
}): Limits {
  const perAddress = rate ?? defaultLimits.requestsPerAddress;
  return {
    ...defaultLimits,
    transfers: maxTransfers ?? defaultLimits.transfers,
    uploads: maxUploads ?? defaultLimits.uploads,
    requestsPerAddress: perAddress,
    burst: Math.max(2 * perAddress, 1),
    requests: Math.max(defaultLimits.requests, perAddress),
  };
}

export class Admission {
  readonly #limits: Limits;
  readonly #groupOf: GroupOf;
  readonly #transfers: Places;
  readonly #uploads: Places;
  readonly #buckets = new Map<string, Bucket>();
  readonly #all: Bucket;
  readonly #refusals: Bucket;
  readonly #evictions: Bucket;

  constructor(limits: Limits, now: number, groupOf: GroupOf = groupsOf([])) {
    this.#limits = limits;
    this.#groupOf = groupOf;
    this.#transfers = new Places(limits.transfers);
    this.#uploads = new Places(limits.uploads);
    this.#all = new Bucket(limits.requests, limits.requests, now);
    this.#refusals = new Bucket(limits.refusals, limits.refusals, now);
    this.#evictions = new Bucket(limits.evictions, limits.evictions, now);
  }

  /** Lowers the number of transfers at a time to `most`, for a process that can open no more files and sockets. */
  lower(most: number): void {
    this.#transfers.limit(Math.max(1, Math.min(most, this.#limits.transfers)));
  }

  /** Counts a request that arrived; an admitted one holds a place until {@link Admission.leave}. */
  ask(peer: Tid, now: number, op: Op = 'RRQ'): Verdict {
    return this.isFlood(peer, now) ? 'flood' : this.enter(peer, op);
  }

  /** Counts a request that arrived. @returns true where there are too many. */
  isFlood(peer: Tid, now: number): boolean {
    const bucket = this.#bucket(this.#groupOf(peer.address), now);
    // An address that asks often may not take what is left for the others.
    const spare = bucket.isQuiet(now) ? 0 : this.#limits.requests * kept;
    return !bucket.take(now) || !this.#all.take(now, spare);
  }

  /** Takes a place for `peer` where there is one, whatever the rates say. */
  enter(peer: Tid, op: Op): Exclude<Verdict, 'flood'> {
    const group = this.#groupOf(peer.address);
    if (!this.#transfers.hasRoomFor(group)) return 'full';
    if (op === 'WRQ' && !this.#uploads.hasRoomFor(group)) return 'uploads-full';
    this.#transfers.enter(group);
    if (op === 'WRQ') this.#uploads.enter(group);
    return 'admitted';
  }

  /** Whether the address of `peer` has all the places of that kind that one address may have. */
  hasFullShare({ address }: Tid, kind: 'full' | 'uploads-full'): boolean {
    const places = kind === 'full' ? this.#transfers : this.#uploads;
    return places.hasFullShare(this.#groupOf(address));
  }

  /** Gives the place back that `peer` took with `op`. */
  leave(peer: Tid, op: Op): void {
    const group = this.#groupOf(peer.address);
    this.#transfers.leave(group);
    if (op === 'WRQ') this.#uploads.leave(group);
  }

  /** Whether a transfer may be looked for now that gives way. */
  mayEvict(now: number): boolean {
    return this.#evictions.take(now);
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

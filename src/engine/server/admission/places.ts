// The places that transfers hold, counted by address, and what counts as one address.
// Rule: a place belongs to the work in it until that ends; it only counts.
import { isWithinAny, type Cidr } from '../../../wire/cidr.ts';

/** What one address counts as: two addresses with the same key share one limit. */
export type GroupOf = (address: string) => string;

/**
 * An IPv4 address counts alone, an IPv6 address as its /64, which is what one customer has. On a link (RFC 4291 §2.5.6) and in the networks
 * `attached` to this machine the hosts of one /64 are different clients, so each address counts alone.
 */
export function groupsOf(attached: readonly Cidr[]): GroupOf {
  return (address) => {
    if (!address.includes(':')) return address;
    if (/^fe[89ab]/i.test(address) || isWithinAny(attached, address)) return address;
    return prefix64(address);
  };
}

function prefix64(address: string): string {
  const [plain = ''] = address.split('%');
  const [head = '', tail] = plain.split('::');
  const left = head === '' ? [] : head.split(':');
  const right = tail === undefined || tail === '' ? [] : tail.split(':');
  const zeros = tail === undefined ? 0 : 8 - left.length - right.length;
  return [...left, ...Array.from({ length: Math.max(zeros, 0) }, () => '0'), ...right].slice(0, 4).join(':');
}

/** The share of the places that only addresses without a place can take. */
const keptForNew = 1 / 8;

export class Places {
  readonly #byGroup = new Map<string, number>();
  #limit: number;
  #total = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Changes the number of places. Places that are taken stay taken. */
  limit(limit: number): void {
    this.#limit = limit;
  }

  /** Whether `group` may take a place now. */
  hasRoomFor(group: string): boolean {
    const own = this.#byGroup.get(group) ?? 0;
    const kept = own === 0 ? 0 : Math.floor(this.#limit * keptForNew);
    return this.#total < this.#limit - kept && !this.hasFullShare(group);
  }

  /** Whether `group` has all the places that one address may have: half of them. */
  hasFullShare(group: string): boolean {
    return (this.#byGroup.get(group) ?? 0) >= Math.max(Math.ceil(this.#limit / 2), 1);
  }

  enter(group: string): void {
    this.#byGroup.set(group, (this.#byGroup.get(group) ?? 0) + 1);
    this.#total += 1;
  }

  leave(group: string): void {
    const own = (this.#byGroup.get(group) ?? 1) - 1;
    if (own > 0) this.#byGroup.set(group, own);
    else this.#byGroup.delete(group);
    this.#total -= 1;
  }
}

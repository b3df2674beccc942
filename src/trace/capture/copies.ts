// Tells copies that a capture made of a datagram from datagrams that were sent again. `tcpdump -i any` sees a datagram on
// each interface that it passes; a mirror port sees it when it comes in and when it goes out.
// Rule: bounded in time, and in fixed tables without garbage: every datagram of a capture passes here. The same octets on
// the same interface later on were sent again.
import type { CapturedDatagram } from './dissect/dissect.ts';

/** Nanoseconds in which a packet with an identification passes all interfaces. Identifications come back later. */
const passing = 1e9;
/** The same without an identification (IPv6, and IPv4 as some systems send it): less than any timeout of TFTP. */
const passingUnnumbered = 10e6;
/** Nanoseconds between the copies on one interface, which need an identification. */
const together = 1e6;
/** Datagrams are remembered in sets by their hash; in each set the oldest gives way. */
const sets = 4096;
const ways = 4;
/** Interfaces of one datagram. */
const maxPlaces = 8;
const compared = 64;

export class Copies {
  readonly #hashes = new Float64Array(sets * ways);
  /** When it was captured first. A free slot was long ago. */
  readonly #firsts = new Float64Array(sets * ways).fill(-Infinity);
  readonly #counts = new Uint8Array(sets * ways);
  readonly #places = new Uint32Array(sets * ways * maxPlaces);
  /** When it was captured last at that place. */
  readonly #lasts = new Float64Array(sets * ways * maxPlaces);

  /** Whether `datagram` is one that was captured before, and not another one with the same octets. */
  has(datagram: CapturedDatagram): boolean {
    const { id, place } = datagram;
    const at = Number(datagram.at);
    const hash = hashOf(datagram);
    const slot = this.#slot(hash);
    const isKnown = this.#hashes[slot] === hash && this.#firsts[slot] !== -Infinity;
    const index = isKnown ? this.#index(slot, place) : -1;
    if (isKnown && this.#isCopy(slot, index, { at, id })) {
      this.#see(slot, index, place, at);
      return true;
    }
    this.#hashes[slot] = hash;
    this.#firsts[slot] = at;
    this.#counts[slot] = 0;
    this.#see(slot, -1, place, at);
    return false;
  }

  /** Where a datagram of this hash is, or where it should go. */
  #slot(hash: number): number {
    const first = (hash % sets) * ways;
    let oldest = first;
    for (let slot = first; slot < first + ways; slot++) {
      if (this.#hashes[slot] === hash) return slot;
      if ((this.#firsts[slot] ?? 0) < (this.#firsts[oldest] ?? 0)) oldest = slot;
    }
    return oldest;
  }

  #index(slot: number, place: number): number {
    const first = slot * maxPlaces;
    const found = this.#places.subarray(first, first + (this.#counts[slot] ?? 0)).indexOf(place);
    return found < 0 ? -1 : first + found;
  }

  #isCopy(slot: number, index: number, { at, id }: { readonly at: number; readonly id: number }): boolean {
    if (index >= 0) return id !== 0 && Math.abs(at - (this.#lasts[index] ?? 0)) <= together;
    return Math.abs(at - (this.#firsts[slot] ?? 0)) <= (id === 0 ? passingUnnumbered : passing);
  }

  #see(slot: number, index: number, place: number, at: number): void {
    const count = this.#counts[slot] ?? 0;
    const where = index >= 0 ? index : slot * maxPlaces + Math.min(count, maxPlaces - 1);
    if (index < 0) this.#counts[slot] = Math.min(count + 1, maxPlaces);
    this.#places[where] = place;
    this.#lasts[where] = at;
  }
}

/** Ends, identification, length and first octets as a number of 53 bits. */
function hashOf({ from, to, id, length, payload }: CapturedDatagram): number {
  let a = 0x811c9dc5 ^ id;
  let b = length;
  const add = (value: number): void => {
    a = Math.imul(a ^ value, 0x01000193);
    b = Math.imul(b ^ value, 0x85ebca6b) + 0x9e3779b1;
  };
  for (const { address, port } of [from, to]) {
    for (let at = 0; at < address.length; at++) add(address.charCodeAt(at));
    add(port);
  }
  add(id);
  const end = Math.min(payload.length, compared);
  for (let at = 0; at < end; at++) add(payload[at] ?? 0);
  return (b >>> 0) * 0x200000 + ((a >>> 0) & 0x1fffff);
}

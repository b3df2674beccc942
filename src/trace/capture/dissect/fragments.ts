// Joins the fragments of IP packets (RFC 791 §3.2, RFC 8200 §4.5).
// Rule: bounded in packets, pieces and octets; beyond a bound the oldest packet is dropped.
import { formatAddress } from './address.ts';
import type { Carried, FragmentPlace } from './ip.ts';
import { fragmentReport, type NetworkReport } from './report.ts';

const maxPackets = 256;
const maxPieces = 2048;
const maxOctets = 4 << 20;
const maxLength = 65_535;
/** RFC 8200 §4.5: what is not whole within 60 seconds is given up; identifications come back. */
const patience = 60_000_000_000n;

const none: readonly NetworkReport[] = [];

interface Piece {
  readonly start: number;
  readonly length: number;
  /** What was captured of it, copied. */
  readonly octets: Uint8Array;
}

interface Pending {
  readonly since: bigint;
  /** In order, without overlap. */
  readonly pieces: Piece[];
  octets: number;
  /** Octets on the link that belong to the pieces. */
  covered: number;
  total: number | undefined;
  /** The first fragment: its header has the protocol. */
  first: Carried | undefined;
}

/** Fragments go in, whole packets come out. */
export class Fragments {
  readonly #pending = new Map<string, Pending>();
  #octets = 0;
  /** Packets that were given up. */
  lost = 0;
  readonly #given: NetworkReport[] = [];

  /** Octets held: never more than 4 MiB and one fragment. */
  get octets(): number {
    return this.#octets;
  }

  /** Packets that may still become whole. */
  get waiting(): number {
    return this.#pending.size;
  }

  /** Gives up what is not whole: the capture is over. */
  end(): void {
    for (const [key, pending] of this.#pending) this.#forget(key, pending);
  }

  /** What was given up since the last call. */
  takeReports(): readonly NetworkReport[] {
    return this.#given.length === 0 ? none : this.#given.splice(0);
  }

  /** Adds a fragment seen at `at`; answers the packet that it completes. */
  push(carried: Carried, place: FragmentPlace, at: bigint): Carried | undefined {
    const { source, destination, protocol } = carried;
    const version = source.length === 4 ? `4 ${protocol}` : '6';
    const key = `${version} ${place.id} ${formatAddress(source)} ${formatAddress(destination)}`;
    const held = this.#pending.get(key);
    if (held !== undefined && at - held.since > patience) this.#forget(key, held);
    const pending = this.#pending.get(key) ?? this.#begin(key, at);
    if (!this.#add(pending, carried, place)) {
      this.#forget(key, pending);
      return undefined;
    }
    if (pending.covered === pending.total && pending.first !== undefined) {
      this.#drop(key, pending);
      return assemble(pending, pending.first, pending.total);
    }
    this.#evict();
    return undefined;
  }

  #begin(key: string, since: bigint): Pending {
    const pending: Pending = { since, pieces: [], octets: 0, covered: 0, total: undefined, first: undefined };
    this.#pending.set(key, pending);
    return pending;
  }

  /** Whether the packet may still become whole. */
  #add(pending: Pending, carried: Carried, { start, more }: FragmentPlace): boolean {
    const { length } = carried;
    const end = start + length;
    // RFC 8200 §4.5: every fragment but the last is a multiple of eight octets long.
    if (length < 1 || end > maxLength || (more && length % 8 !== 0)) return false;
    if (!more && pending.total !== undefined && pending.total !== end) return false;
    const { pieces } = pending;
    let index = pieces.length;
    while (index > 0 && (pieces[index - 1]?.start ?? 0) >= start) index--;
    const next = pieces[index];
    // The same fragment again: a capture on two interfaces sees it twice.
    if (next?.start === start && next.length === length) return true;
    const before = pieces[index - 1];
    // RFC 5722 §3: overlapping fragments are an attack, the packet is dropped.
    if ((before !== undefined && before.start + before.length > start) || (next?.start ?? end) < end)
      return false;
    if (pieces.length >= maxPieces) return false;
    if (!more) pending.total = end;
    if (start === 0) pending.first = headOf(carried);
    pieces.splice(index, 0, { start, length, octets: carried.octets.slice() });
    pending.covered += length;
    pending.octets += carried.octets.length;
    this.#octets += carried.octets.length;
    return pending.total === undefined || pending.covered <= pending.total;
  }

  #evict(): void {
    for (const [key, pending] of this.#pending) {
      if (this.#pending.size <= maxPackets && this.#octets <= maxOctets) return;
      this.#forget(key, pending);
    }
  }

  #forget(key: string, pending: Pending): void {
    this.lost++;
    const { first, pieces, since, covered } = pending;
    const head = first === undefined ? undefined : { ...first, octets: pieces[0]?.octets ?? first.octets };
    const report = fragmentReport(head, since, covered);
    if (report !== undefined) this.#given.push(report);
    this.#drop(key, pending);
  }

  #drop(key: string, pending: Pending): void {
    this.#pending.delete(key);
    this.#octets -= pending.octets;
  }
}

/** A copy that keeps nothing of the frame alive. */
function headOf(carried: Carried): Carried {
  const { source, destination } = carried;
  return { ...carried, source: source.slice(), destination: destination.slice(), octets: new Uint8Array(0) };
}

/** The packet up to the first octet that was not captured. */
function assemble({ pieces }: Pending, first: Carried, total: number): Carried {
  const octets = new Uint8Array(total);
  let end = 0;
  for (const piece of pieces) {
    octets.set(piece.octets, piece.start);
    end = piece.start + piece.octets.length;
    if (piece.octets.length < piece.length) break;
  }
  return { ...first, octets: octets.subarray(0, end), length: total, fragment: undefined };
}

// Datagrams that our server drops: each is counted, and reported with its reason. A flood is reported once a second.
import type { Tid } from '../../wire/tid.ts';
import type { Clock, Timer } from '../../network/clock.ts';
import type { ReceivedDatagram } from '../../network/packet-network.ts';
import type { ServerEvent } from './types.ts';

/** Why a datagram on the listening port starts no transfer. */
export type DropReason =
  | 'not-a-request'
  | 'too-long'
  /** The address may not use the server. */
  | 'denied'
  /** No single host has the source address, or it is our own. */
  | 'unanswerable'
  /** The address, or all together, ask too often. */
  | 'too-many-requests'
  /** No place is free, and enough clients got that answer in this second. */
  | 'no-place'
  | 'stopping';

/** Milliseconds between two reports of one reason. */
const between = 1000;

/** What came since the last report. */
interface Waiting {
  readonly timer: Timer;
  count: number;
  peer: Tid;
  octets: number;
}

export class Drops {
  /** Dropped for `denied`, and for any other reason. */
  denied = 0;
  dropped = 0;
  readonly #clock: Clock;
  readonly #emit: (event: ServerEvent) => void;
  readonly #waiting = new Map<DropReason, Waiting>();

  constructor(clock: Clock, emit: (event: ServerEvent) => void) {
    this.#clock = clock;
    this.#emit = emit;
  }

  /** Counts one datagram. Only the first in a second is looked into. */
  add(reason: DropReason, datagram: ReceivedDatagram): void {
    if (reason === 'denied') this.denied += 1;
    else this.dropped += 1;
    const { from: peer, octets } = datagram;
    const waiting = this.#waiting.get(reason);
    if (waiting !== undefined) {
      waiting.count += 1;
      waiting.peer = peer;
      waiting.octets = octets.length;
      return;
    }
    this.#wait(reason, peer);
    this.#emit({ type: 'dropped', reason, peer, octets: octets.length, count: 1, ...detailOf(datagram) });
  }

  stop(): void {
    for (const { timer } of this.#waiting.values()) timer.cancel();
    this.#waiting.clear();
  }

  #wait(reason: DropReason, peer: Tid): void {
    const timer = this.#clock.after(between, () => this.#report(reason), false);
    this.#waiting.set(reason, { timer, count: 0, peer, octets: 0 });
  }

  #report(reason: DropReason): void {
    const { count = 0, peer, octets = 0 } = this.#waiting.get(reason) ?? {};
    this.#waiting.delete(reason);
    if (peer === undefined || count === 0) return;
    this.#wait(reason, peer);
    this.#emit({ type: 'dropped', reason, peer, octets, count });
  }
}

/** What the datagram asks for, as far as it can be read. */
function detailOf({
  packet,
}: ReceivedDatagram): Pick<ServerEvent & { readonly type: 'dropped' }, 'op' | 'file' | 'malformed'> {
  if (packet.op === 'malformed') return { malformed: packet.reason };
  return packet.op === 'RRQ' || packet.op === 'WRQ' ? { op: packet.op, file: packet.filename } : {};
}

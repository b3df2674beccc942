// A port that sends to one client no faster than its address may have: for addresses that nobody vouches for.
// Rule: a packet waits its turn; while one waits, the client cannot have seen it.
import type { Clock } from '../../network/clock.ts';
import type { PacketPort } from '../../network/packet-network.ts';
import type { Packet } from '../../wire/packet.ts';

/** Octets a second for one address. */
const rate = 64 * 1024;
/** Octets that an address may get at once. */
const burst = 8 * 1024;
/** Most addresses that are remembered. */
const remembered = 4096;

/** When each address may get its next octets. */
export class OctetRates {
  readonly #free = new Map<string, number>();

  /** Milliseconds until `octets` may go to `group`; they are counted from now on. */
  wait(group: string, octets: number, now: number): number {
    const free = Math.max(this.#free.get(group) ?? 0, now - (burst * 1000) / rate);
    this.#free.delete(group);
    if (this.#free.size >= remembered) this.#forgetOldest();
    this.#free.set(group, free + (octets * 1000) / rate);
    return Math.max(0, free - now);
  }

  #forgetOldest(): void {
    const oldest = this.#free.keys().next();
    if (oldest.done !== true) this.#free.delete(oldest.value);
  }
}

/** The port of a transfer. */
export interface TransferPort extends PacketPort {
  /** Whether a packet waits for its turn, so that the client cannot have received it. */
  readonly isWaiting?: boolean;
}

/** `wait`: milliseconds until a packet of that many octets may leave. */
export function limitedPort(port: PacketPort, clock: Clock, wait: (octets: number) => number): TransferPort {
  let waiting = 0;
  let last: number | undefined;
  let isClosed = false;
  return {
    local: port.local,
    get isWaiting() {
      return waiting > 0;
    },
    send(to, packet) {
      const block = packet.op === 'DATA' ? packet.block : undefined;
      const isRepeat = block !== undefined && block === last;
      const delay = wait(octetsOf(packet));
      // A repetition that would have to wait counts as lost: it comes again.
      if (isRepeat && (delay > 0 || waiting > 0)) return;
      last = block;
      if (delay === 0 && waiting === 0) {
        port.send(to, packet);
        return;
      }
      waiting += 1;
      clock.after(
        delay,
        () => {
          waiting -= 1;
          if (isClosed) return;
          port.send(to, packet);
          port.flush();
        },
        false,
      );
    },
    flush: () => port.flush(),
    pin: (peer) => port.pin(peer),
    unref: () => port.unref(),
    close() {
      isClosed = true;
      port.close();
    },
  };
}

function octetsOf(packet: Packet): number {
  return packet.op === 'DATA' ? packet.data.length + 4 : 64;
}

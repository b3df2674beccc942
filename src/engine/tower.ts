// What the engine needs from outside: network, time, chance, names and the trace. The composition root gives it once.
import type { ReadNow } from '../files/file.ts';
import type { Bus } from '../trace/record/bus.ts';
import type { Clock } from '../network/clock.ts';
import type { Gate } from '../network/gate/gate.ts';
import type { ImpairedNetwork } from '../network/impair/impair.ts';
import type { ForwardingNetwork } from '../network/observe.ts';
import type { Random } from '../network/random.ts';
import type { Door } from '../network/udp.ts';
import type { Resolve } from '../network/resolve.ts';
import type { Machines } from './drive/machines.ts';

/** What step mode works on. */
export interface Stepping {
  readonly gate: Gate;
  readonly machines: Machines;
}

export interface Tower {
  readonly network: ForwardingNetwork;
  /** The impairment below `network`; undefined: this tower cannot be impaired. */
  readonly impairment?: ImpairedNetwork;
  /** The gate between `network` and the impairment, and the machines above it; undefined: this tower has no step mode. */
  readonly stepping?: Stepping;
  /** It stands still while the gate holds a datagram. */
  readonly clock: Clock;
  readonly random: Random;
  readonly resolve: Resolve;
  /** Our address as the host at the numeric `address` would see it, by routing. Nothing is sent. */
  readonly routeTo: (address: string) => Promise<string>;
  /** All numeric addresses of this machine now. Without this function a server does not follow the interfaces. */
  readonly localAddresses?: () => readonly string[];
  /** The networks that this machine is attached to, as `fd00::1/64`. */
  readonly localNetworks?: () => readonly string[];
  /** Files and sockets that this process may have open; undefined where the system does not say. */
  readonly descriptors?: () => Promise<number | undefined>;
  /** Which way to the sockets busy transfers take. */
  readonly door?: () => Door;
  /** How to read within the call what the system holds of a file in memory; undefined where it has no such way. */
  readonly readNow?: () => ReadNow | undefined;
  /** Frees memory that nobody needs any more and gives it back to the system; takes tens of milliseconds. */
  readonly tidy?: () => void;
  readonly bus: Bus;
  /** `process.platform`: macOS and Windows have limits of their own. */
  readonly platform: string;
  /** The number of the next transfer. Client and server share the numbers, so each number is unique. */
  readonly nextNumber: () => number;
}

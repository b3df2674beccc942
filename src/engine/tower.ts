// What the engine stands on, given once by the composition root. Imports network and trace.
import type { Bus } from '../trace/record/bus.ts';
import type { Clock } from '../network/clock.ts';
import type { PacketNetwork } from '../network/packet-network.ts';
import type { Random } from '../network/random.ts';
import type { Resolve } from '../network/resolve.ts';

export interface Tower {
  readonly network: PacketNetwork;
  readonly clock: Clock;
  readonly random: Random;
  readonly resolve: Resolve;
  /** Our address as the numeric `address` would see it, by routing; nothing is sent. */
  readonly routeTo: (address: string) => Promise<string>;
  /** Every address of this machine at this moment, numeric; where it cannot be known, a server follows no interfaces. */
  readonly localAddresses?: () => readonly string[];
  readonly bus: Bus;
  /** `process.platform`: macOS and Windows have limits of their own. */
  readonly platform: string;
  /** Numbers of transfers, shared by client and server so that a number means one transfer. */
  readonly nextNumber: () => number;
}

// What the engine stands on, given once by the composition root. Imports network and trace.
import type { Bus } from '../trace/bus.ts';
import type { Clock } from '../network/clock.ts';
import type { Network } from '../network/network.ts';
import type { Random } from '../network/random.ts';
import type { Resolve } from '../network/resolve.ts';

export interface Tower {
  readonly network: Network;
  readonly clock: Clock;
  readonly random: Random;
  readonly resolve: Resolve;
  readonly bus: Bus;
  /** Numbers of transfers, shared by client and server so that a number means one transfer. */
  readonly nextNumber: () => number;
}

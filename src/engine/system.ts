// The tower on this machine's own network, clock and chance; what the program and the library stand on.
// Imports network and trace.
import { platform } from 'node:os';
import { Bus } from '../trace/bus.ts';
import { realClock } from '../network/clock.ts';
import { localAddresses } from '../network/interfaces.ts';
import { observe } from '../network/observe.ts';
import { realRandom } from '../network/random.ts';
import { systemResolve } from '../network/resolve.ts';
import { routeTo, udpNetwork } from '../network/udp.ts';
import type { Tower } from './tower.ts';

/** A tower of its own: nothing is shared with another one. */
export function systemTower(): Tower {
  const bus = new Bus();
  let number = 0;
  return {
    network: observe(udpNetwork(), bus, realClock),
    clock: realClock,
    random: realRandom,
    resolve: systemResolve,
    routeTo,
    localAddresses,
    bus,
    platform: platform(),
    nextNumber: () => ++number,
  };
}

// The tower on this machine's own network, clock and chance; what the program and the library stand on.
// Imports network and trace.
import { platform } from 'node:os';
import { Bus } from '../trace/record/bus.ts';
import type { Recorder } from '../trace/record/recorder.ts';
import { realClock } from '../network/clock.ts';
import { localAddresses } from '../network/interfaces.ts';
import { observe } from '../network/observe.ts';
import { realRandom, type Random } from '../network/random.ts';
import { systemResolve } from '../network/resolve.ts';
import { routeTo, udpNetwork } from '../network/udp.ts';
import type { Tower } from './tower.ts';

export interface SystemOptions {
  /** Where chance comes from; nobody can repeat the default. */
  readonly random?: Random;
  /** See the option of the same name of the UDP network. */
  readonly collect?: () => void;
  /** Takes down every packet; nobody does by default. */
  readonly recorder?: Recorder;
}

/** A tower of its own: nothing is shared with another one. */
export function systemTower({ random = realRandom, collect, recorder }: SystemOptions = {}): Tower {
  const bus = new Bus(recorder);
  let number = 0;
  return {
    network: observe(udpNetwork({ random, ...(collect === undefined ? {} : { collect }) }), bus, realClock),
    clock: realClock,
    random,
    resolve: systemResolve,
    routeTo,
    localAddresses,
    bus,
    platform: platform(),
    nextNumber: () => ++number,
  };
}

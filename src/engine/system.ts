// The tower on this machine's own network, clock and chance: the one that the program and the library use.
import { platform } from 'node:os';
import { Bus } from '../trace/record/bus.ts';
import type { Recorder } from '../trace/record/recorder.ts';
import { realClock } from '../network/clock.ts';
import { Gate } from '../network/gate/gate.ts';
import { localAddresses, localNetworks } from '../network/interfaces.ts';
import { impair } from '../network/impair/impair.ts';
import { observe } from '../network/observe.ts';
import { realRandom, type Random } from '../network/random.ts';
import { systemResolve } from '../network/resolve.ts';
import { routeTo } from '../network/sockets.ts';
import { trimMemory } from '../network/native/libc.ts';
import { udpNetwork } from '../network/udp.ts';
import { descriptorLimit } from '../files/system/descriptors.ts';
import { Machines } from './drive/machines.ts';
import type { Tower } from './tower.ts';

export interface SystemOptions {
  /** Source of random numbers. The default cannot be repeated. */
  readonly random?: Random;
  /** See the options of the same names in UdpOptions. */
  readonly collect?: () => void;
  readonly nativeAfter?: number;
  readonly onInputSignal?: (listener: () => void) => void;
  /** Frees what nobody needs any more, called when a busy server has nothing to do. Default: left to the runtime. */
  readonly tidy?: () => void;
  /** Records every packet; by default nothing is recorded. */
  readonly recorder?: Recorder;
}

/** A new tower. It shares nothing with other towers. */
export function systemTower({ random = realRandom, recorder, tidy, ...udp }: SystemOptions = {}): Tower {
  const bus = new Bus(recorder);
  const sockets = udpNetwork({ random, ...udp });
  let number = 0;
  const isOwn = (address: string): boolean => localAddresses().includes(address);
  const gate = new Gate(realClock, bus, isOwn);
  const { clock } = gate;
  const impairment = impair(sockets, { clock, random, bus, isOwn });
  return {
    network: observe(gate.over(impairment), bus, clock),
    impairment,
    stepping: { gate, machines: new Machines() },
    door: () => sockets.door(),
    readNow: () => sockets.readNow(),
    clock,
    random,
    resolve: systemResolve,
    routeTo,
    localAddresses,
    localNetworks,
    descriptors: descriptorLimit,
    ...(tidy !== undefined && {
      tidy: () => {
        tidy();
        trimMemory();
      },
    }),
    bus,
    platform: platform(),
    nextNumber: () => ++number,
  };
}

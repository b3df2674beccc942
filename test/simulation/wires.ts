// The networks of one run: what is between client and server, and how bad it is. Each end gets a tower of its own.
import type { Tower } from '../../src/engine/tower.ts';
import { impair, type ImpairedNetwork } from '../../src/network/impair/impair.ts';
import type { ScriptedRule } from '../../src/network/impair/impairment.ts';
import { memoryNetwork, type MemoryNetwork } from '../../src/network/memory.ts';
import type { Network } from '../../src/network/network.ts';
import { observe } from '../../src/network/observe.ts';
import type { VirtualClock } from '../../src/network/virtual-clock.ts';
import type { Bus } from '../../src/trace/record/bus.ts';
import type { Happened } from './happened.ts';
import { stream, type Plan } from './plan.ts';
import { Process, replaying, type Observer } from './process.ts';

export const clientHost = '10.0.0.1';
export const serverHost = '10.0.0.2';

interface Surroundings {
  readonly clock: VirtualClock;
  readonly bus: Bus;
  readonly observer: Observer;
  readonly happened: Happened;
}

export class Wires {
  readonly memory: MemoryNetwork;
  readonly processes: Process[] = [];
  readonly #plan: Plan;
  readonly #around: Surroundings;
  readonly #impaired: { readonly host: string; readonly network: ImpairedNetwork }[] = [];
  #number = 0;

  constructor(plan: Plan, around: Surroundings) {
    this.#plan = plan;
    this.#around = around;
    this.memory = memoryNetwork(around.clock);
  }

  /** A new process on a host. `part` names its streams of chance. */
  tower(host: string, part: string): { tower: Tower; process: Process } {
    const { seed, net } = this.#plan;
    const { clock, bus, observer } = this.#around;
    const rules = host === serverHost ? { outgoing: net, scripted: this.#losses() } : { outgoing: net };
    const random = stream(seed, `${part} net`);
    const network = impair(this.#replaying(host, part), { clock, random, bus, rules });
    this.#impaired.push({ host, network });
    const process = new Process(network, clock, observer);
    this.processes.push(process);
    const tower: Tower = {
      network: observe(process.network, bus, clock),
      clock: process.clock,
      random: stream(seed, `${part} engine`),
      resolve: (address) => Promise.resolve([{ address, family: 4 }]),
      routeTo: () => Promise.resolve(host),
      bus,
      platform: 'linux',
      nextNumber: () => ++this.#number,
    };
    return { tower, process };
  }

  #replaying(host: string, part: string): Network {
    const { seed, replay, strays } = this.#plan;
    const { clock, happened } = this.#around;
    const chance = stream(seed, `${part} replay`);
    return replaying(this.memory.host(host), {
      happens: () => replay !== undefined && chance() < replay,
      strays: () => strays !== undefined && chance() < strays,
      pick: (count) => Math.floor(chance() * count),
      later: (deliver) => void clock.after(chance() * 500, deliver),
      stale: () => happened.add('stale packet on a reused port'),
    });
  }

  #losses(): readonly ScriptedRule[] {
    const { losses = [] } = this.#plan;
    return losses.map((op) => ({
      direction: 'outgoing',
      matches: (packet) => packet.op === op,
      fate: 'lost',
      times: Infinity,
    }));
  }

  /** What changes while the run goes on: a time when nothing passes, and the calm after the storm. */
  schedule(): void {
    const { cut, calm, net } = this.#plan;
    const { clock } = this.#around;
    if (cut !== undefined) {
      const host = cut.from === 'server' ? serverHost : cut.from === 'client' ? clientHost : undefined;
      clock.after(cut.at, () => this.#setLoss(1, host));
      clock.after(cut.at + cut.lasting, () => this.#setLoss(net.loss ?? 0, host));
    }
    if (calm !== undefined)
      clock.after(calm, () => {
        const outgoing = { loss: Math.min(0.05, net.loss ?? 0), delay: net.delay ?? 0 };
        for (const { network } of this.#impaired) network.set({ outgoing });
      });
  }

  /** For what leaves `only`, or for both ends. */
  #setLoss(loss: number, only: string | undefined): void {
    for (const { host, network } of this.#impaired)
      if (only === undefined || only === host) network.set({ outgoing: { ...this.#plan.net, loss } });
  }
}

// The innermost wrapper: a network that loses, repeats, delays, reorders, corrupts and cuts datagrams.
// Today only tests use it: no command impairs a network yet.
// Rule: random numbers and time are arguments, so that a seed repeats a run. Each fate is reported to the bus with the id
// of the datagram. Without rules every datagram passes unchanged.
import type { Bus } from '../trace/record/bus.ts';
import type { FateEvent } from '../trace/record/event.ts';
import { decode } from '../wire/decode.ts';
import type { Tid } from '../wire/tid.ts';
import type { Clock } from './clock.ts';
import { FateDecider, type Fate, type ImpairmentRules } from './impairment.ts';
import type { Network, Port, PortOptions } from './network.ts';
import type { Random } from './random.ts';

export interface ImpairOptions {
  readonly clock: Clock;
  readonly random: Random;
  readonly bus: Bus;
  /** Default: no rules. */
  readonly rules?: ImpairmentRules;
}

/** A network whose rules can be changed while it runs, for all its ports at once. */
export interface ImpairedNetwork extends Network {
  /** The rules in force; undefined while nothing is impaired. */
  readonly rules: ImpairmentRules | undefined;
  /** Replaces all rules. Scripted rules count from 0 again. */
  set(rules: ImpairmentRules): void;
  /** Removes all rules. Datagrams that are already delayed still arrive. */
  off(): void;
}

/** Wraps `network` so that rules impair its datagrams. */
export function impair(network: Network, options: ImpairOptions): ImpairedNetwork {
  const faults = new Faults(options);
  return {
    open: (port) => openImpaired(network, port, faults),
    get rules() {
      return faults.decider?.rules;
    },
    set: (rules) => faults.set(rules),
    off: () => faults.set(undefined),
  };
}

/** One direction of one port: how its datagrams are named in the trace, and how they are passed on. */
interface Lane {
  readonly direction: FateEvent['direction'];
  readonly tag: PortOptions['tag'];
  local(): Tid;
  deliver(octets: Uint8Array, peer: Tid, id: number | undefined): void;
}

async function openImpaired(network: Network, options: PortOptions, faults: Faults): Promise<Port> {
  const { events, tag } = options;
  const opened: { port?: Port } = {};
  let closed = false;
  const local = (): Tid => opened.port?.local ?? { address: options.address, port: 0 };
  const incoming: Lane = {
    direction: 'incoming',
    tag,
    local,
    deliver: (octets, from, id) => closed || events.datagram(octets, from, id),
  };
  const port = await network.open({
    ...options,
    events: {
      datagram(octets, from, id) {
        if (faults.decider === undefined) events.datagram(octets, from, id);
        else faults.apply(incoming, octets, from, id);
      },
      unreachable: (peer) => events.unreachable(peer),
      tooLarge: () => events.tooLarge?.(),
      failed: (message) => events.failed(message),
    },
  });
  opened.port = port;
  const outgoing = outgoingLane(port, tag);
  return {
    local: port.local,
    send(to, head, tail, id) {
      if (faults.decider === undefined) port.send(to, head, tail, id);
      else faults.apply(outgoing, joined(head, tail), to, id);
    },
    flush: () => port.flush(),
    pin: (peer) => port.pin(peer),
    unref: () => port.unref(),
    close() {
      closed = true;
      port.close();
    },
  };
}

function outgoingLane(port: Port, tag: PortOptions['tag']): Lane {
  return {
    direction: 'outgoing',
    tag,
    local: () => port.local,
    deliver(octets, to, id) {
      port.send(to, octets, undefined, id);
      // A delayed datagram leaves long after the owner flushed the port.
      port.flush();
    },
  };
}

class Faults {
  decider: FateDecider | undefined;
  readonly #options: ImpairOptions;

  constructor(options: ImpairOptions) {
    this.#options = options;
    this.set(options.rules);
  }

  set(rules: ImpairmentRules | undefined): void {
    this.decider = rules === undefined ? undefined : new FateDecider(rules, this.#options.random);
  }

  /** Decides the fates of a datagram, reports them to the bus, and passes on what remains. It may change `octets`. */
  apply(lane: Lane, octets: Uint8Array, peer: Tid, given: number | undefined): void {
    const fates = this.decider?.decide(lane.direction, octets) ?? [];
    const id = fates.length > 0 && this.#options.bus.active ? (given ?? this.#options.bus.nextId()) : given;
    let delay = 0;
    let copies = 1;
    let whole = octets;
    for (const fate of fates) {
      this.#report(lane, fate, whole, { peer, id });
      if (fate.fate === 'lost') return;
      if (fate.fate === 'duplicated') copies++;
      if (fate.fate === 'delayed' || fate.fate === 'reordered') delay += fate.delay;
      if (fate.fate === 'truncated') whole = whole.slice(0, fate.length);
      if (fate.fate === 'corrupted') whole = flipped(whole, fate);
    }
    for (let copy = 0; copy < copies; copy++) {
      // Each delivery owns its octets. For an observer a repeated incoming datagram is another datagram.
      const own = copy === 0 ? whole : whole.slice();
      const number = copy === 0 || lane.direction === 'outgoing' ? id : undefined;
      if (delay === 0) lane.deliver(own, peer, number);
      else this.#options.clock.after(delay, () => lane.deliver(own, peer, number));
    }
  }

  #report(lane: Lane, fate: Fate, octets: Uint8Array, to: { peer: Tid; id: number | undefined }): void {
    const { bus, clock } = this.#options;
    if (!bus.active || to.id === undefined) return;
    const { direction, tag } = lane;
    const datagram = { packet: decode(octets), length: octets.length, local: lane.local(), peer: to.peer };
    const what = { fate: fate.fate, ...('delay' in fate && { delay: fate.delay }) };
    bus.emit({ type: 'fate', id: to.id, at: clock.now(), tag, direction, ...what, ...datagram });
  }
}

function flipped(octets: Uint8Array, { at, bit }: Extract<Fate, { fate: 'corrupted' }>): Uint8Array {
  const changed = octets.slice();
  const old = changed[at];
  if (old !== undefined) changed[at] = old ^ (1 << bit);
  return changed;
}

/** Head and tail as one new datagram. */
function joined(head: Uint8Array, tail: Uint8Array | undefined): Uint8Array {
  const whole = new Uint8Array(head.length + (tail?.length ?? 0));
  whole.set(head);
  if (tail !== undefined) whole.set(tail, head.length);
  return whole;
}

// The innermost wrapper: a network that loses, repeats, delays, reorders, corrupts and cuts datagrams.
// Rule: random numbers and time are arguments, so that a seed repeats a run. Each fate is reported to the bus with the id
// of the datagram. Without rules every datagram passes unchanged.
import type { Bus } from '../../trace/record/bus.ts';
import type { FateEvent } from '../../trace/record/event.ts';
import { decode } from '../../wire/decode.ts';
import { joined } from '../../wire/encode.ts';
import type { Tid } from '../../wire/tid.ts';
import type { Clock } from '../clock.ts';
import { FateDecider, type Fate, type ImpairmentRules, type Way } from './impairment.ts';
import { isWildcard, type Network, type Port, type PortEvents, type PortOptions } from '../network.ts';
import { PortRecord } from '../port-record.ts';
import type { Random } from '../random.ts';
import { StrayPort } from './stray-port.ts';
import { becomes, changedBy, type Tamper, type Tampered } from './tamper.ts';

export interface ImpairOptions {
  readonly clock: Clock;
  readonly random: Random;
  readonly bus: Bus;
  /** Default: no rules. */
  readonly rules?: ImpairmentRules;
  /** Whether a numeric address belongs to this machine. Default: the loopback addresses do. */
  readonly isOwn?: (address: string) => boolean;
}

/** What an impaired network does. */
export interface Impairing {
  readonly rules: ImpairmentRules;
  /** Makes the {@link Tamper} of a port. Ports that are open already get one too. */
  readonly tamper?: (() => Tamper) | undefined;
  /** From here on the random numbers come from this stream. */
  readonly random?: Random;
}

/** A network whose rules can be changed while it runs, for all its ports at once. */
export interface ImpairedNetwork extends Network {
  /** The network without impairment. */
  readonly inner: Network;
  /** The rules in force; undefined while nothing is impaired. */
  readonly rules: ImpairmentRules | undefined;
  /** How often each fate happened since `set`, by its reason: `lost`, `lost: mtu 600`. */
  readonly done: ReadonlyMap<string, number>;
  /** Replaces all rules. Scripted rules count from 0 again. */
  set(rules: ImpairmentRules, more?: Omit<Impairing, 'rules'>): void;
  /** Removes all rules. Datagrams that are already delayed still arrive. */
  off(): void;
}

/** Wraps `network` so that rules impair its datagrams. */
export function impair(network: Network, options: ImpairOptions): ImpairedNetwork {
  const faults = new Faults(options);
  return {
    inner: network,
    open: (port) => openImpaired(network, port, faults),
    get rules() {
      return faults.decider?.rules;
    },
    get done() {
      return faults.done;
    },
    set: (rules, more) => faults.set({ rules, ...more }),
    off: () => faults.set(undefined),
  };
}

/** A datagram, who sent it or gets it, and its number in the trace. */
interface PeerDatagram {
  readonly octets: Uint8Array;
  readonly peer: Tid;
  readonly id: number | undefined;
}

/** One direction of one port: how its datagrams are named in the trace, and how they are passed on. */
interface Lane {
  readonly direction: FateEvent['direction'];
  readonly tag: PortOptions['tag'];
  readonly tampering: Tampering;
  local(): Tid;
  deliver(octets: Uint8Array, peer: Tid, id: number | undefined): void;
  /**
   * As {@link Lane.deliver}, from another port than the peer expects. `leaves` is called before, with that port; undefined:
   * there is none, and the datagram is lost.
   */
  misroute(datagram: PeerDatagram, leaves: (from: Tid | undefined) => void): void;
  /** A datagram is delayed from now on. @returns the function to call after it was passed on. */
  hold(): () => void;
  /** Sends a datagram that no machine sent. */
  inject(octets: Uint8Array, peer: Tid, reason: string): void;
}

/** A lane whose port closes once everything that is delayed has left: that is on its way already. */
interface OutgoingLane extends Lane {
  close(): void;
}

/** The tamper of one port, made anew when the rules change. */
interface Tampering {
  by: unknown;
  tamper: Tamper | undefined;
}

async function openImpaired(network: Network, options: PortOptions, faults: Faults): Promise<Port> {
  const { events, tag } = options;
  const opened: { port?: Port } = {};
  let closed = false;
  const tampering: Tampering = { by: undefined, tamper: undefined };
  const local = (): Tid => opened.port?.local ?? { address: options.address, port: 0 };
  const inject: Lane['inject'] = (octets, to, reason) => {
    if (opened.port !== undefined && !closed) faults.inject(opened.port, { octets, peer: to, tag, reason });
  };
  const incoming = incomingLane({ tag, tampering, local, inject }, (octets, from, id) => {
    if (!closed) events.datagram(octets, from, id);
  });
  const port = await network.open({
    ...options,
    events: impairedEvents(events, incoming, { faults, isClosed: () => closed }),
  });
  opened.port = port;
  faults.open.set(port.local.port, port.local);
  const strays = new StrayPort(network, options);
  const outgoing = outgoingLane(port, { tag, tampering, inject }, strays);
  return {
    local: port.local,
    send(to, head, tail, id) {
      if (faults.decider === undefined) port.send(to, head, tail, id);
      else faults.apply(outgoing, joined(head, tail), to, id);
    },
    addressFor: port.addressFor,
    flush: () => port.flush(),
    pin: (peer) => port.pin(peer),
    unref: () => port.unref(),
    close() {
      closed = true;
      if (faults.open.get(port.local.port) === port.local) faults.open.delete(port.local.port);
      outgoing.close();
    },
  };
}

function incomingLane(
  own: Pick<Lane, 'tag' | 'tampering' | 'local' | 'inject'>,
  deliver: Lane['deliver'],
): Lane {
  return {
    ...own,
    direction: 'incoming',
    deliver,
    misroute({ octets, peer, id }, leaves) {
      leaves(own.local());
      deliver(octets, nextPort(peer), id);
    },
    hold: () => () => undefined,
  };
}

function impairedEvents(
  events: PortEvents,
  incoming: Lane,
  { faults, isClosed }: { readonly faults: Faults; readonly isClosed: () => boolean },
): PortEvents {
  return {
    datagram(octets, from, id) {
      if (isClosed()) return;
      if (faults.decider === undefined) events.datagram(octets, from, id);
      else faults.apply(incoming, octets, from, id);
    },
    unreachable: (peer) => isClosed() || events.unreachable(peer),
    tooLarge: () => isClosed() || events.tooLarge?.(),
    failed: (message) => isClosed() || events.failed(message),
  };
}

function outgoingLane(
  port: Port,
  own: Pick<Lane, 'tag' | 'tampering' | 'inject'>,
  strays: StrayPort,
): OutgoingLane {
  let waiting = 0;
  let isClosing = false;
  const closeIfDone = (): void => {
    if (!isClosing || waiting > 0) return;
    strays.close();
    port.close();
  };
  return {
    ...own,
    direction: 'outgoing',
    local: () => port.local,
    deliver(octets, to, id) {
      port.send(to, octets, undefined, id);
      // A delayed datagram leaves long after the owner flushed the port.
      port.flush();
    },
    misroute: ({ octets, peer, id }, leaves) => void strays.send({ octets, to: peer, id }, leaves),
    hold() {
      waiting++;
      return () => {
        waiting--;
        closeIfDone();
      };
    },
    close() {
      isClosing = true;
      closeIfDone();
    },
  };
}

/** Another port of the same host. */
function nextPort({ address, port }: Tid): Tid {
  return { address, port: port === 65_535 ? 65_534 : port + 1 };
}

interface Injection {
  readonly octets: Uint8Array;
  readonly peer: Tid;
  readonly tag: PortOptions['tag'];
  readonly reason: string;
}

/** A datagram as it came, what travels on, and what was done to it. */
interface Treated {
  readonly octets: Uint8Array;
  readonly whole: Uint8Array;
  readonly drawn: readonly Fate[];
  readonly tampered: Tampered | undefined;
}

/** A datagram as it came, and what is new about it. */
interface Reported extends PeerDatagram {
  readonly became?: Uint8Array | undefined;
  readonly from?: Tid | undefined;
}

class Faults {
  decider: FateDecider | undefined;
  readonly done = new Map<string, number>();
  /** Our open ports, by number: what comes from one of them was treated when it was sent. */
  readonly open = new Map<number, Tid>();
  readonly #options: ImpairOptions;
  #tamper: Impairing['tamper'];

  constructor(options: ImpairOptions) {
    this.#options = options;
    this.set(options.rules === undefined ? undefined : { rules: options.rules });
  }

  set(impairing: Impairing | undefined): void {
    this.done.clear();
    this.#tamper = impairing?.tamper;
    this.decider =
      impairing === undefined
        ? undefined
        : new FateDecider(impairing.rules, impairing.random ?? this.#options.random);
  }

  /** Decides the fates of a datagram, reports them to the bus, and passes on what remains. It may change `octets`. */
  apply(lane: Lane, octets: Uint8Array, peer: Tid, given: number | undefined): void {
    const { bus, clock } = this.#options;
    const way = this.#wayOf(lane, peer);
    const tampered = this.#tampered(lane, way, octets, peer);
    const before = tampered?.fate === 'altered' ? tampered.octets : octets;
    const isGone = tampered?.fate === 'lost';
    const drawn = (isGone ? undefined : this.decider?.decide(way, before, clock.now())) ?? [];
    const fates = tampered === undefined ? drawn : [tampered, ...drawn];
    const id = fates.length > 0 && bus.active ? (given ?? bus.nextId()) : given;
    const isLost = fates.some(({ fate }) => fate === 'lost');
    let whole = octets;
    for (const fate of fates) {
      const changed = changedBy(fate, whole);
      // The port that it leaves from is not known before that port is open.
      if (fate.fate === 'misrouted') this.#hold(lane, isLost ? undefined : id);
      else this.#report(lane, fate, { octets, peer, id, became: becomes(fate, changed, whole) });
      whole = changed;
    }
    if (isLost) return;
    // Taken before it is passed on: its owner may change the octets.
    const isForServer = way.direction === 'incoming' && lane.tag.side === 'server';
    const extra = isForServer ? lane.tampering.tamper?.extra(before) : undefined;
    this.#passOn(lane, { octets, whole, drawn, tampered }, peer, id);
    if (extra !== undefined) lane.inject(extra.octets, peer, extra.reason);
  }

  /** Sends a datagram that no machine sent, and shows it. */
  inject(port: Port, { octets, peer, tag, reason }: Injection): void {
    const { bus, clock } = this.#options;
    const datagram = { tag, local: port.local, peer, packet: decode(octets), length: octets.length };
    const id = new PortRecord({ bus, clock, tag }, port.local).sent(peer, datagram.packet, octets);
    this.#count(`injected: ${reason}`);
    const what = { type: 'fate', direction: 'outgoing', fate: 'injected', reason } as const;
    if (id !== undefined && bus.active) bus.emit({ ...what, id, at: clock.now(), ...datagram });
    port.send(peer, octets, undefined, id);
    port.flush();
  }

  #count(deed: string): void {
    this.done.set(deed, (this.done.get(deed) ?? 0) + 1);
  }

  #passOn(lane: Lane, { octets, whole, drawn, tampered }: Treated, peer: Tid, id: number | undefined): void {
    let delay = 0;
    let copies = 1;
    for (const fate of drawn) {
      if (fate.fate === 'duplicated') copies++;
      if (fate.fate === 'delayed' || fate.fate === 'reordered') delay += fate.delay;
    }
    const parts = Array.from({ length: copies }, (_, copy) => (copy === 0 ? whole : whole.slice()));
    if (tampered?.fate === 'followed') parts.push(tampered.octets);
    for (const [at, part] of parts.entries()) {
      // Each delivery owns its octets. For an observer a repeated incoming datagram is another datagram.
      const number = at === 0 || lane.direction === 'outgoing' ? id : undefined;
      const pass = (): void => {
        if (tampered?.fate !== 'misrouted') return lane.deliver(part, peer, number);
        lane.misroute({ octets: part, peer, id: number }, (from) => {
          if (at === 0) this.#misrouted(lane, tampered, { octets, peer, id }, from);
        });
      };
      if (delay === 0) pass();
      else this.#passLater(lane, delay, pass);
    }
  }

  #hold({ direction }: Lane, id: number | undefined): void {
    if (direction === 'outgoing' && id !== undefined) this.#options.bus.hold({ type: 'held', id });
  }

  /** It leaves from another port. */
  #misrouted(lane: Lane, tampered: Tampered, datagram: PeerDatagram, from: Tid | undefined): void {
    const fate = from === undefined ? ({ fate: 'lost', reason: 'no other port' } as const) : tampered;
    this.#report(lane, fate, { ...datagram, from });
    const { id } = datagram;
    if (lane.direction === 'outgoing' && id !== undefined) this.#options.bus.hold({ type: 'decided', id });
  }

  #passLater(lane: Lane, delay: number, pass: () => void): void {
    const release = lane.hold();
    this.#options.clock.after(delay, () => {
      pass();
      release();
    });
  }

  #wayOf({ direction, tag }: Lane, peer: Tid): Way {
    if (direction === 'outgoing') return { direction, sender: tag.side };
    const sender = tag.side === 'client' ? 'server' : 'client';
    return { direction, sender, isInside: this.#isOurs(peer) };
  }

  #isOurs(peer: Tid): boolean {
    const local = this.open.get(peer.port);
    if (local === undefined) return false;
    const { isOwn = isLoopback } = this.#options;
    return local.address === peer.address || (isWildcard(local.address) && isOwn(peer.address));
  }

  #tampered(lane: Lane, way: Way, octets: Uint8Array, peer: Tid): Tampered | undefined {
    const { tampering } = lane;
    if (tampering.by !== this.#tamper) {
      tampering.by = this.#tamper;
      tampering.tamper = this.#tamper?.();
    }
    const { port } = way.direction === 'incoming' ? peer : lane.local();
    if (way.sender === 'server' && way.isInside !== true) return tampering.tamper?.sent(octets, port);
    const changed = lane.tag.side === 'server' ? tampering.tamper?.received(octets) : undefined;
    if (changed !== undefined && changed !== octets) octets.set(changed);
    return undefined;
  }

  #report(lane: Lane, fate: Fate | Tampered, { octets, peer, id, became, from }: Reported): void {
    const { bus, clock } = this.#options;
    const { reason } = fate;
    this.#count(reason === undefined ? fate.fate : `${fate.fate}: ${reason}`);
    if (!bus.active || id === undefined) return;
    const { direction, tag } = lane;
    const datagram = { packet: decode(octets), length: octets.length, local: from ?? lane.local(), peer };
    const isLostHere = fate.fate === 'lost' && direction === 'incoming';
    const what = {
      fate: fate.fate,
      ...('delay' in fate && { delay: fate.delay }),
      ...(reason !== undefined && { reason }),
      ...(became !== undefined && { became: { octets: became, length: became.length } }),
      ...(isLostHere && { octets }),
    };
    bus.emit({ type: 'fate', id, at: clock.now(), tag, direction, ...what, ...datagram });
  }
}

function isLoopback(address: string): boolean {
  return address === '::1' || address.startsWith('127.');
}

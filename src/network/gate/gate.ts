// Step mode below the engine: a network that holds datagrams, before they are sent and after they are received, until
// somebody decides about them. Rule: while one is held the clock of the engine stands still, so that no timer expires.
// Each decision that changes something is reported to the bus with the number of the datagram.
import type { Bus } from '../../trace/record/bus.ts';
import { stepReason } from '../../trace/explain/fates.ts';
import type { FateEvent, Side, Tag } from '../../trace/record/event.ts';
import { decode } from '../../wire/decode.ts';
import { formatTid, type Tid } from '../../wire/tid.ts';
import type { Clock } from '../clock.ts';
import { GateJudge, type GateRule } from './gate-rule.ts';
import { GatePort, type PassingDatagram } from './gate-port.ts';
import type { Network, Port, PortEvents, PortOptions } from '../network.ts';
import { PausableClock } from './pausable-clock.ts';

/** A datagram that waits for a decision. */
export interface Held {
  /** From 1, in the order in which they came while step mode was on. */
  readonly number: number;
  /** Of the datagram in the trace; undefined: one that is received has none before it passes. */
  readonly id: number | undefined;
  readonly tag: Tag;
  readonly direction: 'sent' | 'received';
  readonly local: Tid;
  readonly peer: Tid;
  /** The octets as they will pass. */
  readonly octets: Uint8Array;
  /** The octets as they came. */
  readonly original: Uint8Array;
  /** What was changed, in our words: `block 2 → 1`. */
  readonly edits: readonly string[];
  /** The same packet went the same way before. */
  readonly again: boolean;
  /** Milliseconds since the pause began, on the clock of the world outside; 0: it began the pause. */
  readonly late: number;
  /** The other end is a port of ours too. */
  readonly isOurs: boolean;
}

/** What is known of a held datagram inside the gate. */
interface Entry extends Held {
  octets: Uint8Array;
  edits: readonly string[];
  readonly port: GatePort;
  /** Must be called when it has passed or is lost. */
  readonly done: () => void;
}

/** A datagram that nobody sent. */
export interface Injection {
  readonly octets: Uint8Array;
  /** Who seems to have sent it. */
  readonly sender: Side;
}

/** Held datagrams at most; more are lost. */
const mostHeld = 1024;

/** One gate for all ports of an engine. */
export class Gate {
  /** For everything above the gate: it stands still while a datagram is held. */
  readonly clock: PausableClock;
  readonly #bus: Bus;
  readonly #isOwn: (address: string) => boolean;
  readonly #queue: Entry[] = [];
  readonly #ports = new Set<GatePort>();
  /** Peers of our listening ports, and our own ports, whose packets pass: they were released. */
  readonly #released = new Set<string>();
  readonly #listeners = new Set<() => void>();
  #judge: GateJudge | undefined;
  #count = 0;
  /** A datagram has left for a port of ours, so that what arrives may be it. */
  #expects = false;

  /** `base`: the clock that runs on. `isOwn`: whether a numeric address belongs to this machine; by default loopback does. */
  constructor(base: Clock, bus: Bus, isOwn: (address: string) => boolean = isLoopback) {
    this.clock = new PausableClock(base);
    this.#bus = bus;
    this.#isOwn = isOwn;
  }

  /** Undefined while step mode is off. */
  get rule(): GateRule | undefined {
    return this.#judge?.rule;
  }

  /** Whether datagrams are held from now on; false while the packet that `until` names has not come. */
  get isReached(): boolean {
    return this.#judge?.isReached ?? false;
  }

  /** In the order in which they came. The first one is to be decided about. */
  get held(): readonly Held[] {
    return this.#queue;
  }

  /** Calls `listener` after each change of what is held. @returns a function that ends this. */
  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** `network` behind the gate. */
  over(network: Network): Network {
    return { open: (options) => this.#open(network, options) };
  }

  /** Switches step mode on, or changes its rule. With `until`, what is held passes. */
  on(rule: GateRule): void {
    if (this.#judge === undefined) this.#judge = new GateJudge(rule);
    else this.#judge.rule = rule;
    if (rule.until !== undefined) this.#passAll();
  }

  /** What is held passes, and nothing is held from now on. */
  off(): void {
    this.#judge = undefined;
    this.#released.clear();
    this.#passAll();
  }

  /** Lets the first datagram go. */
  next(): void {
    const entry = this.#queue.shift();
    if (entry !== undefined) this.#pass(entry);
    this.#changed();
  }

  /** The first datagram is lost. */
  drop(): void {
    const [entry] = this.#queue;
    if (entry !== undefined) this.#lose(entry, stepReason());
    this.#changed();
  }

  /** The first datagram passes twice. */
  twice(): void {
    const entry = this.#queue.shift();
    if (entry !== undefined) {
      const id = this.#report(entry, 'duplicated', stepReason());
      const copy = entry.octets.slice();
      const again = entry.port.hold();
      this.#pass({ ...entry, id });
      // For an observer a repeated incoming datagram is another datagram.
      entry.port.pass({ ...entry, octets: copy, id: entry.direction === 'sent' ? id : undefined });
      again();
    }
    this.#changed();
  }

  /** The first datagram passes after `delay` milliseconds during which the clock runs. */
  wait(delay: number): void {
    const entry = this.#queue.shift();
    if (entry !== undefined) {
      const id = this.#report(entry, 'delayed', stepReason(), delay);
      this.clock.after(delay, () => this.#pass({ ...entry, id }));
    }
    this.#changed();
  }

  /** Changes the octets of the first datagram. `what`: the change in our words. */
  edit(octets: Uint8Array, what: string): void {
    const [entry] = this.#queue;
    if (entry === undefined) return;
    entry.octets = octets;
    entry.edits = [...entry.edits, what];
    this.#changed();
  }

  /** Sends a datagram beside the first one, or lets one arrive there: as if `sender` had sent it in this transfer. */
  inject({ octets, sender }: Injection): void {
    const [entry] = this.#queue;
    if (entry === undefined) return;
    const direction = sender === entry.tag.side ? 'sent' : 'received';
    const { port, peer, tag, local } = entry;
    const fate = { octets, peer, tag, local, direction } as const;
    if (direction === 'sent') {
      const id = port.recordSent(peer, octets);
      this.#report({ ...fate, id }, 'injected', stepReason());
      this.#expect(port, { ...fate, id });
      port.pass({ ...fate, id });
    } else port.pass({ ...fate, id: this.#report({ ...fate, id: undefined }, 'injected', stepReason()) });
    this.#changed();
  }

  /** Lets the transfers go that are under way: what is held passes, and nothing of them is held any more. */
  release(): void {
    for (const port of this.#ports) if (port.role === 'transfer') this.#releasePort(port);
    for (const { port, peer } of this.#queue) if (port.role === 'listen') this.#released.add(formatTid(peer));
    this.#passAll();
  }

  /** The transfer was aborted: what is held of it is lost, and what it still sends passes. */
  abandon(transfer: number): void {
    for (const port of this.#ports) if (port.tag.transfer === transfer) this.#releasePort(port);
    const gone = this.#queue.filter(({ tag }) => tag.transfer === transfer);
    for (const entry of gone) this.#lose(entry, stepReason('the transfer was aborted'));
    this.#changed();
  }

  #releasePort(port: GatePort): void {
    port.isReleased = true;
    this.#released.add(ownPort(port.local));
  }

  async #open(network: Network, options: PortOptions): Promise<Port> {
    const { events, tag, role } = options;
    const opened: { port?: GatePort } = {};
    const above: PortEvents = {
      datagram: (octets, from, id) => {
        const { port } = opened;
        if (port === undefined) events.datagram(octets, from, id);
        else this.#arrive(port, { direction: 'received', octets, peer: from, id });
      },
      unreachable: (peer) => opened.port?.isClosed === true || events.unreachable(peer),
      tooLarge: () => opened.port?.isClosed === true || events.tooLarge?.(),
      failed: (message) => opened.port?.isClosed === true || events.failed(message),
    };
    const inner = await network.open({ ...options, events: above });
    const port = new GatePort(inner, {
      ...{ tag, role, events },
      observer: { bus: this.#bus, clock: this.clock, tag },
      isOpen: () => this.#judge === undefined,
      sent: (datagram) => this.#arrive(port, datagram),
      closed: () => this.#forget(port),
    });
    opened.port = port;
    this.#ports.add(port);
    return port;
  }

  /** A datagram comes to the gate, from above or from below. */
  #arrive(port: GatePort, datagram: PassingDatagram): void {
    const { direction, octets, peer, id } = datagram;
    const { tag, local } = port;
    if (port.isClosed) return;
    const judge = this.#judge;
    if (judge === undefined) return this.#goOn(port, datagram);
    const { length } = octets;
    const { holds, again } = judge.judge({ tag, direction, packet: decode(octets), length, local, peer });
    if (!holds || this.#isReleased(port, peer)) return this.#goOn(port, datagram);
    const late = this.clock.pausedFor;
    const isOurs = this.#isOurs(peer);
    const entry: Entry = {
      ...{ number: ++this.#count, tag, local, port, again, late, isOurs },
      ...{ direction, octets, original: octets, peer, id, edits: [], done: port.hold() },
    };
    if (this.#queue.length >= mostHeld) {
      this.#lose(entry, stepReason('too many packets are held'));
      return;
    }
    this.#queue.push(entry);
    // The bus shows a datagram as sent before it comes here; one that is received it has not seen yet.
    if (direction === 'sent' && id !== undefined) this.#bus.hold({ type: 'held', id });
    this.clock.pause();
    this.#changed();
  }

  /** A datagram passes that was not held. */
  #goOn(port: GatePort, datagram: PassingDatagram): void {
    if (datagram.direction === 'sent') this.#expect(port, datagram);
    else this.#arrived({ ...datagram, local: port.local, original: datagram.octets });
    port.pass(datagram);
  }

  #isReleased(port: GatePort, peer: Tid): boolean {
    if (port.isReleased) return true;
    if (this.#released.size === 0) return false;
    return (
      this.#released.has(formatTid(peer)) || (this.#isOwnHost(peer) && this.#released.has(ownPort(peer)))
    );
  }

  #isOurs(peer: Tid): boolean {
    return this.#isOwnHost(peer) && [...this.#ports].some(({ local }) => local.port === peer.port);
  }

  #isOwnHost({ address }: Tid): boolean {
    return this.#isOwn(address);
  }

  #lose(entry: Entry, reason: string): void {
    const at = this.#queue.indexOf(entry);
    if (at >= 0) this.#queue.splice(at, 1);
    this.#decided({ ...entry, id: this.#report(entry, 'lost', reason) });
    entry.done();
  }

  #pass(entry: Entry): void {
    const { edits, port, direction } = entry;
    const id = edits.length === 0 ? entry.id : this.#report(entry, 'altered', stepReason(edits.join(', ')));
    this.#decided({ ...entry, id });
    if (direction === 'sent') this.#expect(port, { ...entry, id });
    port.pass({ ...entry, id });
    entry.done();
  }

  #passAll(): void {
    for (const entry of this.#queue.splice(0)) this.#pass(entry);
    this.#changed();
  }

  /** The port was closed by its owner: what arrived for it has nobody to go to; what it sent still waits. */
  #forget(port: GatePort): void {
    this.#released.delete(ownPort(port.local));
    this.#ports.delete(port);
    const gone = this.#queue.filter((one) => one.port === port && one.direction === 'received');
    for (const entry of gone) this.#lose(entry, stepReason('its port was closed'));
    this.#changed();
  }

  #decided(entry: Entry): void {
    const { direction, id } = entry;
    if (direction === 'received') this.#arrived(entry);
    else if (id !== undefined) this.#bus.hold({ type: 'decided', id });
  }

  /** A datagram leaves. If it comes to the gate again at a port of ours, the bus learns there what becomes of it. */
  #expect(port: GatePort, { id, peer }: PassingDatagram): void {
    if (this.#judge === undefined || id === undefined) return;
    if (!this.#isOurs(peer) || this.#isReleased(port, peer)) return;
    this.#expects = true;
    this.#bus.hold({ type: 'expected', id });
  }

  #arrived({ id, local, peer, original }: Pick<Entry, 'id' | 'local' | 'peer' | 'original'>): void {
    if (this.#expects) this.#bus.hold({ type: 'arrived', id, local, peer, octets: original });
  }

  /** Tells the bus. @returns the number of the datagram, which may be new. */
  #report(
    { octets, peer, tag, direction, local, id, original = octets }: Reported,
    fate: FateEvent['fate'],
    reason: string,
    delay?: number,
  ): number | undefined {
    const bus = this.#bus;
    if (!bus.active) return id;
    const number = id ?? bus.nextId();
    bus.emit({
      ...{ type: 'fate', id: number, at: this.clock.now(), tag, fate, reason, local, peer },
      direction: direction === 'sent' ? 'outgoing' : 'incoming',
      ...(delay !== undefined && { delay }),
      ...(fate === 'altered' && { became: { octets, length: octets.length } }),
      ...(fate === 'lost' && direction === 'received' && { octets: original }),
      ...{ packet: decode(original), length: original.length },
    });
    return number;
  }

  #changed(): void {
    if (this.#queue.length === 0) this.clock.resume();
    for (const listener of this.#listeners) listener();
  }
}

type Reported = PassingDatagram & Pick<Held, 'tag' | 'local'> & { readonly original?: Uint8Array };

function ownPort({ port }: Tid): string {
  return `:${port}`;
}

function isLoopback(address: string): boolean {
  return address === '::1' || address.startsWith('127.');
}

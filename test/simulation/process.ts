// Network and clock as one simulated process sees them: what it sends and receives is watched, and it can be killed.
import type { Clock, Timer } from '../../src/network/clock.ts';
import type { Network, Port, PortOptions } from '../../src/network/network.ts';
import type { Tag } from '../../src/trace/record/event.ts';
import { sameTid, type Tid } from '../../src/wire/tid.ts';

/** Sees each datagram where its owner sends or receives it. */
export interface Observer {
  sent(tag: Tag, local: Tid, to: Tid, octets: Uint8Array): void;
  received(tag: Tag, local: Tid, from: Tid, octets: Uint8Array): void;
}

export class Process {
  readonly network: Network;
  readonly clock: Clock;
  readonly #ports = new Set<Port>();
  readonly #timers = new Set<Timer>();
  #isKilled = false;

  constructor(inner: Network, clock: Clock, observer: Observer) {
    this.network = { open: (options) => this.#open(inner, observer, options) };
    this.clock = {
      now: () => clock.now(),
      wall: () => clock.wall(),
      after: (delay, action, keepAlive) => this.#after(clock, delay, action, keepAlive),
    };
  }

  get ports(): number {
    return this.#ports.size;
  }

  get timers(): number {
    return this.#timers.size;
  }

  isKilled(): boolean {
    return this.#isKilled;
  }

  /** Its ports are closed, its timers are gone, and it never hears of anything again. */
  kill(): void {
    this.#isKilled = true;
    for (const port of this.#ports) port.close();
    for (const timer of this.#timers) timer.cancel();
    this.#ports.clear();
    this.#timers.clear();
  }

  #after(clock: Clock, delay: number, action: () => void, keepAlive = true): Timer {
    if (this.#isKilled) return { cancel: () => undefined };
    const inner = clock.after(
      delay,
      () => {
        this.#timers.delete(timer);
        action();
      },
      keepAlive,
    );
    const timer: Timer = {
      cancel: () => {
        this.#timers.delete(timer);
        inner.cancel();
      },
    };
    this.#timers.add(timer);
    return timer;
  }

  async #open(inner: Network, observer: Observer, options: PortOptions): Promise<Port> {
    const { events, tag } = options;
    if (this.#isKilled) return new Promise<never>(() => undefined);
    const opened: { port?: Port } = {};
    const port = await inner.open({
      ...options,
      events: {
        datagram: (octets, from, id) => {
          if (this.#isKilled) return;
          observer.received(tag, opened.port?.local ?? from, from, octets);
          events.datagram(octets, from, id);
        },
        unreachable: (peer) => this.#isKilled || events.unreachable(peer),
        tooLarge: () => this.#isKilled || events.tooLarge?.(),
        failed: (message) => this.#isKilled || events.failed(message),
      },
    });
    if (this.isKilled()) {
      port.close();
      return new Promise<never>(() => undefined);
    }
    opened.port = port;
    this.#ports.add(port);
    return this.#wrap(port, observer, tag);
  }

  #wrap(port: Port, observer: Observer, tag: Tag): Port {
    return {
      local: port.local,
      send: (to, head, tail, id) => {
        if (this.#isKilled) return;
        const whole = new Uint8Array(head.length + (tail?.length ?? 0));
        whole.set(head);
        if (tail !== undefined) whole.set(tail, head.length);
        observer.sent(tag, port.local, to, whole);
        port.send(to, whole, undefined, id);
      },
      flush: () => port.flush(),
      pin: (peer) => port.pin(peer),
      unref: () => port.unref(),
      close: () => {
        this.#ports.delete(port);
        port.close();
      },
    };
  }
}

interface Old {
  readonly port: object;
  readonly local: Tid;
  readonly from: Tid;
  readonly octets: Uint8Array;
}

export interface Replay {
  happens(): boolean;
  pick(count: number): number;
  later(deliver: () => void): void;
  /** Whether somebody else, who knows the port, sends an ERROR now. */
  strays(): boolean;
  /** A datagram of an earlier port arrived at another one that has its number now. */
  stale(): void;
}

/** ERROR 0 without a text (RFC 1350 §5). */
const foreignError = Uint8Array.of(0, 5, 0, 0, 0);

/** Datagrams that were received are kept: so many. */
const mostKept = 300;

/** A network on which earlier datagrams arrive once more, also at a later port with the number of theirs, and strays. */
export function replaying(inner: Network, replay: Replay): Network {
  const past: Old[] = [];
  return {
    async open(options) {
      const { events } = options;
      const opened: { port?: Port } = {};
      const port = await inner.open({
        ...options,
        events: {
          ...events,
          datagram(octets, from, id) {
            const local = opened.port?.local ?? from;
            if (past.length < mostKept) past.push({ port: opened, local, from, octets: octets.slice() });
            events.datagram(octets, from, id);
            if (replay.strays())
              replay.later(() => events.datagram(foreignError.slice(), { ...from, port: 7 }));
            if (!replay.happens()) return;
            const fitting = past.filter((old) => sameTid(old.local, local));
            const old = fitting[replay.pick(fitting.length)];
            if (old === undefined) return;
            replay.later(() => {
              if (old.port !== opened) replay.stale();
              events.datagram(old.octets.slice(), old.from);
            });
          },
        },
      });
      opened.port = port;
      return port;
    },
  };
}

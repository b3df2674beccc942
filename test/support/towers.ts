// What the engine's tests stand on: real sockets on loopback, or hosts in memory on a virtual clock.
// A stage gives a tower, raw peers beside it, and takes everything down after the test.
import { door } from './door.ts';
import { afterEach, expect, vi } from 'vitest';
import { Bus } from '../../src/trace/record/bus.ts';
import type { TraceEvent } from '../../src/trace/record/event.ts';
import type { Recorder } from '../../src/trace/record/recorder.ts';
import { realClock } from '../../src/network/clock.ts';
import { impair, type ImpairedNetwork } from '../../src/network/impair/impair.ts';
import { memoryNetwork, type MemoryNetwork, type MemoryOptions } from '../../src/network/memory.ts';
import type { Network } from '../../src/network/network.ts';
import { observe } from '../../src/network/observe.ts';
import { systemResolve, type Resolve } from '../../src/network/resolve.ts';
import { routeTo } from '../../src/network/sockets.ts';
import { udpNetwork, type UdpOptions } from '../../src/network/udp.ts';
import { VirtualClock } from '../../src/network/virtual-clock.ts';
import { tid, type Tid } from '../../src/wire/tid.ts';
import type { Offering } from '../../src/files/file.ts';
import { memoryOffering } from '../../src/files/offerings/named-files.ts';
import { TftpError } from '../../src/engine/tftp-error.ts';
import { Places } from '../../src/engine/server/admission/places.ts';
import { Server, type ServerEvent, type ServerSettings } from '../../src/engine/server/server.ts';
import type { Tower } from '../../src/engine/tower.ts';
import { ack } from './script.ts';
import { memoryPeer, rrq, udpPeer, type RawPeer } from './raw-peer.ts';

export interface Stage {
  readonly tower: Tower;
  /** A raw peer on `address`; 127.0.0.1. */
  peer(address?: string, port?: number): Promise<RawPeer>;
  /** Undone after the test, last one first. */
  readonly undo: (() => unknown)[];
  /** What is still open once everything was undone and had its time to end. */
  readonly leftovers: () => Promise<readonly string[]>;
}

export interface MemoryStage extends Stage {
  readonly clock: VirtualClock;
  readonly network: MemoryNetwork;
  readonly impaired: ImpairedNetwork;
  readonly names: Map<string, readonly string[]>;
}

const stages: Stage[] = [];
/** Milliseconds after which no transfer may be left: three times the largest timeout option (RFC 2349). */
const longestWait = 3 * 255_000;

/** Counts the places that servers gave and got back. */
const places = { taken: vi.spyOn(Places.prototype, 'enter'), left: vi.spyOn(Places.prototype, 'leave') };

// What escapes a test is clean-up and book-keeping: nothing of ours may be left when everything was closed.
afterEach(async () => {
  const used = stages.splice(0);
  for (const { undo, leftovers } of used) {
    for (const action of undo.reverse()) await action();
    expect(await leftovers()).toEqual([]);
  }
  const kept = places.taken.mock.calls.length - places.left.mock.calls.length;
  for (const spy of Object.values(places)) spy.mockClear();
  if (used.length > 0) expect(kept, 'places that were never given back').toBe(0);
});

function towerOn(
  network: Network,
  rest: Omit<Tower, 'network' | 'random' | 'platform' | 'nextNumber'>,
): Tower {
  let number = 0;
  return {
    network: observe(network, rest.bus, rest.clock),
    random: () => 0.5,
    platform: 'linux',
    nextNumber: () => ++number,
    ...rest,
  };
}

/** Real sockets and real time. */
export function loopback(options: Pick<UdpOptions, 'onInputSignal'> = {}): Stage {
  const tower = towerOn(udpNetwork({ ...door, ...options }), {
    ...{ bus: new Bus(), clock: realClock, resolve: systemResolve, routeTo },
  });
  const undo: (() => unknown)[] = [];
  const stage: Stage = {
    ...{ tower, undo, leftovers: () => Promise.resolve([]) },
    async peer(address) {
      const peer = await udpPeer(address);
      undo.push(() => peer.close());
      return peer;
    },
  };
  stages.push(stage);
  return stage;
}

/** Hosts in memory: localhost, and whatever address a peer is put on. Time runs while a test waits for something. */
export function inMemory(options: MemoryOptions = {}, recorder?: Recorder): MemoryStage {
  const clock = new VirtualClock();
  const bus = new Bus(recorder);
  const network = memoryNetwork(clock, options);
  const names = new Map<string, readonly string[]>();
  const known = new Set(['127.0.0.1', '::1']);
  const resolve: Resolve = async (host) => {
    const addresses = names.get(host) ?? (/^[\d.:a-f]+$/.test(host) ? [host] : undefined);
    if (addresses === undefined) throw Object.assign(new Error('no such name'), { code: 'ENOTFOUND' });
    return addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }));
  };
  const impaired = impair(network, { clock, random: () => 0.5, bus });
  const tower = towerOn(impaired, {
    ...{ bus, clock, resolve, routeTo: () => Promise.resolve('127.0.0.1') },
  });
  const stage: MemoryStage = {
    ...{ tower, undo: [], clock, network, impaired, names },
    async leftovers() {
      // What dallies or waits for a peer that is gone ends by itself.
      await clock.advance(longestWait);
      return [
        ...(network.ports > 0 ? [`${network.ports} ports`] : []),
        ...(clock.pending > 0 ? [`${clock.pending} timers`] : []),
      ];
    },
    async peer(address = '127.0.0.1', port = 0) {
      if (!known.has(address)) network.host(address);
      known.add(address);
      const peer = await memoryPeer(network, clock, address, port);
      stage.undo.push(() => peer.close());
      return peer;
    },
  };
  stages.push(stage);
  return stage;
}

export interface Served {
  readonly server: Server;
  /** Where requests go. */
  readonly to: Tid;
  readonly events: ServerEvent[];
  /** The types of its events but `listening`, `accepted` and `dropped`. */
  readonly ends: () => string[];
}

/** A server of ours on `stage`. */
export async function serve(
  stage: Stage,
  offering: Offering | Files,
  settings: ServerSettings = {},
): Promise<Served> {
  const offered = isOffering(offering) ? offering : memoryOffering(inMap(offering));
  const server = new Server(stage.tower, offered, { port: 0, grace: 0, ...settings });
  const events: ServerEvent[] = [];
  server.subscribe((event) => events.push(event));
  const [to = tid('', 0)] = await server.listen();
  stage.undo.push(async () => {
    let closed = false;
    void server.close().then(() => (closed = true));
    if ('clock' in stage) await (stage as MemoryStage).clock.run(() => closed);
    await server.close();
  });
  const ends = (): string[] =>
    events.map(({ type }) => type).filter((type) => !['listening', 'accepted', 'dropped'].includes(type));
  return { server, to, events, ends };
}

type Files = Readonly<Record<string, string | Uint8Array>>;

function isOffering(offering: Offering | Files): offering is Offering {
  return typeof offering.open === 'function';
}

export function inMap(files: Files): Map<string, Uint8Array> {
  return new Map(
    Object.entries(files).map(([name, content]) => [
      name,
      typeof content === 'string' ? new TextEncoder().encode(content) : content,
    ]),
  );
}

/**
 * That nothing was sent to `peer` besides what it took: a well-formed request goes after it, and its answers are the
 * next to arrive. `file` has fewer than 512 octets.
 */
export async function expectSilence(peer: RawPeer, to: Tid, file: string): Promise<void> {
  peer.send(rrq(file), to);
  expect(await peer.hear()).toMatch(/^DATA 1 /);
  peer.send(ack(1));
  peer.send(rrq('no such file, to come last'), to);
  expect(await peer.hear()).toBe('ERROR 1 File not found');
  expect(peer.waiting).toEqual([]);
}

/** Lets a transfer on virtual time come to its end, good or bad. */
export async function settled<T>(stage: Stage, promise: Promise<T>): Promise<T> {
  if (!('clock' in stage)) return promise;
  let over = false;
  const note = (): void => {
    over = true;
  };
  promise.then(note, note);
  if (!(await (stage as MemoryStage).clock.run(() => over))) throw new Error('it can never end');
  return promise;
}

/** The TftpError that `promise` rejects with; anything else fails the test. */
export async function tftpErrorOf(stage: Stage, promise: Promise<unknown>): Promise<TftpError> {
  const error: unknown = await settled(stage, promise).then(
    () => new Error('it was resolved'),
    (reason: unknown) => reason,
  );
  if (error instanceof TftpError) {
    // Whatever a peer said, our words are printable.
    expect(error.shortMessage).not.toMatch(/\p{C}/u);
    return error;
  }
  throw new Error('expected a TftpError', { cause: error });
}

/** Everything told to the bus, as it comes. */
export function traceOf({ tower }: Stage): TraceEvent[] {
  const events: TraceEvent[] = [];
  tower.bus.subscribe((event) => events.push(event));
  return events;
}

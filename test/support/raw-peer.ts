// A peer of bare datagrams, so that a test reads like a trace: what it sends, and in words what it hears.
// On a real socket waits are bounded; on the memory network time runs until something is heard. Knows no machine.
import { createSocket } from 'node:dgram';
import { decode } from '../../src/wire/decode.ts';
import { encode } from '../../src/wire/encode.ts';
import type { Malformed, Packet, RequestPacket } from '../../src/wire/packet.ts';
import { raw, untrusted } from '../../src/wire/text.ts';
import { tid, type Tid } from '../../src/wire/tid.ts';
import type { Network } from '../../src/network/network.ts';
import type { VirtualClock } from '../../src/network/virtual-clock.ts';
import { ack, options } from './script.ts';
import { limit } from './limit.ts';

export interface Arrival {
  readonly packet: Packet | Malformed;
  readonly from: Tid;
  readonly octets: Uint8Array;
}

interface Transport {
  readonly local: Tid;
  send(octets: Uint8Array, to: Tid): void;
  close(): void;
  /** Resolves once `isReady`, or rejects where that will not come. */
  wait(isReady: () => boolean): Promise<void>;
}

/** A request in words: `rrq('a.bin', 'blksize 8', 'tsize 0')`. */
export const rrq = (file: string, ...pairs: readonly string[]): RequestPacket =>
  requestPacket('RRQ', file, pairs);
export const wrq = (file: string, ...pairs: readonly string[]): RequestPacket =>
  requestPacket('WRQ', file, pairs);

function requestPacket(op: 'RRQ' | 'WRQ', file: string, pairs: readonly string[]): RequestPacket {
  return {
    op,
    filename: untrusted(file),
    mode: untrusted('octet'),
    options: options(...pairs),
    ignored: 0,
  };
}

/** The same request in another mode. */
export function inMode(mode: string, request: RequestPacket): RequestPacket {
  return { ...request, mode: untrusted(mode) };
}

/** Octets of a string in which each character is one octet. */
export function latin(text: string): Uint8Array {
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}

/** A packet as a line of a trace: `DATA 1 (512)`, `ERROR 1 File not found`, `OACK blksize=8`. */
export function inWords(packet: Packet | Malformed): string {
  switch (packet.op) {
    case 'DATA':
      return `DATA ${packet.block} (${packet.data.length})`;
    case 'ACK':
      return `ACK ${packet.block}`;
    case 'ERROR':
      return `ERROR ${packet.code} ${raw(packet.message)}`;
    case 'OACK':
      return `OACK ${pairsOf(packet)}`.trimEnd();
    case 'RRQ':
    case 'WRQ':
      return `${packet.op} ${raw(packet.filename)} ${raw(packet.mode)} ${pairsOf(packet)}`.trimEnd();
    case 'malformed':
      return `malformed: ${packet.reason}`;
  }
}

function pairsOf(packet: Packet & { readonly op: 'OACK' | 'RRQ' | 'WRQ' }): string {
  return packet.options.map(({ name, value }) => `${raw(name)}=${raw(value)}`).join(' ');
}

export class RawPeer {
  /** Everything ever heard, in words. */
  readonly heard: string[] = [];
  readonly local: Tid;
  /** Who sent what was taken last. */
  from: Tid;
  readonly #transport: Transport;
  readonly #queue: Arrival[] = [];

  constructor(open: (heard: (octets: Uint8Array, from: Tid) => void) => Transport) {
    this.#transport = open((octets, from) => {
      const packet = decode(octets);
      this.heard.push(inWords(packet));
      this.#queue.push({ packet, from, octets });
    });
    this.local = this.#transport.local;
    this.from = this.local;
  }

  send(packet: Packet | Uint8Array, to: Tid = this.from): void {
    this.#transport.send(packet instanceof Uint8Array ? packet : encode(packet), to);
  }

  /** The next datagram. */
  async receive(): Promise<Arrival> {
    await this.#transport.wait(() => this.#queue.length > 0);
    const arrival = this.#queue.shift()!;
    this.from = arrival.from;
    return arrival;
  }

  /** The next datagram in words. */
  async hear(): Promise<string> {
    return inWords((await this.receive()).packet);
  }

  /** What was heard and not taken yet. */
  get waiting(): readonly string[] {
    return this.#queue.map(({ packet }) => inWords(packet));
  }

  /** Reads to the end, block by block, acknowledging each; what came before the first DATA is the caller's. */
  async drain(blksize = 512, last?: number): Promise<Buffer> {
    const parts: Uint8Array[] = [];
    for (;;) {
      const { packet } = await this.receive();
      if (packet.op !== 'DATA') throw new Error(`heard ${inWords(packet)} where DATA was due`);
      // Sent again because our ACK came late, on a busy machine.
      if (packet.block === last) continue;
      last = packet.block;
      parts.push(packet.data);
      this.send(ack(packet.block));
      if (packet.data.length < blksize) return Buffer.concat(parts);
    }
  }

  close(): void {
    this.#transport.close();
  }
}

/** On a real socket. A datagram that does not come within 5 s fails the test. */
export async function udpPeer(address = '127.0.0.1'): Promise<RawPeer> {
  const socket = createSocket(address.includes(':') ? 'udp6' : 'udp4');
  await new Promise<void>((resolve, reject) => {
    socket.once('error', reject);
    socket.bind(0, address, resolve);
  });
  let wake: () => void = () => undefined;
  const local = socket.address();
  return new RawPeer((heard) => {
    socket.on('error', () => undefined);
    socket.on('message', (octets, { address: host, port }) => {
      heard(octets, tid(host, port));
      wake();
    });
    return {
      local: tid(local.address, local.port),
      send: (octets, to) => socket.send(octets, to.port, to.address),
      close: () => socket.close(),
      wait: (isReady) =>
        new Promise((resolve, reject) => {
          const came = limit(5000, () => reject(new Error('no datagram came within 5 s')));
          wake = () => {
            if (!isReady()) return;
            came();
            wake = () => undefined;
            resolve();
          };
          wake();
        }),
    };
  });
}

/** On a memory network. Where no timer can bring a datagram any more, the test fails. */
export async function memoryPeer(
  network: Network,
  clock: VirtualClock,
  address = '127.0.0.1',
  number = 0,
): Promise<RawPeer> {
  let heard: (octets: Uint8Array, from: Tid) => void = () => undefined;
  const port = await network.open({
    ...{ address, port: number, role: 'listen', tag: { transfer: 0, side: 'client' } },
    events: {
      datagram: (octets, from) => heard(octets, from),
      unreachable: () => undefined,
      failed: () => undefined,
    },
  });
  return new RawPeer((told) => {
    heard = told;
    return {
      local: port.local,
      send: (octets, to) => port.send(to, octets),
      close: () => port.close(),
      async wait(isReady) {
        if (!(await clock.run(isReady))) throw new Error('no datagram can come any more');
      },
    };
  });
}

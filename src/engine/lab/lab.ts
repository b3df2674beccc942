// Both ends in this process: a client and a server on the memory network and a virtual clock.
// Rule: time moves only while a transfer runs, and never while a file of the real disk is read or written. So the same
// seed gives the same packets at the same instants.
import { memoryOffering } from '../../files/offerings/named-files.ts';
import { impair, type ImpairedNetwork } from '../../network/impair/impair.ts';
import { memoryNetwork } from '../../network/memory.ts';
import type { Network } from '../../network/network.ts';
import { observe } from '../../network/observe.ts';
import { seeded } from '../../network/random.ts';
import { realClock, type Clock } from '../../network/clock.ts';
import { Gate } from '../../network/gate/gate.ts';
import { VirtualClock } from '../../network/virtual-clock.ts';
import type { Bus } from '../../trace/record/bus.ts';
import { untrusted } from '../../wire/text.ts';
import { Client } from '../client/client.ts';
import { openDestination, openOrigin } from '../client/local-ends.ts';
import type { GetRequest, PutRequest, StatRequest } from '../client/requests.ts';
import { reasonError } from '../failure-texts.ts';
import { Server, type ServerEvent } from '../server/server.ts';
import type { Progress, Transfer, TransferResult } from '../transfer.ts';
import { Machines } from '../drive/machines.ts';
import type { Stepping, Tower } from '../tower.ts';

/** Where the server of a lab is (RFC 5737: addresses for documentation). */
export const labServer = { address: '192.0.2.1', port: 69 } as const;

/** The other address of its host. */
const otherAddress = '192.0.2.2';

/** How the server of a lab answers: as RFC 1350 says, from its one port, or from another address than was asked. */
export const answering = ['usual', 'single-port', 'two-addresses'] as const;
export type Answering = (typeof answering)[number];

/** Milliseconds from one end to the other. */
const transit = 1;
/** Milliseconds after the end of a transfer: what is on its way arrives, and the other end comes to its end too. */
const rest = 100;
/** Milliseconds of real time between two steps of a clock that does not run as fast as it can. */
const tick = 20;

export interface LabOptions {
  readonly bus: Bus;
  readonly platform: string;
  readonly nextNumber: () => number;
  readonly seed: number;
  readonly files: ReadonlyMap<string, Uint8Array>;
}

/** A running lab. */
export class Lab {
  readonly files: Map<string, Uint8Array>;
  readonly impairment: ImpairedNetwork;
  readonly stepping: Stepping;
  /** Times real time; undefined: as fast as the machine allows. */
  speed: number | undefined;
  readonly #clock: VirtualClock;
  readonly #tower: Tower;
  readonly #client: Client;
  #server: Server;
  #answers: Answering = 'usual';
  readonly #listeners: ((event: ServerEvent) => void)[] = [];
  readonly #waiting = new Set<Promise<unknown>>();
  #pump: Promise<void> | undefined;

  constructor({ bus, platform, nextNumber, seed, files }: LabOptions) {
    this.files = new Map(files);
    const clock = (this.#clock = new VirtualClock());
    const random = seeded(seed);
    const gate = new Gate(clock, bus, () => true);
    // Everything stands still with it, what is on its way too.
    const time = gate.clock;
    this.stepping = { gate, machines: new Machines() };
    this.impairment = impair(
      twoHosts(time, () => this.#answers),
      { clock: time, random, bus, isOwn: () => true },
    );
    this.#tower = {
      network: observe(gate.over(this.impairment), bus, time),
      impairment: this.impairment,
      stepping: this.stepping,
      ...{ clock: time, random, bus, platform, nextNumber },
      resolve: () => Promise.resolve([{ address: labServer.address, family: 4 }]),
      routeTo: () => Promise.resolve(labServer.address),
    };
    this.#client = new Client(this.#tower);
    this.#server = this.#makeServer();
  }

  #makeServer(): Server {
    const offering = memoryOffering(this.files, { write: true, overwrite: true });
    const server = new Server(this.#tower, offering, {
      hosts: [labServer.address],
      port: labServer.port,
      grace: 0,
      // Beyond loopback a single port needs to know its clients, so that it cannot be made to flood others.
      ...(this.#answers === 'single-port' && { singlePort: true, allow: ['127.0.0.0/8'] }),
    });
    for (const listener of this.#listeners) server.subscribe(listener);
    return server;
  }

  /** Milliseconds on the clock of the lab. */
  get now(): number {
    return this.#tower.clock.now();
  }

  /** `from`: where its clock begins, so that no two labs of a session share an instant. */
  async start(from: number): Promise<void> {
    await this.#clock.advance(from);
    await this.#server.listen();
  }

  /** What its server does. */
  subscribe(listener: (event: ServerEvent) => void): void {
    this.#listeners.push(listener);
    this.#server.subscribe(listener);
  }

  get answers(): Answering {
    return this.#answers;
  }

  /** Replaces the server by one that answers in this way. No transfer may be running. */
  async answerAs(answers: Answering): Promise<void> {
    await this.#played(this.#server.close());
    this.#answers = answers;
    this.#server = this.#makeServer();
    await this.#server.listen();
  }

  async stop(): Promise<void> {
    this.stepping.gate.off();
    await this.#played(this.#server.close());
  }

  get(request: GetRequest): Transfer {
    const memory: { type: 'memory'; octets?: Uint8Array } = { type: 'memory' };
    const transfer = this.#client.get({ ...request, to: memory });
    const done = this.#played(transfer.done).then(async (result) => {
      await this.#store(request, memory.octets ?? new Uint8Array(0));
      return request.to.type === 'file' ? { ...result, local: request.to.path } : result;
    });
    return { ...partsOf(transfer), done };
  }

  put(request: PutRequest): Transfer {
    const number = this.#tower.nextNumber();
    const client = new Client({ ...this.#tower, nextNumber: () => number });
    const inner: { transfer?: Transfer } = {};
    let aborted = false;
    const start = async (): Promise<TransferResult> => {
      const octets = await wholeOf(request);
      const transfer = client.put({ ...request, from: { type: 'memory', octets } });
      inner.transfer = transfer;
      if (aborted) transfer.abort();
      return this.#played(transfer.done);
    };
    const done = start();
    return {
      number,
      done,
      released: done.then(
        () => inner.transfer?.released,
        () => undefined,
      ),
      release: () => inner.transfer?.release(),
      progress: () => inner.transfer?.progress() ?? startingAt(number, request),
      abort(message) {
        aborted = true;
        inner.transfer?.abort(message);
      },
    };
  }

  stat(request: StatRequest): ReturnType<Client['stat']> {
    return this.#played(this.#client.stat(request));
  }

  async #store({ to }: GetRequest, octets: Uint8Array): Promise<void> {
    if (to.type === 'memory') {
      to.octets = octets;
      return;
    }
    try {
      const sink = await openDestination(to);
      await sink.write([octets]);
      await sink.publish();
    } catch (error) {
      throw reasonError(error);
    }
  }

  /** Lets time run until `work` has settled, the server is done too, and what is on its way has arrived. */
  async #played<T>(work: Promise<T>): Promise<T> {
    this.#waiting.add(work);
    const gone = (): void => void this.#waiting.delete(work);
    work.then(gone, gone);
    this.#pump ??= this.#run();
    await this.#pump;
    return work;
  }

  async #run(): Promise<void> {
    while (this.#waiting.size > 0) {
      if (await this.#isHeld()) continue;
      if (this.speed === undefined) await this.#clock.run(() => this.#waiting.size === 0);
      else await this.#pace(this.speed);
    }
    // The server may still wait for the last ACK, and the client dallies for that long.
    do await this.#clock.advance(rest);
    while ((await this.#isHeld()) || this.#server.status().active.length > 0);
    this.#pump = undefined;
  }

  /** Waits for the next decision about a packet that is held. False: none is held. */
  async #isHeld(): Promise<boolean> {
    const { gate } = this.stepping;
    if (gate.held.length === 0) return false;
    await new Promise<void>((resolve) => {
      const stop = gate.onChange(() => {
        stop();
        resolve();
      });
    });
    return true;
  }

  async #pace(speed: number): Promise<void> {
    await new Promise<void>((resolve) => void realClock.after(tick, resolve));
    await this.#clock.advance(tick * speed);
  }
}

/** The client is on localhost, the server on a host of its own with two addresses. */
function twoHosts(clock: Clock, answers: () => Answering): Network {
  const client = memoryNetwork(clock, { transit });
  // A port that is bound to no address sends from the first one.
  const server = client.host(otherAddress, labServer.address);
  return {
    open(port) {
      if (port.tag.side === 'client') return client.open(port);
      const isUnbound = port.role === 'transfer' && answers() === 'two-addresses';
      return server.open(isUnbound ? { ...port, address: '0.0.0.0' } : port);
    },
  };
}

/** The transfer without `done`. */
function partsOf(transfer: Transfer): Omit<Transfer, 'done'> {
  return {
    number: transfer.number,
    released: transfer.released,
    release: () => transfer.release(),
    progress: () => transfer.progress(),
    abort: (message) => transfer.abort(message),
  };
}

/** All octets of what a put sends. Rejects with TftpError. */
async function wholeOf({ from }: PutRequest): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  try {
    const source = await openOrigin(from);
    for (;;) {
      const chunk = new Uint8Array(64 * 1024);
      const length = await source.read(chunk);
      if (length === 0) break;
      chunks.push(chunk.subarray(0, length));
    }
    await source.close();
  } catch (error) {
    throw reasonError(error);
  }
  const whole = new Uint8Array(chunks.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const chunk of chunks) {
    whole.set(chunk, at);
    at += chunk.length;
  }
  return whole;
}

function startingAt(number: number, { remote }: PutRequest): Progress {
  return {
    ...{ number, kind: 'put', side: 'client', state: 'starting', remote: untrusted(remote.file) },
    ...{ peer: undefined, octets: 0, size: undefined, terms: undefined, block: 0, resent: 0 },
    ...{ rtt: undefined, elapsed: 0 },
  };
}

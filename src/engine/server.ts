// Our server: requests in, transfers out, within limits. What is no request gets no answer, ever.
// Imports all rooms below.
import { decode } from '../wire/decode.ts';
import type { Malformed, RequestPacket } from '../wire/packet.ts';
import { formatTid, tid, type Tid } from '../wire/tid.ts';
import { mayAnswer } from '../network/may-answer.ts';
import type { Port } from '../network/network.ts';
import type { Offering } from '../files/file.ts';
import { Admission, defaultLimits } from './admission.ts';
import { TftpError } from './error.ts';
import { nameError } from './failures.ts';
import { Registry } from './live.ts';
import { refuse } from './refuse.ts';
import { ServerTransfer } from './server-transfer.ts';
import type { ServerEvent, ServerSettings, ServerStatus } from './server-types.ts';
import type { Tower } from './tower.ts';

export type { ServerEvent, ServerSettings, ServerStatus } from './server-types.ts';

/** Octets of a request datagram; a longer one is dropped. */
const longestRequest = 1472;

export class Server {
  readonly #tower: Tower;
  readonly #offering: Offering;
  readonly #settings: ServerSettings;
  readonly #admission: Admission;
  readonly #live: Registry;
  readonly #began: number;
  readonly #ports: Port[] = [];
  #listeners: readonly ((event: ServerEvent) => void)[] = [];
  #closing: Promise<void> | undefined;
  #counts = { done: 0, failed: 0, probes: 0, refused: 0, dropped: 0, octets: 0 };

  constructor(tower: Tower, offering: Offering, settings: ServerSettings = {}) {
    this.#tower = tower;
    this.#offering = offering;
    this.#settings = settings;
    this.#began = tower.clock.now();
    const transfers = settings.maxTransfers ?? defaultLimits.transfers;
    this.#admission = new Admission({ ...defaultLimits, transfers }, this.#began);
    this.#live = new Registry(transfers);
  }

  /** Resolves with the addresses listened on. Rejects with TftpError `by: 'listen'`. */
  async listen(): Promise<readonly Tid[]> {
    let port = this.#settings.port ?? 6969;
    for (const host of this.#settings.hosts ?? ['127.0.0.1']) {
      const opened = await this.#open(host, port);
      // With port 0 the first address draws, and the others follow it.
      port = opened.local.port;
      this.#ports.push(opened);
      this.#emit({ type: 'listening', local: opened.local });
    }
    return this.#ports.map(({ local }) => local);
  }

  async #open(address: string, port: number): Promise<Port> {
    const holder: { port?: Port } = {};
    try {
      const opened = await this.#tower.network.open({
        ...{ address, port, role: 'listen', tag: { transfer: 0, side: 'server' } },
        events: {
          datagram: (octets, from) => holder.port && this.#datagram(octets, from, holder.port),
          // Somebody to whom we sent an ERROR has gone: nothing follows from it.
          unreachable: () => undefined,
          failed: (message) => this.#emit({ type: 'broken', local: tid(address, port), message }),
        },
      });
      holder.port = opened;
      return opened;
    } catch (error) {
      for (const other of this.#ports.splice(0)) other.close();
      throw listenError(tid(address, port), error);
    }
  }

  #datagram(octets: Uint8Array, from: Tid, port: Port): void {
    const live = this.#live.find(from);
    const isRequest = octets[0] === 0 && (octets[1] === 1 || octets[1] === 2);
    if (!isRequest) {
      if (this.#settings.singlePort === true && live !== undefined) live.datagram(octets, from);
      else this.#counts.dropped += 1;
      return;
    }
    if (octets.length > longestRequest || this.#closing !== undefined || !mayAnswer(from, port.local)) {
      this.#counts.dropped += 1;
      return;
    }
    const packet = decode(octets);
    if (packet.op === 'RRQ' || packet.op === 'WRQ') this.#request(packet, { octets, from, port, live });
    else if (packet.op === 'malformed') this.#malformed(packet, from, port);
  }

  #request(
    packet: RequestPacket,
    {
      octets,
      from,
      port,
      live,
    }: { octets: Uint8Array; from: Tid; port: Port; live: ServerTransfer | undefined },
  ): void {
    const now = this.#tower.clock.now();
    if (live !== undefined) {
      if (live.isRepeatedBy(packet, now)) return live.repeated(octets, from);
      live.dismiss('replaced by a new request from the same port');
    }
    const verdict = this.#admission.ask(from, now);
    if (verdict === 'flood') this.#counts.dropped += 1;
    else if (verdict === 'full') this.#refuseFull(packet, from, port);
    else this.#accept(packet, from, port);
  }

  #accept(request: RequestPacket, from: Tid, port: Port): void {
    this.#live.makeRoom(from);
    const transfer = new ServerTransfer({
      tower: this.#tower,
      offering: this.#offering,
      settings: this.#settings,
      ...{ request, peer: from, port },
      running: () => this.#live.active().length,
      emit: (event) => this.#count(event),
      onOver: () => this.#admission.leave(from),
      onEnd: () => this.#live.ended(transfer),
      onRelease: () => this.#live.remove(transfer),
    });
    this.#live.add(transfer);
    transfer.run();
  }

  #refuseFull(request: RequestPacket, peer: Tid, port: Port): void {
    if (!this.#admission.mayRefuse(this.#tower.clock.now())) {
      this.#counts.dropped += 1;
      return;
    }
    const told = { code: 0, message: 'Too many transfers' } as const;
    refuse(this.#tower, { peer, port, ...told, ownPort: false });
    this.#count({ type: 'refused', op: request.op, file: request.filename, peer, ...told });
  }

  /** A request that cannot be read gets one ERROR 4 (RFC 1350 §5), within the rate of requests. */
  #malformed({ reason }: Malformed, peer: Tid, port: Port): void {
    const now = this.#tower.clock.now();
    this.#counts.dropped += 1;
    if (this.#admission.ask(peer, now) !== 'admitted') return;
    this.#admission.leave(peer);
    const message = `Illegal TFTP operation: ${reason.replaceAll('-', ' ')}`;
    refuse(this.#tower, { peer, port, code: 4, message, ownPort: this.#settings.singlePort !== true });
  }

  #count(event: ServerEvent): void {
    const counts = this.#counts;
    if (event.type === 'complete') counts.done += 1;
    else if (event.type === 'failed') counts.failed += 1;
    else if (event.type === 'probe') counts.probes += 1;
    else if (event.type === 'refused') counts.refused += 1;
    if ('progress' in event) counts.octets += event.progress.octets;
    this.#emit(event);
  }

  #emit(event: ServerEvent): void {
    for (const listener of this.#listeners) listener(event);
  }

  status(): ServerStatus {
    const active = this.#live.active().map((transfer) => transfer.progress());
    const { octets, ...counts } = this.#counts;
    return {
      listening: this.#ports.map(({ local }) => local),
      active,
      ...counts,
      // What is over was counted when it ended.
      octets: active.reduce(
        (sum, one) => (one.state === 'failed' || one.state === 'done' ? sum : sum + one.octets),
        octets,
      ),
      uptime: this.#tower.clock.now() - this.#began,
    };
  }

  /** @returns a function that ends the subscription. */
  subscribe(listener: (event: ServerEvent) => void): () => void {
    this.#listeners = [...this.#listeners, listener];
    return () => {
      this.#listeners = this.#listeners.filter((other) => other !== listener);
    };
  }

  /** No new requests; running transfers get `grace`, then ERROR 0 `Server shutting down`. Never rejects. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    const single = this.#settings.singlePort === true;
    if (!single) for (const port of this.#ports) port.close();
    if (this.#live.active().length > 0) {
      const patience = this.#tower.clock.after(this.#settings.grace ?? 5000, () => {
        for (const transfer of this.#live.active()) transfer.abort(0, 'Server shutting down');
      });
      await Promise.all(this.#live.active().map((transfer) => transfer.ended));
      patience.cancel();
    }
    this.#live.releaseAll();
    if (single) for (const port of this.#ports) port.close();
    this.#ports.length = 0;
    await this.#offering.close();
    this.#emit({ type: 'closed' });
  }
}

function listenError(local: Tid, error: unknown): TftpError {
  const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
  const where = formatTid(local);
  const [message, advice] =
    code === 'EADDRINUSE'
      ? [`cannot listen on ${where}: the port is taken`, 'Choose another port, or 0 for any free one.']
      : code === 'EACCES'
        ? [
            `cannot listen on ${where}: not permitted`,
            'Ports below 1024 need root or CAP_NET_BIND_SERVICE; port 6969 needs neither.',
          ]
        : code === 'EADDRNOTAVAIL'
          ? [
              `cannot listen on ${where}: this machine has no such address`,
              'Use 127.0.0.1 or an address of this machine.',
            ]
          : [`cannot listen on ${where} (${code})`, undefined];
  return new TftpError(message, { by: 'listen', code, message }, { advice, cause: error });
}

/** Our address as `host` would reach it, by routing; nothing is sent. Rejects with TftpError. */
export async function localAddressFor(tower: Tower, host: string): Promise<string> {
  try {
    const [first] = await tower.resolve(host, undefined);
    if (first === undefined) throw new Error('no address');
    return await tower.routeTo(first.address);
  } catch (error) {
    throw nameError(host, error);
  }
}

// Our server: admits requests within limits and starts a transfer for each.
// Rule: a datagram that is not a request is never answered.
import type { Malformed, RequestPacket } from '../../wire/packet.ts';
import type { Tid } from '../../wire/tid.ts';
import { mayAnswer } from '../../network/may-answer.ts';
import type { PacketPort, ReceivedDatagram } from '../../network/packet-network.ts';
import type { Offering } from '../../files/file.ts';
import { accessFor, mayAsk, type Access } from './access.ts';
import { Admission, limitsFor } from './admission.ts';
import { nameError } from '../failure-texts.ts';
import { Listeners } from './listeners.ts';
import { TransferRegistry } from './transfer-registry.ts';
import { SlowTransfers } from './slow-transfers.ts';
import { refuse } from './refuse.ts';
import { ServerTransfer } from './server-transfer.ts';
import type { ServerEvent, ServerSettings, ServerStatus } from './types.ts';
import type { Tower } from '../tower.ts';

export type { ServerEvent, ServerSettings, ServerStatus } from './types.ts';

/** Octets of the longest request; a longer datagram is dropped. */
const longestRequest = 1472;

export class Server {
  readonly #tower: Tower;
  readonly #offering: Offering;
  readonly #settings: ServerSettings;
  readonly #admission: Admission;
  readonly #transfers: TransferRegistry;
  readonly #startedAt: number;
  readonly #access: Access;
  readonly #listeners: Listeners;
  readonly #slowTransfers: SlowTransfers;
  #subscribers: readonly ((event: ServerEvent) => void)[] = [];
  #closing: Promise<void> | undefined;
  #counts = { done: 0, failed: 0, probes: 0, refused: 0, dropped: 0, denied: 0, octets: 0 };

  /** @throws TftpError `by: 'usage'` where `allow` or `deny` holds a text that is not a block of addresses. */
  constructor(tower: Tower, offering: Offering, settings: ServerSettings = {}) {
    this.#tower = tower;
    this.#offering = offering;
    this.#settings = settings;
    this.#startedAt = tower.clock.now();
    this.#access = accessFor(settings);
    const limits = limitsFor(settings);
    this.#admission = new Admission(limits, this.#startedAt);
    this.#transfers = new TransferRegistry(limits.transfers);
    this.#slowTransfers = new SlowTransfers(tower.clock, () => this.#transfers.active());
    this.#listeners = new Listeners({
      ...{ tower, settings },
      received: (datagram, port) => this.#received(datagram, port),
      emit: (event) => this.#emit(event),
    });
  }

  /** Resolves with the local addresses of the open ports. Rejects with TftpError `by: 'listen'`. */
  listen(): Promise<readonly Tid[]> {
    return this.#listeners.listen();
  }

  /** Listens on exactly these addresses from now on; running transfers continue. See {@link Listeners.relisten}. */
  relisten(hosts: readonly string[]): Promise<readonly Tid[]> {
    return this.#listeners.relisten(hosts);
  }

  /** Decides by the first octets where that is enough: only what may be a request is decoded. */
  #received(datagram: ReceivedDatagram, port: PacketPort): void {
    const { octets, from } = datagram;
    const running = this.#transfers.find(from);
    const isRequest = octets[0] === 0 && (octets[1] === 1 || octets[1] === 2);
    if (!isRequest) {
      if (this.#settings.singlePort === true && running !== undefined) running.received(datagram);
      else this.#counts.dropped += 1;
      return;
    }
    if (octets.length > longestRequest || this.#closing !== undefined || !mayAnswer(from, port.local)) {
      this.#counts.dropped += 1;
      return;
    }
    if (!mayAsk(this.#access, from.address)) {
      this.#counts.denied += 1;
      return;
    }
    const { packet } = datagram;
    if (packet.op === 'RRQ' || packet.op === 'WRQ') this.#request(packet, datagram, port);
    else if (packet.op === 'malformed') this.#malformed(packet, from, port);
  }

  #request(packet: RequestPacket, datagram: ReceivedDatagram, port: PacketPort): void {
    const { from } = datagram;
    const now = this.#tower.clock.now();
    const running = this.#transfers.find(from);
    if (running !== undefined) {
      if (running.isRepeatedBy(packet, now)) return running.repeated(datagram);
      running.dismiss('replaced by a new request from the same port');
    }
    const verdict = this.#admission.ask(from, now);
    if (verdict === 'flood') this.#counts.dropped += 1;
    else if (verdict === 'admitted' || this.#makePlace(from)) this.#accept(packet, datagram, port);
    else this.#refuseFull(packet, from, port);
  }

  /** Takes the place of a slow transfer if there is one; where `from` has its full share, of one of the same address. */
  #makePlace(from: Tid): boolean {
    const among = this.#admission.hasFullShare(from) ? from : undefined;
    while (this.#slowTransfers.evict(among)) if (this.#admission.enter(from)) return true;
    return false;
  }

  #accept(request: RequestPacket, { from, id: requestId }: ReceivedDatagram, port: PacketPort): void {
    this.#transfers.makeRoom(from);
    const transfer = new ServerTransfer({
      tower: this.#tower,
      offering: this.#offering,
      settings: this.#settings,
      ...{ request, peer: from, port, requestId },
      running: () => this.#transfers.active().length,
      emit: (event) => this.#count(event),
      onOver: () => this.#admission.leave(from),
      onEnd: () => this.#transfers.ended(transfer),
      onRelease: () => this.#transfers.remove(transfer),
    });
    this.#transfers.add(transfer);
    this.#slowTransfers.watch(transfer);
    transfer.run();
  }

  #refuseFull(request: RequestPacket, peer: Tid, port: PacketPort): void {
    if (!this.#admission.mayRefuse(this.#tower.clock.now())) {
      this.#counts.dropped += 1;
      return;
    }
    const refusal = { code: 0, message: 'Too many transfers' } as const;
    refuse(this.#tower, { peer, port, ...refusal, ownPort: false });
    this.#count({ type: 'refused', op: request.op, file: request.filename, peer, ...refusal });
  }

  /** A malformed request gets one ERROR 4 (RFC 1350 §5), within the rate limit. */
  #malformed({ reason }: Malformed, peer: Tid, port: PacketPort): void {
    const now = this.#tower.clock.now();
    this.#counts.dropped += 1;
    if (this.#admission.ask(peer, now) !== 'admitted') return;
    this.#admission.leave(peer);
    const message = `Illegal TFTP operation: ${reason.replaceAll('-', ' ')}`;
    const { singlePort, ports } = this.#settings;
    refuse(this.#tower, { peer, port, code: 4, message, ownPort: singlePort !== true, ports });
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
    for (const listener of this.#subscribers) listener(event);
  }

  status(): ServerStatus {
    const active = this.#transfers.active().map((transfer) => transfer.progress());
    const { octets, ...counts } = this.#counts;
    return {
      listening: this.#listeners.locals,
      active,
      ...counts,
      // A transfer that has ended is counted already.
      octets: active.reduce(
        (sum, one) => (one.state === 'failed' || one.state === 'done' ? sum : sum + one.octets),
        octets,
      ),
      uptime: this.#tower.clock.now() - this.#startedAt,
    };
  }

  /** @returns a function that ends the subscription. */
  subscribe(listener: (event: ServerEvent) => void): () => void {
    this.#subscribers = [...this.#subscribers, listener];
    return () => {
      this.#subscribers = this.#subscribers.filter((other) => other !== listener);
    };
  }

  /** No new requests; running transfers get `grace`, then ERROR 0 `Server shutting down`. Never rejects. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    const single = this.#settings.singlePort === true;
    if (!single) this.#listeners.close();
    if (this.#transfers.active().length > 0) {
      const patience = this.#tower.clock.after(this.#settings.grace ?? 5000, () => {
        for (const transfer of this.#transfers.active()) transfer.abort(0, 'Server shutting down');
      });
      await Promise.all(this.#transfers.active().map((transfer) => transfer.ended));
      patience.cancel();
    }
    this.#transfers.releaseAll();
    this.#slowTransfers.stop();
    this.#listeners.close();
    await this.#offering.close();
    this.#emit({ type: 'closed' });
  }
}

/** Our address as `host` would reach it, by routing. Nothing is sent. Rejects with TftpError. */
export async function localAddressFor(tower: Tower, host: string): Promise<string> {
  try {
    const [first] = await tower.resolve(host, undefined);
    if (first === undefined) throw new Error('no address');
    return await tower.routeTo(first.address);
  } catch (error) {
    throw nameError(host, error);
  }
}

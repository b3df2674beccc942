// Our server: admits requests within limits and starts a transfer for each.
// Rule: a datagram that is not a request is never answered.
import { requestedName } from '../../wire/decode.ts';
import type { Malformed, RequestPacket } from '../../wire/packet.ts';
import { untrusted } from '../../wire/text.ts';
import { sameTid, type Tid } from '../../wire/tid.ts';
import { mayAnswer } from '../../network/may-answer.ts';
import type { PacketPort, ReceivedDatagram } from '../../network/packet-network.ts';
import type { Offering } from '../../files/file.ts';
import { accessFor, assertBounded, guessable, isTrusted, mayAsk, type Access } from './admission/access.ts';
import { Admission, limitsFor } from './admission/admission.ts';
import { nameError } from '../failure-texts.ts';
import { OctetRates } from './limited-port.ts';
import { Drops, type DropReason } from './drops.ts';
import { Listeners } from './listeners.ts';
import { Groups } from './multicast/groups.ts';
import { OpenQueue } from './open-queue.ts';
import { ReadAhead } from '../drive/read-ahead.ts';
import { groupsOf, type GroupOf } from './admission/places.ts';
import { TransferRegistry } from './transfer-registry.ts';
import { Takeovers } from './admission/takeover.ts';
import { SlowTransfers } from './admission/slow-transfers.ts';
import { Rest } from './rest.ts';
import { refuseRequest, type RefuseRequestOptions } from './refuse.ts';
import { ServerTransfer, type ServerTransferOptions } from './server-transfer.ts';
import type { ServerEvent, ServerSettings, ServerStatus } from './types.ts';
import type { Tower } from '../tower.ts';

export type { ServerEvent, ServerSettings, ServerStatus } from './types.ts';

/** Octets of the longest request; a longer datagram is dropped. */
const longestRequest = 1472;
/** Why the open of a file gave way. */
const tooLong = 'gave way: its file took too long to open';
/** Descriptors of a transfer: its file and the two sockets of its port. */
const descriptorsEach = 3;
/** Descriptors that the process needs for everything else. */
const descriptorsKept = 64;

/** The transfers that `descriptors` allow; a process with few of them keeps a quarter. */
function transfersFor(descriptors: number): number {
  return Math.floor((descriptors - Math.min(descriptorsKept, descriptors / 4)) / descriptorsEach);
}

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
  readonly #opens: OpenQueue;
  readonly #groups: Groups;
  readonly #takeovers: Takeovers;
  readonly #drops: Drops;
  readonly #readAhead = new ReadAhead();
  readonly #rest: Rest;
  readonly #rates = new OctetRates();
  readonly #groupOf: GroupOf;
  #subscribers: readonly ((event: ServerEvent) => void)[] = [];
  #closing: Promise<void> | undefined;
  #counts = { done: 0, failed: 0, probes: 0, refused: 0, octets: 0 };

  /** @throws TftpError `by: 'usage'` where `allow` or `deny` holds a text that is not a block of addresses. */
  constructor(tower: Tower, offering: Offering, settings: ServerSettings = {}) {
    this.#tower = tower;
    this.#offering = offering;
    this.#settings = settings;
    this.#startedAt = tower.clock.now();
    this.#access = accessFor(settings);
    const limits = limitsFor(settings);
    const groupOf = groupsOf(accessFor({ allow: tower.localNetworks?.() ?? [] }).allow);
    this.#groupOf = groupOf;
    this.#admission = new Admission(limits, this.#startedAt, groupOf);
    this.#transfers = new TransferRegistry(limits.transfers, groupOf);
    this.#slowTransfers = new SlowTransfers(tower.clock, groupOf, () => this.#transfers.active());
    this.#opens = new OpenQueue(tower.clock);
    this.#takeovers = new Takeovers(tower.clock);
    this.#drops = new Drops(tower.clock, (event) => this.#emit(event));
    this.#groups = new Groups(tower, settings);
    this.#rest = new Rest(tower.clock, () => tower.tidy?.());
    this.#listeners = new Listeners({
      ...{ tower, settings },
      received: (datagram, port) => this.#received(datagram, port),
      emit: (event) => this.#emit(event),
    });
  }

  /** Resolves with the local addresses of the open ports. Rejects with TftpError `by: 'listen'`, or `by: 'usage'` for {@link assertBounded}. */
  async listen(): Promise<readonly Tid[]> {
    assertBounded(this.#settings);
    const descriptors = await this.#tower.descriptors?.();
    if (descriptors !== undefined) this.#admission.lower(transfersFor(descriptors));
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
      else this.#drops.add('not-a-request', datagram);
      return;
    }
    const reason = this.#reasonToDrop(datagram, port);
    if (reason !== undefined) return this.#drops.add(reason, datagram);
    const { packet } = datagram;
    if (packet.op === 'RRQ' || packet.op === 'WRQ') this.#request(packet, datagram, port);
    else if (packet.op === 'malformed') this.#malformed(packet, datagram, port);
  }

  #reasonToDrop({ octets, from }: ReceivedDatagram, port: PacketPort): DropReason | undefined {
    if (octets.length > longestRequest) return 'too-long';
    if (this.#closing !== undefined) return 'stopping';
    if (!mayAnswer(from, port.local)) return 'unanswerable';
    return mayAsk(this.#access, from.address) ? undefined : 'denied';
  }

  #request(packet: RequestPacket, datagram: ReceivedDatagram, port: PacketPort): void {
    const { from } = datagram;
    const now = this.#tower.clock.now();
    const running = this.#running(from);
    if (running?.isRepeatedBy(packet, now) === true) return running.repeated(datagram);
    running?.dismiss('replaced by a new request from the same port');
    const old = running ?? this.#takeovers.find(packet, from, this.#transfers.active());
    if (old !== undefined) return this.#replace(old, packet, datagram, port);
    const verdict = this.#admission.ask(from, now, packet.op);
    if (verdict === 'flood') this.#drops.add('too-many-requests', datagram);
    else if (verdict === 'admitted') this.#accept(packet, datagram, port);
    else void this.#acceptAfter(this.#makePlace(from, verdict), packet, datagram, port);
  }

  /**
   * The transfer with a client. One that dallies on its own port does not count. It stays beside a new one, because its
   * client may still miss the last ACK (RFC 1350 §6) when a late copy of its request arrives.
   */
  #running(from: Tid): ServerTransfer | undefined {
    const found = this.#transfers.find(from);
    if (found === undefined || this.#settings.singlePort === true) return found;
    return this.#transfers.dallies(found) ? undefined : found;
  }

  /**
   * A request takes the place of a transfer of the same client: of one from the same port once its file is closed, of an
   * upload of the same file from another port when that has been silent.
   */
  #replace(old: ServerTransfer, packet: RequestPacket, datagram: ReceivedDatagram, port: PacketPort): void {
    const { from } = datagram;
    const accept = (ended?: ServerTransfer): void => void this.#acceptAfter(ended, packet, datagram, port);
    if (this.#admission.isFlood(from, this.#tower.clock.now()))
      this.#drops.add('too-many-requests', datagram);
    else if (sameTid(old.peer, from)) accept(old);
    else this.#takeovers.wait(old, from, accept);
  }

  /** Accepts a request once the transfer `before` it has ended, if there is a place then. */
  async #acceptAfter(
    before: ServerTransfer | undefined,
    packet: RequestPacket,
    datagram: ReceivedDatagram,
    port: PacketPort,
  ): Promise<void> {
    const { from } = datagram;
    await before?.ended;
    // Meanwhile the client may have repeated its request, or somebody else may have taken the place.
    if (this.#closing !== undefined || this.#running(from) !== undefined) return;
    const verdict = this.#admission.enter(from, packet.op);
    const replaced = before !== undefined && sameTid(before.peer, from) ? before.request : undefined;
    if (verdict === 'admitted') this.#accept(packet, datagram, port, replaced);
    else this.#refuseFull(verdict, packet, datagram, port);
  }

  /** The transfer whose place will be free: where the address of `from` has its full share, one of its own. */
  #makePlace(from: Tid, kind: 'full' | 'uploads-full'): ServerTransfer | undefined {
    if (!this.#admission.mayEvict(this.#tower.clock.now())) return undefined;
    const own = this.#admission.hasFullShare(from, kind);
    return this.#slowTransfers.evict(from, { own, uploads: kind === 'uploads-full' });
  }

  #accept(
    request: RequestPacket,
    datagram: ReceivedDatagram,
    port: PacketPort,
    replaced?: RequestPacket,
  ): void {
    const { from, id: requestId } = datagram;
    if (!this.#transfers.makeRoom(from, this.#tower.clock.now())) {
      this.#admission.leave(from, request.op);
      return this.#drops.add('no-place', datagram);
    }
    const transfer = new ServerTransfer({
      tower: this.#tower,
      offering: this.#offering,
      ...this.#bounds(from),
      ...{ request, peer: from, port, requestId, replaced },
      opens: this.#opens.of(this.#groupOf(from.address), () => transfer.dismiss(tooLong)),
      ...{ readAhead: this.#readAhead, groups: this.#groups },
      emit: (event) => this.#count(event),
      onExhausted: async () => {
        if (this.#transfers.releaseDallying()) return true;
        const victim = this.#makePlace(from, 'full');
        await victim?.ended;
        return victim !== undefined;
      },
      onEnd: () => {
        this.#admission.leave(from, request.op);
        this.#transfers.ended(transfer);
        this.#rest.running(this.#transfers.active().length);
      },
      onRelease: () => this.#transfers.remove(transfer),
    });
    this.#transfers.add(transfer);
    this.#rest.running(this.#transfers.active().length);
    this.#slowTransfers.watch(transfer);
    transfer.run();
  }

  /** Settings for an address that is not in `allow`, because others could answer in its name: see {@link guessable}. */
  #bounds({ address }: Tid): Pick<ServerTransferOptions, 'settings' | 'wait'> {
    const settings = this.#settings;
    if (isTrusted(this.#access, address)) return { settings, wait: undefined };
    const bounded = guessable(settings);
    if (settings.singlePort !== true) return { settings: bounded, wait: undefined };
    const group = this.#groupOf(address);
    const wait = (octets: number): number => this.#rates.wait(group, octets, this.#tower.clock.now());
    return { settings: bounded, wait };
  }

  #refuseFull(
    kind: 'full' | 'uploads-full',
    request: RequestPacket,
    datagram: ReceivedDatagram,
    port: PacketPort,
  ): void {
    if (!this.#admission.mayRefuse(this.#tower.clock.now())) return this.#drops.add('no-place', datagram);
    const { from: peer } = datagram;
    const message = kind === 'full' ? 'Too many transfers' : 'Too many uploads';
    this.#refuse({ request, peer, port, code: 0, message, ownPort: false });
  }

  /** A malformed request gets one ERROR 4 (RFC 1350 §5), within the rate limit. */
  #malformed({ reason, opcode }: Malformed, datagram: ReceivedDatagram, port: PacketPort): void {
    const { from: peer, octets } = datagram;
    if (this.#admission.isFlood(peer, this.#tower.clock.now()))
      return this.#drops.add('too-many-requests', datagram);
    const message = `Illegal TFTP operation: ${reason.replaceAll('-', ' ')}`;
    const { singlePort, ports } = this.#settings;
    const op = opcode === 1 ? 'RRQ' : 'WRQ';
    const request = { op, filename: requestedName(octets), mode: untrusted('octet') } as const;
    this.#refuse({ request, peer, port, code: 4, message, ownPort: singlePort !== true, ports });
  }

  #refuse(refusal: Omit<RefuseRequestOptions, 'number'>): void {
    const { request, peer, code, message } = refusal;
    const { op, filename: file } = request;
    const number = refuseRequest(this.#tower, { ...refusal, number: 0 });
    this.#count({ type: 'refused', number, op, file, peer, code, message });
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
      dropped: this.#drops.dropped,
      denied: this.#drops.denied,
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

  /** Ends the running transfer of that number: its client gets ERROR 0. @returns false where none has it. */
  abort(number: number, message: string): boolean {
    const running = this.#transfers.active().find((one) => !one.isOver && one.progress().number === number);
    running?.abort(0, message);
    return running !== undefined;
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
    this.#takeovers.stop();
    this.#drops.stop();
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

// One multicast transfer of our server (RFC 2090): a file, a group address, and the clients that share them.
// Rule: each client is a transfer of its own for limits, log and status. It has a seat here, and drives it as its own.
import type { ErrorCode } from '../../../wire/codes.ts';
import type { RequestPacket } from '../../../wire/packet.ts';
import { formatTid, type Tid } from '../../../wire/tid.ts';
import { GroupSender, type GroupStart } from '../../../transfer/multicast/group-sender.ts';
import type { Outcome } from '../../../transfer/machine.ts';
import type { Note } from '../../../transfer/note.ts';
import type { Terms } from '../../../transfer/terms.ts';
import type { Tag } from '../../../trace/record/event.ts';
import type { PacketPort, ReceivedDatagram } from '../../../network/packet-network.ts';
import type { SharedFile, Source } from '../../../files/file.ts';
import { BlockFeed } from '../../drive/block-feed.ts';
import { Drive } from '../../drive/drive.ts';
import { refusalOf } from '../../file-refusals.ts';
import { LocalProblem, tooLarge } from '../../failure-texts.ts';
import type { Tower } from '../../tower.ts';

/** Clients of one group. One more gets a transfer of its own. */
const mostClients = 64;

/** What a transfer of our server needs of its drive. */
export type ServerDrive = Pick<
  Drive,
  'heard' | 'movedAt' | 'isWaiting' | 'rtt' | 'terms' | 'block' | 'resent' | 'release' | 'stored' | 'tooLarge'
> & {
  start(requestId?: number): void;
  received(datagram: ReceivedDatagram): void;
  unreachable(from: Tid): void;
  failed(message: string): void;
  abort(code: ErrorCode, message: string): void;
};

export interface GroupOptions {
  readonly tower: Tower;
  readonly start: GroupStart;
  readonly tag: Tag;
  /** The source of the first client; closed with the group. */
  readonly source: Source;
  readonly shared: SharedFile;
  /** Nobody can join any more. */
  readonly onOver: () => void;
}

/** One client of a group. */
export interface Sitter {
  readonly peer: Tid;
  readonly request: RequestPacket;
  readonly onEnd: (outcome: Outcome) => void;
  readonly onRelease: () => void;
}

export class Group {
  readonly #options: GroupOptions;
  readonly #machine: GroupSender;
  readonly #seats = new Map<string, Seat>();
  #drive: Drive | undefined;
  #isStarted = false;
  isOver = false;

  constructor(options: GroupOptions) {
    this.#options = options;
    this.#machine = new GroupSender(options.start);
  }

  /** Opens the port of the group. Rejects with the system's error. */
  async open(place: Pick<Parameters<Tower['network']['open']>[0], 'address' | 'port'>): Promise<void> {
    const { tower, tag, start, source, shared } = this.#options;
    const drive = (): Drive | undefined => this.#drive;
    const port: PacketPort = await tower.network.open({
      ...place,
      multicast: { way: 'send', via: place.address },
      ...{ role: 'transfer', offload: false, tag },
      events: {
        // A request joins a group only by the listening port, where it is admitted.
        received: (datagram) => {
          const { op } = datagram.packet;
          if (op !== 'RRQ' && op !== 'WRQ') drive()?.received(datagram);
        },
        unreachable: () => undefined,
        tooLarge: () => drive()?.tooLarge(),
        failed: (message) => drive()?.failed(message),
      },
    });
    const fail = (error: unknown): void => this.#fail(error);
    this.#drive = new Drive({
      ...{ machine: this.#machine, port, clock: tower.clock, bus: tower.bus, tag },
      machines: tower.stepping?.machines,
      rehearsal: { twin: () => new GroupSender(start), size: () => start.size },
      feed: new BlockFeed(shared, start.size, fail),
      onNote: (note) => this.#noted(note),
      onTooLarge: () => fail(tooLarge(start.terms)),
      onEnd: () => this.#over(),
      onRelease: () => void source.close(),
    });
  }

  /** A place for a client; undefined where the group is full or over. The client joins when the seat is started. */
  seat(sitter: Sitter): Seat | undefined {
    const key = formatTid(sitter.peer);
    if (this.isOver || this.#drive === undefined || this.#seats.size >= mostClients || this.#seats.has(key))
      return undefined;
    const seat = new Seat(sitter, this);
    this.#seats.set(key, seat);
    return seat;
  }

  get drive(): Drive | undefined {
    return this.#drive;
  }

  isAsking(peer: Tid): boolean {
    return this.#machine.isAsking(peer);
  }

  join({ peer, request }: Sitter, id: number | undefined): void {
    const isFirst = !this.#isStarted;
    this.#isStarted = true;
    if (isFirst) this.#drive?.start();
    this.#drive?.received({ packet: request, from: peer, id });
  }

  /** Takes a seat away. If no client ever joined and no seat is left, the group is over. */
  leave(peer: Tid): void {
    this.#seats.delete(formatTid(peer));
    if (this.#isStarted || this.#seats.size > 0) return;
    this.#over();
    this.#drive?.release();
  }

  #noted(note: Note): void {
    if (note.type !== 'member') return;
    const seat = this.#seats.get(formatTid(note.client));
    const { failure } = note;
    if (note.change === 'done') seat?.end({ ok: true, octets: this.#options.start.size, confirmed: true });
    else if (failure !== undefined) seat?.end({ ok: false, failure });
  }

  #fail(reason: unknown): void {
    const { code, message } =
      reason instanceof LocalProblem ? { code: 0 as const, message: reason.message } : refusalOf(reason);
    this.#drive?.abort(code, message);
  }

  #over(): void {
    if (this.isOver) return;
    this.isOver = true;
    this.#options.onOver();
  }
}

/** The place of one client in a group. */
export class Seat implements ServerDrive {
  readonly #sitter: Sitter;
  readonly #group: Group;
  #hasLeft = false;

  constructor(sitter: Sitter, group: Group) {
    this.#sitter = sitter;
    this.#group = group;
  }

  /** False while it listens: then its request, when it comes again, gets its role again. */
  get heard(): boolean {
    return this.#group.isAsking(this.#sitter.peer);
  }

  get movedAt(): number | undefined {
    return this.#group.drive?.movedAt;
  }

  get isWaiting(): boolean {
    return !this.#hasLeft && this.#group.drive?.isWaiting === true;
  }

  get rtt(): number | undefined {
    return this.#group.drive?.rtt;
  }

  get terms(): Terms | undefined {
    return this.#group.drive?.terms;
  }

  /** The blocks that the group has got. */
  get block(): number {
    return this.#group.drive?.block ?? 0;
  }

  get resent(): number {
    return this.#group.drive?.resent ?? 0;
  }

  start(requestId?: number): void {
    this.#group.join(this.#sitter, requestId);
  }

  received({ packet, id }: ReceivedDatagram): void {
    if (!this.#hasLeft) this.#group.drive?.received({ packet, from: this.#sitter.peer, id });
  }

  unreachable(): void {
    // The port of a group is not connected to a peer.
  }

  tooLarge(): void {
    // It ends the whole group.
  }

  stored(): void {
    // Nothing is stored here.
  }

  failed(message: string): void {
    if (!this.#hasLeft) this.#group.drive?.failed(message, this.#sitter.peer);
  }

  abort(code: ErrorCode, message: string): void {
    if (!this.#hasLeft) this.#group.drive?.abort(code, message, this.#sitter.peer);
  }

  release(): void {
    this.failed('released');
    this.#leave();
  }

  end(outcome: Outcome): void {
    if (this.#hasLeft) return;
    this.#leave();
    this.#sitter.onEnd(outcome);
  }

  #leave(): void {
    if (this.#hasLeft) return;
    this.#hasLeft = true;
    this.#group.leave(this.#sitter.peer);
    this.#sitter.onRelease();
  }
}

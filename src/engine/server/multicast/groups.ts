// The multicast transfers of one server (RFC 2090): one for each file and terms. They are for requests that ask for them,
// with the setting `extensions` on; every other request, and every one that does not fit, gets a transfer of its own.
import { multicastName } from '../../../wire/multicast.ts';
import { findOption } from '../../../wire/options.ts';
import type { RequestPacket, WireOption } from '../../../wire/packet.ts';
import { raw } from '../../../wire/text.ts';
import { tid, type Tid } from '../../../wire/tid.ts';
import { mostBlocks } from '../../../transfer/multicast/blocks.ts';
import type { Accepted } from '../../../transfer/negotiate.ts';
import { termsOf } from '../../../transfer/terms.ts';
import type { Tag } from '../../../trace/record/event.ts';
import type { PacketPort } from '../../../network/packet-network.ts';
import type { SharedFile, Source } from '../../../files/file.ts';
import { paceFor } from '../../pace.ts';
import type { Tower } from '../../tower.ts';
import { Group, type Seat, type Sitter } from './group.ts';
import { accept, Busy, isOctet, type Requested } from '../open-request.ts';
import { askedAddress } from '../transfer-port.ts';
import type { ServerSettings } from '../types.ts';

/** Groups at a time. Each has an address and a port of its own: 239.255.N.0:1758, 239.255.N.1:1759 and so on. */
const mostGroups = 64;
/** RFC 2090: the registered port for the blocks. */
const firstPort = 1758;

/** A request that may join a group. */
export interface GroupRequest extends Sitter {
  readonly opened: Requested;
  /** The listening port that the request came to. */
  readonly port: PacketPort;
  readonly tag: Tag;
}

/** A seat, and whether the group keeps the client's source and closes it. */
export interface Seated {
  readonly seat: Seat;
  readonly keepsSource: boolean;
}

interface SharedSource extends Pick<Accepted, 'terms' | 'refused'> {
  readonly source: Source;
  readonly shared: SharedFile;
  readonly size: number;
}

export class Groups {
  readonly #tower: Tower;
  readonly #settings: ServerSettings;
  /** By what all clients of a group have in common. */
  readonly #groups = new Map<string, Promise<Group>>();
  readonly #slots = new Set<number>();
  #nextSlot = 0;
  /** The third number of the addresses: two servers of one network rarely use the same ones. */
  readonly #network: number;

  constructor(tower: Tower, settings: ServerSettings) {
    this.#tower = tower;
    this.#settings = settings;
    this.#network = Math.floor(tower.random() * 256);
  }

  /** Undefined: this request gets a transfer of its own. Rejects where no port can be opened. */
  async seat(asked: GroupRequest): Promise<Seated | undefined> {
    const { opened, request, peer, port } = asked;
    const { source, size } = opened;
    if (!this.#mayShare(request, peer) || source?.shared === undefined || size === undefined)
      return undefined;
    const { terms, refused } = forGroup(opened.accepted);
    if (Math.floor(size / terms.blksize) + 1 > mostBlocks) return undefined;
    const key = JSON.stringify([
      ...[source.shared.identity, terms.blksize, terms.timeout, askedAddress(port, peer)],
    ]);
    const known = await this.#groups.get(key)?.catch(() => undefined);
    const seat = known?.seat(asked);
    if (seat !== undefined) return { seat, keepsSource: false };
    // Another group of the same kind is full: this client has a transfer of its own.
    if (known?.isOver === false || this.#slots.size >= mostGroups) return undefined;
    const file = { source, shared: source.shared, size, terms, refused };
    const group = await this.#open(key, asked, file);
    const own = group.seat(asked);
    return own && { seat: own, keepsSource: true };
  }

  #mayShare(request: RequestPacket, { address }: Tid): boolean {
    const { extensions = false, options = true, singlePort = false } = this.#settings;
    if (!extensions || !options || singlePort || address.includes(':')) return false;
    return (
      request.op === 'RRQ' && isOctet(request) && findOption(request.options, multicastName) !== undefined
    );
  }

  #open(
    key: string,
    { peer, port, tag }: GroupRequest,
    { source, shared, size, ...terms }: SharedSource,
  ): Promise<Group> {
    const slot = this.#freeSlot();
    this.#slots.add(slot);
    const free = (): void => {
      this.#slots.delete(slot);
      if (this.#groups.get(key) === opening) this.#groups.delete(key);
    };
    const group = new Group({
      ...{ tower: this.#tower, tag, source, shared, onOver: free },
      start: {
        ...{ ...terms, size, pace: paceFor(this.#settings) },
        oackFor: (request) => forGroup(accept(request, this.#settings, size)).oack,
        group: tid(`239.255.${this.#network}.${slot}`, firstPort + slot),
      },
    });
    const opening = group.open({ address: askedAddress(port, peer), port: this.#settings.ports ?? 0 }).then(
      () => group,
      () => {
        throw new Busy();
      },
    );
    this.#groups.set(key, opening);
    opening.catch(free);
    return opening;
  }

  /** The next free one in turn: clients of a group that is over still listen to its address for a while. */
  #freeSlot(): number {
    while (this.#slots.has(this.#nextSlot)) this.#nextSlot = (this.#nextSlot + 1) % mostGroups;
    const slot = this.#nextSlot;
    this.#nextSlot = (slot + 1) % mostGroups;
    return slot;
  }
}

/** The terms without what a group cannot have: RFC 2090 has one block at a time, and numbers that never wrap. */
function forGroup({ oack, refused }: Accepted): Accepted {
  const kept = oack.filter((one) => !isForOne(one));
  const left = oack.filter(isForOne).map(({ name }) => raw(name));
  return { terms: { ...termsOf(kept), negotiated: true }, oack: kept, refused: [...refused, ...left] };
}

function isForOne({ name }: WireOption): boolean {
  return raw(name) === 'windowsize' || raw(name) === 'rollover';
}

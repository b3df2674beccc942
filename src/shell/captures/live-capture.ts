// A capture that comes through a pipe, or grows: it cannot be read again, so its last packets are kept.
// Rule: bounded memory for an endless stream; views say which packets are no longer kept.
import type { Source } from '../../files/file.ts';
import type { CapturedDatagram } from '../../trace/capture/dissect/dissect.ts';
import { traceEvents } from '../../trace/capture/events.ts';
import type { PacketRecord } from '../../trace/capture/record.ts';
import type { DatagramEvent, Tag } from '../../trace/record/event.ts';
import { isRare, type Lane } from '../../trace/record/recorder.ts';
import { Ring, headKept } from '../../trace/record/ring.ts';
import { say, type Printable } from '../../wire/text.ts';
import { sameTid, type Tid } from '../../wire/tid.ts';
import { ConversationList } from './conversation-list.ts';
import { CaptureScan, type ReadCapture, type Visitor } from './capture-scan.ts';
import { knownOctets, listed, mostShown, type OpenCapture } from './capture-file.ts';
import type { TransferView } from '../packets/transfer-view.ts';
import { ringTransfer } from '../packets/ring-transfer.ts';
import { grouped } from '../../trace/text/quantities.ts';

/** How many packets and inferred notes of all transfers together are kept. */
const mostHeld = 2 * mostShown;

/** Where the packets of one conversation are stored. */
interface Pen {
  readonly tag: Tag;
  readonly lane: Lane;
  /** One object for as long as it stays the same: the ring keeps it with each packet. */
  peer: Tid;
}

export class LiveCapture implements OpenCapture {
  readonly path: string | undefined;
  readonly name: Printable;
  readonly list: ConversationList;
  readonly #ring: Ring;
  readonly #capacity: number;
  readonly #pens = new Map<number, Pen>();
  /** For each conversation, how many events were stored before its first packet. */
  readonly #begun = new Map<number, number>();
  #written = 0;
  #reading: CaptureScan | undefined;

  /** `path`: the file of the capture; undefined for a pipe. */
  constructor(name: Printable, path?: string, capacity = mostHeld) {
    this.name = name;
    this.path = path;
    this.#capacity = capacity;
    this.#ring = new Ring(capacity);
    // Of DATA only the head is known here: see octetsOf.
    this.#ring.keep(0);
    this.list = new ConversationList((transfer) => this.#reading?.underway(transfer), 'last');
  }

  get packets(): number {
    return this.#reading?.packets ?? 0;
  }

  get octets(): number {
    return this.#reading?.octets ?? 0;
  }

  read(source: Source, visitor: Visitor, signal?: AbortSignal): Promise<ReadCapture> {
    this.#reading = new CaptureScan(
      listed(this.list, {
        ...visitor,
        record: (record, datagram) => {
          this.#remember(record, datagram);
          visitor.record?.(record, datagram);
        },
        report: (event) => {
          const pen = this.#pens.get(event.tag.transfer);
          if (pen !== undefined) this.#ring.event({ ...event, tag: pen.tag });
          visitor.report?.(event);
        },
        ended: (summary) => {
          this.#pens.delete(summary.transfer);
          visitor.ended?.(summary);
        },
      }),
    );
    return this.#reading.read(source, signal);
  }

  find(number: number): Promise<TransferView | undefined> {
    const seen = ringTransfer(this.#ring, number, 'client');
    if (seen === undefined) return Promise.resolve(undefined);
    const lacks = (): Printable | undefined => this.#lacks(number, seen.log.packets.length);
    return Promise.resolve({
      number,
      refresh: () => seen.refresh(),
      epoch: this.#reading?.epoch ?? 0n,
      figures: () => seen.figures(),
      get log() {
        return seen.log;
      },
      get own() {
        return seen.own;
      },
      get lacks() {
        return lacks();
      },
    });
  }

  #lacks(number: number, packets: number): Printable | undefined {
    const begun = this.#begun.get(number);
    if (begun !== undefined && begun >= this.#written - this.#capacity) return undefined;
    return say`Its first packets are no longer kept; these are the last ${grouped(packets)}.`;
  }

  #remember(record: PacketRecord, datagram: CapturedDatagram): void {
    const { transfer } = record;
    for (const event of traceEvents(record)) {
      // A ladder shows one side: a stranger's packet to the server never reached the client.
      if (event.tag.side !== 'client') continue;
      const pen = this.#pens.get(transfer) ?? this.#begin(transfer, record);
      if (isRare(event)) this.#ring.event({ ...event, tag: pen.tag });
      else this.#write(pen, event, octetsOf(record, datagram));
      this.#written += 1;
    }
  }

  #write(pen: Pen, { type, id, at, peer }: DatagramEvent, octets: Uint8Array): void {
    if (!sameTid(pen.peer, peer)) pen.peer = peer;
    pen.lane.stamp(id, at);
    if (type === 'sent') pen.lane.sent(pen.peer, octets);
    else pen.lane.received(pen.peer, octets);
  }

  #begin(transfer: number, { client, from, to }: PacketRecord): Pen {
    const tag: Tag = { transfer, side: 'client', overheard: true };
    const peer = sameTid(from, client) ? to : from;
    const pen = { tag, peer, lane: this.#ring.lane(tag, client) };
    this.#pens.set(transfer, pen);
    this.#begun.set(transfer, this.#written);
    // A conversation without an entry began before the oldest kept event, and is cut.
    for (const [one, at] of this.#begun) {
      if (at >= this.#written - this.#capacity) break;
      this.#begun.delete(one);
    }
    return pen;
  }
}

const scratch = new Uint8Array(65_536);

/** The datagram with its length on the link: of DATA only the head is kept, and the octets after it mean nothing. */
function octetsOf(record: PacketRecord, datagram: CapturedDatagram): Uint8Array {
  const { packet, length } = record;
  const known = knownOctets(record, datagram);
  if (packet.op !== 'DATA' || known.length === length) return known;
  scratch.set(known.subarray(0, headKept));
  return scratch.subarray(0, Math.min(length, scratch.length));
}

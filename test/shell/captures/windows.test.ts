// A part of a transfer that is read alone is the same as in a reading of everything. Anything may have happened before it.
import { expect, it } from 'vitest';
import type { Source } from '../../../src/files/file.ts';
import { CaptureFile } from '../../../src/shell/captures/capture-file.ts';
import { seeded } from '../../../src/network/random.ts';
import type { PacketRec } from '../../../src/trace/record/side-log.ts';
import { say } from '../../../src/wire/text.ts';
import { concat, ipv4, latin, order, udp } from '../../trace/capture/captures.ts';

const { u16 } = order(false);
const { u32 } = order(true);
const head = concat(u32(0xa1b2c3d4), u32(0x00040002), u32(0), u32(0), u32(65_535), u32(101));

interface Ends {
  readonly port: number;
  readonly tid: number;
}

interface Way {
  readonly isFromClient: boolean;
  readonly from: number;
  readonly to: number;
}

/** Two gets with losses, repetitions, late blocks, strangers and fragments, side by side, and a third on the same port. */
class Trouble {
  readonly #parts: Uint8Array[] = [head];
  readonly #random = seeded(7);
  #at = 0;
  #id = 0;

  get octets(): Uint8Array {
    return concat(...this.#parts);
  }

  /** `blocks` blocks of each, by turns; the numbers of the second roll over. */
  run(): this {
    const [one, two] = [
      { port: 5000, tid: 6000 },
      { port: 5001, tid: 6001 },
    ];
    this.#begin(one, 'one', '');
    this.#begin(two, 'two', 'windowsize\x004\0');
    for (let block = 1; block <= 66_100; block += 1) {
      if (block <= 4000) this.#lockstep(one, block, block === 4000);
      this.#window(two, block, block === 66_100);
      if (block === 2000) this.#begin({ port: 5000, tid: 6002 }, 'three', '');
    }
    return this;
  }

  #begin({ port, tid }: Ends, name: string, options: string): void {
    this.#send(
      { isFromClient: true, from: port, to: 69 },
      latin(`\0\x01${name}\0octet\0blksize\x0032\0${options}`),
    );
    this.#send({ isFromClient: false, from: tid, to: port }, latin(`\0\x06blksize\x0032\0${options}`));
    this.#send({ isFromClient: true, from: port, to: tid }, latin('\0\x04\0\0'));
  }

  #lockstep(ends: Ends, block: number, isLast: boolean): void {
    const chance = this.#random();
    if (chance > 0.01) this.#data(ends, block, isLast ? 3 : 32);
    if (chance < 0.02) this.#data(ends, block, isLast ? 3 : 32);
    if (chance > 0.98) this.#send({ isFromClient: false, from: 9, to: ends.port }, latin('\0\x04\0\x07'));
    this.#send({ isFromClient: true, from: ends.port, to: ends.tid }, concat(u16(4), u16(block & 0xffff)));
  }

  #window(ends: Ends, block: number, isLast: boolean): void {
    const chance = this.#random();
    if (chance > 0.002) this.#data(ends, block, isLast ? 0 : 32);
    else if (chance > 0.001)
      this.#send(
        { isFromClient: true, from: ends.port, to: ends.tid },
        concat(u16(4), u16((block - 1) & 0xffff)),
      );
    if (chance > 0.999) this.#data(ends, Math.max(1, block - 2), 32);
    if (block % 4 === 0 || isLast)
      this.#send({ isFromClient: true, from: ends.port, to: ends.tid }, concat(u16(4), u16(block & 0xffff)));
  }

  #data({ port, tid }: Ends, block: number, length: number): void {
    const octets = concat(u16(3), u16(block & 0xffff), new Uint8Array(length));
    this.#send({ isFromClient: false, from: tid, to: port }, octets, this.#random() < 0.05);
  }

  #send({ isFromClient, from, to }: Way, payload: Uint8Array, inFragments = false): void {
    const datagram = udp(from, to, payload);
    this.#id = (this.#id + 1) & 0xffff || 1;
    const turn = (packet: Uint8Array): Uint8Array => {
      packet.set([10, 0, 0, isFromClient ? 1 : 2], 12);
      packet.set([10, 0, 0, isFromClient ? 2 : 1], 16);
      return packet;
    };
    const packets = inFragments
      ? [
          ipv4(datagram.subarray(0, 16), { id: this.#id, more: true }),
          ipv4(datagram.subarray(16), { id: this.#id, start: 16 }),
        ]
      : [ipv4(datagram, { id: this.#id })];
    this.#at += 100;
    for (const packet of packets.map(turn)) {
      const times = [u32(Math.floor(this.#at / 1e6)), u32(this.#at % 1e6)];
      this.#parts.push(concat(...times, u32(packet.length), u32(packet.length), packet));
    }
  }
}

/** A file that gives small pieces; `read` counts. */
function sourceOf(octets: Uint8Array, read: { octets: number; opened: number }): Source {
  let at = 0;
  const readAt = (into: Uint8Array, offset: number): Promise<number> => {
    const part = octets.subarray(offset, offset + Math.min(into.length, 4096));
    into.set(part);
    read.octets += part.length;
    return Promise.resolve(part.length);
  };
  read.opened += 1;
  return {
    size: octets.length,
    shared: { identity: 'same', readAt },
    read: async (into) => {
      const length = await readAt(into, at);
      at += length;
      return length;
    },
    close: () => Promise.resolve(),
  };
}

/** What a view can show of a packet. */
function facts(rec: PacketRec): object {
  const { number, at, direction, packet, length, index, again, stranger, last, cause, notes } = rec;
  const before = cause?.kind === 'packet' ? cause.number : cause?.kind;
  const { op } = packet;
  return { number, at, direction, op, length, index, again, stranger, last, before, notes };
}

it('packets, blocks, notes and what is marked as resent are those of the whole capture', async () => {
  const octets = new Trouble().run().octets;
  const read = { octets: 0, opened: 0 };
  const open = (): Promise<Source> => Promise.resolve(sourceOf(octets, read));
  const bounds = { transfers: 100, marks: 60, stride: 64 };
  const whole = new CaptureFile('/x', say`x`, { most: Infinity, open });
  const parts = new CaptureFile('/x', say`x`, { most: 500, bounds, open });
  for (const capture of [whole, parts]) await capture.read(sourceOf(octets, read), {});
  for (const number of [1, 2, 3]) {
    const all = (await whole.find(number))!.log;
    for (const share of [0, 0.1, 0.25, 0.5, 0.77, 0.93, 1]) {
      const packet = Math.max(1, Math.floor(all.total * share));
      const opened = read.opened;
      const { log } = (await parts.find(number, { packet }))!;
      expect(log.total).toBe(all.total);
      expect(read.opened - opened).toBeLessThanOrEqual(1);
      const expected = all.packets.slice(log.first - 1, log.first - 1 + log.packets.length);
      expect(log.packets.map(facts)).toEqual(expected.map(facts));
    }
  }
});

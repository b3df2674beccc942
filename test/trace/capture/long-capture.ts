// A captured get of any length, made while it is read: no octet of it is kept.
import type { Source } from '../../../src/files/file.ts';
import { concat, ipv4, latin, order, udp } from './captures.ts';

const { u16 } = order(false);
const { u32 } = order(true);
const blksize = 8;
/** Nanoseconds between two packets are those of 50 microseconds. */
const tick = 50;
const client = [10, 0, 0, 1];
const server = [10, 0, 0, 2];

/** A record of raw IP without a time. */
function record(
  from: 'client' | 'server',
  ports: readonly [number, number],
  payload: Uint8Array,
): Uint8Array {
  const packet = ipv4(udp(...ports, payload));
  packet.set(from === 'server' ? server : client, 12);
  packet.set(from === 'server' ? client : server, 16);
  return concat(u32(0), u32(0), u32(packet.length), u32(packet.length), packet);
}

const ack = record('client', [5000, 6000], concat(u16(4), u16(0)));
const data = record('server', [6000, 5000], concat(u16(3), u16(0), new Uint8Array(blksize)));
const first = concat(
  concat(u32(0xa1b2c3d4), u32(0x00040002), u32(0), u32(0), u32(65_535), u32(101)),
  record('client', [5000, 69], latin(`\0\x01fw.bin\0octet\0blksize\0${blksize}\0`)),
  record('server', [6000, 5000], latin(`\0\x06blksize\0${blksize}\0`)),
  ack,
);
const last = concat(record('server', [6000, 5000], concat(u16(3), u16(0))), ack);
const pair = concat(data, ack);
/** Where the block number is, after the heads of record, IP and UDP and the opcode. */
const numberAt = 16 + 20 + 8 + 2;

/** A capture with `blocks` blocks in lockstep: 2 × `blocks` + 3 packets. */
export interface LongCapture {
  readonly size: number;
  readonly packets: number;
  /** Octets that were read of it until now, in all. */
  readonly read: number;
  /** The capture as a file; `identity` and `size` as the disk would tell them. */
  open(more?: { readonly identity?: string; readonly size?: number }): Source;
}

export function longCapture(blocks: number): LongCapture {
  const size = first.length + (blocks - 1) * pair.length + last.length;
  let read = 0;
  const fill = (into: Uint8Array, from: number, end: number): number => {
    const length = Math.max(0, Math.min(into.length, end - from));
    for (let done = 0; done < length;) {
      const at = from + done;
      const inPairs = at - first.length;
      const index = Math.floor(inPairs / pair.length);
      const part = inPairs < 0 ? first : numbered(index >= blocks - 1 ? last : pair, index + 1);
      const start = inPairs < 0 ? at : inPairs - Math.min(index, blocks - 1) * pair.length;
      const piece = part.subarray(start, start + length - done);
      into.set(piece, done);
      done += piece.length;
    }
    read += length;
    return length;
  };
  return {
    size,
    packets: 2 * blocks + 3,
    get read() {
      return read;
    },
    open: ({ identity = 'as it was', size: now = size } = {}) => {
      let at = 0;
      const readAt = (into: Uint8Array, offset: number): Promise<number> =>
        Promise.resolve(fill(into, offset, now));
      return {
        size: now,
        shared: { identity, readAt },
        read: async (into) => {
          const length = await readAt(into, at);
          at += length;
          return length;
        },
        close: () => Promise.resolve(),
      };
    },
  };
}

const scratch = new Uint8Array(pair.length);

/** DATA and its ACK with the number of the block, at their time. */
function numbered(template: Uint8Array, block: number): Uint8Array {
  const octets = scratch.subarray(0, template.length);
  octets.set(template);
  const view = new DataView(octets.buffer, octets.byteOffset);
  const ackAt = template.length - ack.length;
  for (const [at, packet] of [
    [0, 2 * block + 1],
    [ackAt, 2 * block + 2],
  ] as const) {
    view.setUint32(at, Math.floor((packet * tick) / 1e6), true);
    view.setUint32(at + 4, (packet * tick) % 1e6, true);
    view.setUint16(at + numberAt, block & 0xffff);
  }
  return octets;
}

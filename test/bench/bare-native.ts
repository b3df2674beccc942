// The second yardstick: the least that a get costs over system calls of our own. The loop waits in the kernel and in nothing
// else, so its process does one transfer at a time; it hangs where a datagram is lost, and is no model for anything.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Inbox, type Receiver } from '../../src/network/native/inbox.ts';
import {
  datagramSocket,
  family,
  level,
  Memory,
  option,
  pollEntry,
  pollEvent,
  socketAddress,
} from '../../src/network/native/layout.ts';
import { loadLibc, type Libc } from '../../src/network/native/libc.ts';
import { mostAtOnce, Outbox, type Batch } from '../../src/network/native/outbox.ts';
import { accept, granted, loopback, newSocket, request } from './bare.ts';
import type { BareTarget, BareTerms } from './bare.ts';

interface Loop {
  readonly libc: Libc;
  readonly fd: number;
  readonly source: Uint8Array;
  readonly inbox: Inbox;
  readonly outbox: Outbox;
  /** Returns when something can be received; throws after a second. */
  wait(): void;
}

/** A socket on `port`, connected to `peer`. */
function connect(port: number, peer: { readonly address: string; readonly port: number }): Loop {
  const libc = loadLibc();
  if (libc === undefined) throw new Error('this system has no native door');
  const [local, source] = [{ address: loopback, port }, peer].map((one) => socketAddress(one, () => 0)!);
  const fd = libc.socket(family.ipv4, datagramSocket, 0);
  const one = new Memory(4);
  one.set32(0, 1);
  libc.setsockopt(fd, level.socket, option.reuseAddress, one.octets, 4);
  if (libc.bind(fd, local!, 16) !== 0 || libc.connect(fd, source!, 16) !== 0)
    throw new Error(`errno ${libc.errno()}`);
  one.set32(0, 4 * 1024 * 1024);
  libc.setsockopt(fd, level.socket, option.receiveBuffer, one.octets, 4);
  const entry = new Memory(pollEntry.size);
  entry.set32(pollEntry.fd, fd);
  entry.set32(pollEntry.events, pollEvent.in);
  const second = new Memory(16);
  second.set64(0, 1);
  const wait = (): void => {
    if (libc.ppoll(entry.octets, 1, second.octets, null) <= 0) throw new Error('a datagram was lost');
  };
  return { libc, fd, source: source!, inbox: new Inbox(libc), outbox: new Outbox(libc), wait };
}

function receiverOn({ fd, source }: Loop, datagram: (octets: Uint8Array) => void): Receiver {
  const learned = { expectedLength: 2048, expectedCount: 2 };
  return { fd, source, ...learned, isJoining: false, isClosed: false, datagram };
}

/** Octets of the file, which are counted and forgotten. */
export async function nativeGet(target: BareTarget, wanted: BareTerms): Promise<number> {
  const socket = newSocket();
  const [first, from] = await new Promise<[Buffer, { address: string; port: number }]>((resolve) => {
    socket.once('message', (datagram, peer) => resolve([datagram, peer]));
    socket.bind(0, loopback, () => socket.send(request(1, target.file, wanted), target.port, target.host));
  });
  const { port } = socket.address();
  socket.close();
  const loop = connect(port, from);
  const terms = first[1] === 6 ? granted(first) : { blksize: 512, windowsize: 1 };
  const ack = new Uint8Array([0, 4, 0, 0]);
  const got = { block: 0, octets: 0, isLast: false };
  const take = (datagram: Uint8Array): void => {
    if (datagram[1] === 3) {
      got.block += 1;
      got.octets += datagram.length - 4;
      got.isLast = datagram.length - 4 < terms.blksize;
    }
    if (datagram[1] === 3 && !got.isLast && got.block % terms.windowsize !== 0) return;
    ack[2] = got.block >> 8;
    ack[3] = got.block & 255;
    loop.libc.send(loop.fd, ack, 4, 0);
  };
  take(first);
  const receiver = receiverOn(loop, take);
  while (!got.isLast) {
    loop.wait();
    loop.inbox.receive(receiver);
  }
  loop.libc.close(loop.fd);
  return got.octets;
}

/** Serves the files of `root` from memory; resolves with its port. */
export function nativeServer(root: string): Promise<number> {
  const files = new Map<string, Buffer>();
  const listener = newSocket();
  listener.on('message', (datagram, from) => {
    const [name = ''] = datagram.toString('latin1', 2).split('\0');
    const content = files.get(name) ?? readFileSync(join(root, name));
    files.set(name, content);
    serve(connect(0, from), content, granted(datagram), accept(datagram));
  });
  return new Promise((resolve) => listener.bind(0, loopback, () => resolve(listener.address().port)));
}

function serve(
  loop: Loop,
  content: Buffer,
  { blksize, windowsize }: BareTerms,
  oack: Buffer | undefined,
): void {
  const last = Math.floor(content.length / blksize) + 1;
  const heads = new Uint8Array(new ArrayBuffer(mostAtOnce * 4));
  const headsAddress = loop.libc.addressOf(heads);
  const batch: Batch & { isSegmenting: boolean } = {
    ...{ fd: loop.fd, heads, headsAddress, tails: [], count: 0, isSegmenting: true },
  };
  let base = 0;
  const send = (): void => {
    const count = Math.min(windowsize, last - base, mostAtOnce);
    const tails = Array.from({ length: count }, (_, at) => {
      const index = base + at + 1;
      heads.set([0, 3, (index >> 8) & 255, index & 255], at * 4);
      return content.subarray((index - 1) * blksize, index * blksize);
    });
    loop.outbox.sendAll({ ...batch, tails, count });
  };
  if (oack === undefined) send();
  else loop.libc.send(loop.fd, oack, oack.length, 0);
  const receiver = receiverOn(loop, (datagram) => {
    base += (((datagram[2]! << 8) | datagram[3]!) - base) & 0xffff;
    if (base < last) send();
  });
  while (base < last) {
    loop.wait();
    loop.inbox.receive(receiver);
  }
  loop.libc.close(loop.fd);
}

// The seam of the native door: whatever the kernel reports of lengths, flags, sources and joined datagrams.
import { Inbox, type Receiver } from '../../src/network/native/inbox.ts';
import { socketAddress } from '../../src/network/native/layout.ts';
import { FakeLibc, type FakeMessage } from '../network/native/fake-libc.ts';

const peer = socketAddress({ address: '192.0.2.7', port: 40_001 }, () => 0) ?? new Uint8Array(16);
const lengths = [0, 1, 4, 516, 1472, 23_552, 65_535, 65_536, 70_000, 2 ** 31, 2 ** 32 - 1];
const libc = new FakeLibc();
const inbox = new Inbox(libc);

/** Four octets are one message: its octets, its reported length, flags with the source, the size of joined datagrams. */
export function throughTheDoor(octets: Uint8Array): string {
  const heard: number[] = [];
  const receiver: Receiver = {
    ...{ fd: 3, source: peer, expectedLength: 576, expectedCount: 4, isJoining: octets.length % 2 === 0 },
    isClosed: false,
    datagram: (datagram) => heard.push(datagram.length),
  };
  const messages: FakeMessage[] = [];
  for (let at = 0; at + 4 <= Math.min(octets.length, 160); at += 4) messages.push(messageOf(octets, at));
  libc.arriving.push(messages);
  while (libc.arriving.length > 0) inbox.receive(receiver);
  const reported = messages.reduce((sum, { length = 0 }) => sum + Math.min(length, 65_536), 0);
  const handed = heard.reduce((sum, length) => sum + length, 0);
  if (handed > reported || Math.max(0, ...heard) > 65_536)
    throw new Error(`${handed} octets are handed on, ${reported} were reported`);
  return `${heard.length > 0} ${heard.length > messages.length}`;
}

function messageOf(octets: Uint8Array, at: number): FakeMessage {
  const [size = 0, length = 0, flags = 0, joined = 0] = octets.subarray(at, at + 4);
  const name = peer.slice();
  name[3] = (name[3] ?? 0) + (flags & 1);
  return {
    octets: new Uint8Array(8 * size),
    length: length < 128 ? 8 * size : (lengths[length % lengths.length] ?? 0),
    ...{ name, nameLength: (flags & 2) === 0 ? name.length : flags, flags: (flags & 4) === 0 ? 0 : 0x20 },
    ...(joined > 0 && { joined: joined < 200 ? 8 * joined : (lengths[joined % lengths.length] ?? 0) }),
    controlLength: (flags & 8) === 0 ? 24 : flags,
  };
}

// The seam to the kernel of a socket on all addresses: whatever is reported, only octets that came are handed on.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { socketAddress } from '../../../src/network/native/layout.ts';
import { openWildcardSocket, type WildcardSocket } from '../../../src/network/native/wildcard-socket.ts';
import { FakeLibc } from './fake-libc.ts';

const peer = socketAddress({ address: '192.0.2.7', port: 40_001 }, () => 0)!;
const octets = Uint8Array.from([0, 1, 2, 3]);

function open(libc: FakeLibc): WildcardSocket {
  const socket = openWildcardSocket(libc, '0.0.0.0', 69);
  if (typeof socket === 'number') throw new Error(`errno ${socket}`);
  return socket;
}

test('a whole datagram comes with its sender; without the answer of the kernel our address is unknown', () => {
  const libc = new FakeLibc();
  const socket = open(libc);
  libc.arriving.push([{ octets, name: peer }]);
  expect(socket.receive()).toEqual([{ octets, from: { address: '192.0.2.7', port: 40_001 }, to: undefined }]);
  expect(socket.receive()).toEqual([]);
});

test.each([
  ['a cut datagram', { octets, name: peer, flags: 0x20 }],
  ['a length beyond the memory', { octets, name: peer, length: 65_537 }],
  ['an address of another family', { octets, name: peer, nameLength: 28 }],
  ['no address', { octets, name: peer, nameLength: 0 }],
])('%s is dropped, and the next one is not', (_, wrong) => {
  const libc = new FakeLibc();
  const socket = open(libc);
  libc.arriving.push([wrong, { octets, name: peer }]);
  expect(socket.receive().map((one) => one.octets)).toEqual([octets]);
});

test('nothing that the kernel could report reaches beyond a datagram', () => {
  const messages = fc.array(
    fc.record({
      octets: fc.uint8Array({ maxLength: 2000 }),
      name: fc.oneof(fc.constant(peer), fc.uint8Array({ maxLength: 32 })),
      nameLength: fc.nat({ max: 200 }),
      flags: fc.nat({ max: 255 }),
      joined: fc.nat({ max: 70_000 }),
      controlLength: fc.nat({ max: 200 }),
    }),
    { maxLength: 8 },
  );
  fc.assert(
    fc.property(messages, (arriving) => {
      const libc = new FakeLibc();
      const socket = open(libc);
      libc.arriving.push(arriving);
      const sent = arriving.map((one) => Buffer.from(one.octets).toString('hex'));
      for (const one of socket.receive()) expect(sent).toContain(Buffer.from(one.octets).toString('hex'));
    }),
  );
});

test('an answer leaves whole, from the address that was asked', () => {
  const libc = new FakeLibc();
  const controls: Uint8Array[] = [];
  libc.sendmsg = (_fd, header) => {
    const view = new DataView(header.buffer, header.byteOffset);
    const at = Number(view.getBigUint64(32, true));
    controls.push(libc.at(at, Number(view.getBigUint64(40, true))).slice());
    return 4;
  };
  expect(open(libc).send({ address: '192.0.2.7', port: 69 }, '198.51.100.9', [octets])).toBe(0);
  // struct cmsghdr of 28 octets for IP_PKTINFO, interface 0, then the address to send from.
  expect([...controls[0]!]).toEqual([
    ...[28, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 8, 0, 0, 0],
    ...[0, 0, 0, 0, 198, 51, 100, 9, 0, 0, 0, 0, 0, 0, 0, 0],
  ]);
});

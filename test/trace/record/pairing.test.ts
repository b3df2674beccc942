// Which transfers are two ends of one: only the addresses tell, and ports are reused.
import { expect, test } from 'vitest';
import { pairingOf, type Link } from '../../../src/trace/record/pairing.ts';
import { tid } from '../../../src/wire/tid.ts';

let at = 0;
const link = (
  side: 'client' | 'server',
  transfer: number,
  local: string | undefined,
  peer: string,
): Link => ({
  tag: { side, transfer },
  local: local === undefined ? undefined : read(local),
  peer: read(peer),
  at: ++at,
});

function read(text: string): ReturnType<typeof tid> {
  const colon = text.lastIndexOf(':');
  return tid(text.slice(0, colon), Number(text.slice(colon + 1)));
}

const own = [
  link('client', 1, '127.0.0.1:5000', '127.0.0.1:69'),
  link('server', 0, '127.0.0.1:69', '127.0.0.1:5000'),
  link('server', 2, undefined, '127.0.0.1:5000'),
  link('server', 2, '127.0.0.1:4000', '127.0.0.1:5000'),
];

test('a request to the local server, and the transfer that it began', () => {
  for (const number of [1, 2])
    expect(pairingOf(number, own)).toMatchObject({ client: 1, servers: new Set([2]) });
  expect(pairingOf(3, own)).toBeUndefined();
});

test('sockets bound to every address are matched by their ports', () => {
  const links = [
    link('client', 1, '0.0.0.0:5000', '10.0.0.1:69'),
    link('server', 0, '0.0.0.0:69', '10.0.0.1:5000'),
    link('server', 2, undefined, '10.0.0.1:5000'),
  ];
  expect([...(pairingOf(1, links)?.peers.keys() ?? [])]).toEqual(['10.0.0.1:5000']);
  expect(pairingOf(2, links)?.client).toBe(1);
});

test('a remote client is not a local end, even with the same port number', () => {
  const links = [
    ...own.slice(0, 1),
    link('server', 0, '127.0.0.1:69', '10.0.0.9:5000'),
    link('server', 2, '127.0.0.1:4000', '10.0.0.9:5000'),
  ];
  expect(pairingOf(1, links)).toBeUndefined();
  expect(pairingOf(2, links)).toBeUndefined();
});

test('a remote server is not a local end, even while the local server has another client', () => {
  const links = [
    link('client', 1, '0.0.0.0:5000', '10.0.0.1:69'),
    link('server', 0, '127.0.0.1:6969', '10.0.0.7:5000'),
    link('server', 2, '127.0.0.1:4000', '10.0.0.7:5000'),
  ];
  expect(pairingOf(1, links)).toBeUndefined();
});

test('a reused port belongs to the later transfer from then on', () => {
  const links = [
    ...own,
    link('client', 3, '127.0.0.1:5000', '127.0.0.1:69'),
    link('server', 0, '127.0.0.1:69', '127.0.0.1:5000'),
    link('server', 4, '127.0.0.1:4001', '127.0.0.1:5000'),
  ];
  const [first, second] = [pairingOf(2, links), pairingOf(4, links)];
  expect([first?.client, second?.client]).toEqual([1, 3]);
  expect(first?.peers.get('127.0.0.1:5000')?.until).toBe(second?.peers.get('127.0.0.1:5000')?.from);
});

test('a client that asked twice has two transfers at the server', () => {
  const links = [...own, link('server', 3, '127.0.0.1:4001', '127.0.0.1:5000')];
  expect(pairingOf(2, links)).toMatchObject({ client: 1, servers: new Set([2, 3]) });
});

// Who asks our server most: one entry for each address, with its octets, requests and failures.
import { expect, it } from 'vitest';
import type { ServerEvent } from '../../../src/engine/server/server.ts';
import type { Progress } from '../../../src/engine/transfer.ts';
import { VirtualClock } from '../../../src/network/virtual-clock.ts';
import { ServedClients } from '../../../src/shell/server/clients.ts';
import { untrusted } from '../../../src/wire/text.ts';
import { progressOf } from '../fake-engine.ts';

const peerOf = (address: string) => ({ address, port: 51_000 });

function progress(address: string, octets: number): Progress {
  return { ...progressOf('get', 1, untrusted('f'), octets), peer: peerOf(address) };
}

function accepted(address: string, name = 'f'): ServerEvent {
  return { type: 'accepted', number: 1, op: 'RRQ', file: untrusted(name), peer: peerOf(address) };
}

function refused(address: string): ServerEvent {
  const asked = { number: 2, op: 'RRQ', file: untrusted('none'), peer: peerOf(address) } as const;
  return { type: 'refused', ...asked, code: 1, message: 'File not found' };
}

function followed(...events: readonly ServerEvent[]): ServedClients {
  const clients = new ServedClients(new VirtualClock());
  for (const event of events) clients.follow(event);
  return clients;
}

it('counts requests, failures and octets of each address', () => {
  const clients = followed(
    accepted('10.0.0.1', 'a'),
    { type: 'complete', progress: progress('10.0.0.1', 100), confirmed: true },
    refused('10.0.0.1'),
    accepted('10.0.0.2', 'b'),
    { type: 'failed', progress: progress('10.0.0.2', 20), failure: { by: 'silence', sends: 6, heard: true } },
  );
  expect(clients.mostActive([], 9)).toMatchObject([
    { address: '10.0.0.1', requests: 2, failed: 1, octets: 100, file: untrusted('none') },
    { address: '10.0.0.2', requests: 1, failed: 1, octets: 20, file: untrusted('b') },
  ]);
});

it('sorts by octets, those of running transfers included, and then by requests', () => {
  const clients = followed(
    accepted('10.0.0.1'),
    accepted('10.0.0.2'),
    accepted('10.0.0.3'),
    refused('10.0.0.3'),
  );
  const names = clients.mostActive([progress('10.0.0.2', 5)], 9).map(({ address }) => address);
  expect(names).toEqual(['10.0.0.2', '10.0.0.3', '10.0.0.1']);
  expect(clients.mostActive([], 1).map(({ address }) => address)).toEqual(['10.0.0.3']);
});

it('remembers 1,000 addresses: the one that was quiet longest makes room', () => {
  const address = (at: number): string => `10.0.${at >> 8}.${at & 255}`;
  const many = Array.from({ length: 1000 }, (_, at) => accepted(address(at)));
  const clients = followed(...many, accepted(address(0)), accepted('10.9.9.9'));
  const left = new Set(clients.mostActive([], 2000).map((client) => client.address));
  expect(left.size).toBe(1000);
  expect([left.has(address(0)), left.has(address(1)), left.has('10.9.9.9')]).toEqual([true, false, true]);
});

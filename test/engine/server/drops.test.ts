// Every datagram that starts no transfer leaves a trace: an event with its reason, and a line of the log.
import { describe, expect, test } from 'vitest';
import type { ServerEvent, ServerSettings } from '../../../src/engine/server/server.ts';
import { logEntry } from '../../../src/shell/server/log/log-lines.ts';
import { checkEvent } from '../../../src/shell/report/events.ts';
import { ack } from '../../support/script.ts';
import { latin, rrq, type RawPeer } from '../../support/raw-peer.ts';
import { inMemory, serve, type MemoryStage } from '../../support/towers.ts';

type Dropped = ServerEvent & { readonly type: 'dropped' };

async function start(settings: ServerSettings = {}): Promise<{
  stage: MemoryStage;
  peer: RawPeer;
  send: (octets: Parameters<RawPeer['send']>[0]) => Promise<void>;
  dropped: () => Dropped[];
  refused: () => ServerEvent[];
  counts: () => { dropped: number; denied: number; refused: number };
}> {
  const stage = inMemory();
  const { to, events, server } = await serve(stage, { f: 'six' }, settings);
  const peer = await stage.peer('10.0.0.1', 4000);
  return {
    ...{ stage, peer },
    async send(octets) {
      peer.send(octets, to);
      await stage.clock.advance(1);
    },
    dropped: () => events.filter((event) => event.type === 'dropped'),
    refused: () => events.filter((event) => event.type === 'refused'),
    counts: () => server.status(),
  };
}

/** The line of the log. */
function line(event: ServerEvent): string {
  const entry = logEntry(event);
  if (entry === undefined) throw new Error('no line');
  expect(checkEvent(entry[0])).toBeUndefined();
  return entry[1];
}

describe('case 129: a dropped datagram has an event and a line with its reason', () => {
  test.each([
    ['an empty one', '', '10.0.0.1:4000 a datagram of 0 octets dropped: not a request: empty'],
    ['an ACK', '\0\x04\0\x01', '10.0.0.1:4000 a datagram of 4 octets dropped: not a request'],
    [
      'one too long',
      `\0\x01f\0octet\0${'x'.repeat(1500)}`,
      '10.0.0.1:4000 RRQ f dropped: longer than a request may be',
    ],
  ])('%s', async (_, octets, expected) => {
    const { send, dropped, counts } = await start();
    await send(latin(octets));
    expect(dropped().map(line)).toEqual([expected]);
    expect(counts()).toMatchObject({ dropped: 1, denied: 0 });
  });

  test('an address that may not use the server, with the name that it asked for', async () => {
    const { send, dropped, counts, peer } = await start({ deny: ['10.0.0.0/8'] });
    await send(rrq('secret\x1b[2J'));
    expect(dropped()).toMatchObject([{ reason: 'denied', op: 'RRQ', count: 1 }]);
    expect(dropped().map(line)).toEqual([
      '10.0.0.1:4000 RRQ secret\\x1b[2J dropped: this address may not use the server',
    ]);
    expect(counts()).toMatchObject({ dropped: 0, denied: 1 });
    expect(peer.heard).toEqual([]);
  });

  test.each([
    ['an empty name', '\0\x01\0octet\0', '10.0.0.1:4000 RRQ refused: Illegal TFTP operation: filename empty'],
    ['no mode', '\0\x01f\0', '10.0.0.1:4000 RRQ f refused: Illegal TFTP operation: mode unterminated'],
    [
      'a name without an end',
      '\0\x02f',
      '10.0.0.1:4000 WRQ f refused: Illegal TFTP operation: filename unterminated',
    ],
  ])('a malformed request is refused like any other: %s', async (_, octets, expected) => {
    const { send, refused, counts } = await start();
    await send(latin(octets));
    expect(refused().map(line)).toEqual([expected]);
    expect(counts()).toMatchObject({ refused: 1, dropped: 0 });
  });

  test('too many malformed requests of one address', async () => {
    const { send, refused, dropped } = await start({ rate: 1 });
    for (let count = 0; count < 3; count++) await send(latin('\0\x01f'));
    expect(refused()).toHaveLength(2);
    expect(dropped().map(line)).toEqual([
      '10.0.0.1:4000 a datagram of 3 octets dropped: too many requests: filename unterminated',
    ]);
  });

  test('too many requests of one address', async () => {
    const { send, dropped } = await start({ rate: 1 });
    for (let count = 0; count < 3; count++) await send(rrq(`missing${count}`));
    expect(dropped().map(line)).toEqual(['10.0.0.1:4000 RRQ missing2 dropped: too many requests']);
  });

  test('L06: a flood has one event and one line a second for each reason, and each datagram is counted', async () => {
    const { stage, send, dropped, counts } = await start();
    for (let count = 0; count < 2500; count++) await send(ack(1));
    await stage.clock.advance(10_000);
    const flood = dropped().filter(({ reason }) => reason === 'not-a-request');
    expect(flood.map(({ count }) => count).reduce((sum, count) => sum + count)).toBe(2500);
    expect(flood).toHaveLength(4);
    expect(line(flood[1]!)).toBe('10.0.0.1:4000 and before: 999 more datagrams dropped: not a request');
    expect(counts().dropped).toBe(2500);
  });
});

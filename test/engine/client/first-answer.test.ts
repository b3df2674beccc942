// Our client before the first answer: servers that drop options, servers that are not there yet. On virtual time.
import { describe, expect, test } from 'vitest';
import { Client } from '../../../src/engine/client/client.ts';
import type { TransferSettings } from '../../../src/engine/transfer.ts';
import { data, oack, pattern } from '../../support/script.ts';
import { inMemory, settled, tftpErrorOf, type MemoryStage } from '../../support/towers.ts';

const port = 6000;

function getter(stage: MemoryStage, host = '127.0.0.1') {
  const client = new Client(stage.tower);
  return (settings: TransferSettings = {}) =>
    client.get({ remote: { host, port, file: 'f' }, settings, to: { type: 'memory' } });
}

describe('a server that drops every request with options', () => {
  test('the fourth request goes without; the client remembers the server', async () => {
    const stage = inMemory();
    const server = await stage.peer('127.0.0.1', port);
    const get = getter(stage);
    const first = get();
    for (let request = 0; request < 3; request++) expect(await server.hear()).toMatch(/^RRQ f octet tsize/);
    expect(await server.hear()).toBe('RRQ f octet');
    expect(stage.clock.now()).toBe(7000);
    server.send(data(1, 5));
    const { warnings } = await settled(stage, first.done);
    expect(warnings).toEqual(['the server did not answer requests with options: asked without them']);
    expect(await server.hear()).toBe('ACK 1');
    const second = get();
    expect(await server.hear()).toBe('RRQ f octet');
    server.send(data(1, 5));
    expect((await settled(stage, second.done)).warnings).toEqual([
      'asked without options: this server answered no request with options before',
    ]);
  });

  test('an OACK that comes late still counts, and nothing is remembered', async () => {
    const stage = inMemory();
    const server = await stage.peer('127.0.0.1', port);
    const get = getter(stage);
    const first = get();
    for (let request = 0; request < 4; request++) await server.hear();
    server.send(oack('tsize 5'));
    expect(await server.hear()).toBe('ACK 0');
    server.send(data(1, 5));
    expect((await settled(stage, first.done)).warnings).toEqual([]);
    await server.hear();
    const second = get();
    expect(await server.hear()).toMatch(/^RRQ f octet tsize/);
    second.abort();
    await tftpErrorOf(stage, second.done);
  });
});

describe('a server that is not there yet', () => {
  test('an explicit rexmt stays fixed before the first answer', async () => {
    const stage = inMemory();
    const server = await stage.peer('127.0.0.1', port);
    const transfer = getter(stage)({ rexmt: 1000 });
    for (let second = 0; second < 10; second++) {
      await server.hear();
      expect(stage.clock.now()).toBe(second * 1000);
    }
    server.send(data(1, 5));
    await settled(stage, transfer.done);
  });

  test('a rexmt below a second grows to one second: a silent address is not flooded', async () => {
    const stage = inMemory();
    const server = await stage.peer('127.0.0.1', port);
    const transfer = getter(stage)({ rexmt: 10 });
    await tftpErrorOf(stage, transfer.done);
    expect(server.heard).toHaveLength(31);
  });

  test('wait: through a closed port until the server is switched on, at a steady interval', async () => {
    const stage = inMemory();
    const transfer = getter(stage)({ wait: 600_000 });
    await stage.clock.advance(120_500);
    expect(transfer.progress().state).toBe('asking');
    const server = await stage.peer('127.0.0.1', port);
    await server.hear();
    expect(stage.clock.now()).toBe(121_000);
    server.send(data(1, 5));
    expect((await settled(stage, transfer.done)).octets).toBe(5);
  });

  test('wait: a closed port does not count as a server that drops options', async () => {
    const stage = inMemory();
    const get = getter(stage);
    const transfer = get({ wait: 600_000 });
    await stage.clock.advance(9500);
    const server = await stage.peer('127.0.0.1', port);
    expect(await server.hear()).toMatch(/^RRQ f octet tsize/);
    server.send(data(1, 5));
    expect((await settled(stage, transfer.done)).warnings).toEqual([]);
    await server.hear();
    const second = get();
    expect(await server.hear()).toMatch(/^RRQ f octet tsize/);
    second.abort();
    await tftpErrorOf(stage, second.done);
  });

  test('wait: silence after a closed port counts from the first silent request', async () => {
    const stage = inMemory();
    const transfer = getter(stage)({ wait: 600_000 });
    await stage.clock.advance(9500);
    const server = await stage.peer('127.0.0.1', port);
    for (let request = 0; request < 3; request++) expect(await server.hear()).toMatch(/^RRQ f octet tsize/);
    expect(await server.hear()).toBe('RRQ f octet');
    server.send(data(1, 5));
    expect((await settled(stage, transfer.done)).warnings).toEqual([
      'the server did not answer requests with options: asked without them',
    ]);
  });

  test('wait shorter than timeout counts before the first answer', async () => {
    const stage = inMemory();
    await stage.peer('127.0.0.1', port);
    const failure = await tftpErrorOf(stage, getter(stage)({ wait: 2000 }).done);
    expect(failure.failure).toMatchObject({ by: 'silence', heard: false });
    expect(stage.clock.now()).toBe(2000);
  });

  test('wait ends, and Ctrl-C ends it at once', async () => {
    const stage = inMemory();
    const waiting = getter(stage)({ wait: 60_000 });
    const failure = await tftpErrorOf(stage, waiting.done);
    expect(failure.failure).toMatchObject({ by: 'network', reason: 'port-unreachable' });
    expect(stage.clock.now()).toBe(60_000);
    const stopped = getter(stage)({ wait: 60_000 });
    await stage.clock.advance(5000);
    stopped.abort();
    expect((await tftpErrorOf(stage, stopped.done)).failure.by).toBe('abort');
    expect(stage.clock.now()).toBe(65_000);
  });

  test('wait: a name that nobody knows yet is looked up again', async () => {
    const stage = inMemory();
    const server = await stage.peer('127.0.0.1', port);
    const transfer = getter(stage, 'late')({ wait: 60_000 });
    await stage.clock.advance(9500);
    stage.names.set('late', ['127.0.0.1']);
    await server.hear();
    server.send(data(1, pattern(5).length));
    await settled(stage, transfer.done);
  });
});

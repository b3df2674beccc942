// Causes as our own client and server meet them: a scripted peer in memory, on virtual time.
import { describe, expect, test } from 'vitest';
import type { TftpError } from '../../../src/engine/tftp-error.ts';
import { ack, data, error, oack, pattern } from '../../support/script.ts';
import { rrq } from '../../support/raw-peer.ts';
import { inMemory, serve, settled, tftpErrorOf, traceOf } from '../../support/towers.ts';
import { Client } from '../../../src/engine/client/client.ts';
import { asking, found, logOf } from './cases.ts';

describe('our client', () => {
  test('a server that never answers', async () => {
    const { stage, transfer, log } = await asking();
    await tftpErrorOf(stage, transfer.done);
    expect(found(log())[0]).toMatch(
      /^no-answer: No answer to \d+ requests in 2\d s, also without options\. The host is down/,
    );
  });

  test('answers only from another address', async () => {
    const { stage, listener, transfer, log } = await asking();
    const other = await stage.peer('192.0.2.77');
    other.send(data(1), listener.from);
    await tftpErrorOf(stage, transfer.done);
    expect(found(log())).toEqual([
      expect.stringMatching(
        /^other-address: 192\.0\.2\.1 was asked, but only 192\.0\.2\.77:\d+ answers \(1 packet\)/,
      ),
    ]);
  });

  test('a port on which nothing listens', async () => {
    const stage = inMemory();
    const events = traceOf(stage);
    stage.network.host('192.0.2.1');
    const transfer = new Client(stage.tower).get({
      remote: { host: '192.0.2.1', file: 'f' },
      to: { type: 'memory' },
    });
    await tftpErrorOf(stage, transfer.done);
    expect(found(logOf(events))).toEqual([
      'nothing-listens: The host is up, but nothing listens on 192.0.2.1:69 (ICMP port unreachable).',
    ]);
  });

  test('an OACK, and then no DATA', async () => {
    const { stage, listener, server, transfer, log } = await asking({ settings: { blksize: 8192 } });
    server.send(oack('blksize 8192'), listener.from);
    await tftpErrorOf(stage, transfer.done);
    expect(found(log())[0]).toMatch(/^large-data-lost: The OACK agreed on blksize 8,192, then no DATA came/);
  });

  test('datagrams that this machine cannot send', async () => {
    const stage = inMemory({ largest: 1500 });
    const events = traceOf(stage);
    const listener = await stage.peer('192.0.2.1', 69);
    const server = await stage.peer('192.0.2.1');
    const source = {
      size: undefined,
      read: async (into: Uint8Array) => into.length,
      close: async () => undefined,
    };
    const transfer = new Client(stage.tower).put({
      remote: { host: '192.0.2.1', file: 'f' },
      settings: { blksize: 8192, windowsize: 'off', tsize: false },
      from: { type: 'source', source },
    });
    await listener.hear();
    server.send(oack('blksize 8192'), listener.from);
    const { failure } = await tftpErrorOf(stage, transfer.done);
    expect(found(logOf(events), failure)).toContain(
      'datagram-too-large: The system refuses to send datagrams of the agreed block size.',
    );
  });

  test('a network that doubles packets', async () => {
    const { stage, listener, server, transfer, log } = await asking({ settings: { options: false } });
    stage.impaired.set({
      scripted: [{ direction: 'incoming', matches: ({ op }) => op === 'DATA', fate: 'duplicated', times: 2 }],
    });
    server.send(data(1), listener.from);
    await server.hear();
    server.send(data(2, 9));
    await settled(stage, transfer.done);
    expect(found(log())).toContainEqual(
      expect.stringMatching(/^copies: The network doubled [24] packets, from packet 2 on\.$/),
    );
  });

  test('a server that falls silent in the middle', async () => {
    const { stage, listener, server, transfer, log } = await asking({ settings: { options: false } });
    server.send(data(1), listener.from);
    await tftpErrorOf(stage, transfer.done);
    expect(found(log())[0]).toMatch(
      /^went-silent: After ACK 1 \(packet 3\) the server fell silent for .*; the client repeated it \d+ times/,
    );
  });

  test('a server that dies in the middle', async () => {
    const { stage, listener, server, transfer, log } = await asking({ settings: { options: false } });
    server.send(data(1), listener.from);
    await server.hear();
    server.close();
    await tftpErrorOf(stage, transfer.done);
    expect(found(log())[0]).toMatch(/^server-died: After ACK 1 \(packet 3\) the other side closed its port/);
  });

  test.each([1, 2, 3, 6, 7, 0])('ERROR %i as the first answer', async (code) => {
    const { stage, listener, server, transfer, log } = await asking({ settings: { options: false } });
    server.send(error(code, 'text'), listener.from);
    await tftpErrorOf(stage, transfer.done);
    expect(found(log())[0]).toMatch(
      new RegExp(`^refused: The server refused "a\\.bin" with ERROR ${code}: text\\.`),
    );
  });

  test('options that are refused, and a transfer that succeeds without them', async () => {
    const { stage, listener, server, transfer, log } = await asking({ settings: { blksize: 1024 } });
    server.send(error(8, 'no'), listener.from);
    await listener.hear();
    server.send(data(1, 5), listener.from);
    await settled(stage, transfer.done);
    expect(found(log())).toEqual([
      expect.stringMatching(/^options-refused: The server refused the options with ERROR 8 \(packet 2\)/),
    ]);
  });

  test('a server that answers only requests without options', async () => {
    const { stage, listener, server, transfer, log } = await asking({ settings: { blksize: 1024 } });
    while (!(await listener.hear()).endsWith('octet'));
    server.send(data(1, 5), listener.from);
    await settled(stage, transfer.done);
    expect(found(log())).toContainEqual(
      expect.stringMatching(/^options-unanswered: No request with options was answered/),
    );
  });

  test('an OACK with an option that was not asked for', async () => {
    const { stage, listener, server, transfer, log } = await asking({
      settings: { blksize: 1024, windowsize: 'off' },
    });
    server.send(oack('blksize 1024', 'windowsize 4000'), listener.from);
    await tftpErrorOf(stage, transfer.done);
    expect(found(log())[0]).toMatch(/^bad-oack: The client refused the OACK \(packet 2\) with ERROR 8/);
  });

  test('a last ACK that never comes', async () => {
    const { stage, listener, server, transfer, log } = await asking({
      put: pattern(5),
      settings: { options: false },
    });
    server.send(ack(0), listener.from);
    const result = await settled(stage, transfer.done);
    expect(result.confirmed).toBe(false);
    expect(found(log())).toEqual([
      expect.stringMatching(
        /^unconfirmed: All blocks were sent, but no ACK for DATA 1 \(packet \d+\) came\.$/,
      ),
    ]);
  });

  test('failures that no packet shows', async () => {
    const { log } = await asking();
    const local = (failure: TftpError['failure']): string[] =>
      found(log(), failure).map((one) => one.split(':')[0] ?? '');
    expect(local({ by: 'file', problem: 'full', message: 'no space left' })).toContain('local-file');
    expect(local({ by: 'integrity', reason: 'size-mismatch', message: 'too short' })).toContain(
      'damaged-content',
    );
    expect(local({ by: 'name', host: 'x', message: 'no such name' })).toContain('unknown-host');
  });
});

describe('our server', () => {
  test('a client that never answers our OACK', async () => {
    const stage = inMemory();
    const events = traceOf(stage);
    const { to, ends } = await serve(stage, { f: pattern(3000) });
    const peer = await stage.peer('192.0.2.9');
    peer.send(rrq('f', 'blksize 1024'), to);
    await stage.clock.run(() => ends().length > 0);
    expect(found(logOf(events, 'server'))[0]).toMatch(
      /^answer-not-taken: The client never answered: OACK \(packet \d+\) from port \d+, sent \d+ times\. A firewall on its side\?$/,
    );
  });

  test('a client that stops in the middle', async () => {
    const stage = inMemory();
    const events = traceOf(stage);
    const { to, ends } = await serve(stage, { f: pattern(3000) });
    const peer = await stage.peer('192.0.2.9');
    peer.send(rrq('f'), to);
    expect(await peer.hear()).toBe('DATA 1 (512)');
    peer.send(ack(1));
    await stage.clock.run(() => ends().length > 0);
    expect(found(logOf(events, 'server'))[0]).toMatch(
      /^went-silent: After DATA 2 \(packet \d+\) the client fell silent/,
    );
  });
});

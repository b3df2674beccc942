// Single-port mode has no secret port, so an ACK proves nothing: what a forger can have sent to a victim. On virtual time.
import { describe, expect, test } from 'vitest';
import { memoryOffering } from '../../../src/files/offerings/named-files.ts';
import { Server, type ServerSettings } from '../../../src/engine/server/server.ts';
import { ack, pattern } from '../../support/script.ts';
import { rrq } from '../../support/raw-peer.ts';
import { inMemory, serve } from '../../support/towers.ts';

const content = pattern(1_000_000);
const any: ServerSettings = { singlePort: true, allow: ['any'] };

describe('a single port beyond loopback', () => {
  test.each([
    [{ hosts: ['0.0.0.0'] }],
    [{ hosts: ['127.0.0.1', '::'] }],
    [{ lan: true }],
    [{ sockets: [{ fd: 3 }] }],
    [{ hosts: ['192.0.2.1'], deny: ['10.0.0.0/8'] }],
  ])('needs --allow: %o', async (settings) => {
    const server = new Server(inMemory().tower, memoryOffering(new Map()), { singlePort: true, ...settings });
    await expect(server.listen()).rejects.toMatchObject({
      failure: { by: 'usage' },
      shortMessage: 'a single port beyond loopback needs --allow: name address blocks, or any',
    });
  });

  test('forged ACKs in order draw no more than a low rate from it', async () => {
    const stage = inMemory();
    const { to } = await serve(stage, { f: content }, any);
    const victim = await stage.peer('192.0.2.1');
    victim.send(rrq('f', 'blksize 1428', 'windowsize 64'), to);
    for (let block = 0; block < 700; block++) {
      victim.send(ack(block), to);
      await stage.clock.advance(10);
    }
    const blocks = victim.heard.filter((word) => word.startsWith('DATA')).length;
    expect(blocks * 1432).toBeLessThan(7 * 64 * 1024 + 10_000);
  });

  test('a block never takes more than one packet', async () => {
    const stage = inMemory();
    const { to } = await serve(stage, { f: content }, any);
    const victim = await stage.peer('192.0.2.1');
    victim.send(rrq('f', 'blksize 65464'), to);
    expect(await victim.hear()).toBe('OACK blksize=1468');
  });

  test('ACKs that run ahead of what was sent end the transfer without an answer', async () => {
    const stage = inMemory();
    const { to, server, ends } = await serve(stage, { f: content }, any);
    const victim = await stage.peer('192.0.2.1');
    victim.send(rrq('f'), to);
    await stage.clock.advance(1);
    for (const block of [5, 6, 7, 8, 9]) victim.send(ack(block), to);
    await stage.clock.advance(1);
    expect(victim.heard).toEqual(['DATA 1 (512)']);
    expect(server.status().active).toEqual([]);
    expect(ends()).toEqual(['failed']);
  });

  test('an address in a named block gets its window at full speed, others still get the file', async () => {
    const stage = inMemory();
    const file = content.subarray(0, 50_000);
    const settings = { singlePort: true, allow: ['any', '10.0.0.0/8'] };
    const { to } = await serve(stage, { f: file }, settings);
    const [known, unknown] = [await stage.peer('10.0.0.1'), await stage.peer('192.0.2.1')];
    known.send(rrq('f', 'windowsize 8'), to);
    expect(await known.hear()).toBe('OACK windowsize=8');
    unknown.send(rrq('f', 'windowsize 8'), to);
    expect(await unknown.hear()).toBe('OACK windowsize=1');
    unknown.send(ack(0));
    expect((await unknown.drain()).equals(file)).toBe(true);
  });
});

describe('a range of ports that can be guessed', () => {
  test.each([
    [5, 'OACK blksize=512 windowsize=1'],
    [51, 'OACK blksize=1468 windowsize=1'],
    [1000, 'OACK blksize=1468 windowsize=31'],
    [3000, 'OACK blksize=8192 windowsize=11'],
  ])('%i ports bound what ACKs on all of them can draw', async (count, answer) => {
    const stage = inMemory();
    const ports = { from: 50_000, to: 50_000 + count - 1 };
    const { to } = await serve(stage, { f: content }, { ports, allow: ['any', '10.0.0.0/8'] });
    const [known, unknown] = [await stage.peer('10.0.0.1'), await stage.peer('192.0.2.1')];
    unknown.send(rrq('f', 'blksize 8192', 'windowsize 64'), to);
    expect(await unknown.hear()).toBe(answer);
    known.send(rrq('f', 'blksize 8192', 'windowsize 64'), to);
    expect(await known.hear()).toBe('OACK blksize=8192 windowsize=11');
  });
});

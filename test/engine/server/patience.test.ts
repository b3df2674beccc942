// The patience of our server and how fast it sends, as settings. In memory, on virtual time.
import { describe, expect, test } from 'vitest';
import { ack } from '../../support/script.ts';
import { rrq } from '../../support/raw-peer.ts';
import { serve } from '../../support/towers.ts';
import { traceOf } from '../../support/towers.ts';
import { pattern } from '../../support/script.ts';
import { inMemory } from '../../support/towers.ts';
import { start } from '../world.ts';

describe('case 144: a client that falls silent', () => {
  test.each([
    [undefined, 25_000],
    [5000, 5000],
    [60_000, 60_000],
  ])('timeout %s: the transfer fails after %d ms', async (timeout, ms) => {
    const { stage, peer, to, ends } = await start(timeout === undefined ? {} : { timeout });
    peer.send(rrq('f'), to);
    expect(await peer.hear()).toBe('DATA 1 (512)');
    peer.send(ack(1));
    expect(await peer.hear()).toBe('DATA 2 (512)');
    await stage.clock.advance(ms - 500);
    expect(ends()).toEqual([]);
    await stage.clock.advance(1000);
    expect(ends()).toEqual(['failed']);
    expect(peer.heard.at(-1)).toBe('ERROR 0 Timed out');
  });

  test.each([
    [1000, 1],
    [3000, 0],
  ])('rexmt %d: after two seconds the first DATA came again %d times', async (rexmt, times) => {
    const { stage, peer, to } = await start({ rexmt });
    peer.send(rrq('f'), to);
    await peer.hear();
    await stage.clock.advance(2000);
    expect(peer.waiting).toEqual(Array.from({ length: times }, () => 'DATA 1 (512)'));
  });
});

describe('case 145: a server with limits', () => {
  async function read(settings: Parameters<typeof start>[0], ...asked: readonly string[]) {
    const stage = inMemory();
    const events = traceOf(stage);
    const { to } = await serve(stage, { f: pattern(5 * 512) }, settings);
    const peer = await stage.peer();
    peer.send(rrq('f', ...asked), to);
    const oack = await peer.hear();
    peer.send(ack(0));
    await stage.clock.advance(300);
    const at = events.flatMap((event) =>
      event.type === 'sent' && event.packet.op === 'DATA' ? [Math.round(event.at)] : [],
    );
    return { oack, departures: at.map((one) => one - at[0]!) };
  }

  test('pace: the DATA of a window leave one by one', async () => {
    const { departures } = await read({ sendGap: 30 }, 'windowsize 5');
    expect(departures).toEqual([0, 30, 60, 90, 120]);
  });

  test('rate: blocks and window get smaller, and leave in time', async () => {
    const { oack, departures } = await read({ sendRate: 25_600 }, 'blksize 1468', 'windowsize 16');
    expect(oack).toBe('OACK blksize=1468 windowsize=3');
    expect(departures).toEqual([0, 57]);
  });
});

// The block after 65535. No RFC says its number, but both sides must use the same one. The tests send many small blocks.
import { describe, expect, test } from 'vitest';
import { Pair } from '../support/pair.ts';
import { ack, data, getting, oack, pattern, serving, type Script } from '../support/script.ts';

/** Lets a server send `blocks` blocks of 8 octets in lockstep. */
function served(blocks: number, rollover: 0 | 1 = 0): Script {
  const script = serving({ file: pattern(70_000 * 8), terms: { blksize: 8, rollover }, oack: ['blksize 8'] });
  script.start();
  script.receive(ack(0));
  for (let index = 1; index <= blocks; index += 1)
    script.receive(ack(rollover === 0 ? index % 65_536 : ((index - 1) % 65_535) + 1));
  return script;
}

/** Lets a client receive `blocks` blocks of 8 octets. */
function got(blocks: number, options: { windowsize?: number; rollover?: 0 | 1 } = {}): Script {
  const { windowsize = 1, rollover = 0 } = options;
  const script = getting({ offer: { blksize: 8, windowsize }, rollover });
  script.start();
  script.receive(oack('blksize 8', `windowsize ${windowsize}`));
  for (let index = 1; index <= blocks; index += 1)
    script.receive(data(rollover === 0 ? index % 65_536 : ((index - 1) % 65_535) + 1, 8));
  return script;
}

function moved(file: Uint8Array, windowsize: number, rollover: 0 | 1, loss = 0) {
  const offer = { blksize: 8, windowsize };
  return new Pair({ kind: windowsize % 2 === 0 ? 'get' : 'put', file, offer, rollover, loss, seed: 7 }).run();
}

describe('block 65535 and what follows', () => {
  test.each([0, 1] as const)('case 82 case 84 N19: rollover %i, lockstep, both sides', (rollover) => {
    const sender = served(65_534, rollover);
    expect(sender.receive(ack(65_535))).toEqual([`DATA ${rollover}`]);
    expect(sender.receive(ack(rollover))).toEqual([`DATA ${rollover + 1}`]);
    const receiver = got(65_535, { rollover });
    expect(receiver.receive(data(rollover, 8))).toEqual([`ACK ${rollover}`]);
    expect(receiver.machine.index).toBe(65_536);
  });

  test.each([65_535, 65_536, 65_537])('case 83: a file whose last block is number %i', (blocks) => {
    for (const rollover of [0, 1] as const) {
      const file = pattern((blocks - 1) * 8 + 3);
      const pair = moved(file, 1, rollover);
      expect(pair.client.outcome).toEqual({ ok: true, octets: file.length, confirmed: true });
      expect(Buffer.compare(pair.published!, file)).toBe(0);
      expect(pair.broken).toEqual([]);
    }
  });

  test('case 85 N19, load 6: three rollovers with windows and loss: both sides have the exact file', () => {
    const file = pattern(200_000 * 8);
    for (const windowsize of [63, 64]) {
      const pair = moved(file, windowsize, 0, 0.001);
      expect(pair.client.outcome).toEqual({ ok: true, octets: file.length, confirmed: true });
      expect(Buffer.compare(pair.published!, file)).toBe(0);
      expect(pair.resent).toBeGreaterThan(0);
      expect(pair.broken).toEqual([]);
    }
  });

  test('case 100 N19: a window across the rollover, with a missing block at the rollover', () => {
    const receiver = got(65_532, { windowsize: 4 });
    for (const block of [65_533, 65_534, 65_535]) expect(receiver.receive(data(block, 8))).toEqual([]);
    expect(receiver.receive(data(1, 8))).toEqual([]); // beyond the window
    expect(receiver.receive(data(0, 8))).toEqual(['ACK 0']);
    const holed = got(65_534, { windowsize: 2 });
    holed.receive(data(65_535, 8));
    expect(holed.receive(data(1, 8))).toEqual([]);
    expect(holed.receive(data(0, 8))).toEqual(['ACK 0']);
    const gap = got(65_532, { windowsize: 4 });
    gap.receive(data(65_533, 8));
    expect(gap.receive(data(65_535, 8))).toEqual(['ACK 65533']);
    expect(gap.receive(data(0, 8))).toEqual([]);
    for (const block of [65_534, 65_535, 0]) expect(gap.receive(data(block, 8))).toEqual([]);
    expect(gap.receive(data(1, 8))).toEqual(['ACK 1']);
  });

  test('case 86: an ACK or DATA from before the rollover is recognised by its place, not by its number', () => {
    const sender = served(65_540);
    expect(sender.receive(ack(65_533))).toEqual([]);
    expect(sender.receive(ack(3))).toEqual([]);
    expect(sender.receive(ack(60))).toEqual([]);
    expect(sender.receive(ack(5))).toEqual(['DATA 6']);
    const receiver = got(65_540);
    const before = receiver.received.length;
    receiver.receive(data(65_533, 8));
    receiver.receive(data(3, 8));
    receiver.receive(data(60, 8));
    expect(receiver.received).toHaveLength(before);
    expect(receiver.receive(data(5, 8))).toEqual(['ACK 5']);
  });

  test.each([0, 1] as const)(
    'case 84 N19: a peer that does not continue with %i is detected, and the failure names its number',
    (rollover) => {
      const other = 1 - rollover;
      const receiver = got(65_535, { rollover });
      expect(receiver.receive(data(other, 8))).not.toContain('ERROR 0');
      expect(receiver.receive(data(other, 8))).toEqual(['ERROR 0']);
      expect(receiver.outcome).toMatchObject({
        failure: {
          by: 'local',
          code: 0,
          message: `Block 65535 was followed by ${other}, not by ${rollover}: set rollover ${other}`,
        },
      });
    },
  );

  test('case 84: with windows, where packets can overtake each other, only silence proves the other rollover', () => {
    const receiver = got(65_535, { windowsize: 3 });
    for (let round = 0; round < 3; round += 1) receiver.receive(data(1, 8));
    expect(receiver.outcome).toBeUndefined();
    expect(receiver.wait(60_000).at(-1)).toBe('ERROR 0');
    expect(receiver.outcome).toMatchObject({
      failure: { by: 'local', message: 'Block 65535 was followed by 1, not by 0: set rollover 1' },
    });
  });
});

// A ladder that is played, on virtual time: no row comes early, and the keys pause, step and change the speed.
import { beforeEach, describe, expect, it } from 'vitest';
import { VirtualClock } from '../../../src/network/virtual-clock.ts';
import { transferViewOf } from '../../../src/shell/packets/transfer-view.ts';
import { rowText } from '../../../src/ui/text/layout.ts';
import { OpenView } from '../../../src/ui/views/open-view.ts';
import { say } from '../../../src/wire/text.ts';
import type { TraceEvent } from '../../../src/trace/record/event.ts';

const tag = { transfer: 1, side: 'client' } as const;
const ends = { local: { address: '192.0.2.1', port: 1024 }, peer: { address: '192.0.2.9', port: 69 } };

/** Ten ACKs, one every second. */
const events: readonly TraceEvent[] = Array.from({ length: 10 }, (_, at) => ({
  ...{ type: 'sent', id: at + 1, at: 5000 + at * 1000, tag, ...ends, length: 4 },
  packet: { op: 'ACK', block: at },
}));

let clock: VirtualClock;
let isOpen: boolean;
beforeEach(() => {
  clock = new VirtualClock();
  isOpen = true;
});

function playing(play: number): OpenView {
  return new OpenView(
    {
      ...{
        kind: 'ladder',
        transfer: transferViewOf(tag, events),
        packet: undefined,
        filter: undefined,
        play,
      },
      exportTo: async () => say`written`,
      close: () => (isOpen = false),
    },
    {
      ...{ size: () => ({ columns: 80, rows: 24 }), color: true, ascii: () => false },
      ...{ now: () => clock.now(), after: (wait, then) => clock.after(wait, then) },
      ...{ redraw: () => undefined, suspend: () => undefined },
    },
  );
}

const foot = (one: OpenView): string => rowText(one.state().rows.at(-1) ?? []);
const shown = (one: OpenView): number => one.state().rows.filter((row) => /ACK \d/.test(rowText(row))).length;
const press = (one: OpenView, ...keys: readonly string[]): void => {
  for (const key of keys)
    if (key.length === 1 && key !== ' ') one.press(key, { name: /\w/.test(key) ? key : undefined });
    else one.press(undefined, { name: key === ' ' ? 'space' : key });
};

describe('a ladder that is played', () => {
  it('shows each row when it happened, and then stands still without a timer', async () => {
    const one = playing(1);
    expect(shown(one)).toBe(1);
    await clock.advance(999);
    expect(shown(one)).toBe(1);
    await clock.advance(1);
    expect(shown(one)).toBe(2);
    expect(foot(one)).toMatch(/^2\/10 · 1\.000000 s · 1x · playing · /);
    await clock.advance(60_000);
    expect(shown(one)).toBe(10);
    expect(foot(one)).toContain('at the end');
    expect(clock.pending).toBe(0);
  });

  it('at 0.1x takes ten times as long, at 10x a tenth', async () => {
    const [slow, fast] = [playing(0.1), playing(10)];
    await clock.advance(1000);
    expect([shown(slow), shown(fast)]).toEqual([1, 10]);
    await clock.advance(9000);
    expect(shown(slow)).toBe(2);
  });

  it('space pauses and goes on from there, however long it was', async () => {
    const one = playing(1);
    await clock.advance(2500);
    press(one, ' ');
    expect(foot(one)).toContain('paused');
    expect(clock.pending).toBe(0);
    await clock.advance(100_000);
    expect(shown(one)).toBe(3);
    press(one, ' ');
    await clock.advance(499);
    expect(shown(one)).toBe(3);
    await clock.advance(1);
    expect(shown(one)).toBe(4);
  });

  it('arrows step to and fro, and stay', async () => {
    const one = playing(1);
    press(one, 'right', 'right', 'right', 'left');
    expect(shown(one)).toBe(3);
    await clock.advance(100_000);
    expect(shown(one)).toBe(3);
    press(one, ' ');
    await clock.advance(1000);
    expect(shown(one)).toBe(4);
  });

  it('+ and - double and halve the speed from now on', async () => {
    const one = playing(1);
    await clock.advance(2000);
    press(one, '+', '+');
    expect(foot(one)).toContain('· 4x ·');
    await clock.advance(250);
    expect(shown(one)).toBe(4);
    press(one, '-', '-', '-');
    expect(foot(one)).toContain('· 0.5x ·');
    await clock.advance(1999);
    expect(shown(one)).toBe(4);
    await clock.advance(1);
    expect(shown(one)).toBe(5);
  });

  it('at the end, space plays it again', async () => {
    const one = playing(10);
    await clock.advance(5000);
    press(one, ' ');
    expect(shown(one)).toBe(1);
    await clock.advance(100);
    expect(shown(one)).toBe(2);
  });

  it('selecting a row pauses; Enter decodes it, and Esc comes back', async () => {
    const one = playing(1);
    await clock.advance(4000);
    press(one, 'up', 'up', 'return');
    expect(rowText(one.state().rows[0] ?? [])).toContain('packet 3 of 10');
    press(one, 'escape');
    await clock.advance(100_000);
    expect(shown(one)).toBe(5);
    expect(foot(one)).toContain('paused');
  });

  it('a filter leaves out rows, not their time', async () => {
    const one = playing(1);
    press(one, 'f', ...'block>2'.split(''), 'return');
    await clock.advance(3000);
    expect(foot(one)).toContain('1/7');
    await clock.advance(1000);
    expect(foot(one)).toContain('2/7');
  });

  it('leaving stops the timer', async () => {
    const one = playing(1);
    press(one, 'q');
    expect(isOpen).toBe(false);
    expect(clock.pending).toBe(0);
  });
});

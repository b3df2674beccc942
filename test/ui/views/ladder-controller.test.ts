// The ladder and the packet view by their keys and rows, without a terminal.
import { beforeEach, describe, expect, it } from 'vitest';
import { transferViewOf, type TransferView } from '../../../src/shell/packets/transfer-view.ts';
import type { LadderView } from '../../../src/shell/session/view.ts';
import type { DatagramEvent, TraceEvent } from '../../../src/trace/record/event.ts';
import { SideLog } from '../../../src/trace/record/side-log.ts';
import type { Keypress } from '../../../src/ui/keys.ts';
import { rowText } from '../../../src/ui/text/layout.ts';
import { OpenView } from '../../../src/ui/views/open-view.ts';
import { columns } from '../../../src/shell/editor/text.ts';
import type { Packet } from '../../../src/wire/packet.ts';
import { say, untrusted } from '../../../src/wire/text.ts';

const tag = { transfer: 1, side: 'client' } as const;
const local = { address: '192.0.2.1', port: 1024 };
const peer = { address: '192.0.2.9', port: 69 };

function events(blocks: number): readonly TraceEvent[] {
  let id = 0;
  const one = (type: DatagramEvent['type'], packet: Packet, length: number): DatagramEvent => {
    id += 1;
    return { type, id, at: id, tag, local, peer, packet, length };
  };
  const request: Packet = {
    ...{ op: 'RRQ', filename: untrusted('fw.bin'), mode: untrusted('octet'), options: [], ignored: 0 },
  };
  const all: TraceEvent[] = [one('sent', request, 16)];
  for (let block = 1; block <= blocks; block += 1) {
    const data = new Uint8Array(block === blocks ? 3 : 512);
    all.push(one('received', { op: 'DATA', block: block & 0xffff, data }, data.length + 4));
    all.push(one('sent', { op: 'ACK', block: block & 0xffff }, 4));
  }
  return all;
}

let left = false;
let exported: string[];
let size: { columns: number; rows: number };

beforeEach(() => {
  left = false;
  exported = [];
  size = { columns: 80, rows: 24 };
});

function viewer(blocks: number, more: Partial<LadderView> = {}, ascii = false): OpenView {
  const view: LadderView = {
    ...{
      kind: 'ladder',
      transfer: transferViewOf(tag, events(blocks)),
      packet: undefined,
      filter: undefined,
    },
    exportTo: async (path) => {
      exported.push(path);
      return say`written`;
    },
    close: () => {
      left = true;
    },
    ...more,
  };
  return new OpenView(view, {
    ...{ size: () => size, color: true, ascii: () => ascii, now: () => 0 },
    after: () => ({ cancel: () => undefined }),
    ...{ redraw: () => undefined, suspend: () => undefined },
  });
}

const text = (one: OpenView): readonly string[] => one.state().rows.map(rowText);
const selected = (one: OpenView): string => text(one).find((row) => /^[›>]/.test(row)) ?? '';

/** Keys by name, or characters as they are. */
function press(one: OpenView, ...keys: readonly string[]): void {
  for (const key of keys) {
    const pressed: Keypress = key.startsWith('C-') ? { ctrl: true, name: key.slice(2) } : { name: key };
    one.press(key.length === 1 ? key : undefined, key.length === 1 ? { name: key.toLowerCase() } : pressed);
  }
}

const typed = (line: string): readonly string[] => line.split('');

/** The row of the screen that shows this text. */
const rowOf = (one: OpenView, wanted: string): number => text(one).findIndex((row) => row.includes(wanted));

describe('the ladder view', () => {
  it('fills the window less one row, and no row is wider', () => {
    for (const [wide, high] of [
      [80, 24],
      [120, 40],
      [60, 10],
      [200, 50],
    ] as const) {
      size = { columns: wide, rows: high };
      const rows = text(viewer(300));
      expect(rows).toHaveLength(high - 1);
      expect(rows.filter((row) => columns(row) > wide)).toEqual([]);
      expect(rows.filter((row) => row === '')).toEqual([]);
    }
  });

  it('moves by rows, pages and to both ends; the window follows', () => {
    const one = viewer(300);
    expect(selected(one)).toContain('RRQ "fw.bin"');
    press(one, 'down', 'down');
    expect(selected(one)).toContain('ACK 1 ');
    press(one, 'pagedown');
    expect(selected(one)).toMatch(/DATA 11 |ACK 10 /);
    press(one, 'end');
    expect(selected(one)).toContain('ACK 300');
    press(one, 'down', 'pageup', 'home');
    expect(selected(one)).toContain('RRQ');
    press(one, 'up');
    expect(selected(one)).toContain('RRQ');
  });

  it('rows have the numbers that packet and explain take', () => {
    const one = viewer(3);
    press(one, 'down', 'down', 'down');
    expect(selected(one)).toMatch(/^› 4 .*DATA 2 /);
  });

  it('/ searches, n and N find the next; without a search they find unusual packets', () => {
    const again = events(3).map((event) =>
      event.type === 'sent' && event.packet.op === 'ACK'
        ? { ...event, packet: { op: 'ACK', block: 1 } }
        : event,
    ) as readonly TraceEvent[];
    const one = viewer(3, { transfer: transferViewOf(tag, again) });
    press(one, 'n');
    expect(selected(one)).toMatch(/^› 5 .*ACK 1 /);
    press(one, 'N', 'home', '/', ...typed('data 3'), 'return');
    expect(selected(one)).toContain('DATA 3 ');
    press(one, '/', ...typed('boot'), 'return');
    expect(text(one).at(-1)).toBe('"boot" is not found.');
  });

  it('the wheel scrolls, and the selected row stays on the screen', () => {
    const one = viewer(300);
    one.point({ type: 'wheel', by: 1 });
    expect(text(one)[2]).toContain('DATA 2 ');
    expect(selected(one)).toContain('DATA 2 ');
    press(one, 'end');
    for (let turn = 0; turn < 3; turn += 1) one.point({ type: 'wheel', by: -1 });
    expect(selected(one)).not.toContain('ACK 300');
    expect(rowOf(one, '›')).toBe(21);
    for (let turn = 0; turn < 300; turn += 1) one.point({ type: 'wheel', by: -1 });
    expect(text(one)[2]).toContain('RRQ');
  });

  it('a click selects a row, a click on the selected row decodes it, and one beside the rows does nothing', () => {
    const one = viewer(3);
    one.point({ type: 'click', row: rowOf(one, 'DATA 2 ') });
    expect(selected(one)).toContain('DATA 2 ');
    for (const row of [0, 1, 15, 22, 500]) one.point({ type: 'click', row });
    expect(selected(one)).toContain('DATA 2 ');
    one.point({ type: 'click', row: rowOf(one, 'DATA 2 ') });
    expect(text(one)[0]).toContain('packet 4 of 7');
    press(one, 'escape');
    expect(selected(one)).toContain('DATA 2 ');
  });

  it('what we sent has a colour of its own, trouble another, as in a trace', () => {
    const toneOf = (wanted: string) =>
      viewer(3)
        .state()
        .rows.find((row) => rowText(row).includes(wanted))?.[0]?.tone;
    expect(['ACK 1 ', 'DATA 2 ', 'DATA 3 '].map(toneOf)).toEqual(['sent', 'plain', 'plain']);
  });

  it('t shows the time since the row before', () => {
    const one = viewer(3);
    press(one, 't');
    expect(text(one).join('\n')).toMatch(/ 4 \+0\.001000 │/);
  });

  it('Tab completes the fields of a filter', () => {
    const one = viewer(3);
    press(one, 'f', ...typed('bl'), 'tab', '1', 'return');
    expect(text(one).at(-1)).toContain('block=1');
  });

  it('measures from a mark', () => {
    const one = viewer(3);
    press(one, 'down', 'space', 'down', 'down');
    expect(text(one).at(-1)).toContain('2 ms from *');
    expect(text(one).some((row) => row.startsWith('*'))).toBe(true);
  });

  it('filters, and tells where a filter is wrong', () => {
    const one = viewer(3);
    press(one, 'f', ...typed('op=ACK'), 'return');
    expect(text(one).filter((row) => row.includes('│─'))).toHaveLength(3);
    expect(text(one).join('')).not.toContain('DATA');
    press(one, 'f', 'C-u', ...typed('op=NAK'), 'return');
    expect(text(one).at(-1)).toMatch(/^filter: op=NAK/);
    press(one, 'escape', 'f', 'C-u', 'return');
    expect(text(one).join('')).toContain('DATA 3');
  });

  it('Enter decodes, arrows walk on, Esc comes back to where one walked to', () => {
    const one = viewer(3);
    press(one, 'down', 'return');
    expect(text(one)[0]).toBe('packet 2 of 7   DATA from 192.0.2.9:69   516 octets');
    expect(text(one).join('\n')).toContain('| opcode |  block   |');
    press(one, 'right', 'right');
    expect(text(one)[0]).toContain('packet 4 of 7');
    press(one, 'escape');
    expect(selected(one)).toContain('DATA 2 ');
    expect(left).toBe(false);
    press(one, 'escape');
    expect(left).toBe(true);
  });

  it('has a pane with the packet decoded from 120 columns on', () => {
    const one = viewer(3);
    press(one, 'down');
    expect(text(one).join('\n')).not.toContain('packet 2');
    size = { columns: 120, rows: 40 };
    one.changed();
    expect(text(one).join('\n')).toMatch(/packet 2 {2}DATA {2}516 B/);
  });

  it('exports under a name that is asked for', async () => {
    const one = viewer(3);
    press(one, 'x', 'C-u', ...typed('a.svg'), 'return');
    await Promise.resolve();
    expect(exported).toEqual(['a.svg']);
    expect(text(one).at(-1)).toBe('written');
  });

  it('follows a transfer that is too fast to be read: the newest packets, and all of them after another key', () => {
    const read = { rows: 0 };
    const part = (blocks: number, shown: number): TransferView => {
      const window = { after: 2 * blocks + 1 - shown, most: Infinity };
      const log = new SideLog(tag, events(blocks), window);
      return { ...transferViewOf(tag, []), log, own: log, lacks: say`the newest` };
    };
    const whole = (blocks: number): TransferView => transferViewOf(tag, events(blocks));
    let now = whole(10);
    let isFast = false;
    const one = viewer(10, {
      transfer: {
        ...now,
        get log() {
          return now.log;
        },
        get isBehind() {
          return isFast;
        },
        latest: () => part(3000, 20),
        refresh: () => {
          read.rows += 1;
          now = whole(3000);
          isFast = false;
          return true;
        },
      },
    });
    press(one, 'down');
    isFast = true;
    one.refresh();
    expect(selected(one)).toContain('DATA 1 ');
    expect(read.rows).toBe(0);
    press(one, 'F');
    one.refresh();
    expect(selected(one)).toMatch(/6001 .*ACK 3000/);
    expect(text(one).join('\n')).toContain('the newest');
    expect(text(one).at(-1)).toMatch(/^6,001 of 6,001 · following/);
    press(one, 'up');
    expect(selected(one)).toMatch(/6000 .*DATA 3000/);
    press(one, 'home');
    expect(selected(one)).toContain('RRQ');
  });

  it('follows a transfer that goes on', () => {
    const all = [...events(4)];
    const seen = transferViewOf(tag, all.slice(0, 3));
    const rest = all.slice(3);
    const one = viewer(0, {
      transfer: {
        ...seen,
        refresh: () => {
          const next = rest.shift();
          if (next !== undefined) seen.own.add(next);
          return next !== undefined;
        },
      },
    });
    press(one, 'F');
    for (let at = 0; at < 10; at += 1) one.refresh();
    expect(selected(one)).toContain('ACK 4');
    press(one, 'home');
    one.refresh();
    expect(selected(one)).toContain('RRQ');
  });

  it('Ctrl-C leaves at once; in ASCII nothing else is drawn', () => {
    const one = viewer(3, {}, true);
    expect(text(one).join('')).toMatch(/^[\x20-\x7e]+$/);
    press(one, 'return', 'C-c');
    expect(left).toBe(true);
  });
});

describe('the packet view', () => {
  it('opened by itself is left by Esc', () => {
    const one = viewer(3, { kind: 'packet', packet: 2 });
    expect(text(one)[0]).toContain('packet 2 of 7');
    press(one, 'left', 'left', 'left');
    expect(text(one)[0]).toContain('packet 1 of 7   RRQ to');
    press(one, 'escape');
    expect(left).toBe(true);
  });

  it('n walks to what is unusual, / to what is searched, and the wheel scrolls', () => {
    const one = viewer(3, { kind: 'packet', packet: 1 });
    press(one, 'n');
    expect(text(one).at(-1)).toBe('No packet is unusual.');
    press(one, '/', ...typed('ack 2'), 'return');
    expect(text(one)[0]).toContain('packet 5 of 7   ACK');
    size = { columns: 80, rows: 10 };
    const before = text(viewer(3, { kind: 'packet', packet: 1 }));
    const low = viewer(3, { kind: 'packet', packet: 1 });
    low.point({ type: 'wheel', by: 1 });
    expect(text(low)[2]).toBe(before[5]);
  });

  it('? and F1 show its keys, and Esc comes back to it', () => {
    for (const key of ['?', 'f1']) {
      const one = viewer(3, { kind: 'packet', packet: 2 });
      press(one, key);
      expect(text(one)[0]).toBe('Keys of a packet');
      expect(text(one).join('\n')).toMatch(/wheel +scroll/);
      press(one, 'escape');
      expect(text(one)[0]).toContain('packet 2 of 7');
    }
  });

  it('is scrolled where the window is low', () => {
    size = { columns: 80, rows: 10 };
    const one = viewer(3, { kind: 'packet', packet: 1 });
    const before = text(one);
    press(one, 'down', 'pagedown');
    expect(text(one)).toHaveLength(9);
    expect(text(one)).not.toEqual(before);
    press(one, 'home');
    expect(text(one)).toEqual(before);
  });
});

it('sixty thousand packets take no longer to walk through than sixty', () => {
  const one = viewer(30_000);
  let laid = 0;
  const scene = one.state;
  for (const key of ['end', 'pageup', 'up', 'home']) {
    press(one, key);
    laid = Math.max(laid, scene().rows.length);
  }
  // What is not visible is not laid out.
  expect(laid).toBe(23);
});

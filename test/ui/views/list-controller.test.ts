// The list of conversations by its keys and rows, without a terminal.
import { beforeEach, describe, expect, it } from 'vitest';
import { columns } from '../../../src/shell/editor/text.ts';
import { conversationRow } from '../../../src/shell/captures/conversation-lines.ts';
import { parseFilter } from '../../../src/shell/packets/packet-filter.ts';
import { transferViewOf } from '../../../src/shell/packets/transfer-view.ts';
import type { ListView } from '../../../src/shell/session/view.ts';
import { conversationTarget, matches } from '../../../src/trace/capture/filter.ts';
import type { ConversationSummary } from '../../../src/trace/capture/record.ts';
import type { Keypress } from '../../../src/ui/keys.ts';
import { rowText } from '../../../src/ui/text/layout.ts';
import { OpenView } from '../../../src/ui/views/open-view.ts';
import { say, untrusted, type Printable } from '../../../src/wire/text.ts';

function summary(transfer: number, more: Partial<ConversationSummary> = {}): ConversationSummary {
  return {
    ...{ transfer, op: 'RRQ', file: untrusted(`boot-${transfer}.cfg`), mode: untrusted('octet') },
    client: { address: '192.0.2.1', port: 1024 + (transfer % 60_000) },
    server: { address: '192.0.2.9', port: 69 },
    tid: { address: '192.0.2.9', port: 40_001 },
    ...{ options: [], outcome: 'complete', error: undefined, octets: 4102, blocks: 9 },
    ...{
      resent: 0,
      duplicates: 0,
      strangers: 0,
      malformed: undefined,
      missing: 0,
      start: 1000 * transfer,
      duration: 12,
    },
    ...more,
  };
}

const many = (count: number): ConversationSummary[] =>
  Array.from({ length: count }, (_, at) =>
    summary(at + 1, at % 5 === 4 ? { outcome: 'silent', resent: 3, octets: 0 } : {}),
  );

let size: { columns: number; rows: number };
let all: ConversationSummary[];
let changed: boolean;
let left: { filter: string | undefined } | undefined;
let saved: string[];
let laid: number;

beforeEach(() => {
  size = { columns: 80, rows: 24 };
  changed = false;
  left = undefined;
  saved = [];
  laid = 0;
});

const tag = { transfer: 1, side: 'client' } as const;
const ends = { local: { address: '192.0.2.1', port: 1024 }, peer: { address: '192.0.2.9', port: 69 } };
const ladder = {
  ...({ kind: 'ladder', packet: undefined, filter: undefined } as const),
  transfer: transferViewOf(tag, [
    { type: 'sent', id: 1, at: 0, tag, ...ends, packet: { op: 'ACK', block: 1 }, length: 4 },
  ]),
  exportTo: async () => say`written`,
};

function lister(summaries: ConversationSummary[], more: Partial<ListView> = {}, ascii = false): OpenView {
  all = summaries;
  const view: ListView = {
    ...{ kind: 'list', name: say`trace.pcapng`, filter: undefined, grows: false },
    all: () => all,
    passing: (filter) => all.filter((one) => matches(filter, conversationTarget(one))),
    row: (one) => {
      laid += 1;
      return conversationRow(one, false);
    },
    standing: () => [],
    refresh: () => changed,
    look: async () => ladder,
    read: async (number, about) => ({
      title: say`${about === 'stats' ? say`stats` : say`explain`} of ${number}`,
      lines: () => Array.from({ length: 50 }, (_, at) => ({ text: say`line ${at + 1}` })),
    }),
    save: async (number, path) => {
      saved.push(`${number} ${path}`);
      return say`saved`;
    },
    close: (filter) => (left = { filter: filter?.text }),
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
const typed = (line: string): readonly string[] => line.split('');

/** The row of the screen that shows this text. */
const rowOf = (one: OpenView, wanted: string): number => text(one).findIndex((row) => row.includes(wanted));

function press(one: OpenView, ...keys: readonly string[]): void {
  for (const key of keys) {
    const pressed: Keypress = key.startsWith('C-') ? { ctrl: true, name: key.slice(2) } : { name: key };
    one.press(key.length === 1 ? key : undefined, key.length === 1 ? { name: key.toLowerCase() } : pressed);
  }
}

/** What was asked of the capture has come. */
const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('the list of conversations', () => {
  it('fills the window less one row, and no row is wider, whatever the names are', () => {
    const wild = [
      summary(1, { file: untrusted('../../\u001b[2J漢字漢字漢字漢字漢字漢字漢字漢字漢字') }),
      summary(2, {
        ...{ client: { address: '2001:db8:1111:2222:3333:4444:5555:6666', port: 65_535 }, file: undefined },
        ...{ outcome: 'refused', error: { code: 65_535, message: untrusted('no\u001b[31m'.repeat(50)) } },
        ...{ octets: 2 ** 50, resent: 1_000_000, duration: 1e9 },
      }),
      ...many(300),
    ];
    for (const [wide, high] of [
      [80, 24],
      [120, 40],
      [40, 10],
      [200, 50],
    ] as const) {
      size = { columns: wide, rows: high };
      const one = lister(wild);
      press(one, 'down');
      const rows = text(one);
      expect(rows).toHaveLength(high - 1);
      expect(rows.filter((row) => columns(row) > wide)).toEqual([]);
      expect(rows.filter((row) => row === '')).toEqual([]);
      expect(rows.join('')).not.toMatch(/\p{Cc}/u);
    }
  });

  it('has every column at 120, and at 80 tells the rest of the selected one', () => {
    size = { columns: 120, rows: 40 };
    expect(
      text(lister(many(3)))[1]
        ?.trim()
        .split(/ +/),
    ).toEqual(
      ['#', 'START', 'OP', 'FILE', 'CLIENT', 'SERVER', 'OUTCOME', 'OCTETS', 'RESENT', 'TIME'], // prettier-ignore
    );
    size = { columns: 80, rows: 24 };
    const [happened, terms] = text(lister(many(3))).slice(-3, -1);
    expect(happened).toMatch(/get "boot-1\.cfg" octet {3}complete {3}9 blocks/);
    expect(terms).toContain('192.0.2.1:1025 - 192.0.2.9:69, then :40001');
  });

  it('moves by rows, pages and to both ends; the window follows', () => {
    const one = lister(many(300));
    press(one, 'down', 'down');
    expect(selected(one)).toContain('boot-3.cfg');
    press(one, 'pagedown');
    expect(selected(one)).toContain('boot-20.cfg');
    press(one, 'end', 'down');
    expect(selected(one)).toContain('boot-300.cfg');
    press(one, 'pageup', 'home', 'up');
    expect(selected(one)).toContain('boot-1.cfg');
  });

  it('narrows by a filter, tells where it is wrong, and is left with it', () => {
    const one = lister(many(300));
    press(one, 'f', ...typed('outcome=silent'), 'return');
    expect(text(one)[0]).toContain('300 transfers · 60 shown');
    expect(text(one).slice(2, -3).join('')).not.toContain('complete');
    press(one, 'f', 'C-u', ...typed('outcome=x'), 'return');
    expect(text(one).at(-1)).toMatch(/^filter: outcome=x/);
    press(one, 'escape', 'escape');
    expect(left).toEqual({ filter: 'outcome=silent' });
  });

  it('keeps a filter that it begins with, and says when nothing passes', () => {
    const parsed = parseFilter('file=nothing');
    const filter = parsed.ok ? parsed.filter : undefined;
    const one = lister(many(3), { filter: { text: 'file=nothing', filter: filter! } });
    expect(text(one).join('\n')).toContain('No transfer passes the filter.');
    press(one, 'return', 's', 'down', 'x');
    expect(selected(one)).toBe('');
    expect(text(lister([])).join('\n')).toContain('No TFTP packets in it.');
  });

  it('Enter leads to the ladder and from there to a packet; Esc comes back each time', async () => {
    const one = lister(many(3));
    press(one, 'down', 'return');
    await settled();
    expect(text(one).join('\n')).toContain('ACK 1 ');
    press(one, 'return');
    expect(text(one)[0]).toContain('packet 1 of 1');
    press(one, 'escape', 'escape');
    expect(selected(one)).toContain('boot-2.cfg');
    expect(left).toBeUndefined();
    press(one, 'return');
    await settled();
    press(one, 'C-c');
    expect(left).toEqual({ filter: undefined });
  });

  it('is ordered by any column, and finds text and what is unusual', () => {
    const one = lister([...many(9), summary(10, { octets: 9_000_000, file: untrusted('a.img') })]);
    for (let at = 0; !text(one).at(-1)!.endsWith('by file') && at < 9; at += 1) press(one, 'o');
    expect(text(one).at(-1)).toBe('ordered by file');
    expect(text(one)[2]).toContain('a.img');
    press(one, 'O');
    expect(text(one)[2]).toContain('boot-9.cfg');
    press(one, 'home', 'n');
    expect(selected(one)).toContain('boot-5.cfg');
    press(one, '/', ...typed('IMG'), 'return');
    expect(selected(one)).toContain('a.img');
  });

  it('the wheel scrolls it and what is over it; a click selects, and a click on the selected row opens it', async () => {
    const one = lister(many(300));
    one.point({ type: 'wheel', by: 1 });
    expect(text(one)[2]).toContain('boot-4.cfg');
    expect(selected(one)).toContain('boot-4.cfg');
    one.point({ type: 'click', row: rowOf(one, 'boot-9.cfg') });
    expect(selected(one)).toContain('boot-9.cfg');
    one.point({ type: 'click', row: 0 });
    one.point({ type: 'click', row: 22 });
    expect(selected(one)).toContain('boot-9.cfg');
    one.point({ type: 'click', row: rowOf(one, 'boot-9.cfg') });
    await settled();
    expect(text(one).join('\n')).toContain('ACK 1 ');
    press(one, 'escape', 's');
    await settled();
    one.point({ type: 'wheel', by: 1 });
    expect(text(one)[2]).toContain('line 4');
  });

  it('while a filter is typed the mouse does nothing', () => {
    const one = lister(many(300));
    press(one, 'f', ...typed('op'));
    one.point({ type: 'wheel', by: 1 });
    one.point({ type: 'click', row: 5 });
    expect(text(one)[2]).toContain('boot-1.cfg');
    expect(text(one).at(-1)).toMatch(/^filter: op/);
  });

  it('in a live list End follows what comes, also after it was scrolled away', () => {
    const one = lister(many(30), { grows: true });
    press(one, 'home');
    one.point({ type: 'wheel', by: 1 });
    all = many(40);
    changed = true;
    one.refresh();
    expect(selected(one)).toContain('boot-4.cfg');
    press(one, 'end');
    all = many(50);
    one.refresh();
    expect(selected(one)).toContain('boot-50.cfg');
    expect(text(one).at(-1)).toContain('following');
  });

  it('a page over it is searched', async () => {
    const one = lister(many(3));
    press(one, 's');
    await settled();
    press(one, '/', ...typed('line 40'), 'return');
    expect(text(one)[2]).toContain('line 31');
    expect(text(one).join('\n')).toContain('line 40');
  });

  it('s and e show pages that are scrolled', async () => {
    for (const [key, about] of [
      ['s', 'stats'],
      ['e', 'explain'],
    ] as const) {
      const one = lister(many(3));
      press(one, 'down', key);
      await settled();
      expect(text(one)[0]).toBe(`${about} of 2`);
      press(one, 'end');
      expect(text(one).join('\n')).toContain('line 50');
      expect(text(one)).toHaveLength(23);
      press(one, 'escape');
      expect(selected(one)).toContain('boot-2.cfg');
    }
  });

  it('x saves the file of the selected one under what was typed', async () => {
    const one = lister(many(3));
    press(one, 'down', 'x', 'C-u', ...typed('out/'), 'return');
    await settled();
    expect(saved).toEqual(['2 out/']);
    expect(text(one).at(-1)).toBe('saved');
  });

  it('Esc gives up waiting, and what comes later changes nothing; a text says why nothing comes', async () => {
    let come: ((found: typeof ladder) => void) | undefined;
    let signal: AbortSignal | undefined;
    const one = lister(many(3), {
      look: (_number, until) => {
        signal = until;
        return new Promise((resolve) => (come = resolve));
      },
      read: async () => say`No packets at hand.`,
    });
    press(one, 'return');
    expect(text(one).at(-1)).toContain('Esc stops waiting');
    press(one, 'escape');
    expect(signal?.aborted).toBe(true);
    come?.(ladder);
    await settled();
    expect(selected(one)).toContain('boot-1.cfg');
    expect(left).toBeUndefined();
    press(one, 's');
    await settled();
    expect(text(one).at(-1)).toBe('No packets at hand.');
  });

  it('grows: the newest is followed until a key moves; then the selected one stays under the cursor', () => {
    const standing: Printable[] = [say`follows`];
    const one = lister(many(30), { grows: true, standing: () => standing });
    expect(selected(one)).toContain('boot-30.cfg');
    changed = true;
    all = many(31);
    one.refresh();
    expect(selected(one)).toContain('boot-31.cfg');
    press(one, 'up');
    const at = text(one).indexOf(selected(one));
    all = many(60).slice(10);
    one.refresh();
    expect(selected(one)).toContain('boot-30.cfg');
    expect(text(one).indexOf(selected(one))).toBe(at);
    press(one, 'end');
    expect(selected(one)).toContain('boot-60.cfg');
    all = many(61);
    one.refresh();
    expect(selected(one)).toContain('boot-61.cfg');
    press(one, 'up', 'F');
    expect(text(one)[0]).toContain('61 transfers · follows');
  });

  it('of twenty thousand conversations only the visible ones are laid out', () => {
    const one = lister(many(20_000));
    laid = 0;
    press(one, 'end');
    // Once to measure, once to draw, and the selected one again for its details.
    expect(laid).toBeLessThanOrEqual(2 * 18 + 1);
  });

  it('in ASCII nothing else is drawn', () => {
    expect(text(lister(many(30), {}, true)).join('')).toMatch(/^[\x20-\x7e]+$/);
  });
});

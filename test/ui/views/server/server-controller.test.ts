// The screen of our server by its keys and rows, without a terminal.
import { beforeEach, describe, expect, it } from 'vitest';
import { columns } from '../../../../src/shell/editor/text.ts';
import { transferViewOf } from '../../../../src/shell/packets/transfer-view.ts';
import type { LogRow, ServedRow, ServerView } from '../../../../src/shell/session/view.ts';
import type { Keypress } from '../../../../src/ui/keys.ts';
import { rowText } from '../../../../src/ui/text/layout.ts';
import { OpenView } from '../../../../src/ui/views/open-view.ts';
import { printable, say } from '../../../../src/wire/text.ts';

let size: { columns: number; rows: number };
let running: ServedRow[];
let clients: ReturnType<ServerView['clients']>;
let log: LogRow[];
let changed: boolean;
let did: string[];
let isWhole: boolean;

beforeEach(() => {
  size = { columns: 80, rows: 24 };
  running = [];
  clients = [];
  log = [];
  changed = false;
  did = [];
  isWhole = false;
});

function transfer(number: number, file = `f${number}`): ServedRow {
  const peer = printable(`10.0.0.21:${51_000 + number}`);
  const figures = {
    done: say`43%`,
    block: say`2,871`,
    rate: say`18.0 MB/s`,
    rtt: say`0.30 ms`,
    resent: say`0`,
  };
  return { number, cells: { peer, op: say`get`, file: printable(file), ...figures } };
}

function line(id: number, text: string, more: Partial<LogRow> = {}): LogRow {
  return { id, transfer: id, text: printable(`12:04:11  ${text}`), isFailure: false, ...more };
}

const tag = { transfer: 1, side: 'server' } as const;
const ends = { local: { address: '10.0.0.1', port: 69 }, peer: { address: '10.0.0.21', port: 51_001 } };

const facts = ['listening', 'root', 'limits', 'clients', 'rules'].map((name) => ({
  name: printable(name),
  text: say`text of ${printable(name)}`,
}));

function client(at: number): (typeof clients)[number] {
  const figures = { requests: say`1,204`, failed: say`3`, octets: say`1.2 GB` };
  return { client: printable(`10.0.0.${at}`), ...figures, last: printable(`12:04:11 file${at}`) };
}

interface Open {
  readonly view: OpenView;
  readonly press: (...keys: readonly string[]) => void;
  readonly rows: () => readonly string[];
  /** The row with the pointer. */
  readonly selected: () => string | undefined;
  readonly foot: () => string;
  /** Something happened at the server. */
  readonly happens: (more: { running?: ServedRow[]; log?: LogRow[] }) => void;
}

const named: Readonly<Record<string, Keypress>> = {
  up: { name: 'up' },
  down: { name: 'down' },
  enter: { name: 'return' },
  esc: { name: 'escape' },
  home: { name: 'home' },
  end: { name: 'end' },
  'page-down': { name: 'pagedown' },
  'ctrl-c': { name: 'c', ctrl: true },
};

function open(): Open {
  const server: ServerView = {
    ...({ kind: 'server', isWhole } as const),
    title: () => say`SERVER 0.0.0.0:6969   ./tftpboot (read-only)   since 11:50:22`,
    counts: () => [
      say`active ${running.length}`,
      say`done 41`,
      say`failed 2`,
      say`refused 3`,
      say`1.2 GB served`,
    ],
    running: () => running,
    facts: () => facts,
    clients: (count) => clients.slice(0, count),
    log: () => log,
    refresh: () => changed,
    look: (number) => {
      did.push(`look ${number}`);
      if (number > 900) return say`The packets of transfer ${number} are no longer kept.`;
      const packet = { op: 'ACK', block: 1 } as const;
      const seen = transferViewOf(tag, [{ type: 'received', id: 1, at: 0, tag, ...ends, packet, length: 4 }]);
      const exportTo = async (): Promise<ReturnType<typeof printable>> => say`written`;
      return { kind: 'ladder', transfer: seen, packet: undefined, filter: undefined, exportTo };
    },
    abort: (number) => {
      did.push(`abort ${number}`);
      return say`Transfer ${number} is aborted.`;
    },
    stop: () => did.push('stop'),
    close: () => did.push('close'),
  };
  const view = new OpenView(server, {
    size: () => size,
    ...{ color: true, ascii: () => false, now: () => 0, after: () => ({ cancel: () => undefined }) },
    ...{ redraw: () => undefined, suspend: () => undefined },
  });
  const rows = (): readonly string[] => view.state().rows.map(rowText);
  return {
    view,
    rows,
    press: (...keys) => {
      for (const key of keys) {
        const known = named[key];
        if (known === undefined) view.press(key, { name: key.toLowerCase() });
        else view.press(undefined, known);
      }
    },
    selected: () => rows().find((row) => row.startsWith('› ')),
    foot: () => rows().at(-1) ?? '',
    happens: (more) => {
      running = more.running ?? running;
      log = more.log ?? log;
      changed = true;
      view.refresh();
    },
  };
}

describe('the rows', () => {
  it.each([
    [80, 24],
    [120, 40],
    [40, 10],
    [200, 60],
  ])('at %s×%s fill the screen, and none is wider', (width, height) => {
    size = { columns: width, rows: height };
    running = [transfer(1, 'pxelinux.0'), transfer(2, 'a/very/long/name/'.repeat(20)), transfer(3)];
    log = [line(1, '10.0.0.40:1024 RRQ ../../etc/passwd refused: outside the root', { isFailure: true })];
    const { rows } = open();
    expect(rows()).toHaveLength(height);
    expect(rows().filter((row) => columns(row) > width)).toEqual([]);
    expect(rows().filter((row) => row.includes('pxelinux.0'))).toHaveLength(1);
    expect(rows().filter((row) => row.includes('RRQ ../'))).toHaveLength(1);
  });

  it('have who, what, how far, block, rate, round trip and what was resent', () => {
    running = [transfer(7, 'vmlinuz')];
    const { rows } = open();
    expect(rows().slice(0, 4)).toEqual([
      'SERVER 0.0.0.0:6969   ./tftpboot (read-only)   since 11:50:22',
      ' active 1   done 41   failed 2   refused 3   1.2 GB served',
      '  PEER                  OP  FILE            DONE  BLOCK      RATE     RTT RESENT',
      '› 10.0.0.21:51007       get vmlinuz          43%  2,871 18.0 MB/s 0.30 ms      0',
    ]);
  });

  it('of failures are red, and the newest line is the first', () => {
    log = [line(1, 'old'), line(2, '✗ refused', { isFailure: true }), line(3, 'new')];
    const { view, rows } = open();
    const shown = rows().filter((row) => row.includes('12:04:11'));
    expect(shown.map((row) => row.slice(12))).toEqual(['new', '✗ refused', 'old']);
    const red = view.state().rows.filter((row) => row.some(({ tone }) => tone === 'bad'));
    expect(red.map(rowText)).toEqual(['  12:04:11  ✗ refused']);
  });

  it.each([
    [80, 24],
    [120, 40],
  ])('at %s×%s, where nothing runs, show what holds and the most active clients', (width, height) => {
    size = { columns: width, rows: height };
    clients = Array.from({ length: 20 }, (_, at) => client(at));
    const shown = open()
      .rows()
      .slice(3)
      .map((row) => row.trim());
    const logAt = shown.findIndex((row) => row.startsWith('LOG '));
    expect(shown.slice(0, 2)).toEqual(['No transfer is running.', '']);
    const expected = facts.slice(width === 80 ? 2 : 0).map(({ name, text }) => [name, text]);
    expect(shown.slice(2, 2 + expected.length).map((row) => row.split(/ {2,}/))).toEqual(expected);
    const head = shown.findIndex((row) => row.startsWith('CLIENT '));
    expect(shown[head]).toMatch(/^CLIENT +REQUESTS +FAILED +OCTETS +LAST REQUEST$/);
    const listed = shown.slice(head + 1, logAt).map((row) => row.split(/ {2,}/));
    expect(listed).toEqual(clients.slice(0, width === 80 ? 3 : 8).map((cells) => Object.values(cells)));
  });

  it('give the room to the transfers, and the log stays in its place', () => {
    clients = [client(1), client(2)];
    const { rows, happens } = open();
    const logAt = (): number => rows().findIndex((row) => row.startsWith('  LOG '));
    const before = logAt();
    for (const count of [1, 3, 5, 8, 9, 30]) {
      happens({ running: Array.from({ length: count }, (_, at) => transfer(at + 1)) });
      expect(logAt()).toBe(before);
      expect(rows().filter((row) => row.includes('10.0.0.21:'))).toHaveLength(Math.min(count, 9));
    }
    expect(rows().some((row) => row.includes('text of'))).toBe(false);
  });

  it('say when there is nothing', () => {
    const { rows } = open();
    expect(rows()[3]).toBe('  No transfer is running.');
    expect(rows().some((row) => row.includes('Nothing was asked for yet.'))).toBe(true);
  });
});

describe('the selection', () => {
  it('goes through the transfers and on into the log; 500 transfers scroll', () => {
    running = Array.from({ length: 500 }, (_, at) => transfer(at + 1));
    log = [line(1, 'first'), line(2, 'second')];
    const { press, selected } = open();
    for (let count = 0; count < 499; count++) press('down');
    expect(selected()).toMatch(/ f500 /);
    press('down');
    expect(selected()).toMatch(/second$/);
    press('end');
    expect(selected()).toMatch(/first$/);
    press('home');
    expect(selected()).toMatch(/ f1 /);
    press('page-down', 'page-down');
    expect(selected()).toMatch(/ f\d+ /);
  });

  it('stays with its transfer while others come and go, and follows it into the log when it ends', () => {
    running = [transfer(1), transfer(2), transfer(3)];
    const { press, selected, happens } = open();
    press('down', 'down');
    expect(selected()).toMatch(/ f3 /);
    happens({ running: [transfer(3), transfer(4)], log: [line(1, 'read f1'), line(2, 'read f2')] });
    expect(selected()).toMatch(/ f3 /);
    happens({ running: [transfer(4)], log: [...log, line(3, 'read f3'), line(4, 'other', { transfer: 9 })] });
    expect(selected()).toMatch(/read f3$/);
  });

  it('at the top follows what is the newest', () => {
    log = [line(1, 'one')];
    const { selected, happens } = open();
    happens({ log: [...log, line(2, 'two')] });
    expect(selected()).toMatch(/two$/);
  });

  it('moves with the mouse; a click on the selected row is Enter', () => {
    running = [transfer(1), transfer(2)];
    log = [line(5, 'five')];
    const { view, selected } = open();
    view.point({ type: 'click', row: 4 });
    expect(selected()).toMatch(/ f2 /);
    view.point({ type: 'click', row: 4 });
    expect(did).toEqual(['look 2']);
  });
});

describe('Enter', () => {
  it('leads to the ladder of a transfer, and of a refused request in the log; Esc leads back', () => {
    running = [transfer(1)];
    log = [line(8, '✗ RRQ nope refused', { isFailure: true })];
    const { press, rows, selected } = open();
    press('down', 'enter');
    expect(did).toEqual(['look 8']);
    expect(rows()[0]).toMatch(/LADDER/);
    press('esc');
    expect(selected()).toMatch(/RRQ nope/);
  });

  it('says why it cannot show a ladder', () => {
    log = [line(1, 'dropped', { transfer: undefined }), line(2, 'old', { transfer: 901 })];
    const { press, foot } = open();
    press('enter');
    expect(foot()).toBe('The packets of transfer 901 are no longer kept.');
    press('down', 'enter');
    expect(foot()).toBe('This line is about no single request.');
  });
});

describe('keys', () => {
  it('k aborts the selected transfer, the second time it is pressed', () => {
    running = [transfer(1), transfer(2)];
    log = [line(1, 'x')];
    const { press, foot } = open();
    press('down', 'k');
    expect(foot()).toBe('Press k again to abort transfer 2: f2');
    press('up', 'down', 'k');
    expect(did).toEqual([]);
    press('k');
    expect(did).toEqual(['abort 2']);
    expect(foot()).toBe('Transfer 2 is aborted.');
    press('end', 'k');
    expect(foot()).toBe('Select a running transfer to abort it.');
  });

  it('/ shows only what contains the text, in both lists; Esc shows all again', () => {
    running = [transfer(1, 'vmlinuz'), transfer(2, 'initrd')];
    log = [line(1, '✗ RRQ VMLINUZ refused'), line(2, 'read menu')];
    const { press, rows } = open();
    press('/', 'v', 'm', 'l', 'i', 'n', 'u', 'z', 'enter');
    const shown = rows().filter((row) => /vmlinuz/i.test(row));
    expect(shown).toHaveLength(3);
    expect(shown[1]).toBe('  LOG   1 of 2 lines with "vmlinuz"');
    expect(rows().some((row) => row.includes('initrd'))).toBe(false);
    press('esc');
    expect(rows().some((row) => row.includes('initrd'))).toBe(true);
    expect(did).toEqual([]);
  });

  it('n goes to the next failure', () => {
    log = [line(1, 'a', { isFailure: true }), line(2, 'b'), line(3, 'c')];
    const { press, selected } = open();
    press('n');
    expect(selected()).toMatch(/ a$/);
  });

  it('in the shell: s twice stops the server; Esc and Ctrl-C leave it running', () => {
    const { press, foot } = open();
    press('s');
    expect(foot()).toBe('Press s again to stop the server.');
    press('s', 'esc', 'ctrl-c');
    expect(did).toEqual(['stop', 'close', 'close']);
  });

  it('as the only command: Esc says how to stop, Ctrl-C stops', () => {
    isWhole = true;
    const { press, foot } = open();
    press('esc');
    expect(foot()).toBe('Press s twice, or Ctrl-C, to stop the server.');
    press('ctrl-c');
    expect(did).toEqual(['stop']);
  });

  it('? lists them', () => {
    const { press, rows } = open();
    press('?');
    expect(rows().join('\n')).toMatch(/Keys of our server[^]*k +abort[^]*\/\/f +filter/);
  });
});

it('lays out only what is visible: 500 transfers and 500 lines take a moment', () => {
  running = Array.from({ length: 500 }, (_, at) => transfer(at + 1));
  log = Array.from({ length: 500 }, (_, at) => line(at + 1, `line ${at}`));
  const { happens, view } = open();
  const before = performance.now();
  for (let times = 0; times < 20; times++) {
    happens({ running: [...running] });
    view.state();
  }
  // Ten frames a second; a frame may not take more than a small part of that.
  expect((performance.now() - before) / 20).toBeLessThan(20);
});

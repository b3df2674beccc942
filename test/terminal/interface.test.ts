// Journeys through the interface on a real terminal, with a shell made for the purpose.
import { afterAll, afterEach, beforeAll, describe, expect, it, test, vi } from 'vitest';
import { bundle, Program } from './program.ts';
import type { OpenOptions } from './program.ts';

let fixture: Awaited<ReturnType<typeof bundle>>;
let program: Program;
beforeAll(async () => {
  fixture = await bundle('test/terminal/fixture.tsx');
});
afterAll(() => fixture.remove());
afterEach(() => program.close());

const footer = ' ^D leave · Tab complete · ^R search · F2 trace · F1 help';

async function open(options?: OpenOptions): Promise<void> {
  program = new Program(process.execPath, [fixture.path], options);
  await program.until('tftp>');
}

/** The program under a shell with job control, which tells the state of the terminal before and after. */
async function openUnderShell(): Promise<string> {
  program = new Program('bash', ['--norc', '--noprofile', '-i']);
  await program.until('$');
  program.write(`clear; stty -a; node ${fixture.path}; echo "status $?"; stty -a; echo told\r`);
  await program.until('tftp>');
  return settings(program.all())[0] ?? '';
}

/** What each `stty -a` said. */
function settings(rows: readonly string[]): string[] {
  const starts = rows.flatMap((row, at) => (row.startsWith('speed ') ? [at] : []));
  return starts.map((at) =>
    rows.slice(at, rows.findIndex((row, end) => end > at && row.includes('echoctl')) + 1).join('\n'),
  );
}

async function saneAfter(before: string): Promise<void> {
  await program.until(/^told$/m);
  expect(settings(program.all()).at(-1)).toBe(before);
  // Bracketed paste, the other screen, the mouse, synchronised output, the cursor: as told before bash sets its own.
  expect([2004, 1049, 1000, 1006, 2026, 25].map((mode) => program.isOn(mode, 'told'))).toEqual([
    ...Array<boolean>(5).fill(false),
    true,
  ]);
}

describe('a session', () => {
  it('type, complete, run, watch, abort, find it again', async () => {
    await open();
    expect(program.screen().slice(0, 3)).toEqual([expect.stringMatching(/^process \d+$/), 'tftp>', footer]);
    program.write('stat\t\t\t');
    await program.until('› status  session');
    expect(program.cursorRow()).toBe('tftp> status |');
    program.write('\r');
    await program.until('ran: status');
    program.write('get fw.bin\r');
    await program.until('↓ fw.bin → fw-2.4.1.bin   62% █');
    program.write('x');
    await program.until('tftp> x');
    program.write('\u0003');
    await program.until('aborted');
    await program.until((): boolean => program.screen().join('\n').includes('^C clear'));
    program.write('\u0015\u001b[A');
    await program.until((): boolean => program.cursorRow() === 'tftp> get fw.bin|');
    expect(
      program
        .screen()
        .filter((row) => row !== '')
        .slice(0, 6),
    ).toEqual([
      expect.stringMatching(/^process/),
      'tftp> status',
      'ran: status',
      'tftp> get fw.bin',
      'aborted',
      'tftp> get fw.bin',
    ]);
  });

  it('60 lines of scrollback stay whole, with a transfer below them', async () => {
    await open();
    program.write('get fw.bin\r');
    await program.until('62%');
    program.write('lines 60\r');
    await program.until('line 60');
    program.write('typed');
    await program.until('tftp> typed');
    const all = program.all();
    const lines = all.filter((row) => row.startsWith('line '));
    expect(lines).toEqual(Array.from({ length: 60 }, (_, at) => `line ${at + 1}`));
    expect(all.filter((row) => row.includes('62%'))).toHaveLength(1);
  });

  it('text and Enter in one read, and wide characters under the cursor', async () => {
    await open();
    program.write('固件 👍 é\r');
    await program.until('ran: 固件 👍 é');
    program.write('固件\u001b[D');
    await program.until((): boolean => program.cursorRow() === 'tftp> 固|件');
  });

  it('T10: what the terminal answers is not typed', async () => {
    await open();
    program.write('a\u001b[24;80R\u001b[?62;22cb');
    await program.until('tftp> ab');
    expect(program.cursorRow()).toBe('tftp> ab|');
  });

  it('a question is answered below what was asked', async () => {
    await open();
    program.write('ask\r');
    await program.until('(file)');
    program.write('a.bin\r');
    await program.until((): boolean => program.cursorRow() === 'tftp> |');
    expect(program.screen()).toContain('(file) a.bin');
  });
});

describe('pastes', () => {
  it('T09: several lines are shown and asked about once', async () => {
    await open();
    expect(program.isOn(2004)).toBe(true);
    program.write('\u001b[200~first\r\nsecond\r\u001b[201~');
    await program.until('2 lines were pasted. Run them? (y/n)');
    program.write('\r');
    program.write('y');
    await program.until('ran: second');
    expect(program.screen()).toContain('ran: first');
  });
  it('S12: 50,000 characters', async () => {
    await open();
    program.write(`\u001b[200~${'x'.repeat(50_000)}\u001b[201~`);
    await program.until('nothing was pasted');
    program.write('ok\r');
    await program.until('ran: ok');
  });
});

describe('resizing', () => {
  it('to 1×1 and back keeps the scrollback and the line', async () => {
    await open();
    program.write('lines 30\r');
    await program.until('line 30');
    program.write('get fw.bin\rtyped');
    await program.until('tftp> typed');
    for (const [columns, rows] of [
      [20, 5],
      [1, 1],
      [2, 40],
      [80, 3],
      [120, 40],
    ] as const)
      program.resize(columns, rows);
    await program.until((): boolean => program.cursorRow() === 'tftp> typed|');
    program.write('!\r');
    await program.until('ran: typed!');
    const lines = program.all().filter((row) => /^line \d+$/.test(row));
    expect(lines).toEqual(Array.from({ length: 30 }, (_, at) => `line ${at + 1}`));
  });
  it('S10: 500 resizes in a burst', async () => {
    await open();
    for (let at = 0; at < 500; at += 1) program.resize(10 + (at % 100), 3 + (at % 40));
    program.resize(80, 24);
    program.write('ok\r');
    await program.until('ran: ok');
  });
  it('in a low window there is a prompt and nothing is lost', async () => {
    await open({ rows: 5, columns: 40 });
    program.write('lines 20\r');
    await program.until('line 20');
    expect(program.all().filter((row) => row.startsWith('line '))).toHaveLength(20);
    await program.until((): boolean => program.cursorRow() === 'tftp> |');
  });
});

describe('the end', () => {
  test.each([
    ['Ctrl-D', '\u0004', 0],
    ['quit with a status', 'quit 75\r', 75],
    ['a crash', 'crash\r', 70],
    ['a crash in a view', 'view crash\r', 70],
  ])('%s leaves the terminal as it was', async (_name, keys, status) => {
    const before = await openUnderShell();
    program.write(keys);
    await program.until(`status ${status}`);
    await saneAfter(before);
    expect(program.screen().filter((row) => row === 'tftp>')).toEqual([]);
  });

  test.each([
    ['S02: SIGTERM', 'SIGTERM', 143],
    ['S03: SIGHUP', 'SIGHUP', 129],
    ['S04: SIGQUIT', 'SIGQUIT', 131],
  ])('%s leaves the terminal as it was', async (_name, signal, status) => {
    const before = await openUnderShell();
    const [, pid] = /process (\d+)/.exec(program.screen().join('\n')) ?? [];
    process.kill(Number(pid), signal);
    await program.until(`status ${status}`);
    await saneAfter(before);
  });

  it('S01: Ctrl-C on a line, on an empty line', async () => {
    await open();
    program.write('abc\u0003');
    await program.until('tftp> abc^C');
    await program.until((): boolean => program.cursorRow() === 'tftp> |');
    expect(program.exit).toBeUndefined();
  });
});

describe('S05: job control', () => {
  it('Ctrl-Z gives the terminal back, fg takes it again, and the line is still there', async () => {
    await openUnderShell();
    program.write('typed\u001a');
    await program.until('Stopped');
    program.write('stty -a | grep -o " icanon"; echo shell\r');
    await program.until(/^shell$/m);
    expect(program.screen()).toContain(' icanon');
    expect(program.isOn(25)).toBe(true);
    program.write('fg\r');
    await program.until((): boolean => program.cursorRow() === 'tftp> typed|');
    program.write('!\r');
    await program.until('ran: typed!');
  });

  it('Ctrl-Z in a view gives the mouse and the screen back, fg takes them again', async () => {
    await openUnderShell();
    program.write('view\r');
    await program.until('one line');
    const modes = [1049, 1000, 1006];
    expect(modes.map((mode) => program.isOn(mode))).toEqual([true, true, true]);
    program.write('\u001a');
    await program.until('Stopped');
    expect(modes.map((mode) => program.isOn(mode))).toEqual([false, false, false]);
    program.write('fg\r');
    await program.until('one line');
    expect(modes.map((mode) => program.isOn(mode))).toEqual([true, true, true]);
    program.write('q');
    await program.until((): boolean => program.cursorRow() === 'tftp> |');
    expect(modes.map((mode) => program.isOn(mode))).toEqual([false, false, false]);
  });

  it('where nobody could start it again, Ctrl-Z does nothing', async () => {
    await open();
    program.write('a\u001ab');
    await program.until((): boolean => program.cursorRow() === 'tftp> ab|');
  });
});

it('S11: a terminal that is closed ends the program', async () => {
  await open();
  const { pid } = program;
  program.hangUp();
  await vi.waitFor(() => expect(() => process.kill(pid, 0)).toThrow(), 10_000);
});

it('without colour no colour is written, and the suggestion is told in words', async () => {
  await open({ env: { NO_COLOR: '1', FORCE_COLOR: '0' } });
  program.write('get');
  await program.until('→ get boot.cfg');
  // eslint-disable-next-line no-control-regex -- colours are what is looked for
  expect(program.raw).not.toMatch(/\u001b\[[0-9;]*[1-9][0-9;]*m/);
});

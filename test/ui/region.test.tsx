// The live region drawn by Ink, driven by keys: components, model and editor together.
import { stripVTControlCharacters as stripAnsi } from 'node:util';
import { render } from 'ink-testing-library';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { ShellState } from '../../src/shell/session/state.ts';
import { listenKeys } from '../../src/ui/keys.ts';
import { Model } from '../../src/ui/model.ts';
import { Region } from '../../src/ui/region.tsx';
import { fakeShell, text, transfer } from './fake-shell.ts';
import type { FakeShell } from './fake-shell.ts';

interface Stage {
  readonly shell: FakeShell;
  readonly type: (keys: string) => void;
  readonly written: string[];
  /** The same with its escape codes. */
  readonly raw: string[];
  readonly rows: () => string[];
  readonly see: (row: string) => Promise<void>;
}

const ends: (() => void)[] = [];
afterEach(() => {
  for (const end of ends.splice(0)) end();
});

function stage(past: readonly string[] = [], state: Partial<ShellState> = {}): Stage {
  const shell = fakeShell(past);
  shell.set(state);
  const written: string[] = [];
  const raw: string[] = [];
  const model = new Model(shell, {
    size: () => ({ columns: 100, rows: 24 }),
    color: true,
    ascii: () => false,
    write: (out) => {
      raw.push(out);
      written.push(stripAnsi(out));
    },
    ring: () => void written.push('ring'),
    suspend: () => void written.push('suspend'),
    quit: () => void written.push('quit'),
  });
  const ink = render(<Region model={model} onCursor={() => undefined} />);
  ends.push(
    shell.subscribe(model.changed),
    shell.onLines(model.print),
    listenKeys(ink.stdin, model.press),
    ink.unmount,
  );
  const rows = (): string[] => stripAnsi(ink.lastFrame() ?? '').split('\n');
  const see = (row: string): Promise<void> =>
    vi.waitFor(() => {
      expect(rows().map((each) => each.trimEnd())).toContain(row);
    });
  return { shell, written, raw, rows, see, type: (keys) => ink.stdin.write(keys) };
}

describe('the prompt', () => {
  it('shows what is typed and runs it, text and Enter in one read', async () => {
    const { shell, type, see, written } = stage();
    type('hello');
    await see('tftp> hello');
    type(' world\r');
    await see('tftp>');
    expect(shell.calls).toEqual(['submit hello world']);
    expect(written).toEqual(['tftp> hello world\n', 'ran: hello world\n']);
  });
  it('suggests from the history, and Enter does not take it', async () => {
    const { shell, type, see } = stage(['get boot.cfg']);
    type('get');
    await see('tftp> get boot.cfg');
    type('\r');
    await see('tftp>');
    expect(shell.calls).toEqual(['submit get']);
    type('\u001b[A\u001b[A\r');
    await vi.waitFor(() => expect(shell.calls[1]).toBe('submit get boot.cfg'));
  });
  it('completes with a menu', async () => {
    const { type, see } = stage();
    type('sta\t');
    await see('  status  session, server and last transfer');
    type('\t\t');
    await see('› status  session, server and last transfer');
    await see('tftp> status');
  });
  it('keys behind a Tab mean the completed line, however long that takes', async () => {
    const { shell, type, see } = stage();
    let ready: () => void = () => undefined;
    shell.slow = new Promise((resolve) => (ready = resolve));
    type('conn\t10.0.0.1\rtra\t\r');
    type('x');
    await Promise.resolve();
    expect(shell.calls).toEqual([]);
    ready();
    await see('tftp> x');
    expect(shell.calls).toEqual(['submit connect 10.0.0.1', 'submit trace ']);
  });
  it('Ctrl-C does not wait for a completion, and takes what was typed behind the Tab', async () => {
    const { shell, type, see } = stage();
    let ready: () => void = () => undefined;
    shell.slow = new Promise((resolve) => (ready = resolve));
    type('conn\tabc\u0003new');
    await see('tftp> new');
    ready();
    await shell.slow;
    type('er');
    await see('tftp> newer');
    expect(shell.calls).toEqual([]);
  });
  it('a completion that fails is none', async () => {
    const { shell, type, see, written } = stage();
    shell.slow = Promise.reject(new Error('a bug'));
    type('conn\tx');
    await see('tftp> connx');
    expect(written).toEqual(['ring']);
  });
  it('follows the shell', async () => {
    const { shell, see } = stage();
    shell.set({ prompt: text('tftp 10.0.0.1> ') });
    await see('tftp 10.0.0.1>');
  });
});

describe('a transfer', () => {
  it('has its rows below the prompt, and Ctrl-C aborts it and leaves the line alone', async () => {
    const { shell, type, see, rows } = stage([], { transfers: [transfer], foreground: true });
    type('stat');
    await see('tftp> stat');
    expect(rows()[1]).toMatch(/^↓ fw-2.4.1.bin {3}62% █+/);
    type('\u0003');
    await see(' ^C clear · Tab complete · ^R search · F2 trace · F1 help');
    expect(rows()[0]).toBe('tftp> stat');
    expect(shell.calls).toEqual(['interrupt']);
  });
  it('Ctrl-D is "quit", which asks while it runs', async () => {
    const { shell, type } = stage([], { transfers: [transfer], foreground: true });
    type('\u0004');
    await vi.waitFor(() => expect(shell.calls).toEqual(['submit quit']));
  });
});

describe('a question', () => {
  it('takes an answer, keeps the line for later, and leaves a trace', async () => {
    const { shell, type, see, written } = stage();
    type('later');
    // The plain shell types the answer right behind it: one blank is there already.
    shell.set({ question: { id: 7, text: text('(file) ') } });
    await see('(file)');
    type('a.bin\r');
    await see('tftp> later');
    expect(shell.calls).toEqual(['answer 7 a.bin']);
    expect(written).toEqual(['(file) a.bin\n']);
  });
  it.each([
    ['Ctrl-C', '\u0003'],
    ['Ctrl-D', '\u0004'],
  ])('%s cancels', async (_name, key) => {
    const { shell, type, see } = stage([], { question: { id: 7, text: text('(file)') } });
    await see('(file)');
    type(key);
    await see('tftp>');
    expect(shell.calls).toEqual(['answer 7 cancelled']);
  });
});

describe('a question that one key answers', () => {
  const question = { id: 7, text: text('r1.cfg exists. Overwrite? (y/n) '), keys: ['y', 'n'] };
  const open = () => stage([], { question });

  it('takes the key at once', async () => {
    const { shell, type, see } = open();
    await see('r1.cfg exists. Overwrite? (y/n)');
    type('n');
    await see('tftp>');
    expect(shell.calls).toEqual(['answer 7 n']);
  });

  it('stays while the next line is typed, which waits for it and is not lost', async () => {
    const { shell, type, see } = open();
    await see('r1.cfg exists. Overwrite? (y/n)');
    type('status -n\r');
    await vi.waitFor(() => expect(shell.calls).not.toContain('answer 7 n'));
    await see('r1.cfg exists. Overwrite? (y/n)');
    type('Y');
    await vi.waitFor(() => expect(shell.calls).toContain('answer 7 y'));
    expect(shell.calls).toContain('submit status -n');
  });

  it('gives an unfinished line back to the prompt', async () => {
    const { shell, type, see } = open();
    type('get b');
    await see('r1.cfg exists. Overwrite? (y/n) get b');
    shell.answer(7, undefined);
    await see('tftp> get b');
  });

  it('an Enter after the key does not run the line that was begun', async () => {
    const { shell, type, see } = stage();
    type('later');
    await see('tftp> later');
    shell.set({ question });
    await see('r1.cfg exists. Overwrite? (y/n)');
    type('n\r');
    await see('tftp> later');
    expect(shell.calls).toEqual(['answer 7 n']);
  });

  it('Enter alone is no answer', async () => {
    const { shell, type, see } = open();
    await see('r1.cfg exists. Overwrite? (y/n)');
    type('\ry');
    await see('tftp>');
    expect(shell.calls).toEqual(['answer 7 y']);
  });
});

describe('keys beside the line', () => {
  it('F1 and F2 are commands, Ctrl-L clears, Ctrl-Z suspends, Ctrl-\\\\ quits, Ctrl-C on an empty line tells the shell', async () => {
    const { shell, type, written } = stage();
    type('\u001bOP\u001bOQ\u000c\u001a\u001c');
    await vi.waitFor(() => expect(shell.calls).toHaveLength(2));
    type('\u0003');
    expect(shell.calls).toEqual(['submit help', 'submit trace', 'interrupt']);
    expect(written).toEqual(expect.arrayContaining(['suspend', 'quit']));
  });
  it('the command clear empties the screen as Ctrl-L does, once for each time', () => {
    const { shell, type, raw } = stage();
    type('\u000c');
    const code = raw.at(-1);
    expect([code, raw.length]).toEqual(['\u001b[H\u001b[2J', 1]);
    shell.set({ cleared: 1 });
    shell.set({ foreground: true });
    shell.set({ cleared: 2 });
    expect(raw).toEqual([code, code, code]);
  });
  it('Ctrl-D on an empty line leaves, when nothing runs', () => {
    const { shell, type } = stage();
    type('\u0004');
    expect(shell.calls).toEqual(['submit quit']);
  });
  it('Ctrl-C on a line gives it up, visibly', async () => {
    const { type, see, written } = stage();
    type('get x\u0003');
    await see('tftp>');
    expect(written).toEqual(['tftp> get x^C\n']);
  });
});

describe('a paste of several lines', () => {
  const paste = '\u001b[200~first\nfail\nthird\u001b[201~';
  it('is shown and asked about once; it stops at the first failure and says so', async () => {
    const { shell, type, see, written } = stage();
    type(paste);
    await see('3 lines were pasted. Run them? (y/n)');
    await see('  third');
    type('\r');
    expect(shell.calls).toEqual([]);
    type('y');
    await vi.waitFor(() => expect(written.at(-1)).toBe('The last pasted line was not run.\n'));
    expect(shell.calls).toEqual(['submit first', 'submit fail']);
    await see('tftp>');
  });
  it('n drops it', async () => {
    const { shell, type, see, rows } = stage();
    type(paste);
    await see('3 lines were pasted. Run them? (y/n)');
    type('n');
    await see(' ^D leave · Tab complete · ^R search · F2 trace · F1 help');
    expect(rows()).toHaveLength(2);
    expect(shell.calls).toEqual([]);
  });
});

// A Shell to look at and to play with: it knows a few commands and a transfer that moves when told.
import { commonPrefix } from '../../src/shell/editor/text.ts';
import type { Completion, Line, ShellState, TransferRow } from '../../src/shell/session/state.ts';
import type { Shell } from '../../src/shell/session/shell.ts';
import type { Printable } from '../../src/wire/text.ts';

export const text = (value: string): Printable => value as Printable;

export const transfer: TransferRow = {
  number: 1,
  kind: 'get',
  name: text('fw-2.4.1.bin'),
  state: 'moving',
  octets: 9_114_000,
  size: 14_700_000,
  rate: 11_200_000,
  left: 500,
  resent: 0,
  block: 6390,
  rtt: 0.42,
  mode: 'octet',
  blksize: 1468,
  windowsize: 16,
  background: false,
  to: text('fw-2.4.1.bin'),
  place: undefined,
  began: undefined,
};

export const commands: readonly (readonly [string, string])[] = [
  ['clear', 'clears the screen'],
  ['connect', 'sets the peer'],
  ['get', 'fetches files'],
  ['stats', 'figures of a transfer'],
  ['status', 'session, server and last transfer'],
  ['trace', 'shows packets'],
  ['help', 'says how'],
  ['quit', 'leaves'],
];

export interface FakeShell extends Shell {
  /** Every call, as it came. */
  readonly calls: string[];
  /** Completions come when it is settled. */
  slow?: Promise<void>;
  set(change: Partial<ShellState>): void;
  say(...lines: readonly (string | Line)[]): void;
}

/** @param past earlier lines, oldest first. */
export function fakeShell(past: readonly string[] = []): FakeShell {
  const listeners = new Set<() => void>();
  const readers = new Set<(lines: readonly Line[]) => void>();
  const history = [...past];
  const calls: string[] = [];
  let state: ShellState = {
    prompt: text('tftp> '),
    transfers: [],
    server: undefined,
    question: undefined,
    foreground: false,
    leaving: undefined,
  };
  const set = (change: Partial<ShellState>): void => {
    state = { ...state, ...change };
    for (const listener of listeners) listener();
  };
  const say = (...lines: readonly (string | Line)[]): void => {
    const full = lines.map((line): Line =>
      typeof line === 'string' ? { kind: 'plain', text: text(line) } : line,
    );
    for (const reader of readers) reader(full);
  };
  const join = <T>(all: Set<T>, one: T): (() => void) => {
    all.add(one);
    return () => void all.delete(one);
  };
  const shell: FakeShell = {
    calls,
    set,
    say,
    get state() {
      return state;
    },
    subscribe: (listener) => join(listeners, listener),
    onLines: (listener) => join(readers, listener),
    submit: (line) => {
      calls.push(`submit ${line}`);
      if (line !== '') history.push(line);
      say({ kind: 'echo', text: text(`${state.prompt}${line}`) });
      return Promise.resolve(obey(line, shell));
    },
    answer: (id, value) => {
      calls.push(`answer ${id} ${value ?? 'cancelled'}`);
      set({ question: undefined });
    },
    complete: async (line, cursor) => {
      await shell.slow;
      const word = line.slice(0, cursor);
      const items = commands
        .filter(([name]) => name.startsWith(word))
        .map(([name, note]): Completion => ({ value: `${name} `, label: text(name), note: text(note) }));
      const grown = commonPrefix(items.map(({ label }) => label));
      return { from: 0, items, ...(grown.length > word.length && { grown }) };
    },
    history: () => [...history],
    typed: () => undefined,
    interrupt: () => {
      calls.push('interrupt');
      if (state.transfers.length > 0) say({ kind: 'bad', text: text('aborted') });
      set({ transfers: [], foreground: false });
    },
    close: () => {
      calls.push('close');
      return Promise.resolve();
    },
  };
  return shell;
}

function crash(): never {
  throw new Error('a bug of ours');
}

function obey(line: string, shell: FakeShell): number {
  const [command = '', argument = ''] = line.split(' ');
  switch (command) {
    case 'quit':
      shell.set({ leaving: Number(argument) });
      return 0;
    case 'get':
      shell.set({ transfers: [{ ...transfer, name: text(argument) }], foreground: true });
      return 0;
    case 'gets':
      shell.set({ transfers: argument.split(',').map((name) => ({ ...transfer, name: text(name) })) });
      return 0;
    case 'lines':
      shell.say(...Array.from({ length: Number(argument) }, (_, at) => `line ${at + 1}`));
      return 0;
    case 'ask':
      shell.set({ question: { id: 7, text: text('(file)') } });
      return 0;
    case 'view': {
      const page = { title: text('a view'), lines: () => [{ text: text('one line') }] };
      shell.set({ view: { kind: 'page', page, close: () => shell.set({ view: undefined }) } });
      if (argument === 'crash') setImmediate(crash);
      return 0;
    }
    case 'crash':
      return crash();
    case 'fail':
      return 1;
    default:
      shell.say(`ran: ${line}`);
      return 0;
  }
}

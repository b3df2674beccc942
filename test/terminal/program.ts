// A program in a real pseudo-terminal, read by a real terminal emulator.
// The rule: wait for what the screen shows, never for time; compare screens, not escape codes.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { spawn } from '@lydell/node-pty';
import type { IPty } from '@lydell/node-pty';
import xterm from '@xterm/headless';
import { build } from 'esbuild';
import type { Plugin } from 'esbuild';
import { limit } from '../support/limit.ts';

export interface OpenOptions {
  readonly columns?: number;
  readonly rows?: number;
  readonly env?: Readonly<Record<string, string>>;
  /** The directory in which the program starts; by default that of the test run. */
  readonly cwd?: string;
  /** What a narrower window does to lines, and to the cursor: see Wrapping. Cut lines are the unknown. */
  readonly narrow?: 'wraps' | 'drifts' | 'cuts';
}

/** Secondary device attributes: the emulator's own, tmux, xterm. */
const types = { drifts: '0;276', wraps: '84;0', cuts: '41;390' } as const;

/** A program on a terminal, as somebody in front of it has it. */
export class Program {
  readonly #pty: IPty;
  readonly #terminal: InstanceType<typeof xterm.Terminal>;
  readonly #narrow: keyof typeof types;
  readonly #watchers = new Set<() => void>();
  /** Everything that was written, escape codes and all. */
  raw = '';
  /** How much of it the terminal has. */
  #shown = 0;
  exit: number | undefined;

  constructor(
    file: string,
    args: readonly string[],
    { columns = 80, rows = 24, env = {}, cwd, narrow = 'drifts' }: OpenOptions = {},
  ) {
    const own = Object.entries({ ...process.env, ...env, PS1: '$ ' });
    const wanted = own.filter(([name]) => name in env || !['CI', 'NO_COLOR', 'FORCE_COLOR'].includes(name));
    this.#terminal = new xterm.Terminal({
      ...{ cols: columns, rows, scrollback: 5000, allowProposedApi: true },
      reflowCursorLine: narrow === 'wraps',
      // The emulator knows one kind of terminal that cuts.
      ...(narrow === 'cuts' && { windowsPty: { backend: 'winpty' as const, buildNumber: 1 } }),
    });
    this.#pty = spawn(file, [...args], {
      name: 'xterm-256color',
      cols: columns,
      rows,
      env: Object.fromEntries(wanted),
      ...(cwd !== undefined && { cwd }),
    });
    this.#pty.onData((data) => {
      this.raw += data;
      this.#show(Math.max(this.#shown, openFrame(this.raw) ?? this.raw.length));
    });
    this.#narrow = narrow;
    // What the terminal answers to questions goes back to the program, in the name of the one that it plays.
    this.#terminal.onData((reply) => this.#pty.write(reply.replace('>0;276;', `>${types[narrow]};`)));
    this.#pty.onExit(({ exitCode, signal }) => {
      this.#show(this.raw.length);
      // The screen follows a moment later: the program has ended when all that it wrote is there.
      this.#terminal.write('', () => {
        this.exit = signal === undefined || signal === 0 ? exitCode : 128 + signal;
        this.#changed();
      });
    });
  }

  get pid(): number {
    return this.#pty.pid;
  }

  write(keys: string): void {
    this.#pty.write(keys);
  }

  resize(columns: number, rows: number): void {
    const { active } = this.#terminal.buffer;
    const cursor = this.#terminal.registerMarker(0);
    this.#terminal.resize(columns, rows);
    // What the emulator does to the cursor other terminals do not.
    const sunk = active.baseY + active.cursorY - (cursor?.line ?? 0);
    if (this.#narrow === 'wraps' && sunk > 0) this.#terminal.write(`\u001b[${sunk}A`);
    cursor?.dispose();
    this.#pty.resize(columns, rows);
  }

  /** The rows in view, without trailing blanks. */
  screen(): string[] {
    const { baseY } = this.#terminal.buffer.active;
    return this.all().slice(baseY);
  }

  /** Scrollback and screen. */
  all(): string[] {
    const buffer = this.#terminal.buffer.active;
    const rows: string[] = [];
    for (let at = 0; at < buffer.length; at += 1)
      rows.push(buffer.getLine(at)?.translateToString(true).trimEnd() ?? '');
    return rows;
  }

  /** The lines that were too long for the terminal, which has broken them itself. */
  broken(): string[] {
    const buffer = this.#terminal.buffer.active;
    const lines: string[] = [];
    for (const [at, row] of this.all().entries())
      if (buffer.getLine(at)?.isWrapped !== true) lines.push(row);
      else lines.push(`${lines.pop() ?? ''}\n${row}`);
    return lines.filter((line) => line.includes('\n'));
  }

  /** How many rows each live region had that was drawn so far, full-screen views apart. */
  heights(): number[] {
    // eslint-disable-next-line no-control-regex -- the other screen is between these codes
    const below = this.raw.replace(/\u001b\[\?1049h[^]*?\u001b\[\?1049l/g, '');
    // eslint-disable-next-line no-control-regex -- a region is between these codes, which stop its lines from wrapping
    return [...below.matchAll(/\u001b\[\?7l([^]*?)\u001b\[\?7h/g)].map(
      ([, rows = '']) => rows.split('\n').length,
    );
  }

  /** The row the cursor stands on, and | where it stands. */
  cursorRow(): string {
    const { baseY, cursorY, cursorX } = this.#terminal.buffer.active;
    const cells = this.#terminal.buffer.active.getLine(baseY + cursorY);
    const before = cells?.translateToString(false, 0, cursorX) ?? '';
    return `${before}|${(cells?.translateToString(true) ?? '').slice(before.length)}`;
  }

  /** Whether a mode was on when `text` was written last, or now. */
  isOn(mode: number, text?: string): boolean {
    const past = text === undefined ? this.raw : this.raw.slice(0, this.raw.lastIndexOf(text));
    return past.lastIndexOf(`\u001b[?${mode}h`) > past.lastIndexOf(`\u001b[?${mode}l`);
  }

  /** Resolves when `what` holds; fails with the screen when it has not for 15 seconds. */
  async until(what: string | RegExp | (() => boolean)): Promise<void> {
    const seen = (): boolean => {
      if (typeof what === 'function') return what();
      const text = this.screen().join('\n');
      return typeof what === 'string' ? text.includes(what) : what.test(text);
    };
    if (seen()) return;
    await new Promise<void>((resolve, reject) => {
      const came = limit(15_000, () => {
        this.#watchers.delete(look);
        reject(
          new Error(
            `waited for ${String(what)}, saw (exit ${String(this.exit)}):\n${this.screen().join('\n')}`,
          ),
        );
      });
      const look = (): void => {
        if (!seen()) return;
        came();
        this.#watchers.delete(look);
        resolve();
      };
      this.#watchers.add(look);
    });
  }

  /** The terminal goes away under the program. */
  hangUp(): void {
    (this.#pty as unknown as { destroy(): void }).destroy();
  }

  /** Kills the program and what it started on the terminal, so that nothing of it writes to the disk any more. */
  close(): void {
    if (this.exit === undefined) killGroup(this.#pty.pid);
    this.#terminal.dispose();
  }

  // Synchronised output: nobody sees half a frame.
  #show(end: number): void {
    const text = this.raw.slice(this.#shown, end);
    this.#shown = end;
    if (text !== '') this.#terminal.write(text, () => this.#changed());
  }

  #changed(): void {
    for (const watcher of [...this.#watchers]) watcher();
  }
}

/** Where a frame begins that has not come whole. */
function openFrame(raw: string): number | undefined {
  const from = raw.lastIndexOf('\u001b[?2026h');
  return from > raw.lastIndexOf('\u001b[?2026l') ? from : undefined;
}

function killGroup(pid: number): void {
  try {
    process.kill(-pid, 'SIGKILL');
  } catch (error) {
    // It has ended already, and the terminal has not said so yet.
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

// Ink asks for React's developer tools, which no program here has.
const withoutDevtools: Plugin = {
  name: 'without-devtools',
  setup(build) {
    build.onResolve({ filter: /^react-devtools-core$/ }, ({ path }) => ({ path, namespace: 'none' }));
    build.onLoad({ filter: /.*/, namespace: 'none' }, () => ({ contents: 'export default undefined;' }));
  },
};

/** Bundles a program as the product is bundled. @returns its path, and what removes it. */
export async function bundle(entry: string): Promise<{
  readonly path: string;
  readonly remove: () => Promise<void>;
}> {
  const folder = await mkdtemp(join(tmpdir(), 'tftpsh-terminal-'));
  const path = join(folder, 'program.mjs');
  await build({
    entryPoints: [entry],
    outfile: path,
    bundle: true,
    format: 'esm',
    platform: 'node',
    loader: { '.md': 'text', '.lesson': 'text' },
    define: { 'process.env.NODE_ENV': '"production"' },
    plugins: [withoutDevtools],
    banner: {
      js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);",
    },
  });
  return { path, remove: () => rm(folder, { recursive: true }) };
}

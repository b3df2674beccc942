// Child processes for tests and benchmarks: run to the end, or start and stop, always bounded.
// Knows nothing of TFTP. What was started is killed when the test process ends, whatever ends it.
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { limit } from './limit.ts';

/** What to start. `env` is added to the process's own environment. */
export interface Program {
  readonly command: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
}

/** How a program ended. `status` is undefined where a signal ended it. */
export interface Ended {
  readonly status: number | undefined;
  readonly signal: string | undefined;
  readonly stdout: string;
  readonly stderr: string;
  /** Milliseconds from start to end. */
  readonly elapsed: number;
}

/** A program that runs until it is stopped. */
export interface Running {
  readonly pid: number;
  /** Everything it said so far, stdout and stderr. */
  said(): string;
  /** Resolves with the first line of stdout that fits; rejects when it ends before or after `within` ms. */
  line(pattern: RegExp, within?: number): Promise<string>;
  /** Resolves with the next piece of stdout that fits, after the one of the call before; rejects as `line` does. */
  next(pattern: RegExp, within?: number): Promise<string>;
  readonly ended: Promise<Ended>;
  /** Writes to its standard input, which then ends. */
  write(text: string): void;
  /** Writes to its standard input, as keys on a console. */
  type(text: string): void;
  /** SIGTERM, then SIGKILL, to it and the processes it started; resolves when it is gone. */
  stop(): Promise<Ended>;
}

const alive = new Set<ChildProcess>();
process.on('exit', () => {
  for (const child of alive) signalGroup(child, 'SIGKILL');
});

/** Runs `program` to its end; kills it after `within` milliseconds (status undefined then). */
export async function run(program: Program, within = 60_000, input = ''): Promise<Ended> {
  const running = start(program);
  running.write(input);
  const over = limit(within, () => void running.stop());
  try {
    return await running.ended;
  } finally {
    over();
  }
}

/** Starts `program` in a process group of its own. */
export function start(program: Program): Running {
  const began = performance.now();
  const child = spawn(program.command, program.args, {
    cwd: program.cwd,
    env: { ...process.env, ...program.env },
    stdio: ['pipe', 'pipe', 'pipe'],
    detached: true,
  });
  alive.add(child);
  child.stdin.on('error', () => undefined);
  const said = { stdout: '', stderr: '' };
  child.stdout.setEncoding('utf8').on('data', (text: string) => (said.stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (said.stderr += text));
  const ended = new Promise<Ended>((resolve) => {
    const finish = (status: number | null, signal: string | null): void => {
      alive.delete(child);
      const elapsed = performance.now() - began;
      resolve({ status: status ?? undefined, signal: signal ?? undefined, ...said, elapsed });
    };
    child.once('error', (error) => {
      said.stderr += error.message;
      finish(null, null);
    });
    child.once('close', finish);
  });
  return {
    pid: child.pid ?? -1,
    said: () => said.stdout + said.stderr,
    ...reading(child, said),
    ended,
    write: (text) => child.stdin.end(text),
    type: (text) => child.stdin.write(text),
    stop: async () => {
      signalGroup(child, 'SIGTERM');
      const over = limit(3000, () => signalGroup(child, 'SIGKILL'));
      const result = await ended;
      over();
      return result;
    },
  };
}

/** Children of children too: servers fork one process a transfer. */
function signalGroup(child: ChildProcess, signal: NodeJS.Signals): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, signal);
  } catch {
    // The group is gone already.
  }
}

interface Said {
  readonly stdout: string;
  readonly stderr: string;
}

function reading(child: ChildProcess, said: Said): Pick<Running, 'line' | 'next'> {
  let read = 0;
  const next = (pattern: RegExp): string | undefined => {
    const found = pattern.exec(said.stdout.slice(read));
    if (found !== null) read += found.index + found[0].length;
    return found?.[0];
  };
  const line = (pattern: RegExp): string | undefined => {
    const lines = said.stdout.split('\n').slice(0, -1);
    return lines.find((one) => pattern.test(one));
  };
  const wait =
    (find: (pattern: RegExp) => string | undefined) =>
    (pattern: RegExp, within = 10_000): Promise<string> =>
      output(child, () => find(pattern), within).catch((error: unknown) => {
        const why = (error as Error).message;
        throw new Error(`${why} before it said ${String(pattern)}: ${said.stdout}${said.stderr}`);
      });
  return { line: wait(line), next: wait(next) };
}

/** What `find` finds in the output, now or later. Rejects when the program ends before, or after `within` ms. */
function output(child: ChildProcess, find: () => string | undefined, within: number): Promise<string> {
  return new Promise((resolve, reject) => {
    const settle = (found: string | undefined, why: string): void => {
      came();
      child.stdout?.off('data', look);
      child.off('close', closed);
      if (found === undefined) reject(new Error(why));
      else resolve(found);
    };
    const look = (): void => {
      const found = find();
      if (found !== undefined) settle(found, '');
    };
    const closed = (): void => settle(undefined, 'it ended');
    const came = limit(within, () => settle(undefined, `${within} ms passed`));
    child.stdout?.on('data', look);
    child.once('close', closed);
    look();
  });
}

// Runs the program that was built, as a user would: arguments and standard input in, output and status out.
import { spawn } from 'node:child_process';
import type { ChildProcessWithoutNullStreams } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';

const program = join(import.meta.dirname, '../../dist/cli.cjs');

export interface Ran {
  readonly status: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly out: string;
  readonly err: string;
}

export interface RunOptions {
  /** Standard input; closed at once where it is missing. */
  readonly input?: string | Uint8Array | AsyncIterable<Uint8Array>;
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** Starts the program. */
export function startCli(
  args: readonly string[],
  { cwd, env }: RunOptions = {},
): ChildProcessWithoutNullStreams {
  if (!existsSync(program)) throw new Error('dist/cli.cjs is missing: npm run build');
  return spawn(process.execPath, [program, ...args], { cwd, env: { ...process.env, ...env } });
}

/** Runs the program to its end. */
export function runCli(args: readonly string[], options: RunOptions = {}): Promise<Ran> {
  const child = startCli(args, options);
  const { input } = options;
  // A program that leaves early closes its input: that is no failure of the test.
  child.stdin.on('error', () => undefined);
  if (input === undefined || typeof input === 'string' || input instanceof Uint8Array) child.stdin.end(input);
  else Readable.from(input).pipe(child.stdin);
  return ended(child);
}

/** Everything the program said, once it is over. */
export function ended(child: ChildProcessWithoutNullStreams): Promise<Ran> {
  let out = '';
  let err = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (err += text));
  return new Promise((resolve) => {
    child.once('close', (status, signal) => resolve({ status, signal, out, err }));
  });
}

/** What `--json` told, one object a line. */
export function eventsIn<T extends object = object>(out: string): (T & { readonly event: string })[] {
  return out
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as T & { readonly event: string });
}

/** A server of ours in a process of its own: its port, and its end. */
export async function startServer(
  args: readonly string[],
  cwd: string,
): Promise<{ port: number; child: ChildProcessWithoutNullStreams }> {
  const child = startCli(['serve', ...args, '--port', '0'], { cwd });
  const line = await new Promise<string>((resolve, reject) => {
    let text = '';
    child.stdout.setEncoding('utf8').on('data', (more: string) => {
      text += more;
      if (text.includes('\n')) resolve(text);
    });
    child.once('close', () => reject(new Error(`serve ended: ${text}`)));
  });
  const port = /^listening on 127\.0\.0\.1:(\d+)\n/.exec(line)?.[1];
  if (port === undefined) throw new Error(`not the promised first line: ${line}`);
  return { port: Number(port), child };
}

// !CMD: runs a command of the local system and passes on its output line by line.
// Rule: child processes are started here and nowhere else.
import { spawn } from 'node:child_process';
import type { Readable } from 'node:stream';
import { printable } from '../../wire/text.ts';
import type { Printable } from '../../wire/text.ts';

export interface LocalOptions {
  readonly directory: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly platform: string;
  readonly signal: AbortSignal;
  /** Ends the process group that the process with this id leads. */
  readonly endGroup: (leader: number) => void;
}

/** Longer lines are broken, in UTF-16 units. */
const longest = 4096;

/**
 * Runs `command` without input: a text in the system's shell, a list as a program with its arguments. Resolves with
 * its exit status (128 + signal); never rejects.
 */
export function runLocal(
  command: string | readonly string[],
  { directory, env, platform, signal, endGroup }: LocalOptions,
  onLine: (text: Printable) => void,
): Promise<number> {
  // Node passes the directory as text: an octet that is not UTF-8 would become U+FFFD, which names another directory.
  if (!directory.isWellFormed()) {
    onLine(printable('cannot run it: the path of the local directory is not UTF-8'));
    return Promise.resolve(127);
  }
  // The command gets its own process group, so that Ctrl-C also ends the processes that it started.
  const detached = platform !== 'win32';
  const isLine = typeof command === 'string';
  const [program = '', ...rest] = isLine ? [command] : command;
  const child = spawn(program, rest, {
    shell: isLine,
    cwd: directory,
    env,
    detached,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const end = (): void => {
    if (detached && child.pid !== undefined) endGroup(child.pid);
    else child.kill();
  };
  signal.addEventListener('abort', end, { once: true });
  for (const stream of [child.stdout, child.stderr]) eachLine(stream, onLine);
  return new Promise((resolve) => {
    child.once('error', (error: NodeJS.ErrnoException) => {
      onLine(printable(`cannot run it: ${error.code ?? 'failed'}`));
      resolve(127);
    });
    child.once('close', (code) => {
      signal.removeEventListener('abort', end);
      resolve(code ?? 130);
    });
  });
}

function eachLine(stream: Readable, onLine: (text: Printable) => void): void {
  let unfinished = '';
  stream.setEncoding('utf8');
  stream.on('data', (chunk: string) => {
    const pieces = (unfinished + chunk).split(/\r?\n/);
    unfinished = pieces.pop() ?? '';
    for (const piece of pieces) onLine(clean(piece));
    if (unfinished.length > longest) {
      onLine(clean(unfinished));
      unfinished = '';
    }
  });
  stream.once('end', () => {
    if (unfinished !== '') onLine(clean(unfinished));
  });
}

// Tabs become blanks; all other control characters are shown as escapes.
function clean(text: string): Printable {
  return printable(text.replaceAll('\t', '        '), longest);
}

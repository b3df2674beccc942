// The only door for child processes: !CMD runs a command of the local system and hands its output on line by line.
import { spawn } from 'node:child_process';
import type { Readable } from 'node:stream';
import { printable } from '../../wire/text.ts';
import type { Printable } from '../../wire/text.ts';

export interface LocalOptions {
  readonly directory: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly platform: string;
  readonly signal: AbortSignal;
  /** Ends a process group by its leader. */
  readonly endGroup: (leader: number) => void;
}

/** Longest line that is handed on whole. */
const longest = 4096;

/** Runs `command` in the system's shell without input. Resolves with its exit status (128 + signal); never rejects. */
export function runLocal(
  command: string,
  { directory, env, platform, signal, endGroup }: LocalOptions,
  line: (text: Printable) => void,
): Promise<number> {
  // A group of its own, so that Ctrl-C reaches whatever the command started.
  const detached = platform !== 'win32';
  const child = spawn(command, {
    shell: true,
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
  for (const stream of [child.stdout, child.stderr]) eachLine(stream, line);
  return new Promise((resolve) => {
    child.once('error', (error: NodeJS.ErrnoException) => {
      line(printable(`cannot run it: ${error.code ?? 'failed'}`));
      resolve(127);
    });
    child.once('close', (code) => {
      signal.removeEventListener('abort', end);
      resolve(code ?? 130);
    });
  });
}

function eachLine(stream: Readable, line: (text: Printable) => void): void {
  let rest = '';
  stream.setEncoding('utf8');
  stream.on('data', (chunk: string) => {
    const pieces = (rest + chunk).split(/\r?\n/);
    rest = pieces.pop() ?? '';
    for (const piece of pieces) line(clean(piece));
    if (rest.length > longest) {
      line(clean(rest));
      rest = '';
    }
  });
  stream.once('end', () => {
    if (rest !== '') line(clean(rest));
  });
}

// Tabs are layout; everything else that a terminal would obey is shown escaped.
function clean(text: string): Printable {
  return printable(text.replaceAll('\t', '        '), longest);
}

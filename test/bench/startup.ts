// What a start costs: `node startup.js` beside `node -e 0`, taking turns; medians of processor time and of the clock.
// Goals: the version ≤ 1.15 ×, a one-shot get of 1 KiB ≤ 1.35 ×, the first prompt ≤ 2 ×. Processor time counts: the
// clock hears the neighbours.
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { processorOf, Terminal } from './terminal.ts';

/** Times of one way to start, in milliseconds, and how they compare with Node alone. */
export interface StartVerdict {
  readonly contest: 'start';
  readonly what: string;
  readonly cpu: number;
  readonly wall: number;
  readonly ratio: number;
  readonly goal: number;
}

interface Sample {
  readonly cpu: number;
  readonly wall: number;
}

type Start = () => Promise<Sample>;

/** Measures each start against Node's own, `runs` times in turn. */
export async function compareStarts(program: string, runs: number): Promise<readonly StartVerdict[]> {
  const folder = mkdtempSync(join(tmpdir(), 'tftpsh-bench-'));
  writeFileSync(join(folder, 'k.bin'), new Uint8Array(1024));
  const { port, end } = await serve(program, folder);
  const uri = `tftp://127.0.0.1:${port}/k.bin`;
  const starts: Record<string, Start> = {
    node: () => run(['-e', '0']),
    version: () => run([program, '--version']),
    get: () => run([program, 'get', '-f', uri, join(folder, 'copy')]),
    // The same moment for both: Node that writes one character, the shell that shows its prompt.
    bare: () => prompt(['-e', 'process.stdout.write(">")'], '>', folder),
    prompt: () => prompt([program], 'tftp>', folder),
  };
  const samples: Record<string, Sample[]> = {};
  try {
    for (let i = 0; i < runs; i++)
      for (const [name, start] of Object.entries(starts)) (samples[name] ??= []).push(await start());
  } finally {
    end();
    rmSync(folder, { recursive: true });
  }
  const of = (name: string): Sample => middle(samples[name] ?? []);
  return [
    verdict('--version', of('version'), of('node'), 1.15),
    verdict('one-shot get of 1 KiB', of('get'), of('node'), 1.35),
    verdict('first prompt at a terminal', of('prompt'), of('bare'), 2),
  ];
}

function verdict(what: string, ours: Sample, node: Sample, goal: number): StartVerdict {
  return { contest: 'start', what, ...ours, ratio: ours.cpu / node.cpu, goal };
}

function middle(samples: readonly Sample[]): Sample {
  const median = (numbers: readonly number[]): number =>
    [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? Number.NaN;
  return { cpu: median(samples.map(({ cpu }) => cpu)), wall: median(samples.map(({ wall }) => wall)) };
}

async function serve(program: string, folder: string): Promise<{ port: number; end: () => void }> {
  const child = spawn(process.execPath, [program, 'serve', folder, '--port', '0']);
  const line = await new Promise<string>((resolve) => {
    child.stdout.once('data', (text: Buffer) => resolve(String(text)));
  });
  return { port: Number(/:(\d+)\s*$/m.exec(line)?.[1]), end: () => void child.kill() };
}

/** Bash tells to the millisecond what a process has used; `times` and /proc know ticks of 10 ms. */
async function run(args: readonly string[]): Promise<Sample> {
  const begun = performance.now();
  const script = `TIMEFORMAT='%3U %3S'; { time "$0" "$@" >/dev/null 2>&1; } 2>&1`;
  const child = spawn('bash', ['-c', script, process.execPath, ...args]);
  let text = '';
  child.stdout.on('data', (more: Buffer) => (text += String(more)));
  await new Promise((resolve) => child.once('close', resolve));
  const wall = performance.now() - begun;
  const [user = Number.NaN, system = Number.NaN] = text.split(' ').map((seconds) => Number(seconds) * 1000);
  return { cpu: user + system, wall };
}

/** Up to the moment that `shown` is on the terminal; its processor time as the scheduler knows it. */
async function prompt(args: readonly string[], shown: string, home: string): Promise<Sample> {
  const begun = performance.now();
  const stay = args[0] === '-e' ? ['-e', `${args[1] ?? ''};setTimeout(() => {}, 5000)`] : args;
  const terminal = new Terminal(stay, home);
  await terminal.until(shown);
  const wall = performance.now() - begun;
  const cpu = processorOf(terminal.pid);
  terminal.kill();
  return { cpu, wall };
}

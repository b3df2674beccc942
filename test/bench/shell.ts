// The shell as somebody feels it who types: echo of a key while a transfer runs, the processor that an idle prompt takes,
// and what the progress row costs a transfer. Goals: p95 of the echo ≤ 30 ms; no tick; ≥ 0.95 of the speed without it.
import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { run } from '../support/spawn.ts';
import type { Contest } from './contest.ts';
import type { Seat, Stage } from './stage.ts';
import { Terminal, ticksOf } from './terminal.ts';

const terms = ['--blksize', '1468', '--windowsize', '16'];
/** How the prompt of a chosen server begins: its port differs from run to run. */
export const prompt = 'tftp 127.0.0.1:';
/** The progress row of a transfer. */
export const running = /\d+%/;
const keys = 120;
const idleFor = 3000;

/** Milliseconds from a key to its echo. */
interface Echo {
  readonly p50: number;
  readonly p95: number;
}

export interface EchoVerdict {
  readonly contest: 'echo';
  readonly busy: Echo;
  readonly quiet: Echo;
  /** Milliseconds that p95 may be with a transfer running. */
  readonly goal: number;
}

export interface IdleVerdict {
  readonly contest: 'idle';
  /** Ticks of 10 ms over three seconds at the prompt, with the server listening. */
  readonly ticks: number;
  readonly goal: number;
}

/** Runs `use` with a shell in a home of its own. */
export async function atTerminal<T>(
  stage: Stage,
  args: readonly string[],
  use: (terminal: Terminal) => Promise<T>,
): Promise<T> {
  const home = await mkdtemp(join(stage.folder, 'home-'));
  const terminal = new Terminal(args, home);
  try {
    return await use(terminal);
  } finally {
    terminal.kill();
    await rm(home, { recursive: true, force: true });
  }
}

export function connected(program: string, { host, port }: Seat): readonly string[] {
  return [program, ...terms, host, String(port)];
}

export async function ownSeat(stage: Stage): Promise<Seat> {
  const seat = await stage.seat('ours');
  if (seat === undefined) throw new Error('our own server is missing');
  return seat;
}

/** @param size octets of the file whose transfer runs meanwhile: it must outlast the keys. */
export async function compareEcho(stage: Stage, program: string, size: number): Promise<EchoVerdict> {
  const seat = await ownSeat(stage);
  await stage.sparse('endless', size);
  return atTerminal(stage, connected(program, seat), async (terminal) => {
    await terminal.until(prompt);
    const quiet = await typeKeys(terminal);
    await terminal.type('get -f endless /dev/null\r', running);
    const busy = await typeKeys(terminal);
    // Still under way, or the second half of the keys proved nothing.
    await terminal.type('', running);
    return { contest: 'echo', busy, quiet, goal: 30 };
  });
}

async function typeKeys(terminal: Terminal): Promise<Echo> {
  const times: number[] = [];
  // A comment: nothing else on the screen begins so.
  let line = '#';
  await terminal.type(line, line);
  for (let at = 0; at < keys; at++) {
    const key = 'etaoinshrdlu'[at % 12] ?? 'e';
    line += key;
    const begun = performance.now();
    await terminal.type(key, line);
    times.push(performance.now() - begun);
    // Out of step with anything that comes at fixed times.
    await wait(20 + ((at * 7) % 31));
    if (line.length < 40) continue;
    line = '#';
    await terminal.type('\u0015', prompt);
    await terminal.type(line, line);
  }
  await terminal.type('\u0015', prompt);
  times.sort((a, b) => a - b);
  const at = (part: number): number => times[Math.floor(part * times.length)] ?? Number.NaN;
  return { p50: at(0.5), p95: at(0.95) };
}

/** The prompt with a server that listens, and nobody who types or asks. */
export async function compareIdle(stage: Stage, program: string): Promise<IdleVerdict> {
  return atTerminal(stage, [program], async (terminal) => {
    await terminal.until('tftp> ');
    await terminal.type(`serve ${stage.root} --port 0\r`, /listening on \S+/);
    // What a start leaves to collect is not idling.
    await wait(2000);
    const before = ticksOf(terminal.pid);
    await wait(idleFor);
    return { contest: 'idle', ticks: ticksOf(terminal.pid) - before, goal: 0 };
  });
}

/** The file with the progress row at a terminal against the same one-shot in a pipe, by what each tells it took. */
export async function rowContest(stage: Stage, program: string): Promise<Contest> {
  const seat = await ownSeat(stage);
  const commandOf = async (octets: number): Promise<readonly string[]> => [
    ...['get', await stage.file(octets)],
    await stage.fresh('out'),
  ];
  const drawn = async (octets: number): Promise<number> => {
    const command = await commandOf(octets);
    return atTerminal(stage, connected(program, seat), async (terminal) => {
      await terminal.until(prompt);
      return tookOf(await terminal.type(`${command.join(' ')}\r`, told));
    });
  };
  const bare = async (octets: number): Promise<number> => {
    const args = [...connected(program, seat), '-c', ...(await commandOf(octets))];
    const { stdout, stderr } = await run({ command: process.execPath, args }, 60_000);
    return tookOf(stdout + stderr);
  };
  return {
    name: 'progress-row',
    what: 'a get at blksize 1468 × window 16 with its progress row ÷ the same one-shot without a terminal',
    ours: { name: 'with the row', once: drawn },
    theirs: [{ name: 'one-shot', once: bare }],
    yardsticks: [],
    goal: 0.95,
    sizes: stage.twoSizes,
  };
}

export const told = / B in ([\d.]+) (ms|s) |MB in ([\d.]+) (ms|s) /;

/** Milliseconds that a transfer's summary tells. */
export function tookOf(text: string): number {
  const [, exact, unit, rounded, roundedUnit] = told.exec(text) ?? [];
  const time = Number(exact ?? rounded);
  if (!(time > 0)) throw new Error(`no summary: ${text}`);
  return (unit ?? roundedUnit) === 's' ? time * 1000 : time;
}

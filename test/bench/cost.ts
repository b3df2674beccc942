// What seeing costs: the ring that is always on, packet lines at a terminal, a ladder on the screen, a capture on its way
// to the disk; all of a get at blksize 1468 × window 16. Goals: ≥ 0.95, ≥ 0.85, ≥ 0.85 and ≥ 0.8 of the speed without;
// lines that are gone take no memory.
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { run } from '../support/spawn.ts';
import type { Contest } from './contest.ts';
import { peakMemory } from './report.ts';
import { atTerminal, connected, ownSeat, prompt, running, told, tookOf } from './shell.ts';
import type { Stage } from './stage.ts';
import type { Terminal } from './terminal.ts';

const settings = { blksize: 1468, windowsize: 16 } as const;
const goalMiB = 8;

export async function ringContest(stage: Stage): Promise<Contest> {
  const seat = await ownSeat(stage);
  return {
    name: 'ring',
    what: 'a get with the ring on ÷ the same with it compiled out',
    ours: stage.recorded('ring', seat, settings),
    theirs: [stage.recorded('unobserved', seat, settings)],
    yardsticks: [stage.own('ours', 'get', seat, settings)],
    goal: 0.95,
    // What the ring keeps of the beginning of a transfer is not what a packet costs.
    sizes: stage.twoSizes,
  };
}

/** Both at a terminal with the progress row; what each summary tells it took. */
export async function traceContest(stage: Stage, program: string): Promise<Contest> {
  const seat = await ownSeat(stage);
  const traced = (mode: string) => async (octets: number) => {
    const get = `get ${await stage.file(octets)} ${await stage.fresh('out')}\r`;
    return atTerminal(stage, connected(program, seat), async (terminal) => {
      await terminal.until(prompt);
      if (mode !== 'off') await terminal.type(`trace ${mode}\r`, new RegExp(`trace.* ${mode}`, 'i'));
      return tookOf(await terminal.type(get, told));
    });
  };
  return {
    name: 'trace-on',
    what: 'a get at a terminal with `trace on` ÷ the same without',
    ours: { name: 'trace on', once: traced('on') },
    theirs: [{ name: 'trace off', once: traced('off') }],
    yardsticks: [{ name: 'trace full', once: traced('full') }],
    goal: 0.85,
    sizes: stage.twoSizes,
  };
}

/** Both at a terminal; what each summary tells it took. In ours the ladder of the running transfer follows on the screen. */
export async function viewContest(stage: Stage, program: string): Promise<Contest> {
  const seat = await ownSeat(stage);
  // Long beside the opening of a view.
  const size = 8 * stage.size;
  const file = await stage.file(size);
  type Use = (terminal: Terminal, out: string) => Promise<number>;
  const shell = (use: Use) => async (): Promise<number> => {
    const out = await stage.fresh('out');
    return atTerminal(stage, connected(program, seat), async (terminal) => {
      await terminal.until(prompt);
      return use(terminal, out);
    });
  };
  const watched = shell(async (terminal, out) => {
    await terminal.type(`get ${file} ${out}\r`, running);
    await terminal.type('ladder\r', 'Esc back');
    await terminal.type('F', 'following');
    // The file has its name when the transfer is over.
    while ((await stat(out).catch(() => undefined))?.size !== size) await wait(50);
    return tookOf(await terminal.type('q', told));
  });
  const unwatched = shell(async (terminal, out) => tookOf(await terminal.type(`get ${file} ${out}\r`, told)));
  return {
    name: 'view',
    what: 'a get at a terminal while its ladder is on the screen ÷ the same without',
    ours: { name: 'ladder', once: watched },
    theirs: [{ name: 'prompt', once: unwatched }],
    yardsticks: [],
    goal: 0.85,
    sizes: [size],
  };
}

/** Both as scripts; what each summary tells the get took. */
export async function captureContest(stage: Stage, program: string): Promise<Contest> {
  const seat = await ownSeat(stage);
  const script = (textOf: (get: string) => string) => async (octets: number) => {
    const text = textOf(`get ${await stage.file(octets)} ${await stage.fresh('out')}\n`);
    await stage.fresh('all.pcapng');
    const program_ = { command: process.execPath, args: connected(program, seat) };
    const { status, stdout, stderr } = await run(program_, 60_000, text);
    if (status !== 0) throw new Error(stderr);
    const lost = /([\d,]+) dropped/.exec(stdout + stderr);
    if (lost !== null) throw new Error(`the capture lost ${lost[1] ?? ''} packets`);
    return tookOf(stdout + stderr);
  };
  const captured = (get: string): string =>
    `capture ${join(stage.folder, 'all.pcapng')}\n${get}capture off\n`;
  return {
    name: 'capture',
    what: 'a get while every datagram is captured to disk ÷ the same without',
    ours: { name: 'capture on', once: script(captured) },
    theirs: [{ name: 'capture off', once: script((get) => get) }],
    yardsticks: [],
    goal: 0.8,
    sizes: stage.twoSizes,
  };
}

export interface LinesVerdict {
  readonly contest: 'trace-lines';
  /** Lines shown, at least. */
  readonly fewer: number;
  readonly more: number;
  /** MiB at the highest, with the fewer and with the more lines. */
  readonly peaks: readonly [number, number];
  readonly growth: number;
  readonly goal: number;
}

const linesAtOnce = 100_000;
/** Rounds that fill what is bounded anyway, and all of them. */
const filling = 3;
const rounds = 9;

/**
 * Every packet of lockstep transfers as a line of its own at a terminal: the first lines against three times as many in
 * one process. The first fill what is bounded anyway, the ring of 65,536 packets and the heap that V8 grows before it
 * collects in earnest; whatever else they take would be taken by the others once more.
 */
export async function compareLines(stage: Stage, program: string): Promise<LinesVerdict> {
  const seat = await ownSeat(stage);
  // A block is two lines, one for DATA and one for ACK.
  await stage.sparse('lines', (linesAtOnce / 2) * 512);
  return atTerminal(stage, connected(program, seat), async (terminal) => {
    await terminal.until(prompt);
    await terminal.type('set options off\r', prompt);
    await terminal.type('trace full\r', /trace.* full/i);
    const reached: number[] = [];
    for (let round = 0; round < rounds; round++) reached.push(await peakAfterLines(terminal));
    const peaks = [reached[filling - 1] ?? Number.NaN, reached.at(-1) ?? Number.NaN] as const;
    const verdict = { contest: 'trace-lines', peaks, growth: peaks[1] - peaks[0], goal: goalMiB } as const;
    return { ...verdict, fewer: filling * linesAtOnce, more: rounds * linesAtOnce };
  });
}

async function peakAfterLines(terminal: Terminal): Promise<number> {
  const text = await terminal.type('get -f lines /dev/null\r', told);
  const shown = text.split(/ (?:DATA|ACK) /).length - 1;
  if (shown < linesAtOnce) throw new Error(`${shown} lines were shown, not ${linesAtOnce}`);
  return (peakMemory(terminal.pid) ?? Number.NaN) / 1024;
}

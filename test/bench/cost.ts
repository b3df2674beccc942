// What seeing costs: the ring that is always on, packet lines at a terminal, a capture on its way to the disk; all of a
// get at blksize 1468 × window 16. Goals: ≥ 0.95, ≥ 0.7 and ≥ 0.8 of the speed without; lines that are gone take no memory.
import { join } from 'node:path';
import { run } from '../support/spawn.ts';
import type { Contest } from './contest.ts';
import { peakMemory } from './report.ts';
import { atTerminal, connected, ownSeat, prompt, told, tookOf } from './shell.ts';
import type { Stage } from './stage.ts';

const settings = { blksize: 1468, windowsize: 16 } as const;
const goalMiB = 32;

export async function ringContest(stage: Stage): Promise<Contest> {
  const seat = await ownSeat(stage);
  return {
    name: 'ring',
    what: 'a get with the ring on ÷ the same with it compiled out',
    ours: stage.recorded('ring', seat, settings),
    theirs: [stage.recorded('unobserved', seat, settings)],
    yardsticks: [stage.own('ours', 'get', seat, settings)],
    goal: 0.95,
  };
}

/** Both at a terminal with the progress row; what each summary tells it took. */
export async function traceContest(stage: Stage, program: string): Promise<Contest> {
  const seat = await ownSeat(stage);
  const get = `get -f file ${join(stage.folder, 'out')}\r`;
  const traced = (mode: string) => (): Promise<number> =>
    atTerminal(stage, connected(program, seat), async (terminal) => {
      await terminal.until(prompt);
      if (mode !== 'off') await terminal.type(`trace ${mode}\r`, new RegExp(`trace.* ${mode}`, 'i'));
      return tookOf(await terminal.type(get, told));
    });
  return {
    name: 'trace-on',
    what: 'a get at a terminal with `trace on` ÷ the same without',
    ours: { name: 'trace on', once: traced('on') },
    theirs: [{ name: 'trace off', once: traced('off') }],
    yardsticks: [{ name: 'trace full', once: traced('full') }],
    goal: 0.7,
  };
}

/** Both as scripts; what each summary tells the get took. */
export async function captureContest(stage: Stage, program: string): Promise<Contest> {
  const seat = await ownSeat(stage);
  const get = `get -f file ${join(stage.folder, 'out')}\n`;
  const captured = `capture -f ${join(stage.folder, 'all.pcapng')}\n${get}capture off\n`;
  const script = (text: string) => async (): Promise<number> => {
    const program_ = { command: process.execPath, args: connected(program, seat) };
    const { status, stdout, stderr } = await run(program_, 60_000, text);
    if (status !== 0) throw new Error(stderr);
    const lost = /([\d,]+) dropped/.exec(stdout + stderr);
    if (lost !== null) throw new Error(`the capture lost ${lost[1] ?? ''} packets`);
    return tookOf(stdout + stderr);
  };
  return {
    name: 'capture',
    what: 'a get while every datagram is captured to disk ÷ the same without',
    ours: { name: 'capture on', once: script(captured) },
    theirs: [{ name: 'capture off', once: script(get) }],
    yardsticks: [],
    goal: 0.8,
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

/** Every packet of a lockstep transfer as a line of its own at a terminal: 10,000 lines against 100,000. */
export async function compareLines(stage: Stage, program: string): Promise<LinesVerdict> {
  const [fewer, more] = [10_000, 100_000];
  const peaks = [await peakWith(stage, program, fewer), await peakWith(stage, program, more)] as const;
  return { contest: 'trace-lines', fewer, more, peaks, growth: peaks[1] - peaks[0], goal: goalMiB };
}

async function peakWith(stage: Stage, program: string, lines: number): Promise<number> {
  const seat = await ownSeat(stage);
  // A block is two lines, one for DATA and one for ACK.
  await stage.sparse('lines', (lines / 2) * 512);
  return atTerminal(stage, connected(program, seat), async (terminal) => {
    await terminal.until(prompt);
    await terminal.type('set options off\r', prompt);
    await terminal.type('trace full\r', /trace.* full/i);
    const text = await terminal.type('get -f lines /dev/null\r', told);
    const shown = text.split(/ (?:DATA|ACK) /).length - 1;
    if (shown < lines) throw new Error(`${shown} lines were shown, not ${lines}`);
    return (peakMemory(terminal.pid) ?? Number.NaN) / 1024;
  });
}

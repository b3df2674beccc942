// Many small files in one script: our shell beside tftp-hpa's, both from in.tftpd, whole programs with their starts.
import { mkdir, mkdtemp, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { findProgram } from '../support/debs.ts';
import { run, type Program } from '../support/spawn.ts';
import type { Contest, Contestant } from './contest.ts';
import type { Stage } from './stage.ts';

const count = 1000;
const size = 1024;

/** Undefined where tftp-hpa is not here. */
export async function filesContest(stage: Stage, program: string): Promise<Contest | undefined> {
  const seat = await stage.seat('in.tftpd');
  const rival = findProgram('tftp-hpa', 'tftp');
  if (seat === undefined || rival === undefined) return undefined;
  await mkdir(join(stage.root, 'small'), { mode: 0o777 });
  for (let at = 0; at < count; at++)
    await writeFile(join(stage.root, 'small', String(at)), new Uint8Array(size).fill(at));
  const place = [seat.host, String(seat.port)];
  const contestant = (name: string, shell: Program): Contestant => ({
    name,
    once: () => getAll(shell, stage.folder),
  });
  return {
    name: 'small-files',
    what: `${count} files of 1 KiB in one script ÷ the same with tftp-hpa's shell, server in.tftpd`,
    ours: contestant('our shell', { command: process.execPath, args: [program, ...place] }),
    theirs: [contestant('tftp-hpa', { ...rival, args: ['-m', 'binary', ...place] })],
    yardsticks: [],
    goal: 1,
    sizes: [count * size],
  };
}

async function getAll(shell: Program, place: string): Promise<number> {
  // A new folder each time: ext4 takes long to make files while it remembers a thousand that were just removed.
  const folder = await mkdtemp(join(place, 'small-'));
  const lines = Array.from({ length: count }, (_, at) => `get small/${at} ${join(folder, String(at))}\n`);
  const { elapsed } = await run(shell, 120_000, lines.join(''));
  const arrived = (await readdir(folder)).length;
  if (arrived !== count) throw new Error(`${arrived} files arrived`);
  return elapsed;
}

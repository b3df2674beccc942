// Files on the move and somebody at the prompt, on a terminal of two sizes: what is typed meanwhile, what ends a transfer,
// what several of them look like, and what is asked.
import { readFile, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { bundle } from './program.ts';
import { Stage } from './stage.ts';

let product: Awaited<ReturnType<typeof bundle>>;
let stage: Stage;
beforeAll(async () => {
  product = await bundle('src/cli.ts');
});
afterAll(() => product.remove());
afterEach(() => stage.close());

const progress = /^↓ large\.bin +\d+% .* left$/;
const moving = (): string | undefined => stage.parts().region.find((row) => progress.test(row));
const cursorAt = (row: string) => (): boolean => stage.program.cursorRow() === `${stage.prompt}${row}`;
const here = (name: string): string => join(stage.folder, 'here', name);

async function started(): Promise<void> {
  await stage.run('blksize 8', 'blksize 8');
  stage.program.write('get large.bin\r');
  await stage.program.until((): boolean => moving() !== undefined);
}

describe.each([
  [120, 40],
  [80, 24],
])('at %d × %d', (columns, rows) => {
  beforeEach(async () => {
    stage = await Stage.open(product.path, { columns, rows });
    await stage.serve();
  });
  afterEach(() => {
    const { transcript } = stage.parts();
    expect(transcript.filter((row) => /^↓|^ {2}octet {2}|\^C abort|^server 127/.test(row))).toEqual([]);
    // What was typed stays one line.
    expect(stage.program.broken().filter((line) => !line.startsWith(stage.prompt))).toEqual([]);
    expect(Math.max(...stage.program.heights())).toBeLessThanOrEqual(rows - 2);
  });

  it('type, complete, run, progress, other commands, abort, history', async () => {
    const { program } = stage;
    await stage.run('blksize 8', 'blksize 8');
    program.write('ge\t');
    await program.until(cursorAt('get |'));
    program.write('la\t');
    await program.until(cursorAt('get large.bin |'));
    program.write('\r');
    await program.until((): boolean => moving() !== undefined);
    const first = moving();
    await program.until((): boolean => moving() !== undefined && moving() !== first);
    expect(program.cursorRow()).toBe(`${stage.prompt}|`);
    expect(stage.parts().region).toEqual([
      stage.prompt.trimEnd(),
      expect.stringMatching(progress),
      expect.stringMatching(/^ {2}octet {2}blksize=8 windowsize=16 {2}block [\d,]+ .* \d+ resent$/),
      expect.stringMatching(/^server 127\.0\.0\.1:\d+ .*active 1 /),
      ' ^C abort get · Tab complete · ^R search · F2 trace · F1 help',
    ]);
    await stage.run('transfers', /^ +1 \d\d:\d\d:\d\d get large\.bin /m);
    const counted = await stage.run('!seq 60', /^60$/m);
    expect(counted).toEqual(Array.from({ length: 60 }, (_, at) => String(at + 1)));
    program.write('sta');
    await program.until(/> sta/);
    program.write('\u0003');
    await program.until((): boolean => stage.parts().transcript.includes('✗ get large.bin: aborted'));
    await program.until((): boolean => program.cursorRow().startsWith(`${stage.prompt}sta|`));
    expect(moving()).toBeUndefined();
    program.write('\u0015\u001b[A\u001b[A\u001b[A');
    await program.until(cursorAt('get large.bin |'));
    program.write('\u0015\u0012larg');
    await program.until(/^search "larg": get large\.bin$/m);
    program.write('\r');
    await program.until((): boolean => moving() !== undefined);
    await stage.run('abort', 'Aborting 1 transfer.');
    await program.until((): boolean => moving() === undefined && cursorAt('|')());
    const typed = stage.parts().transcript.filter((row) => row.startsWith(stage.prompt));
    const [get, ...rest] = ['get large.bin', 'transfers', '!seq 60', 'get large.bin', 'abort'];
    expect(typed.slice(1)).toEqual([get, ...rest].map((line) => `${stage.prompt}${line}`));
    expect((await readdir(join(stage.folder, 'here'))).sort()).toEqual(['up.txt']);
  });

  it('several at a time: one fails, one completes, one goes on, and each is told in its own rows', async () => {
    const { program } = stage;
    await stage.run('blksize 8', 'blksize 8');
    program.write('get -j 3 large.bin nofile b.cfg a.cfg\r');
    await program.until((): boolean => {
      const text = stage.parts().transcript.join('\n');
      return ['✗ get nofile', '✔ a.cfg', '✔ b.cfg'].every((part) => text.includes(part));
    });
    await program.until((): boolean => moving() !== undefined && stage.parts().region.length === 5);
    const { transcript } = stage.parts();
    const failed = transcript.indexOf('✗ get nofile: server error 1: File not found');
    expect(transcript.slice(failed + 1, failed + 3)).toEqual([
      '  The server is up and answers, but has no such file or does not offer it.',
      '  Next: check spelling, capitals and directory; TFTP cannot list files',
    ]);
    expect(
      transcript.filter((row) => /^✔ [ab]\.cfg {3}4,102 B in .* {3}513 blocks, 0 resent$/.test(row)),
    ).toHaveLength(2);
    program.write('\u0003');
    await program.until((): boolean => stage.parts().transcript.includes('✗ get large.bin: aborted'));
    await program.until(cursorAt('|'));
    expect((await readdir(join(stage.folder, 'here'))).sort()).toEqual(['a.cfg', 'b.cfg', 'up.txt']);
  });

  it('C08: a digest that is not the one', async () => {
    const { program } = stage;
    program.write(`get boot.cfg --sha256 ${'0'.repeat(64)}\r`);
    await program.until('Nothing was stored');
    await program.until(cursorAt('|'));
    const { transcript } = stage.parts();
    const told = transcript.slice(transcript.findIndex((row) => row.startsWith('✗'))).join(' ');
    expect(told).toMatch(
      /^✗ get boot\.cfg: SHA-256 mismatch: the file has [0-9a-f]{64} {3}Nothing was stored: the received file is not the expected one\./,
    );
    expect(await readdir(join(stage.folder, 'here'))).toEqual(['up.txt']);
  });

  it('C04: what is there is asked about, file by file; the line that was begun waits', async () => {
    const { program } = stage;
    for (const name of ['a.cfg', 'b.cfg', 'boot.cfg']) await writeFile(here(name), 'mine');
    const line = 'get -o . a.cfg b.cfg boot.cfg';
    const question = (name: string): string => `${name} exists. Overwrite? (y/n/a: all) `;
    const asked = async (name: string, answer: string): Promise<void> => {
      await program.until((): boolean => program.cursorRow() === `${question(name)}|`);
      program.write(answer);
    };
    program.write(`${line}\r`);
    await asked('a.cfg', '\u0003');
    await stage.said(line, 'Nothing was done.');
    program.write(`${line}\rlater`);
    await asked('a.cfg', 'n\r');
    await asked('b.cfg', 'a');
    await program.until(cursorAt('later|'));
    await program.until((): boolean => stage.parts().transcript.join('\n').includes('✔ boot.cfg'));
    const { transcript } = stage.parts();
    const rows = transcript.slice(transcript.lastIndexOf(`${stage.prompt}${line}`) + 1);
    expect(rows.slice(0, 2)).toEqual([`${question('a.cfg')}n`, `${question('b.cfg')}a`]);
    const content = await Promise.all(
      ['a.cfg', 'b.cfg', 'boot.cfg'].map((name) => readFile(here(name), 'utf8')),
    );
    expect(content.map((text) => text.length)).toEqual([4, 4102, 4102]);
  });

  it('what waits its turn is shown, and told of when it never came', async () => {
    const { program } = stage;
    await started();
    program.write('get a.cfg\r');
    await program.until(/^↓ q1 a\.cfg +queued, 1st$/m);
    expect(program.screen().join('\n')).toMatch(/^↓ 1 large\.bin /m);
    await stage.run('transfers', /^ +q1 {10}get a\.cfg {3}queued, 1st$/m);
    program.write('get b.cfg\r');
    await program.until(/^↓ q2 b\.cfg +queued, 2nd$/m);
    program.write('abort q1\r');
    await program.until(/^↓ q1 b\.cfg +queued, 1st$/m);
    program.write('\u0003');
    await program.until((): boolean =>
      stage.parts().transcript.includes('get a.cfg: cancelled (was queued)'),
    );
    await program.until((): boolean => stage.parts().region.length === 3);
    expect(stage.parts().transcript).toContain('✗ get large.bin: aborted');
  });
});

// Every word of lab and impair, the exports of a lecture, and the commands of a lesson: the same lines at a terminal of
// two sizes and in a script. Rule: a step is the line and what it says; the transcript has no broken row.
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { deeds } from '../../src/engine/deeds.ts';
import { runCli } from '../support/cli.ts';
import { sharedStage } from './stage.ts';

type Says = string | RegExp;

const lab = 'tftp lab> ';

const lines: readonly (readonly [line: string, says: Says])[] = [
  ['lab on', 'image.bin'],
  ['seed 42', 'seed 42'],
  ['lab file big.bin 3000', /big\.bin +3,000 B/],
  ['lab speed 1000x', 'speed 1000x'],
  ['lab speed max', 'speed max'],
  ['lab server single-port', 'server single-port'],
  ['get short.bin', '✔ short.bin'],
  ['lab server two-addresses', 'server two-addresses'],
  ['lab server usual', 'server usual'],
  ['impair loss 5% burst 2 delay 20ms jitter 5ms dup 1% reorder 2% lag 5ms', 'impair lag 5ms'],
  ['impair corrupt 0.1% truncate 0.1% rate 1M mtu 1500', 'impair mtu 1500'],
  ['impair client loss 1% server dup 2%', /impair client loss 1%\nimpair server dup 2%/],
  ['impair client drop ACK 2 once', 'impair client drop ACK 2 once'],
  ['impair server delay DATA 3..5 30ms twice', 'impair server delay DATA 3..5 30ms 2x'],
  ['impair save a.impair', /^\d+ impairments saved to a\.impair$/],
  ['impair off', 'Nothing is impaired.'],
  ['impair load a.impair', 'impair rate 1M'],
  ['impair off', 'Nothing is impaired.'],
  ['packetdrop 5', 'impair loss 5%'],
  ['packetdrop 0', 'Nothing is impaired.'],
  // Each deed says what it is good for; the next one is added to it.
  ...deeds.map(({ name }): [string, Says] => [`impair server ${name}`, `impair server ${name}`]),
  ['impair', /so far: nothing yet/],
  ['impair off', 'Nothing is impaired.'],
  ['blksize 512', 'blksize 512'],
  ['set keep 1M', 'keep 1048576'],
  ['impair server drop DATA 3 once', 'so far: nothing yet'],
  ['get image.bin', '✔ image.bin'],
  ['impair', '1 × lost: drop DATA 3 once'],
  ['impair off', 'Nothing is impaired.'],
  ['export loss.svg --packets 1..12', '✔ loss.svg'],
  ['export dark.html --filter block=3 --theme dark', '✔ dark.html'],
  ['export fold.txt', '✔ fold.txt'],
  ['lesson read', 'LESSON 1 · A read of three blocks · step 1 of 2'],
  ['hint', 'get FILE fetches'],
  ['lesson solution', 'get three.bin'],
  ['get three.bin', '✔ three.bin'],
  ['lesson check', '✔ Right.'],
  ['lesson again', 'step 1 of 2'],
  ['lesson stop', 'The lesson has ended'],
];

describe.each([
  [80, 24],
  [120, 40],
])('at a terminal of %d × %d', (columns, rows) => {
  const stage = sharedStage({ columns, rows });

  it.each(lines)('%s', async (line, says) => {
    const before = stage().prompt;
    stage().prompt = lab;
    const shown = await stage().run(line, says, before);
    expect(shown.filter((row) => row.length > columns)).toEqual([]);
    expect(stage().program.broken()).toEqual([]);
  });
});

describe('in a script', () => {
  let work = '';
  beforeAll(async () => {
    work = await mkdtemp(join(tmpdir(), 'tftpsh-teaching-'));
  });
  afterAll(() => rm(work, { recursive: true }));

  it('each line says the same', async () => {
    const input = `${lines.map(([line]) => line).join('\n')}\n`;
    const env = { XDG_STATE_HOME: work, NO_COLOR: '1' };
    const { status, out, err } = await runCli([], { input, cwd: work, env });
    expect({ status, err }).toEqual({ status: 0, err: '' });
    let rest = out;
    for (const [line, says] of lines) {
      const found = typeof says === 'string' ? rest.indexOf(says) : rest.search(new RegExp(says.source, 'm'));
      expect(found, line).toBeGreaterThanOrEqual(0);
      rest = rest.slice(found);
    }
    expect(await readFile(join(work, 'loss.svg'), 'utf8')).toContain('DATA 3');
    expect(await readFile(join(work, 'dark.html'), 'utf8')).toContain('DATA 3');
    expect(await readFile(join(work, 'fold.txt'), 'utf8')).toMatch(/⋮ \d+ blocks[^]*\n227 +0\.0\d+ │/);
  });
});

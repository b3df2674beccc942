// Keys and commands that users of other shells expect at the prompt, at two terminal sizes.
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { stages, type Stage } from './stage.ts';

const open = stages();

/** Types `keys`, and waits until the prompt shows `line`; `|` is the cursor. */
async function typed(stage: Stage, keys: string, line: string): Promise<void> {
  stage.program.write(keys);
  await stage.program.until((): boolean => stage.program.cursorRow() === `${stage.prompt}${line}`);
}

describe.each([
  [120, 40],
  [80, 24],
])('at %d × %d', (columns, rows) => {
  it('Up completes what was typed, Alt-. takes the last word, Alt-U and Ctrl-T change words', async () => {
    const stage = await open({ columns, rows });
    await stage.serve();
    await stage.run('stat boot.cfg', 'boot.cfg: 4,102 octets');
    await stage.run('blksize 512', 'blksize 512');
    await stage.run('stat a.cfg', 'a.cfg: 4,102 octets');
    await typed(stage, 'blk\u001b[A', 'blksize 512|');
    await typed(stage, '\u0015put ', 'put |');
    await typed(stage, '\u001b.', 'put a.cfg|');
    await typed(stage, '\u001b.', 'put 512|');
    await typed(stage, '\u001b.', 'put boot.cfg|');
    await typed(stage, '\u001bb\u001bu', 'put boot.CFG|');
    await typed(stage, '\u0014', 'put boot.CGF|');
    await typed(stage, '\u001f\u001f', 'put boot.|cfg');
  });

  it('Ctrl-C clears the line; what is typed after the first one of two disarms it', async () => {
    const stage = await open({ columns, rows });
    stage.prompt = 'tftp> ';
    await typed(stage, 'abc', 'abc|');
    await typed(stage, '\u0003', '|');
    stage.program.write('\u0003');
    await stage.program.until('To quit: "quit", Ctrl-D, or Ctrl-C again.');
    await typed(stage, 'x', 'x|');
    await typed(stage, '\u0003', '|');
    expect(stage.program.exit).toBeUndefined();
    await stage.run('lpwd', stage.folder.slice(-6));
  });

  it('a binary file stays off the screen unless it is forced; a text is shown', async () => {
    const stage = await open({ columns, rows });
    await stage.serve();
    await writeFile(join(stage.folder, 'share', 'bin'), 'a\0b\n');
    await stage.run('get a.cfg -', 'xxxxxxxx');
    expect(await stage.run('get bin -', 'Next: "get -f" writes it all the same')).toContain(
      '✗ get bin: Binary file not written to the terminal',
    );
    expect(await stage.run('get -f bin -', '✔ bin')).toContain('a\\x00b');
  });
});

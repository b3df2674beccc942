// The long questions to a server, at a terminal of two sizes: each answer is one row after another, and Ctrl-C ends them.
import { describe, expect, it } from 'vitest';
import { stages } from './stage.ts';

const open = stages();

describe.each([
  [120, 40],
  [80, 24],
])('at %d × %d', (columns, rows) => {
  it.each([
    ['probe --file boot.cfg', 'round trip', '✗ probe 127.0.0.1: interrupted'],
    ['check --file boot.cfg', 'PASS', '✗ check 127.0.0.1: interrupted'],
    ['check client 127.0.0.1:0', 'waiting for a client at 127.0.0.1:', /^client: 0 PASS, 0 FAIL, \d+ SKIP$/m],
    [
      'tune large.bin',
      /^tune: \d+ transfers, \d+ settings? may be the fastest$/m,
      '✗ tune large.bin: aborted',
    ],
  ])('%s tells what it knows until Ctrl-C', async (line, first, end) => {
    const stage = await open({ columns, rows });
    await stage.serve();
    const { program } = stage;
    program.write(`${line}\r`);
    await program.until((): boolean => program.screen().join('\n').search(first) >= 0);
    program.write('\u0003');
    await stage.said(line, end);
    expect(program.broken()).toEqual([]);
    expect(program.exit).toBeUndefined();
  });
});

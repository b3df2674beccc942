// show command: what was done last as one line that a system shell reads.
import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { readCommandLine } from '../../../src/shell/program/command-line.ts';
import { rig } from '../fake-engine.ts';

async function shown(...lines: readonly string[]): Promise<string> {
  const { run } = rig();
  for (const line of lines) await run(line);
  return (await run('show command')).lines.join('\n');
}

describe('show command', () => {
  it.each([
    [['get -f h:a local.txt'], "tftpsh get -f 'tftp://h/a;mode=octet' local.txt"],
    [["get h:a 'it''s here'"], "tftpsh get 'tftp://h/a;mode=octet' 'its here'"],
    [
      ['connect h', 'mode netascii', 'get a b c'],
      `tftpsh get ${['a', 'b', 'c'].map((file) => `'tftp://h/${file};mode=netascii'`).join(' ')}`,
    ],
    [['get -o /tmp -j 2 h:a h:b'], "tftpsh get -o /tmp -j 2 'tftp://h/a;mode=octet' 'tftp://h/b;mode=octet'"],
    [
      ['get tftp://h/a tftp://[::1]:70/b'],
      "tftpsh get 'tftp://h/a;mode=octet' 'tftp://[::1]:70/b;mode=octet'",
    ],
    [['put a.txt h:b'], "tftpsh put a.txt 'tftp://h/b;mode=octet'"],
    [
      ['set pace 2ms', 'put a.txt h:b --rate 1M'],
      "tftpsh put --rate 1048576 --pace 2ms a.txt 'tftp://h/b;mode=octet'",
    ],
    [
      ['blksize 8', 'rexmt 500ms', 'timeout 1m', 'options off', 'set family 4', 'get h:a'],
      "tftpsh --timeout=60s --rexmt=500ms --blksize=8 -4 --no-options get 'tftp://h/a;mode=octet'",
    ],
    [['blksize 8', 'unset blksize', 'trace on', 'get h:a'], "tftpsh get 'tftp://h/a;mode=octet'"],
    [[String.raw`put $'caf\xe9 a' h:`], String.raw`tftpsh put $'caf\xe9 a' 'tftp://h/caf%E9%20a;mode=octet'`],
    [
      [String.raw`get h:boot\x86\a 'b\x86'`],
      String.raw`tftpsh get 'tftp://h/boot%5Cx86%5Ca;mode=octet' $'b\\x86'`,
    ],
    [['set ports 4000:5000', 'get h:a'], "tftpsh --ports=4000:5000 get 'tftp://h/a;mode=octet'"],
  ])('%j', async (lines, line) => {
    expect(await shown(...lines)).toBe(line);
  });

  it.runIf(process.platform !== 'win32')('sh reads it as it is meant, and so do we', async () => {
    const line = await shown('blksize 1024', 'windowsize 4', `get "h:a \${HOME} it's; rm *" 'x y'`);
    const args = execFileSync('sh', ['-c', `printf '%s\\n' ${line}`], { encoding: 'utf8' })
      .trimEnd()
      .split('\n');
    expect(readCommandLine(args.slice(1))).toEqual({
      type: 'run',
      flags: ['--blksize=1024', '--windowsize=4'],
      host: [],
      command: ['get', "tftp://h/a%20%24%7BHOME%7D%20it's%3B%20rm%20*;mode=octet", 'x y'],
    });
  });
});

// Lines from a stream of octets, history on disk, and local commands.
import { readFile, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { History } from '../../../src/shell/session/history.ts';
import { readLines } from '../../../src/shell/program/input-lines.ts';
import { temporaryDirectories } from '../../files/disk.ts';
import { rig } from '../fake-engine.ts';

const temporary = temporaryDirectories();

async function lines(chunks: readonly Uint8Array[]): Promise<readonly string[]> {
  async function* stream() {
    for (const chunk of chunks) yield await Promise.resolve(chunk);
  }
  const all: string[] = [];
  for await (const one of readLines(stream())) all.push(one.type === 'line' ? one.text : `!${one.message}`);
  return all;
}

describe('lines', () => {
  it('S09: are the same however the stream is cut', async () => {
    const octets = Buffer.from('one\r\ntwo ä€\n\n\0\nlast');
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: 0, max: octets.length }), { maxLength: 8 }),
        async (cuts) => {
          const sorted = [0, ...cuts.sort((a, b) => a - b), octets.length];
          const chunks = sorted.slice(1).map((end, i) => octets.subarray(sorted[i], end));
          expect(await lines(chunks)).toEqual(['one', 'two ä€', '', '\0', 'last']);
        },
      ),
    );
  });

  it('S09: a long one is told once, and the next one counts', async () => {
    const long = Array.from({ length: 100 }, () => Buffer.alloc(10_000, 'x'));
    expect(await lines([...long, Buffer.from('\nnext')])).toEqual([
      '!line too long: at most 4,096 characters',
      'next',
    ]);
  });
});

describe('history', () => {
  it('T11: is private, kept across runs, and shows nothing that was smuggled in', async () => {
    const path = join(temporary(), 'history');
    const first = new History(path);
    for (const line of ['get a', 'get a', ' secret', 'put \u001b[2J', 'put b']) first.add(line);
    await first.saved();
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    await writeFile(path, `${await readFile(path, 'utf8')}evil \u001b]0;x\u0007\n`);
    const second = new History(path);
    await second.load();
    expect(second.entries).toEqual(['get a', 'put b']);
  });

  it('T11: is never written through a link', async () => {
    const directory = temporary();
    await writeFile(join(directory, 'target'), 'mine');
    await symlink('target', join(directory, 'history'));
    const history = new History(join(directory, 'history'));
    history.add('get a');
    await history.saved();
    expect(await readFile(join(directory, 'target'), 'utf8')).toBe('mine');
  });
});

describe.runIf(process.platform !== 'win32')('local commands', () => {
  it('T08: what they print is shown, not obeyed; their status counts', async () => {
    const { run } = rig({ directory: tmpdir(), env: { PATH: process.env['PATH'] } });
    expect(await run(String.raw`!printf 'a\tb\n\033[2Jc'; exit 3`)).toEqual({
      status: 3,
      lines: ['a        b', String.raw`\x1b[2Jc`],
    });
    expect((await run('!')).status).toBe(64);
  });
});

// A process that is killed at any moment of its uploads, and what the next one finds.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, readdirSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildSync } from 'esbuild';
import { describe, expect, it } from 'vitest';
import { openJail } from '../../../src/files/offerings/jail.ts';
import { isTemporaryName } from '../../../src/files/offerings/name.ts';
import { temporaryDirectories } from '../disk.ts';

const directory = temporaryDirectories();

const size = 300_000;
const piece = 50_000;

/** Replaces `f` again and again by one letter repeated, telling each step; it ends only by being killed. */
const uploader = `
  import { openJail } from './jail.mjs';
  const jail = await openJail(process.argv[2], { write: true, overwrite: true, reserve: 0, durable: false });
  for (let round = 0; ; round++) {
    const letter = 'ABCDEFGHIJ'[round % 10];
    const sink = await jail.create('f', ${size});
    for (let written = 0; written < ${size}; written += ${piece}) {
      await sink.write([Buffer.alloc(${piece}, letter)]);
      process.stdout.write('.');
    }
    await sink.publish();
    process.stdout.write('.');
  }
`;

describe('a killed process', () => {
  it('W10: leaves the file old or new and whole, and only temporary files of our pattern, which the next start removes', async () => {
    const code = directory();
    const root = directory();
    const entry = join(import.meta.dirname, '../../../src/files/offerings/jail.ts');
    buildSync({
      entryPoints: [entry],
      bundle: true,
      platform: 'node',
      format: 'esm',
      outfile: join(code, 'jail.mjs'),
      logLevel: 'error',
    });
    writeFileSync(join(code, 'uploader.mjs'), uploader);
    writeFileSync(join(root, 'f'), 'O'.repeat(size));
    let left = 0;
    // Each round is killed one step later than the one before: in every write, and about each publish.
    for (let step = 1; step <= 16; step++) {
      const child = spawn(process.execPath, [join(code, 'uploader.mjs'), root], {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      const ended = once(child, 'exit');
      let steps = 0;
      child.stdout.on('data', (text: Buffer) => {
        steps += text.length;
        if (steps >= step) child.kill('SIGKILL');
      });
      expect(await ended).toEqual([null, 'SIGKILL']);
      const content = readFileSync(join(root, 'f'), 'latin1');
      expect(content).toBe((content[0] ?? '').repeat(size));
      left = readdirSync(root).filter(isTemporaryName).length;
      expect(readdirSync(root)).toHaveLength(1 + left);
    }
    expect(left).toBeGreaterThan(0);
    for (const name of readdirSync(root)) utimesSync(join(root, name), 1, 1);
    await (await openJail(root, { write: true })).close();
    expect(readdirSync(root)).toEqual(['f']);
  });
});

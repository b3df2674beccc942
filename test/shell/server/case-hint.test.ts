// The log says when a missing file exists in another case, and costs little where it does not.
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { CaseHint } from '../../../src/shell/server/case-hint.ts';
import type { Offering } from '../../../src/files/file.ts';
import { VirtualClock } from '../../../src/network/virtual-clock.ts';
import { untrusted } from '../../../src/wire/text.ts';
import { tid } from '../../../src/wire/tid.ts';
import { lookingRig } from '../packets/rig.ts';

test('boot.img was asked for, and BOOT.IMG exists', async () => {
  const own = await lookingRig();
  await mkdir(join(own.folder, 'images'));
  await writeFile(join(own.folder, 'images/BOOT.IMG'), 'x');
  const lines: string[] = [];
  own.session.onLines((batch) => lines.push(...batch.map(({ text }) => text)));
  await own.run('serve . --port 0');
  await own.run('connect self');
  expect((await own.run('get images/boot.img')).status).toBe(66);
  await vi.waitFor(() =>
    expect(lines.join('\n')).toMatch(
      /images\/boot\.img was asked for; images\/BOOT\.IMG exists: serve with --caseless/,
    ),
  );
  const diagnosis = (await own.run('diagnose 2')).lines.join('\n');
  expect(diagnosis).toMatch(
    /^transfer 2: serve "images\/boot\.img"\n {2}"images\/boot\.img" was asked for; "images\/BOOT\.IMG" exists\./,
  );
  expect(diagnosis).toContain('Next: "serve DIR --caseless" finds it');
});

test('the diagnosis of a file that is not there in any case names no other', async () => {
  const own = await lookingRig();
  await own.run('serve . --port 0');
  await own.run('connect self');
  await own.run('get boot.img');
  expect((await own.run('diagnose 2')).lines.join('\n')).not.toMatch(/exists/);
});

/** What is said about requests for `name` in a directory with these entries, asked for at these milliseconds. */
async function hints(
  name: string,
  entries: readonly string[],
  times: readonly number[] = [0],
): Promise<string[]> {
  const clock = new VirtualClock();
  const said: string[] = [];
  const hint = new CaseHint(clock, ([, text]) => said.push(text));
  const offering = {
    visitDirectory: async (_directory: string, see: (entry: string, isDirectory: boolean) => boolean) =>
      void entries.every((entry) => see(entry, false)),
  } as unknown as Offering;
  for (const at of times) {
    await clock.advance(at - clock.now());
    await hint.refused(
      {
        ...{ type: 'refused', number: 1, op: 'RRQ', file: untrusted(name), peer: tid('10.0.0.5', 5000) },
        ...{ code: 1, message: 'File not found' },
      },
      offering,
    );
  }
  return said;
}

test.each([
  ['boot.img', ['BOOT.IMG'], 1],
  ['boot.img', ['other'], 0],
  ['boot.img', ['BOOT.IMG', 'Boot.img'], 0],
])('%s in a directory with %j: %i lines', async (name, entries, count) => {
  expect((await hints(name, entries)).length).toBe(count);
});

test('at most one search a second', async () => {
  expect((await hints('a', ['A'], [0, 10, 900, 1000])).length).toBe(2);
});

// Requests that our server refuses are kept like transfers: each has a number, its request and the ERROR that answered it.
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { inMode, latin, rrq } from '../../support/raw-peer.ts';
import { expectSilence, loopback } from '../../support/towers.ts';
import { lookingRig, type LookingRig } from './rig.ts';

async function serving(flags = ''): Promise<LookingRig> {
  const rig = await lookingRig();
  await writeFile(join(rig.folder, 'fw.bin'), 'firmware');
  await rig.run(`serve . --port 0 ${flags}`);
  await rig.run('connect self');
  return rig;
}

test('a refused request has a number: ladder, explain and packet show its RRQ and the ERROR', async () => {
  const { run } = await serving();
  await run('get nothing out');
  const ladder = (await run('ladder 2')).lines.join('\n');
  expect(ladder).toMatch(/LADDER {2}serve "nothing"/);
  expect(ladder).toMatch(/1 +0\.000000 │─ RRQ "nothing"/);
  expect(ladder).toMatch(/2 .* ERROR 1 File not found/);
  expect((await run('explain 2')).lines[0]).toMatch(/^packet 2 of transfer 2 .* ERROR/);
  expect((await run('packet 1')).lines.join('\n')).toMatch(/file name {2}"nothing"/);
});

test('the packets of a foreign client that was refused for its mode are kept as well', async () => {
  const { run, session } = await serving();
  const peer = await loopback().peer();
  const to = session.context.server.local;
  if (to === undefined) throw new Error('the server does not listen');
  peer.send(inMode('mail', rrq('fw.bin')), to);
  expect(await peer.hear()).toMatch(/^ERROR 4/);
  await expectSilence(peer, to, 'fw.bin');
  const ladder = (await run('ladder 1')).lines.join('\n');
  expect(ladder).toMatch(/1 .*RRQ "fw\.bin" mail/);
  expect(ladder).toMatch(/2 .*ERROR 4/);
  const { lines } = await run('transfers');
  expect(lines[0]).toMatch(/^ +1 \d\d:\d\d:\d\d serve fw\.bin → 127\.0\.0\.1:\d+ {3}refused: Illegal TFTP/);
});

test.each([
  ['mode unterminated', '\0\x01fw.bin\0octet', /LADDER {2}serve "fw\.bin"/, /serve fw\.bin → /],
  ['filename unterminated', '\0\x02fw.bin', /LADDER {2}take "fw\.bin"/, /take fw\.bin from /],
  ['filename empty', '\0\x01\0octet\0', /LADDER {2}serve ""/, /serve "" → /],
])('a malformed request is one of them: %s', async (reason, octets, title, listed) => {
  const { run, session } = await serving();
  const peer = await loopback().peer();
  const to = session.context.server.local;
  if (to === undefined) throw new Error('the server does not listen');
  peer.send(latin(octets), to);
  expect(await peer.hear()).toBe(`ERROR 4 Illegal TFTP operation: ${reason}`);
  await run('get nothing out');
  const ladder = (await run('ladder 1')).lines.join('\n');
  expect(ladder).toMatch(title);
  expect(ladder).toMatch(/1 +0\.000000 │─ [RW]RQ malformed: /);
  expect(ladder).toMatch(/2 .*ERROR 4/);
  expect((await run('packet 1')).lines.join('\n')).toMatch(/opcode/);
  expect((await run('diagnose 1')).lines.join('\n')).toMatch(/ERROR 4/);
  const { lines } = await run('transfers');
  expect(lines[0]).toMatch(listed);
  expect(lines[0]).toMatch(new RegExp(`refused: Illegal TFTP operation: ${reason}$`));
  expect(lines.map((line) => Number(/^ *(\d+) /.exec(line)?.[1]))).toEqual([1, 2, 3]);
});

test('in single-port mode the ERROR leaves the listening port, and belongs to the request too', async () => {
  const { run } = await serving('--single-port');
  await run('put fw.bin elsewhere');
  const ladder = (await run('ladder 2 --side server')).lines.join('\n');
  expect(ladder).toMatch(/1 .*WRQ "elsewhere"/);
  expect(ladder).toMatch(/2 .*ERROR 2 Access violation/);
});

test('the numbers of transfers have no gap', async () => {
  const { run } = await serving();
  for (const line of ['get nothing out', 'get fw.bin out', 'stat fw.bin', 'put fw.bin up', 'get none other'])
    await run(line);
  const { lines } = await run('transfers');
  const numbers = lines.map((line) => Number(/^ *(\d+) /.exec(line)?.[1]));
  expect(numbers).toEqual(Array.from({ length: 10 }, (_, at) => at + 1));
});

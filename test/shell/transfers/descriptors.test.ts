// Transfers for which no descriptor is free: they wait until another one ends, and fail only where that cannot help.
import { expect, it } from 'vitest';
import { TftpError } from '../../../src/engine/tftp-error.ts';
import { manyDescriptors } from '../../../src/engine/failure-texts.ts';
import { failure, rigs, type Fate, type Rig } from '../fake-engine.ts';

const rig = rigs();
const none = { octets: 0 };

/** A fate of a transfer that finds no descriptor for its file. */
const noFile: Fate = {
  ...{ ok: false, at: none },
  error: failure({ by: 'file', problem: 'exhausted', message: 'x' }, 'Too many open files'),
};
/** For its port. */
const noPort: Fate = {
  ...{ ok: false, at: none },
  error: new TftpError(
    'cannot open a local port (EMFILE)',
    { by: 'network', reason: 'no-local-port', message: 'x' },
    { cause: Object.assign(new Error('x'), { code: 'EMFILE' }) },
  ),
};

const files = ({ engine }: Rig): readonly string[] => engine.asked.map(({ remote }) => remote.file);
const states = ({ session }: Rig): readonly string[] => session.state.transfers.map(({ state }) => state);

it.each([
  ['file', noFile],
  ['port', noPort],
])('R06: without a descriptor for its %s a get is queued until another ends', async (_what, fate) => {
  const one = rig();
  const { session, engine, lines } = one;
  engine.fates = ['waits', fate, 'waits', { ok: true }];
  const running = session.submit('get -j 3 h:a h:b h:c');
  await expect.poll(() => states(one)).toEqual(['moving', 'queued', 'moving']);
  expect(session.context.transfers.rows()[1]).toMatchObject({ name: 'b', place: 1, began: undefined });
  engine.transfers[2]!.finish();
  await expect.poll(() => files(one)).toEqual(['a', 'b', 'c', 'b']);
  engine.transfers[0]!.finish();
  expect(await running).toBe(0);
  session.context.output.flush();
  const hints = lines.filter(({ kind }) => kind === 'hint').map(({ text }) => text);
  expect(hints).toEqual([`Some transfers wait until others end. ${manyDescriptors}`]);
});

it('R06: the last of a crowd that took each descriptor tries again at once, and the others follow it', async () => {
  const one = rig();
  one.engine.fates = [noPort, noPort, noPort];
  expect((await one.run('get -j 3 h:a h:b h:c')).status).toBe(0);
  expect(files(one)).toEqual(['a', 'b', 'c', 'c', 'a', 'b']);
});

it('R06: where no other transfer runs, it fails and says how to raise the limit', async () => {
  const one = rig();
  one.engine.fates = [noFile];
  const { status, lines } = await one.run('get h:a');
  expect(status).toBe(74);
  expect(lines.join('\n')).toContain('ulimit -n');
  expect(files(one)).toEqual(['a']);
});

it('R06: where nobody finds a descriptor, all fail', async () => {
  const one = rig();
  one.engine.fates = Array.from({ length: 9 }, () => noFile);
  const { status, lines } = await one.run('get -j 3 h:a h:b h:c');
  expect(status).toBe(74);
  expect(lines.filter((line) => line.startsWith('✗'))).toHaveLength(3);
});

it('R06: Ctrl-C ends the wait', async () => {
  const one = rig();
  one.engine.fates = ['waits', noFile];
  await one.run('get h:a &');
  const running = one.session.submit('get h:b');
  await expect.poll(() => states(one)).toEqual(['moving', 'queued']);
  one.session.interrupt();
  expect(await running).toBe(130);
  expect(states(one)).toEqual(['moving']);
});

it('R06: a pipe is not read twice, and a file that had octets is not fetched twice', async () => {
  const one = rig({ stdin: process.stdin });
  const late: Fate = { ...noFile, at: { octets: 512 } };
  one.engine.fates = ['waits', noPort, late];
  await one.run('get h:a &');
  expect((await one.run('put - h:b')).status).not.toBe(0);
  expect((await one.run('get h:c')).status).toBe(74);
  expect(files(one)).toEqual(['a', 'b', 'c']);
});

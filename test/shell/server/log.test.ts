// The log of our server over a long life: it holds the newest lines and forgets the rest, and no file grows.
import { mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { refusalOf } from '../../../src/engine/file-refusals.ts';
import { FileError } from '../../../src/files/file.ts';
import { checkEvent } from '../../../src/shell/report/events.ts';
import { logEntry } from '../../../src/shell/server/log/log-lines.ts';
import { untrusted } from '../../../src/wire/text.ts';
import { temporaryDirectories } from '../../files/disk.ts';
import { rig } from '../fake-engine.ts';

const directory = temporaryDirectories({ isServed: true });
const kept = 500;

test('R14: the log is a ring: whatever many clients do, the newest lines are there and no more', async () => {
  const root = directory();
  mkdirSync(join(root, 'boot'));
  const { run, engine, session, clock } = rig({ directory: root });
  await run('serve boot');
  const sizes = new Set<number>();
  for (let number = 0; number < 10_000; number++) {
    // A second passes after every ten lines, so that none is left out.
    if (number % 10 === 0) await clock.advance(1000);
    const peer = { address: '192.0.2.8', port: 1024 + number };
    const file = untrusted(`file-${number}`);
    engine.emit({ type: 'refused', number: 1, op: 'RRQ', file, peer, code: 1, message: 'File not found' });
    if (number >= kept) sizes.add(session.context.server.log.length);
  }
  expect([...sizes]).toEqual([kept]);
  session.context.output.flush();
  const { lines } = await run('serve log');
  expect(lines.map((line) => / file-(\d+) /.exec(line)?.[1])).toEqual(
    Array.from({ length: kept }, (_, at) => String(10_000 - kept + at)),
  );
  // Nobody asked for a file.
  expect(readdirSync(root, { recursive: true })).toEqual(['boot']);
  await session.close();
});

test('R14: the longest name a request can carry makes one line of bounded length', async () => {
  const root = directory();
  mkdirSync(join(root, 'boot'));
  const { run, engine, session } = rig({ directory: root });
  await run('serve boot');
  const peer = { address: '192.0.2.8', port: 4000 };
  const file = untrusted('\u0001\n'.repeat(250));
  engine.emit({ type: 'refused', number: 1, op: 'WRQ', file, peer, code: 2, message: 'Access violation' });
  session.context.output.flush();
  const { lines } = await run('serve log');
  expect(lines).toHaveLength(1);
  expect(lines[0]).not.toMatch(/\p{Cc}/u);
  // At worst four characters stand for an octet.
  expect(lines[0]?.length).toBeLessThan(4 * 500 + 100);
  await session.close();
});

test('F32: a line says that the end of a file is not verified', async () => {
  const root = directory();
  mkdirSync(join(root, 'boot'));
  const { run, engine, session, events } = rig({ directory: root });
  await run('serve boot');
  const progress = {
    ...({ number: 1, side: 'server', kind: 'get', state: 'done', remote: untrusted('f') } as const),
    ...{ peer: { address: '192.0.2.8', port: 4000 }, octets: 300, size: undefined, terms: undefined },
    ...{ block: 1, resent: 0, rtt: undefined, elapsed: 4 },
  };
  engine.emit({ type: 'complete', progress, confirmed: true, hasUncertainEnd: true });
  session.context.output.flush();
  const { lines } = await run('serve log');
  expect(lines[0]).toMatch(/read f, 300 B in 4 ms; its end is not verified: no size was announced$/);
  expect(events.filter(({ event }) => event === 'served')).toMatchObject([{ unverified: true }]);
  await session.close();
});

test('W13: a line says what was announced where another number of octets came', async () => {
  const root = directory();
  mkdirSync(join(root, 'boot'));
  const { run, engine, session, events } = rig({ directory: root });
  await run('serve boot');
  const progress = {
    ...({ number: 1, side: 'server', kind: 'put', state: 'done', remote: untrusted('up') } as const),
    ...{ peer: { address: '192.0.2.8', port: 4000 }, octets: 300, size: 200, terms: undefined, block: 1 },
    ...{ resent: 0, rtt: undefined, elapsed: 4 },
  };
  engine.emit({ type: 'complete', progress, confirmed: true });
  session.context.output.flush();
  const { lines } = await run('serve log');
  expect(lines[0]).toMatch(/wrote up, 300 B \(200 octets announced\) in /);
  expect(events).toContainEqual(expect.objectContaining({ event: 'served', octets: 300, announced: 200 }));
  await session.close();
});

test('R18: lines of one kind above ten a second for one address are counted, as text and as data', async () => {
  const root = directory();
  mkdirSync(join(root, 'boot'));
  const { run, engine, session, events, clock } = rig({ directory: root });
  await run('serve boot');
  const refuse = (address: string, file: string): void =>
    engine.emit({
      ...({ type: 'refused', number: 1, op: 'RRQ', code: 1, message: 'File not found' } as const),
      ...{ file: untrusted(file), peer: { address, port: 4000 } },
    });
  for (let number = 0; number < 422; number++) refuse('192.0.2.8', `f${number}`);
  refuse('192.0.2.9', 'other');
  await clock.advance(1000);
  refuse('192.0.2.8', 'later');
  session.context.output.flush();
  const lines = (await run('serve log')).lines.map((line) => line.slice('00:00:00  '.length));
  expect(lines).toHaveLength(13);
  expect(lines.slice(9)).toEqual([
    '✗ 192.0.2.8:4000 RRQ f9 refused: File not found',
    '✗ 192.0.2.9:4000 RRQ other refused: File not found',
    '… and 412 more like this (refused) from 192.0.2.8',
    '✗ 192.0.2.8:4000 RRQ later refused: File not found',
  ]);
  expect(events.filter((event) => event.event === 'served' && event.more !== undefined)).toEqual([
    {
      ...{ event: 'served', what: 'refused' },
      ...{ peer: '192.0.2.8', kind: 'get', file: '', more: 412 },
    },
  ]);
  await session.close();
});

test('R18: a flood from many addresses is one line a second, and a finished transfer always has its own', async () => {
  const root = directory();
  mkdirSync(join(root, 'boot'));
  const { run, engine, session, clock } = rig({ directory: root });
  await run('serve boot');
  const progress = {
    ...({ number: 1, side: 'server', kind: 'get', state: 'done', remote: untrusted('f') } as const),
    ...{ octets: 300, size: 300, terms: undefined, block: 1, resent: 0, rtt: undefined, elapsed: 4 },
  };
  for (let number = 0; number < 3000; number++) {
    const peer = { address: `10.0.${number >> 8}.${number & 255}`, port: 4000 };
    engine.emit({
      type: 'failed',
      progress: { ...progress, peer },
      failure: { by: 'silence', sends: 3, heard: false },
    });
    if (number % 100 === 0)
      engine.emit({ type: 'complete', progress: { ...progress, peer }, confirmed: true });
  }
  await clock.advance(1000);
  session.context.output.flush();
  const { lines } = await run('serve log');
  expect(lines.filter((line) => line.endsWith('300 B in 4 ms'))).toHaveLength(30);
  expect(lines.filter((line) => line.includes('no answer'))).toHaveLength(100);
  expect(lines.at(-1)).toMatch(/… and 2,900 more like this \(failed\) from over 1,000 addresses$/);
  await session.close();
});

test('each line has its time, a failure its sign and colour', async () => {
  const root = directory();
  mkdirSync(join(root, 'boot'));
  const { run, engine, session, events, lines, clock } = rig({ directory: root });
  await run('serve boot');
  await clock.advance(1500);
  const peer = { address: '192.0.2.8', port: 4000 };
  const file = untrusted('boot.cgf');
  const progress = {
    ...({ number: 1, side: 'server', kind: 'get', state: 'done', remote: untrusted('boot.cfg') } as const),
    ...{ peer, octets: 512, size: 512, terms: undefined, block: 2, resent: 1, rtt: undefined, elapsed: 7 },
  };
  engine.emit({ type: 'refused', number: 1, op: 'RRQ', file, peer, code: 1, message: 'File not found' });
  engine.emit({ type: 'complete', progress, confirmed: true });
  engine.emit({
    type: 'failed',
    progress: { ...progress, number: 2 },
    failure: { by: 'silence', sends: 1, heard: false },
  });
  session.context.output.flush();
  const told = lines.filter(({ text }) => text.startsWith('server: '));
  expect(told.map(({ kind, text }) => [kind, text.replace(/\d\d:\d\d:\d\d/, 'TIME')])).toEqual([
    ['bad', 'server: TIME  ✗ 192.0.2.8:4000 RRQ boot.cgf refused: File not found'],
    ['server', 'server: TIME  192.0.2.8:4000 read boot.cfg, 512 B in 7 ms'],
    ['bad', 'server: TIME  ✗ 192.0.2.8:4000 read boot.cfg: no answer (1 packet sent)'],
  ]);
  // A pipe gets them in order: they are results.
  expect(told.filter(({ kind, isResult }) => kind === 'bad' && isResult !== true)).toEqual([]);
  expect(events.filter(({ event }) => event === 'served')).toMatchObject([
    { what: 'refused' },
    { what: 'complete', transfer: 1, resent: 1 },
    { what: 'failed', transfer: 2, resent: 1 },
  ]);
  expect(events.map(checkEvent).filter((problem) => problem !== undefined)).toEqual([]);
  await session.close();
});

test.each([
  ['complete', 'growing', 'read f, 5 B in 7 ms; the file is still growing: its end was not sent'],
  [
    'complete',
    'new',
    'read f, 5 B in 7 ms; the file is empty and was written a moment ago: it may still be copied',
  ],
  ['failed', 'growing', 'read f: we sent ERROR 0 File changed while it was sent: it is still being copied'],
  ['refused', 'temporary', 'RRQ f refused: File not found: it is still being copied'],
  ['refused', 'upload', 'RRQ f refused: File not found: it is still being uploaded'],
] as const)('case 171: %s while it was %s: the line and the event say so', (type, copying, line) => {
  const peer = { address: '192.0.2.8', port: 4000 };
  const file = untrusted('f');
  const progress = {
    ...({ number: 1, side: 'server', kind: 'get', state: 'done', remote: file, peer } as const),
    ...{ octets: 5, size: 5, terms: undefined, block: 1, resent: 0, rtt: undefined, elapsed: 7 },
  };
  const problem = type === 'failed' ? 'changed' : 'missing';
  const { code, message } = refusalOf(new FileError(problem, '', { copying }));
  const entry =
    type === 'complete'
      ? logEntry({ type, progress, confirmed: true, copying })
      : type === 'failed'
        ? logEntry({ type, progress, failure: { by: 'local', code, message }, copying })
        : logEntry({ type, number: 1, op: 'RRQ', file, peer, code, message, copying });
  expect(entry?.[1]).toBe(`192.0.2.8:4000 ${line}`);
  expect(entry?.[0]).toMatchObject({ event: 'served', copying });
  expect(checkEvent(entry![0])).toBeUndefined();
});

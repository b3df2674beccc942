// The log of our server over a long life: it holds the newest lines and forgets the rest, and no file grows.
import { mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { untrusted } from '../../../src/wire/text.ts';
import { temporaryDirectories } from '../../files/disk.ts';
import { rig } from '../fake-engine.ts';

const directory = temporaryDirectories();
const kept = 500;

test('R14: the log is a ring: whatever many clients do, the newest lines are there and no more', async () => {
  const root = directory();
  mkdirSync(join(root, 'boot'));
  const { run, engine, session } = rig({ directory: root });
  await run('serve boot');
  const sizes = new Set<number>();
  for (let number = 0; number < 10_000; number++) {
    const peer = { address: '192.0.2.8', port: 1024 + number };
    const file = untrusted(`file-${number}`);
    engine.emit({ type: 'refused', op: 'RRQ', file, peer, code: 1, message: 'File not found' });
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
  engine.emit({ type: 'refused', op: 'WRQ', file, peer, code: 2, message: 'Access violation' });
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

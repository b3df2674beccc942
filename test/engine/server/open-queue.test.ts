// Files that are opened at once: whoever waits gets a turn, once, and stops waiting for anything else.
import { expect, test } from 'vitest';
import { OpenQueue } from '../../../src/engine/server/open-queue.ts';
import { deferred } from '../../../src/engine/deferred.ts';

test('who waited for a turn and got it no longer listens to its signal, and gives the turn on', async () => {
  const queue = new OpenQueue(1);
  const first = deferred<string>();
  const { signal } = new AbortController();
  const done = [
    queue.run(signal, () => first.promise),
    queue.run(signal, () => Promise.resolve('second')),
    queue.run(signal, () => Promise.reject(new Error('third'))).catch((error: unknown) => String(error)),
    queue.run(signal, () => Promise.resolve('fourth')),
  ];
  first.resolve('first');
  expect(await Promise.all(done)).toEqual(['first', 'second', 'Error: third', 'fourth']);
  expect(await queue.run(signal, () => Promise.resolve('fifth'))).toBe('fifth');
});

test('who leaves while it waits gets no turn, and takes none from the others', async () => {
  const queue = new OpenQueue(1);
  const first = deferred<string>();
  const leaving = new AbortController();
  const { signal } = new AbortController();
  const done = queue.run(signal, () => first.promise);
  const left = queue.run(leaving.signal, () => expect.unreachable('it has left'));
  const last = queue.run(signal, () => Promise.resolve('last'));
  leaving.abort(new Error('left'));
  await expect(left).rejects.toThrow('left');
  first.resolve('first');
  expect([await done, await last]).toEqual(['first', 'last']);
});

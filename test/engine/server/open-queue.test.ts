// Files that are opened at the same time: each waiting request gets one turn, and then waits for nothing else.
import { expect, test } from 'vitest';
import { OpenQueue } from '../../../src/engine/server/open-queue.ts';
import { VirtualClock } from '../../../src/network/virtual-clock.ts';
import { deferred } from '../../../src/engine/deferred.ts';

const stays = (): void => expect.unreachable('nobody gives way');

test('who waited for a turn and got it no longer listens to its signal, and gives the turn on', async () => {
  const queue = new OpenQueue(new VirtualClock(), 1).of('a', stays);
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
  const queue = new OpenQueue(new VirtualClock(), 1).of('a', stays);
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

test('the newest goes first, of the address that has the fewest turns', async () => {
  const queue = new OpenQueue(new VirtualClock(), 2);
  const { signal } = new AbortController();
  const order: string[] = [];
  const works = new Map<string, (value: undefined) => void>();
  const run = (group: string, name: string): void => {
    const work = deferred<undefined>();
    works.set(name, work.resolve);
    void queue.of(group, stays).run(signal, () => {
      order.push(name);
      return work.promise;
    });
  };
  const end = async (name: string): Promise<void> => {
    works.get(name)?.(undefined);
    await new Promise((resolve) => setImmediate(resolve));
  };
  for (const name of ['a1', 'a2', 'a3', 'b1', 'b2', 'a4']) run(name.slice(0, 1), name);
  for (const name of ['a1', 'b2', 'a2', 'b1', 'a4', 'a3']) await end(name);
  expect(order).toEqual(['a1', 'a2', 'b2', 'b1', 'a4', 'a3']);
});

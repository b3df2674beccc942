// Standard output that takes nothing for a while: whoever writes much waits for it.
import { Writable } from 'node:stream';
import { expect, test } from 'vitest';
import { StandardOutput } from '../../../src/shell/transfers/standard-output.ts';

const output = { print: () => undefined, flush: () => undefined };

/** A stream that holds up to ten octets, and takes a write only when `take` is called. */
function slow(): { readonly stream: Writable; readonly take: (error?: Error) => void } {
  const taken: ((error?: Error) => void)[] = [];
  const stream = new Writable({ highWaterMark: 10, write: (_chunk, _encoding, done) => taken.push(done) });
  stream.on('error', () => undefined);
  return { stream, take: (error) => taken.shift()?.(error) };
}

/** Whether `promise` has settled by the next turn of the event loop. */
async function isSettled(promise: Promise<void>): Promise<boolean> {
  return Promise.race([promise.then(() => true), new Promise<false>((no) => setImmediate(no, false))]);
}

test('room: at once while little waits, else when it was taken; no listener stays', async () => {
  const { stream, take } = slow();
  const standard = new StandardOutput(stream, output);
  stream.write('few');
  expect(await isSettled(standard.room())).toBe(true);
  for (let round = 0; round < 20; round++) {
    stream.write('more than ten octets');
    const room = standard.room();
    expect(await isSettled(room)).toBe(false);
    take();
    take();
    expect(await isSettled(room)).toBe(true);
  }
  expect(stream.eventNames().sort()).toEqual(['error']);
  expect(stream.listenerCount('error')).toBe(1);
});

test('room: a stream that fails or closes is waited for no longer, and a view has none', async () => {
  const failing = slow();
  failing.stream.write('more than ten octets');
  const room = new StandardOutput(failing.stream, output).room();
  failing.take(new Error('gone'));
  expect(await isSettled(room)).toBe(true);
  const closing = slow();
  closing.stream.write('more than ten octets');
  const other = new StandardOutput(closing.stream, output).room();
  closing.stream.destroy();
  expect(await isSettled(other)).toBe(true);
  expect(await isSettled(new StandardOutput(undefined, output).room())).toBe(true);
});

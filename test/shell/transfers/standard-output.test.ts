// Standard output: a writer waits for a slow reader, and a view refuses octets that are not text.
import { Writable } from 'node:stream';
import { expect, test } from 'vitest';
import type { FileError } from '../../../src/files/file.ts';
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

test('the transcript of a view refuses octets that are not text, unless it is forced; text in any script is text', async () => {
  const printed: string[] = [];
  const standard = new StandardOutput(undefined, {
    print: (lines) => printed.push(...lines),
    flush: () => undefined,
  });
  const lend = (octets: Buffer, force: boolean): Promise<number> =>
    standard.lend(async (stream) => {
      stream.on('error', () => undefined);
      const error = await new Promise<FileError | null | undefined>((resolve) =>
        stream.write(octets, (reason) => resolve(reason as FileError | null | undefined)),
      );
      expect(error?.problem).toBe(octets.includes(0) && !force ? 'not-text' : undefined);
      return error instanceof Error ? 73 : 0;
    }, force);
  expect(await lend(Buffer.from('grüße\t1\r\n線\n'), false)).toBe(0);
  expect(await lend(Buffer.from('a\0b\n'), false)).toBe(73);
  expect(await lend(Buffer.from('a\0b\n'), true)).toBe(0);
  expect(printed).toEqual(['grüße        1', '線', 'a\\x00b']);
});

// Lines that are entered faster than they run.
import { setImmediate as turn } from 'node:timers/promises';
import { expect, it, vi } from 'vitest';
import { say } from '../../../src/wire/text.ts';
import type { Shell } from '../../../src/shell/session/shell.ts';
import { LineQueue } from '../../../src/shell/session/line-queue.ts';
import { fakeShell, transfer } from '../../ui/fake-shell.ts';
import type { FakeShell } from '../../ui/fake-shell.ts';

/** A shell in which a line lasts until it is ended. */
function slow(): {
  shell: FakeShell;
  queue: LineQueue;
  begun: string[];
  end: (status: number, at?: number) => void;
  stopped: number[];
} {
  const shell = fakeShell();
  const begun: string[] = [];
  const stopped: number[] = [];
  const running: ((status: number) => void)[] = [];
  const submit: Shell['submit'] = (line) => {
    begun.push(line);
    return new Promise((resolve) => running.push(resolve));
  };
  const held = Object.create(shell, { submit: { value: submit } }) as FakeShell;
  const queue = new LineQueue(held, { changed: () => undefined, stopped: (left) => void stopped.push(left) });
  return { shell, queue, begun, stopped, end: (status, at = 0) => running.splice(at, 1)[0]?.(status) };
}

it('a line waits for the one before it, even when that fails', async () => {
  const { queue, begun, end } = slow();
  queue.add(['serve .']);
  queue.add(['connect self']);
  expect([begun, queue.waiting]).toEqual([['serve .'], ['connect self']]);
  end(1);
  await vi.waitFor(() => expect(begun).toEqual(['serve .', 'connect self']));
});

it('a line does not wait for a transfer that runs', () => {
  const { shell, queue, begun } = slow();
  queue.add(['get a']);
  queue.add(['status']);
  shell.set({ transfers: [transfer] });
  queue.startNext();
  expect(begun).toEqual(['get a', 'status']);
  queue.add(['stat b']);
  queue.startNext();
  // The old transfer says nothing about this line: it is not known to have one.
  expect([begun.length, queue.waiting]).toEqual([2, ['stat b']]);
});

it('a line waits while the one before it asks something, although its transfer has begun', () => {
  const { shell, queue, begun } = slow();
  queue.add(['get a b']);
  queue.add(['y']);
  shell.set({ transfers: [transfer], question: { id: 1, text: say`overwrite b?`, keys: ['y', 'n'] } });
  queue.startNext();
  expect([begun, queue.waiting]).toEqual([['get a b'], ['y']]);
  shell.set({ question: undefined });
  queue.startNext();
  expect(begun).toEqual(['get a b', 'y']);
});

it('a paste stops at the first failure', async () => {
  const { queue, begun, end, stopped } = slow();
  queue.add(['a', 'b', 'c']);
  end(64);
  await vi.waitFor(() => expect(stopped).toEqual([2]));
  expect(begun).toEqual(['a']);
});

it('Ctrl-C forgets what waits', async () => {
  const { queue, begun, end } = slow();
  queue.add(['a']);
  queue.add(['b']);
  queue.drop();
  end(0);
  queue.startNext();
  expect([begun, queue.waiting]).toEqual([['a'], []]);
});

it('runs until all its lines have ended, in whatever order they end', async () => {
  const { shell, queue, end } = slow();
  queue.add(['get a']);
  shell.set({ transfers: [transfer] });
  queue.add(['status']);
  end(0, 1);
  await turn();
  expect(queue.isRunning).toBe(true);
  end(0);
  await vi.waitFor(() => expect(queue.isRunning).toBe(false));
});

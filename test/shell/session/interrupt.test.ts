// Ctrl-C while a command runs: it means the command, also between two parts of its work.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { deferred } from '../../../src/engine/deferred.ts';
import { FakeEngine, rigs, type Rig } from '../fake-engine.ts';

const rig = rigs();
let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'interrupt-'));
});
afterEach(() => rm(directory, { recursive: true }));
const howToQuit = 'To quit: "quit", Ctrl-D, or Ctrl-C again.';

function said({ session, lines }: Rig): readonly string[] {
  session.context.output.flush();
  return lines.map(({ text }) => text);
}

/** Runs a line, and presses Ctrl-C in the same turn: the command has not come farther than its first wait. */
function interrupted({ session }: Rig, line: string): Promise<number> {
  const running = session.submit(line);
  session.interrupt();
  return running;
}

describe('Ctrl-C before the first transfer of a command', () => {
  it.each(['get h:a copy', 'get h:a &', 'get -o out h:a h:b', 'put a.* h:dir/', 'put [ab].cfg h:dir/'])(
    'S01: %s starts no transfer, and the shell stays',
    async (line) => {
      await writeFile(join(directory, 'a.cfg'), 'a');
      const one = rig({ interactive: true, directory });
      expect(await interrupted(one, line)).toBe(130);
      expect(one.engine.asked).toEqual([]);
      expect(said(one)).toEqual([expect.stringMatching(/^✗ (get|put) .*: interrupted$/)]);
      expect(one.session.state.leaving).toBeUndefined();
      // The next line runs as ever.
      expect((await one.run('get h:a')).status).toBe(0);
    },
  );

  it('S01: no question is asked any more', async () => {
    await writeFile(join(directory, 'a'), 'old');
    const one = rig({ interactive: true, directory });
    expect(await interrupted(one, 'get h:a')).toBe(130);
    expect(one.session.state.question).toBeUndefined();
    expect(one.engine.asked).toEqual([]);
  });
});

it('S01: Ctrl-C while a script is read: none of its lines runs', async () => {
  await writeFile(join(directory, 'script'), 'get h:a\nget h:b\n');
  const one = rig({ interactive: true, directory });
  await one.run('set keep-going on');
  expect(await interrupted(one, 'source script')).toBe(130);
  expect(one.engine.asked).toEqual([]);
});

it('S01: Ctrl-C ends a look-up of connect: the chosen server stays', async () => {
  const one = rig({ interactive: true });
  await one.run('connect 10.0.0.1');
  vi.spyOn(one.session.context.system.tower, 'resolve').mockImplementation(
    (_host, _family, signal) =>
      new Promise((_, reject) => {
        signal?.addEventListener('abort', () => reject(signal.reason as Error));
      }),
  );
  expect(await interrupted(one, 'connect slow.example')).toBe(130);
  expect(said(one).at(-1)).toBe('✗ connect slow.example: interrupted');
  expect(one.session.context.peer.current?.host).toBe('10.0.0.1');
});

it('S01: Ctrl-C ends a stat', async () => {
  const one = rig({ interactive: true });
  one.engine.fates = ['waits'];
  expect(await interrupted(one, 'stat h:a')).toBe(130);
});

it('S01: Ctrl-C while our server starts: it does not run', async () => {
  const one = rig({ interactive: true, directory: process.cwd() });
  expect(await interrupted(one, 'serve src --port 0 --host 127.0.0.1')).toBe(130);
  expect(one.session.context.server.running).toBe(false);
});

it('S01: a command that a dead disk holds can be left: Ctrl-C again says how', async () => {
  const called = deferred<undefined>();
  const held = deferred<undefined>();
  const engine = new FakeEngine();
  const { serve } = engine;
  engine.serve = async (...words) => {
    called.resolve(undefined);
    await held.promise;
    return serve(...words);
  };
  const one = rig({ interactive: true, directory: process.cwd(), engine });
  const running = one.session.submit('serve src');
  await called.promise;
  one.session.interrupt();
  expect(said(one)).toEqual([]);
  one.session.interrupt();
  expect(said(one)).toEqual([howToQuit]);
  one.session.interrupt();
  expect(one.session.state.leaving).toBe(130);
  held.resolve(undefined);
  expect(await running).toBe(130);
});

it('S01: with no line running, Ctrl-C says how to quit', async () => {
  const one = rig({ interactive: true });
  expect((await one.run('get h:a')).status).toBe(0);
  one.session.interrupt();
  expect(said(one).at(-1)).toBe(howToQuit);
});

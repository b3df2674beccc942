// Every call to the disk in the life of an upload fails once, and then nothing may be lost, mixed or left behind.
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import type * as FileSystem from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { openJail } from '../../../src/files/offerings/jail.ts';
import { FileError } from '../../../src/files/file.ts';
import { deferred } from '../../../src/engine/deferred.ts';
import { errorOf, openDescriptors, temporaryDirectories } from '../disk.ts';

const faults = vi.hoisted(() => ({
  /** Calls so far, by name, since the last reset. */
  calls: [] as string[],
  /** The number of the call that fails; 0: none. */
  failing: 0,
  code: 'EIO',
  /** Calls of this name fail always. */
  always: '',
  /** What each `datasync` waits for. */
  held: Promise.resolve<unknown>(undefined),
  /** Blocks of 1,000 octets that the disk says it has left; the real figures where undefined. */
  free: undefined as number | undefined,
}));

vi.mock('node:fs/promises', async (original) => {
  const real = await original<typeof FileSystem>();
  type Call = (...given: never[]) => Promise<unknown>;
  const failing = (name: string, call: Call): Call => {
    return async (...given) => {
      faults.calls.push(name);
      if (faults.calls.length === faults.failing || name === faults.always)
        throw Object.assign(new Error(`${faults.code}: /secret/path`), { code: faults.code });
      return call(...given);
    };
  };
  const wrapped = async (handle: FileSystem.FileHandle): Promise<FileSystem.FileHandle> => {
    const isDirectory = (await handle.stat()).isDirectory();
    return new Proxy(handle, {
      get(target, key) {
        const value: unknown = Reflect.get(target, key, target);
        if (typeof value !== 'function') return value;
        const call = value.bind(target) as Call;
        if (key === 'datasync') return failing('datasync', () => faults.held.then(() => call()));
        if (key === 'sync') return failing(isDirectory ? 'sync of the directory' : 'sync', call);
        return key === 'writev' ? failing('writev', call) : closing(key, call);
      },
    });
  };
  /** A close that fails has still closed: that is what Linux does. */
  const closing = (key: string | symbol, call: Call): Call => {
    if (key !== 'close') return call;
    return async (...given) => {
      await call(...given);
      return failing('close', () => Promise.resolve())();
    };
  };
  const open = failing('open', real.open) as typeof real.open;
  return {
    ...real,
    open: async (...given: Parameters<typeof real.open>) => wrapped(await open(...given)),
    statfs: async (path: string) => {
      const figures = await real.statfs(path);
      const { free } = faults;
      return free === undefined
        ? figures
        : Object.assign(figures, { blocks: 1000, bavail: free, bsize: 1000, files: 0 });
    },
    link: failing('link', real.link),
    rename: failing('rename', real.rename),
    lstat: failing('lstat', real.lstat),
  };
});

const directory = temporaryDirectories();

beforeEach(() =>
  Object.assign(faults, {
    ...{ calls: [], failing: 0, code: 'EIO', always: '' },
    ...{ held: Promise.resolve(), free: undefined },
  }),
);

interface Result {
  readonly error: FileError | undefined;
  readonly calls: readonly string[];
  readonly names: readonly string[];
  readonly content: string | undefined;
}

/** One upload of `new` onto `f`, with the call number `failing` failing. */
async function upload(overwrite: boolean, failing: number): Promise<Result> {
  const root = directory();
  if (overwrite) writeFileSync(join(root, 'f'), 'old');
  const jail = await openJail(root, { write: true, overwrite, reserve: 0 });
  Object.assign(faults, { calls: [], failing });
  const work = async (): Promise<void> => {
    const sink = await jail.create('f', undefined);
    try {
      await sink.write([Buffer.from('n')]);
      await sink.write([Buffer.from('ew')]);
      await sink.publish();
    } finally {
      await sink.discard();
    }
  };
  const error: unknown = await work().then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (error !== undefined && !(error instanceof FileError)) throw error as Error;
  const calls = [...faults.calls];
  faults.failing = 0;
  await jail.close();
  expect(openDescriptors(root)).toBe(0);
  const names = readdirSync(root);
  return {
    error,
    calls,
    names,
    content: names.includes('f') ? readFileSync(join(root, 'f'), 'utf8') : undefined,
  };
}

describe.skipIf(process.platform !== 'linux')('each call fails in turn', () => {
  for (const overwrite of [false, true])
    it(`W07, W08, W09, invariants 2 and 3: ${overwrite ? 'replacing' : 'creating'} a file leaves it old or new, and nothing else`, async () => {
      const whole = await upload(overwrite, 0);
      expect(whole).toMatchObject({ error: undefined, content: 'new', names: ['f'] });
      // The octets are on the disk before the name, and the name is on it before the peer hears of success.
      expect(
        whole.calls.filter((name) =>
          ['writev', 'sync', 'link', 'rename', 'sync of the directory'].includes(name),
        ),
      ).toEqual([...['writev', 'writev', 'sync', overwrite ? 'rename' : 'link', 'sync of the directory']]);
      const published = whole.calls.indexOf(overwrite ? 'rename' : 'link') + 1;
      for (let failing = 1; failing <= whole.calls.length; failing++) {
        const { error, names, content } = await upload(overwrite, failing);
        const where = `call ${failing}: ${whole.calls[failing - 1] ?? ''}`;
        const old = overwrite ? 'old' : undefined;
        // What fails after the name appeared may be told or not, but the file is whole.
        expect([where, content]).toEqual([where, failing <= published ? old : 'new']);
        if (failing <= published) expect([where, error?.problem]).toEqual([where, 'io']);
        expect([where, names]).toEqual([where, content === undefined ? [] : ['f']]);
        expect(error?.message ?? '').not.toContain('/secret');
      }
    });

  it('W09: on a disk without hard links a file is created all the same, and never over another', async () => {
    Object.assign(faults, { always: 'link', code: 'EPERM' });
    const { error, content, names } = await upload(false, 0);
    expect({ error, content, names }).toEqual({ error: undefined, content: 'new', names: ['f'] });
  });

  it('W17, W09: what the system says is told in our words', async () => {
    const table = {
      EACCES: 'denied',
      EROFS: 'denied',
      ENOSPC: 'full',
      EDQUOT: 'full',
      EFBIG: 'full',
      EIO: 'io',
      EMFILE: 'exhausted',
    };
    const root = directory();
    const jail = await openJail(root, { write: true, reserve: 0 });
    for (const [code, problem] of Object.entries(table)) {
      const sink = await jail.create('f', undefined);
      Object.assign(faults, { always: 'writev', code });
      const error = await errorOf(sink.write([Uint8Array.of(1)]));
      faults.always = '';
      expect([code, error.problem]).toEqual([code, problem]);
      expect(error.message).not.toContain('/secret');
      await sink.discard();
    }
    await jail.close();
  });

  it('a large upload is published after the sync that runs in the background, and not when that fails', async () => {
    const root = directory();
    const jail = await openJail(root, { write: true, reserve: 0 });
    for (const fails of [false, true]) {
      const sync = deferred<undefined>();
      faults.held = sync.promise;
      const sink = await jail.create(`fails ${fails}`, undefined);
      await sink.write([Buffer.alloc(8 << 20)]);
      const result = sink.publish().then(
        () => 'published',
        () => 'failed',
      );
      if (fails) sync.reject(Object.assign(new Error('EIO'), { code: 'EIO' }));
      else sync.resolve(undefined);
      expect(await result).toBe(fails ? 'failed' : 'published');
      await sink.discard();
    }
    await jail.close();
    expect(readdirSync(root)).toEqual(['fails false']);
  });

  it('case 52: octets that an upload has written are promised no more', async () => {
    const root = directory();
    const jail = await openJail(root, { write: true, reserve: 0 });
    faults.free = 10;
    const one = await jail.create('one', 6000);
    expect((await errorOf(jail.create('two', 5000))).problem).toBe('full');
    await one.write([Buffer.alloc(6000)]);
    faults.free = 4;
    const two = await jail.create('two', 4000);
    for (const sink of [one, two]) await sink.discard();
    await jail.close();
  });
});

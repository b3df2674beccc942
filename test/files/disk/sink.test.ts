// Writing a new version of a file on disks that fail.
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, readdirSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, type TestContext } from 'vitest';
import { openJail } from '../../../src/files/offerings/jail.ts';
import { createLocal } from '../../../src/files/local/user-file.ts';
import { claim, probeMode, publishedMode } from '../../../src/files/disk/publish.ts';
import { isTemporaryName } from '../../../src/files/offerings/name.ts';
import { writeAll } from '../../../src/files/disk/sink.ts';
import { openTemporary } from '../../../src/files/disk/temporary.ts';
import { holdDirectory } from '../../../src/files/disk/walk.ts';
import { errorOf, problemOf, temporaryDirectories } from '../disk.ts';

const directory = temporaryDirectories();
const linux = process.platform === 'linux';

/** Runs `use` in a file system of `size`; skips, saying why, where none may be mounted. */
async function onSmallDisk(
  context: TestContext,
  size: string,
  use: (root: string) => Promise<void>,
): Promise<void> {
  const root = directory();
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${size}`, 'tmpfs', root], { stdio: 'pipe' });
  } catch (error) {
    console.log('small disk not tried: mount is not permitted here');
    context.skip(String(error));
  }
  try {
    await use(root);
  } finally {
    execFileSync('umount', ['-l', root]);
  }
}

describe('a full disk', () => {
  it.skipIf(!linux)(
    'case 109, W05: an upload ends as `full`, its temporary file goes, the old file stays',
    async (context) => {
      await onSmallDisk(context, '256k', async (root) => {
        writeFileSync(join(root, 'f'), 'old');
        const jail = await openJail(root, { write: true, overwrite: true, reserve: 0 });
        const sink = await jail.create('f', undefined);
        expect(await problemOf(sink.write([Buffer.alloc(200_000), Buffer.alloc(200_000)]))).toBe('full');
        expect(await problemOf(sink.publish())).toBe('full');
        await sink.discard();
        expect(readdirSync(root)).toEqual(['f']);
        expect(readFileSync(join(root, 'f'), 'utf8')).toBe('old');
        expect(await problemOf(jail.create('g', 300_000))).toBe('full');
        await jail.close();
      });
    },
  );

  it.skipIf(!linux)(
    'case 110, case 53: a get ends as `full`, and a size that will not fit is known before',
    async (context) => {
      await onSmallDisk(context, '256k', async (root) => {
        const sink = await createLocal(join(root, 'f'));
        expect(await problemOf(sink.write([Buffer.alloc(300_000)]))).toBe('full');
        await sink.discard();
        const announced = await createLocal(join(root, 'f'));
        await announced.expect?.(100_000);
        expect(await problemOf(announced.expect?.(300_000) ?? Promise.resolve())).toBe('full');
        await announced.discard();
        expect(readdirSync(root)).toEqual([]);
      });
    },
  );

  it.skipIf(!linux)(
    'case 52: what two uploads were promised is not promised a third time',
    async (context) => {
      await onSmallDisk(context, '1m', async (root) => {
        const jail = await openJail(root, { write: true, reserve: 0 });
        const first = await jail.create('1', 600_000);
        expect(await problemOf(jail.create('2', 600_000))).toBe('full');
        await first.discard();
        await (await jail.create('2', 600_000)).discard();
        await jail.close();
      });
    },
  );

  it.skipIf(!linux)(
    'W16: the limit for file sizes is `full`, not the end of the process',
    async (context) => {
      const path = join(directory(), 'f');
      const limit = (value: string): unknown =>
        execFileSync('prlimit', ['--pid', String(process.pid), `--fsize=${value}`], { stdio: 'pipe' });
      const sink = await createLocal(path);
      try {
        limit('100000:unlimited');
      } catch (error) {
        console.log('limit for file sizes not tried: prlimit is not permitted here');
        await sink.discard();
        context.skip(String(error));
      }
      try {
        // The first write is cut short at the limit, the rest of it is refused.
        expect(await problemOf(sink.write([Buffer.alloc(99_999), Buffer.alloc(99_999)]))).toBe('full');
      } finally {
        limit('unlimited:unlimited');
      }
      await sink.discard();
    },
  );
});

describe('a disk that may only be read', () => {
  it.skipIf(!linux)(
    'case 111, W17: is `denied` at once, in the middle of an upload and when publishing',
    async (context) => {
      await onSmallDisk(context, '256k', async (root) => {
        const remount = (mode: string): unknown => execFileSync('mount', ['-o', `remount,${mode}`, root]);
        const jail = await openJail(root, { write: true, reserve: 0 });
        remount('ro');
        expect(await problemOf(jail.create('f', undefined))).toBe('denied');
        const error = await errorOf(createLocal(join(root, 'f')));
        expect([error.problem, error.message]).toEqual(['denied', 'Permission denied']);
        remount('rw');
        // A disk with a file open for writing cannot become read-only; an immutable directory can.
        const sink = await jail.create('f', undefined);
        try {
          execFileSync('chattr', ['+i', root], { stdio: 'pipe' });
        } catch {
          console.log('immutable directory not tried: this disk has none');
          await sink.discard();
          await jail.close();
          return;
        }
        await sink.write([Buffer.from('x')]);
        expect(await problemOf(sink.publish())).toBe('denied');
        execFileSync('chattr', ['-i', root]);
        expect(readdirSync(root)).not.toContain('f');
        await jail.close();
      });
    },
  );
});

describe('writeAll', () => {
  it('W06: offers the rest again after each short write, in order', async () => {
    for (const most of [1, 2, 3, 5, 100]) {
      const disk: number[] = [];
      await writeAll(
        (parts) => {
          const taken = parts.flatMap((part) => [...part]).slice(0, most);
          disk.push(...taken);
          return Promise.resolve(taken.length);
        },
        [[1, 2, 3], [], [4], [5, 6], []].map((octets) => Uint8Array.from(octets)),
      );
      expect(disk).toEqual([1, 2, 3, 4, 5, 6]);
    }
  });

  it('W06: a disk that takes nothing is an error, not a loop', async () => {
    expect(await problemOf(writeAll(() => Promise.resolve(0), [Uint8Array.of(1)]))).toBe('io');
  });
});

describe('many octets', () => {
  it('are synced behind and come out whole', async () => {
    const root = directory();
    const jail = await openJail(root, { write: true, reserve: 1 });
    const sink = await jail.create('big', undefined);
    const piece = Buffer.alloc(1 << 20, 'abcdefg');
    for (let count = 0; count < 20; count++)
      await sink.write([piece.subarray(0, 1000), piece.subarray(1000)]);
    await sink.publish();
    expect(readFileSync(join(root, 'big')).equals(Buffer.concat(Array<Buffer>(20).fill(piece)))).toBe(true);
    await jail.close();
  });

  it('nothing is written after publish or discard', async () => {
    const root = directory();
    const sink = await createLocal(join(root, 'x'), { durable: true });
    await sink.publish();
    expect(await problemOf(sink.write([Uint8Array.of(1)]))).toBe('io');
    expect(await problemOf(sink.publish())).toBe('io');
    await sink.discard();
    expect(readdirSync(root)).toEqual(['x']);
  });

  it('case 113: discarding while a write is under way leaves nothing', async () => {
    const root = directory();
    const sink = await createLocal(join(root, 'x'));
    const writing = sink.write([Buffer.alloc(1 << 20)]).catch(() => undefined);
    await Promise.all([sink.discard(), writing]);
    expect(readdirSync(root)).toEqual([]);
  });

  it('discarding while it is being published waits for the answer', async () => {
    const root = directory();
    const sink = await createLocal(join(root, 'x'));
    await Promise.all([sink.publish(), sink.discard()]);
    expect(readdirSync(root)).toEqual(['x']);
  });
});

describe('without hard links', () => {
  it('W09: the name is claimed first, and one that is taken stays', async () => {
    const root = directory();
    writeFileSync(join(root, 'part'), 'new');
    await claim(join(root, 'part'), join(root, 'x'));
    expect(readdirSync(root)).toEqual(['x']);
    writeFileSync(join(root, 'part'), 'newer');
    await expect(claim(join(root, 'part'), join(root, 'x'))).rejects.toMatchObject({ code: 'EEXIST' });
    expect(readFileSync(join(root, 'x'), 'utf8')).toBe('new');
    symlinkSync('nowhere', join(root, 'link'));
    await expect(claim(join(root, 'part'), join(root, 'link'))).rejects.toMatchObject({ code: 'EEXIST' });
    mkdirSync(join(root, 'd'));
    await expect(claim(join(root, 'd/none'), join(root, 'y'))).rejects.toMatchObject({ code: 'ENOENT' });
    expect(readdirSync(root).sort()).toEqual(['d', 'link', 'part', 'x']);
  });

  it('W15: the mode is the same whether the umask is read or tried', async () => {
    expect(await probeMode()).toBe(await publishedMode('linux'));
  });
});

describe('a temporary file', () => {
  it('gets a name of its own where many are made for one file at once', async () => {
    const held = await holdDirectory(directory(), process.platform);
    const made = await Promise.all(Array.from({ length: 30 }, () => openTemporary(held, 'f')));
    const names = made.map(({ name }) => name);
    expect(new Set(names).size).toBe(30);
    expect(names.every(isTemporaryName)).toBe(true);
    for (const { handle } of made) await handle.close();
    await held.close();
  });

  it('is never another file: names that are taken are passed over, links too', async () => {
    const root = directory();
    const held = await holdDirectory(root, process.platform);
    const make = async (): Promise<string> => {
      // The same time as before: the search begins at the same name.
      utimesSync(root, 7, 7);
      const { name, handle } = await openTemporary(held, 'f');
      await handle.write('ours');
      await handle.close();
      return name;
    };
    const name = await make();
    const after = (n: number): string =>
      name.slice(0, -8) + (Number.parseInt(name.slice(-8), 16) + n).toString(16).padStart(8, '0');
    writeFileSync(join(root, name), 'theirs');
    symlinkSync('elsewhere', join(root, after(1)));
    expect(await make()).toBe(after(2));
    await held.close();
    expect(readFileSync(join(root, name), 'utf8')).toBe('theirs');
    expect(readdirSync(root).sort()).toEqual([name, after(1), after(2)]);
  });
});

// An offered directory: what may be read, created and replaced, and what it answers otherwise.
import { execFileSync, spawnSync } from 'node:child_process';
import {
  chmodSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openJail } from '../../../src/files/offerings/jail.ts';
import { offeredFiles } from '../../../src/files/offerings/named-files.ts';
import { errorOf, openDescriptors, problemOf, readAll, store, temporaryDirectories } from '../disk.ts';

const directory = temporaryDirectories();
const linux = process.platform === 'linux';

function share(files: Readonly<Record<string, string>> = {}): string {
  const root = directory();
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(join(root, name, '..'), { recursive: true });
    writeFileSync(join(root, name), text);
  }
  return root;
}

describe('reading', () => {
  it('F06: a leading separator means the root, and `\\` separates too', async () => {
    const jail = await openJail(share({ 'boot/x': 'octets' }));
    for (const name of ['boot/x', '/boot/x', '//boot//x', '\\boot\\x', './boot/./x'])
      expect((await readAll(await jail.open(name))).toString()).toBe('octets');
    await jail.close();
  });

  it('F19: a missing file is missing, and no text holds a path of the server', async () => {
    const root = share({ file: '' });
    const jail = await openJail(root, { write: true });
    for (const name of ['nope', 'nope/x', 'file/x']) {
      const error = await errorOf(jail.open(name));
      expect(error.problem).toBe('missing');
      expect(error.message).toBe('File not found');
    }
    const messages = await Promise.all(
      ['nope', '../x', 'file/x', 'n'.repeat(256)].map(
        async (name) => (await errorOf(jail.open(name))).message,
      ),
    );
    messages.push(
      (await errorOf(jail.create('no/x', 0))).message,
      (await errorOf(jail.create('file', 0))).message,
    );
    for (const message of messages) expect(message).not.toContain('/');
    await jail.close();
  });

  it('case 22, F20: `..` is refused the same way whether or not something is there', async () => {
    const jail = await openJail(share({ 'a/b': '' }));
    for (const name of ['../../etc/passwd', '../../nope', 'a/../a/b', '..\\x'])
      expect(await problemOf(jail.open(name))).toBe('denied');
    // Percent signs are ordinary characters on the wire.
    expect(await problemOf(jail.open('%2e%2e/etc/passwd'))).toBe('missing');
    await jail.close();
  });

  it('F07: a sibling whose name begins like the root is out of reach', async () => {
    const above = share({ 'data/x': 'in', 'data-private/x': 'out' });
    const jail = await openJail(join(above, 'data'));
    expect(await problemOf(jail.open('-private/x'))).toBe('missing');
    expect(await problemOf(jail.open('../data-private/x'))).toBe('denied');
    await jail.close();
  });

  it.skipIf(!linux)(
    'case 24, F16: a FIFO is refused at once, four times, and files are still served',
    async () => {
      const root = share({ file: 'served' });
      execFileSync('mkfifo', [join(root, 'fifo')]);
      const jail = await openJail(root);
      const all = await Promise.all([1, 2, 3, 4].map(() => problemOf(jail.open('fifo'))));
      expect(all).toEqual(['not-regular', 'not-regular', 'not-regular', 'not-regular']);
      expect((await readAll(await jail.open('file'))).toString()).toBe('served');
      await jail.close();
    },
  );

  it.skipIf(!linux)('F17: directories, sockets and devices are no files', async () => {
    const root = share({ 'sub/file': '' });
    const server = createServer().listen(join(root, 'socket'));
    const jail = await openJail(root);
    expect(await problemOf(jail.open('sub'))).toBe('is-directory');
    expect(await problemOf(jail.open('/'))).toBe('is-directory');
    expect(await problemOf(jail.open('socket'))).toBe('not-regular');
    server.close();
    await jail.close();
  });

  it.skipIf(!linux)('F17: a device is no file', async ({ skip }) => {
    const root = share({});
    const { status } = spawnSync('mknod', [join(root, 'zero'), 'c', '1', '5']);
    skip(status !== 0, 'mknod is not permitted here');
    const jail = await openJail(root);
    expect(await problemOf(jail.open('zero'))).toBe('not-regular');
    await jail.close();
  });

  it('F18: a sparse file of 8 TiB tells its size and gives its first octets', async () => {
    const root = share({ sparse: 'head' });
    truncateSync(join(root, 'sparse'), 2 ** 43);
    const jail = await openJail(root);
    const source = await jail.open('sparse');
    expect(source.size).toBe(2 ** 43);
    const into = new Uint8Array(6);
    expect(await source.read(into)).toBe(6);
    expect(Buffer.from(into).toString('latin1')).toBe('head\0\0');
    await source.close();
    await jail.close();
  });

  it.skipIf(!linux)('F18: a file of /proc says size 0 and gives 0 octets', async () => {
    const jail = await openJail('/proc/sys/kernel');
    const source = await jail.open('ostype');
    expect(source.size).toBe(0);
    expect((await readAll(source)).length).toBe(0);
    await jail.close();
  });

  it('W04, F28: a file replaced while it is read is read to its own end', async () => {
    const root = share({ f: 'old content' });
    const jail = await openJail(root, { overwrite: true, reserve: 0 });
    const source = await jail.open('f');
    await source.read(new Uint8Array(4));
    await store(await jail.create('f', undefined), 'new');
    expect((await readAll(source)).toString()).toBe('content');
    expect((await readAll(await jail.open('f'))).toString()).toBe('new');
    await jail.close();
  });

  it('X06: with `secure` only what everybody may read is sent', async () => {
    const root = share({ open: 'o', closed: 'c' });
    chmodSync(join(root, 'open'), 0o604);
    chmodSync(join(root, 'closed'), 0o640);
    const jail = await openJail(root, { secure: true });
    expect((await readAll(await jail.open('open'))).toString()).toBe('o');
    expect(await problemOf(jail.open('closed'))).toBe('denied');
    const [open, closed] = ['open', 'closed'].map((name) => join(root, name)) as [string, string];
    const files = offeredFiles({ secure: true });
    await files.add('open', open);
    await files.add('closed', closed);
    expect((await readAll(await files.open('open'))).toString()).toBe('o');
    expect(await problemOf(files.open('closed'))).toBe('denied');
    for (const offering of [jail, files]) await offering.close();
  });

  it('X06: the mode of a new file follows the given umask', async () => {
    for (const [umask, mode] of [
      [0o027, 0o640],
      [0o077, 0o600],
      [0, 0o666],
    ] as const) {
      const root = share();
      const jail = await openJail(root, { write: true, reserve: 0, umask });
      await store(await jail.create('f', undefined), 'x');
      expect(statSync(join(root, 'f')).mode & 0o7777).toBe(mode);
      await jail.close();
    }
  });

  it('F25: long names and deep ones are refused in words', async () => {
    const jail = await openJail(share(), { write: true });
    expect(await problemOf(jail.open('n'.repeat(256)))).toBe('name-too-long');
    expect(await problemOf(jail.open('d/'.repeat(500)))).toBe('denied');
    expect(await problemOf(jail.open('d/'.repeat(513)))).toBe('name-too-long');
    expect(await problemOf(jail.open('nul\0'))).toBe('bad-name');
    await jail.close();
  });

  it.skipIf(!linux)('F26: the root stays the same directory when it is renamed', async () => {
    const above = share({ 'root/f': 'held' });
    const jail = await openJail(join(above, 'root'), { links: 'inside' });
    renameSync(join(above, 'root'), join(above, 'moved'));
    mkdirSync(join(above, 'root'));
    writeFileSync(join(above, 'root/f'), 'another');
    expect((await readAll(await jail.open('f'))).toString()).toBe('held');
    await jail.close();
  });

  it('a root that is missing or a file is refused', async () => {
    const root = share({ f: '' });
    expect(await problemOf(openJail(join(root, 'none')))).toBe('no-directory');
    expect(await problemOf(openJail(join(root, 'f')))).toBe('no-directory');
  });
});

describe('writing', () => {
  it('case 111: nothing is written unless it is allowed, and the switches are two', async () => {
    const root = share({ old: 'old' });
    const closed = await openJail(root);
    expect(await problemOf(closed.create('new', undefined))).toBe('read-only');
    const creating = await openJail(root, { write: true, reserve: 0 });
    expect(await problemOf(creating.create('old', undefined))).toBe('exists');
    await store(await creating.create('new', 3), 'new');
    expect(readFileSync(join(root, 'new'), 'utf8')).toBe('new');
    const replacing = await openJail(root, { overwrite: true, reserve: 0 });
    expect(await problemOf(replacing.create('newer', undefined))).toBe('read-only');
    await store(await replacing.create('old', undefined), 'replaced');
    expect(readFileSync(join(root, 'old'), 'utf8')).toBe('replaced');
    for (const jail of [closed, creating, replacing]) await jail.close();
  });

  it('case 111, F22: a name taken meanwhile is found when publishing, and the other file stays', async () => {
    const root = share();
    const jail = await openJail(root, { write: true, reserve: 0 });
    const sink = await jail.create('x', undefined);
    await sink.write([Buffer.from('ours')]);
    writeFileSync(join(root, 'x'), 'theirs');
    expect(await problemOf(sink.publish())).toBe('exists');
    await sink.discard();
    expect(readdirSync(root)).toEqual(['x']);
    expect(readFileSync(join(root, 'x'), 'utf8')).toBe('theirs');
    await jail.close();
  });

  it('case 112: a missing directory is told before the data, or made where that is allowed', async () => {
    const root = share({ file: '' });
    const strict = await openJail(root, { write: true, reserve: 0 });
    expect(await problemOf(strict.create('a/b/x', undefined))).toBe('no-directory');
    expect(await problemOf(strict.create('file/x', undefined))).toBe('no-directory');
    const making = await openJail(root, { write: true, mkdir: true, reserve: 0 });
    await store(await making.create('a/b/x', undefined), 'deep');
    expect(readFileSync(join(root, 'a/b/x'), 'utf8')).toBe('deep');
    await strict.close();
    await making.close();
  });

  it('case 113, W01: until it is published, and when it is discarded, the old file is as it was', async () => {
    const root = share({ f: 'old' });
    const jail = await openJail(root, { overwrite: true, reserve: 0 });
    const sink = await jail.create('f', undefined);
    await sink.write([Buffer.from('half')]);
    expect(readFileSync(join(root, 'f'), 'utf8')).toBe('old');
    await sink.discard();
    await sink.discard();
    expect(readFileSync(join(root, 'f'), 'utf8')).toBe('old');
    expect(readdirSync(root)).toEqual(['f']);
    await jail.close();
  });

  it('case 114, W03: of two uploads of one name the second is refused, under any spelling', async () => {
    const root = share({ 'd/keep': '' });
    const jail = await openJail(root, { write: true, reserve: 0 });
    const results = await Promise.allSettled(
      ['d/x', '/d//x', 'd\\x', './d/x'].map((name) => jail.create(name, undefined)),
    );
    const won = results.filter((result) => result.status === 'fulfilled');
    expect(won).toHaveLength(1);
    for (const result of results)
      if (result.status === 'rejected') expect(result.reason).toMatchObject({ problem: 'busy' });
    await won[0]?.value.discard();
    await store(await jail.create('d/x', undefined), 'after');
    await jail.close();
  });

  it('the number of uploads at a time has a limit', async () => {
    const jail = await openJail(share(), { write: true, reserve: 0, maxUploads: 2 });
    const first = await jail.create('1', undefined);
    const second = await jail.create('2', undefined);
    expect(await problemOf(jail.create('3', undefined))).toBe('exhausted');
    await first.discard();
    await (await jail.create('3', undefined)).discard();
    await second.discard();
    await jail.close();
  });

  it('case 52: what does not fit, with the reserve and all that is under way, is refused before any data', async () => {
    const jail = await openJail(share(), { write: true, maxUpload: Infinity });
    expect(await problemOf(jail.create('x', 1e15))).toBe('full');
    const greedy = await openJail(share(), { write: true, reserve: 1e15 });
    expect(await problemOf(greedy.create('x', 1))).toBe('full');
    await jail.close();
    await greedy.close();
  });

  it('W14: an upload is cut at its limit, announced or not', async () => {
    const root = share();
    const jail = await openJail(root, { write: true, reserve: 0, maxUpload: 10 });
    expect(await problemOf(jail.create('x', 11))).toBe('too-large');
    const sink = await jail.create('x', undefined);
    await sink.write([Buffer.alloc(10)]);
    expect(await problemOf(sink.write([Buffer.alloc(1)]))).toBe('too-large');
    expect(await problemOf(sink.publish())).toBe('too-large');
    await sink.discard();
    expect(readdirSync(root)).toEqual([]);
    await jail.close();
  });

  it.skipIf(!linux)(
    'W15: the temporary file is private, the published one is 0666 less the umask',
    async () => {
      const root = share();
      const beside = directory();
      writeFileSync(join(beside, 'x'), '', { mode: 0o644 });
      const jail = await openJail(root, { write: true, reserve: 0 });
      const sink = await jail.create('x', undefined);
      const [part] = readdirSync(root);
      expect(part).toMatch(/^\.x\.tftp-part-[0-9a-f]{8}$/);
      expect(statSync(join(root, part!)).mode & 0o7777).toBe(0o600);
      await store(sink, 'x');
      expect(statSync(join(root, 'x')).mode & 0o7777).toBe(statSync(join(beside, 'x')).mode & 0o666);
      await jail.close();
    },
  );

  it('C11: the temporary file is beside its destination', async () => {
    const root = share({ 'sub/keep': '' });
    const jail = await openJail(root, { write: true, reserve: 0 });
    const sink = await jail.create('sub/x', undefined);
    expect(readdirSync(join(root, 'sub')).sort()[0]).toMatch(/^\.x\.tftp-part-/);
    await sink.discard();
    await jail.close();
  });

  it('F24: names like our temporary files are neither read nor written; others that look odd are literal', async () => {
    const root = share({ '.x.tftp-part-0123abcd': 'half', '-rf': 'dash', '~root': 'tilde' });
    const jail = await openJail(root, { write: true, reserve: 0 });
    expect(await problemOf(jail.open('.x.tftp-part-0123abcd'))).toBe('denied');
    expect(await problemOf(jail.create('.y.TFTP-PART-zz', undefined))).toBe('denied');
    expect((await readAll(await jail.open('-rf'))).toString()).toBe('dash');
    expect((await readAll(await jail.open('~root'))).toString()).toBe('tilde');
    await jail.close();
  });

  it('W11: stale temporary files are removed at the start, others are not', async () => {
    const hour = 3_600_000;
    const now = Date.now();
    const stale = ['.x.tftp-part-0123abcd', 'sub/.y.tftp-part-00000000'];
    const kept = [
      '.new.tftp-part-0123abcd',
      '.x.tftp-part-0123ABCD',
      '.x.tftp-part-1',
      'x.tftp-part-0123abcd',
    ];
    const root = share(Object.fromEntries([...stale, ...kept].map((name) => [name, ''])));
    for (const name of [...stale, ...kept.slice(1)]) utimesSync(join(root, name), 1, (now - 2 * hour) / 1000);
    await (await openJail(root)).close();
    expect(readdirSync(root)).toHaveLength(6);
    await (await openJail(root, { write: true })).close();
    expect(readdirSync(root).sort()).toEqual([...kept, 'sub'].sort());
    expect(readdirSync(join(root, 'sub'))).toEqual([]);
  });

  it('directories and special files are never replaced', async () => {
    const root = share({ 'sub/x': '' });
    if (linux) execFileSync('mkfifo', [join(root, 'fifo')]);
    const jail = await openJail(root, { write: true, overwrite: true, reserve: 0 });
    expect(await problemOf(jail.create('sub', undefined))).toBe('is-directory');
    if (linux) expect(await problemOf(jail.create('fifo', undefined))).toBe('not-regular');
    await jail.close();
  });

  it('a long name has room for its temporary file', async () => {
    const root = share();
    const jail = await openJail(root, { write: true, reserve: 0 });
    const name = `${'é'.repeat(127)}x`;
    await store(await jail.create(name, undefined), 'long');
    expect(readdirSync(root)).toEqual([name]);
    await jail.close();
  });
});

describe('links', () => {
  function linked(): { readonly root: string; readonly outside: string } {
    const outside = share({ secret: 'SECRET' });
    const root = share({ 'real/file': 'inside' });
    symlinkSync(join(outside, 'secret'), join(root, 'out'));
    symlinkSync('../..', join(root, 'real/up'));
    symlinkSync('file', join(root, 'real/near'));
    symlinkSync('real', join(root, 'dir'));
    symlinkSync('nowhere', join(root, 'dangling'));
    return { root, outside };
  }

  it('case 23, F12, F13: links are refused, last or in the middle, also those that would stay inside', async () => {
    const { root } = linked();
    const jail = await openJail(root, { write: true, overwrite: true, reserve: 0 });
    for (const name of ['out', 'real/up/etc/passwd', 'real/near', 'dir/file', 'dangling'])
      expect(await problemOf(jail.open(name))).toBe('denied');
    for (const name of ['out', 'dir/new', 'dangling', 'real/up/x'])
      expect(await problemOf(jail.create(name, undefined))).toBe('denied');
    await jail.close();
  });

  it('case 23: with `inside`, links that stay inside are followed and others are not', async () => {
    const { root, outside } = linked();
    const jail = await openJail(root, { links: 'inside', write: true, overwrite: true, reserve: 0 });
    expect((await readAll(await jail.open('real/near'))).toString()).toBe('inside');
    expect((await readAll(await jail.open('dir/near'))).toString()).toBe('inside');
    for (const name of ['out', 'real/up/etc/passwd']) expect(await problemOf(jail.open(name))).toBe('denied');
    expect(await problemOf(jail.open('dangling'))).toBe('missing');
    await store(await jail.create('dir/new', undefined), 'through');
    expect(readFileSync(join(root, 'real/new'), 'utf8')).toBe('through');
    await store(await jail.create('real/near', undefined), 'changed');
    expect(readFileSync(join(root, 'real/file'), 'utf8')).toBe('changed');
    expect(lstatSync(join(root, 'real/near')).isSymbolicLink()).toBe(true);
    expect(await problemOf(jail.create('dangling', undefined))).toBe('denied');
    expect(await problemOf(jail.create('out', undefined))).toBe('denied');
    expect(readFileSync(join(outside, 'secret'), 'utf8')).toBe('SECRET');
    await jail.close();
  });

  it('F15: a hard link inside the root is served: nothing tells it from a file', async () => {
    const { root, outside } = linked();
    linkSync(join(outside, 'secret'), join(root, 'hard'));
    const jail = await openJail(root);
    expect((await readAll(await jail.open('hard'))).toString()).toBe('SECRET');
    await jail.close();
  });
});

describe('list', () => {
  it('tells files by the names that open them, without links, temporary files and unspeakable names', async () => {
    const root = share({
      b: '12',
      'sub/deep/c': '123',
      a: '1',
      '.b.tftp-part-0123abcd': '',
      'back\\slash': '',
    });
    symlinkSync('a', join(root, 'link'));
    symlinkSync('/etc', join(root, 'etc'));
    const jail = await openJail(root);
    const list = await jail.list(100);
    expect(list).toEqual([
      { name: 'a', size: 1 },
      { name: 'b', size: 2 },
      { name: 'sub/deep/c', size: 3 },
    ]);
    for (const { name, size } of list) expect((await readAll(await jail.open(name))).length).toBe(size);
    expect(await jail.list(2)).toHaveLength(2);
    expect(await jail.list(0)).toEqual([]);
    await jail.close();
  });
});

describe.skipIf(!linux)('descriptors', () => {
  it('R05, load 2: 1,000 failures of each kind leave none open', async () => {
    const root = share({ f: 'x', 'd/f': 'x' });
    symlinkSync('/etc', join(root, 'etc'));
    const jail = await openJail(root, { write: true, reserve: 0, maxUpload: 4 });
    expect(openDescriptors(root)).toBe(1);
    for (let round = 0; round < 1000; round++) {
      for (const name of ['nope', 'no/f', 'd', 'etc/passwd', '../x', 'd/f/g']) await errorOf(jail.open(name));
      for (const name of ['f', 'd', 'no/f', 'etc/x']) await errorOf(jail.create(name, undefined));
      const sink = await jail.create('d/new', undefined);
      await errorOf(sink.write([Buffer.alloc(5)]));
      await sink.discard();
    }
    expect(openDescriptors(root)).toBe(1);
    expect(readdirSync(join(root, 'd'))).toEqual(['f']);
    await jail.close();
    expect(openDescriptors(root)).toBe(0);
  });
});

describe('the portable walk', () => {
  it('case 23: refuses links, finds files and publishes as the other one does', async () => {
    const outside = share({ secret: '' });
    const root = share({ 'real/file': 'inside' });
    symlinkSync(outside, join(root, 'out'));
    symlinkSync('real', join(root, 'dir'));
    symlinkSync('file', join(root, 'real/near'));
    const jail = await openJail(root, { platform: 'darwin', write: true, mkdir: true, reserve: 0 });
    expect((await readAll(await jail.open('real/file'))).toString()).toBe('inside');
    for (const name of ['out/secret', 'dir/file', 'real/near'])
      expect(await problemOf(jail.open(name))).toBe('denied');
    expect(await problemOf(jail.open('none/file'))).toBe('missing');
    expect(await problemOf(jail.create('out/x', undefined))).toBe('denied');
    expect(await problemOf(jail.create('real/file', undefined))).toBe('exists');
    const abandoned = await jail.create('no/trace/of/it', undefined);
    await abandoned.discard();
    await store(await jail.create('made/by/us', undefined), 'us');
    expect(readFileSync(join(root, 'made/by/us'), 'utf8')).toBe('us');
    expect((await jail.list(9)).map(({ name }) => name)).toEqual(['made/by/us', 'real/file']);
    rmSync(join(root, 'real'), { recursive: true });
    expect(await problemOf(jail.open('real/file'))).toBe('missing');
    await jail.close();
  });
});

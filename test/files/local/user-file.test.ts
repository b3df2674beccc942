// Files that the user names: what a put reads and what a get writes.
import { execFileSync } from 'node:child_process';
import {
  appendFileSync,
  chownSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createLocal, openLocal, type Experience } from '../../../src/files/local/user-file.ts';
import { errorOf, openDescriptors, problemOf, readAll, store, temporaryDirectories } from '../disk.ts';

const directory = temporaryDirectories();
const linux = process.platform === 'linux';

describe('openLocal', () => {
  it('reads a file, also through a link that the user named', async () => {
    const root = directory();
    writeFileSync(join(root, 'f'), 'octets');
    symlinkSync('f', join(root, 'link'));
    for (const name of ['f', 'link']) {
      const source = await openLocal(join(root, name));
      expect(source.size).toBe(6);
      expect((await readAll(source)).toString()).toBe('octets');
    }
  });

  it('says what is no file, and its words hold no path', async () => {
    const root = directory();
    expect(await problemOf(openLocal(join(root, 'none')))).toBe('missing');
    expect(await problemOf(openLocal(root))).toBe('is-directory');
    expect(await problemOf(openLocal('nul\0'))).toBe('bad-name');
    expect((await errorOf(openLocal(join(root, 'none')))).message).not.toContain(root);
    if (!linux) return;
    execFileSync('mkfifo', [join(root, 'fifo')]);
    const error = await errorOf(openLocal(join(root, 'fifo')));
    expect(error.problem).toBe('not-regular');
    expect(error.message).toContain('use -');
    expect(await problemOf(openLocal('/dev/zero'))).toBe('not-regular');
  });

  it('C10: a file that shrinks while it is sent is `changed`', async () => {
    const path = join(directory(), 'f');
    writeFileSync(path, '0123456789');
    const source = await openLocal(path);
    await source.read(new Uint8Array(4));
    writeFileSync(path, '01234');
    expect(await problemOf(source.read(new Uint8Array(10)))).toBe('changed');
    await source.close();
  });

  it('C10: a file that grows is `changed` unless that is allowed', async () => {
    const path = join(directory(), 'f');
    writeFileSync(path, '0123456789');
    const strict = await openLocal(path);
    const growing = await openLocal(path, { growing: true });
    for (const source of [strict, growing]) await source.read(new Uint8Array(4));
    appendFileSync(path, 'more');
    expect(await problemOf(strict.read(new Uint8Array(10)))).toBe('changed');
    expect(await growing.read(new Uint8Array(10))).toBe(6);
    for (const source of [strict, growing]) await source.close();
  });
});

describe('createLocal', () => {
  it('case 115: an existing file is refused at once, and replaced only when that was asked for', async () => {
    const path = join(directory(), 'f');
    writeFileSync(path, 'old');
    expect(await problemOf(createLocal(path))).toBe('exists');
    const sink = await createLocal(path, { overwrite: true, durable: true });
    await sink.write([Buffer.from('n'), Buffer.from('ew')]);
    expect(readFileSync(path, 'utf8')).toBe('old');
    await sink.publish();
    expect(readFileSync(path, 'utf8')).toBe('new');
  });

  it('case 115: a file that appeared meanwhile is refused when publishing', async () => {
    const root = directory();
    const sink = await createLocal(join(root, 'f'));
    writeFileSync(join(root, 'f'), 'theirs');
    expect(await problemOf(sink.publish())).toBe('exists');
    expect(readdirSync(root)).toEqual(['f']);
    expect(readFileSync(join(root, 'f'), 'utf8')).toBe('theirs');
  });

  it('case 116, C01: a failed get leaves nothing new, and an existing file octet by octet', async () => {
    const root = directory();
    writeFileSync(join(root, 'old'), 'old');
    for (const name of ['old', 'new']) {
      const sink = await createLocal(join(root, name), { overwrite: true });
      await sink.write([Buffer.from('half')]);
      await sink.discard();
    }
    expect(readdirSync(root)).toEqual(['old']);
    expect(readFileSync(join(root, 'old'), 'utf8')).toBe('old');
    if (linux) expect(openDescriptors(root)).toBe(0);
  });

  it('C04: directories and special files are refused, and a link is never written through', async () => {
    const root = directory();
    mkdirSync(join(root, 'd'));
    writeFileSync(join(root, 'target'), 'target');
    symlinkSync('target', join(root, 'link'));
    for (const path of [join(root, 'd'), join(root, 'new/'), join(root, '.'), root])
      expect(await problemOf(createLocal(path, { overwrite: true }))).toBe('is-directory');
    const refused = await errorOf(createLocal(join(root, 'link')));
    expect([refused.problem, refused.message]).toEqual(['exists', 'A link of that name exists']);
    await store(await createLocal(join(root, 'link'), { overwrite: true }), 'new');
    expect(lstatSync(join(root, 'link')).isFile()).toBe(true);
    expect(readFileSync(join(root, 'target'), 'utf8')).toBe('target');
    expect(await problemOf(createLocal(join(root, 'none/f')))).toBe('no-directory');
    expect(await problemOf(createLocal(join(root, 'target/f')))).toBe('no-directory');
    if (!linux) return;
    execFileSync('mkfifo', [join(root, 'fifo')]);
    for (const path of [join(root, 'fifo'), '/dev/full']) {
      const error = await errorOf(createLocal(path, { overwrite: true }));
      expect(error.problem).toBe('not-regular');
      expect(error.message).toContain('use -');
    }
  });

  it.skipIf(!linux)('case 117: /dev/null is written directly and stays what it is', async () => {
    await store(await createLocal('/dev/null'), 'gone');
    await (await createLocal('/dev/null')).discard();
    expect(statSync('/dev/null').isCharacterDevice()).toBe(true);
  });

  it('cuts what is longer than its limit', async () => {
    const root = directory();
    const sink = await createLocal(join(root, 'f'), { limit: 3 });
    expect(await problemOf(sink.write([Buffer.alloc(4)]))).toBe('too-large');
    await sink.discard();
    expect(readdirSync(root)).toEqual([]);
  });
});

describe.runIf(linux)('W11: temporary files that a killed run left', () => {
  const stale = '.x.bin.tftp-part-0123abcd';
  const host = (): Experience => ({ tidied: new Set(), namespace: 'pid:[4026531836]' });

  it('are removed by the next get into that directory, and nothing else is', async () => {
    const root = directory();
    const others = ['.x.bin.tftp-part-0123abc', 'x.tftp-part-0123abcd', '.x.bin.tftp-part-0123ABCD', 'x'];
    for (const name of [stale, ...others]) writeFileSync(join(root, name), '');
    mkdirSync(join(root, '.d.tftp-part-0123abcd'));
    await store(await createLocal(join(root, 'y'), {}, host()), 'y');
    expect(readdirSync(root).sort()).toEqual([...others, '.d.tftp-part-0123abcd', 'y'].sort());
  });

  it('stay while a process of another PID namespace may write them: for a day after the last write', async () => {
    const root = directory();
    const old = '.y.bin.tftp-part-00000000';
    for (const name of [stale, old]) writeFileSync(join(root, name), '');
    utimesSync(join(root, old), new Date(), new Date(Date.now() - 25 * 3_600_000));
    const inContainer = { tidied: new Set<string>(), namespace: 'pid:[4026532198]' };
    await store(await createLocal(join(root, 'y'), {}, inContainer), 'y');
    expect(readdirSync(root).sort()).toEqual([stale, 'y']);
  });

  it('stay while a process has them open', async () => {
    const root = directory();
    const running = await createLocal(join(root, 'a'));
    await store(await createLocal(join(root, 'b'), {}, host()), 'b');
    await store(running, 'a');
    expect(readdirSync(root).sort()).toEqual(['a', 'b']);
  });

  it('are looked for once in a directory by one client, since that takes long', async () => {
    const root = directory();
    const experience = host();
    writeFileSync(join(root, stale), '');
    await store(await createLocal(join(root, 'y'), {}, experience), 'y');
    writeFileSync(join(root, stale), '');
    await store(await createLocal(join(root, 'z'), {}, experience), 'z');
    expect(readdirSync(root).sort()).toEqual([stale, 'y', 'z']);
  });

  it.runIf(process.getuid?.() === 0)('stay if they belong to another user', async () => {
    const root = directory();
    writeFileSync(join(root, stale), '');
    chownSync(join(root, stale), 65_534, 65_534);
    await store(await createLocal(join(root, 'y'), {}, host()), 'y');
    expect(readdirSync(root).sort()).toEqual([stale, 'y']);
  });
});

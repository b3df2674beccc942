// Offerings without a directory: single files, memory, handlers.
import { chownSync, mkdirSync, readdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable, Writable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { handlerOffering, memoryOffering, offeredFiles } from '../../../src/files/offerings/named-files.ts';
import { openJail } from '../../../src/files/offerings/jail.ts';
import { localNameOf } from '../../../src/files/offerings/name.ts';
import { errorOf, openDescriptors, problemOf, readAll, store, temporaryDirectories } from '../disk.ts';

const directory = temporaryDirectories();

describe('single files', () => {
  it('only the offered names exist, and what they are is seen when they are asked for', async () => {
    const root = directory();
    writeFileSync(join(root, 'kernel-6.1'), 'kernel');
    mkdirSync(join(root, 'd'));
    const offered = offeredFiles();
    await offered.add('boot/kernel', join(root, 'kernel-6.1'));
    expect((await readAll(await offered.open('\\boot//kernel'))).toString()).toBe('kernel');
    expect(await problemOf(offered.open('kernel-6.1'))).toBe('missing');
    expect(await problemOf(offered.open('../kernel-6.1'))).toBe('denied');
    expect(await problemOf(offered.create('boot/kernel', undefined))).toBe('read-only');
    await offered.add('d', join(root, 'd'));
    expect(await problemOf(offered.open('d'))).toBe('is-directory');
    expect(await offered.list(9)).toEqual([{ name: 'boot/kernel', size: 6 }]);
    rmSync(join(root, 'kernel-6.1'));
    expect((await errorOf(offered.open('boot/kernel'))).message).toBe('File not found');
    expect([offered.drop('/boot/kernel'), offered.drop('boot/kernel')]).toEqual([true, false]);
    expect(await problemOf(offered.add('../x', root))).toBe('denied');
    await offered.close();
  });

  it.skipIf(process.platform !== 'linux')(
    'F29: the directory is held, and a link in the place of the file is not followed',
    async () => {
      const root = directory();
      mkdirSync(join(root, 'd'));
      writeFileSync(join(root, 'd/fw'), 'firmware');
      writeFileSync(join(root, 'secret'), 'secret');
      symlinkSync(join(root, 'd/fw'), join(root, 'link'));
      const offered = offeredFiles();
      await offered.add('fw', join(root, 'd/fw'));
      await offered.add('link', join(root, 'link'));
      expect((await readAll(await offered.open('link'))).toString()).toBe('firmware');
      // Both the link that the user named and the directory now lead elsewhere.
      rmSync(join(root, 'link'));
      symlinkSync(join(root, 'secret'), join(root, 'link'));
      renameSync(join(root, 'd'), join(root, 'moved'));
      symlinkSync(root, join(root, 'd'));
      writeFileSync(join(root, 'fw'), 'another');
      expect((await readAll(await offered.open('link'))).toString()).toBe('firmware');
      expect((await readAll(await offered.open('fw'))).toString()).toBe('firmware');
      rmSync(join(root, 'moved/fw'));
      symlinkSync(join(root, 'secret'), join(root, 'moved/fw'));
      expect(await problemOf(offered.open('fw'))).toBe('denied');
      expect(await offered.list(9)).toEqual([]);
      await offered.close();
      expect(openDescriptors(root)).toBe(0);
    },
  );

  it('F29: a new version under the same name is served; a file of another owner is not', async () => {
    const root = directory();
    writeFileSync(join(root, 'fw'), 'one');
    const offered = offeredFiles();
    await offered.add('fw', join(root, 'fw'));
    writeFileSync(join(root, 'new'), 'two');
    renameSync(join(root, 'new'), join(root, 'fw'));
    expect((await readAll(await offered.open('fw'))).toString()).toBe('two');
    if (process.getuid?.() === 0) {
      chownSync(join(root, 'fw'), 65_534, 65_534);
      expect(await problemOf(offered.open('fw'))).toBe('denied');
    }
    await offered.close();
  });

  it.skipIf(process.platform !== 'linux')(
    'a file that is dropped while it is opened leaks nothing',
    async () => {
      const root = directory();
      writeFileSync(join(root, 'fw'), 'one');
      const offered = offeredFiles();
      await offered.add('fw', join(root, 'fw'));
      const opening = offered.open('fw');
      expect(offered.drop('fw')).toBe(true);
      expect((await readAll(await opening)).toString()).toBe('one');
      expect(await problemOf(offered.open('fw'))).toBe('missing');
      await offered.close();
      expect(openDescriptors(root)).toBe(0);
    },
  );
});

describe('memory', () => {
  const files = (): Map<string, Uint8Array> => new Map([['a/b', Buffer.from('octets')]]);

  it('is read under every spelling of a name, and only read unless writing is allowed', async () => {
    const offering = memoryOffering(files());
    expect((await readAll(await offering.open('/a\\b'))).toString()).toBe('octets');
    expect(await problemOf(offering.open('b'))).toBe('missing');
    expect(await problemOf(offering.create('x', undefined))).toBe('read-only');
    expect(await offering.list(9)).toEqual([{ name: 'a/b', size: 6 }]);
    expect(await offering.list(0)).toEqual([]);
    await offering.close();
  });

  it('case 111, case 114, W14: creates, replaces, refuses and cuts as a directory does', async () => {
    const map = files();
    const offering = memoryOffering(map, { write: true, maxUpload: 5 });
    expect(await problemOf(offering.create('a/b', undefined))).toBe('exists');
    expect(await problemOf(offering.create('x', 6))).toBe('too-large');
    const sink = await offering.create('x', 5);
    expect(await problemOf(offering.create('x', 5))).toBe('busy');
    expect(await problemOf(sink.write([Buffer.alloc(6)]))).toBe('too-large');
    await sink.discard();
    expect(map.has('x')).toBe(false);
    await store(await offering.create('x', undefined), 'new');
    expect(Buffer.from(map.get('x')!).toString()).toBe('new');
    const replacing = memoryOffering(map, { overwrite: true });
    await store(await replacing.create('x', undefined), 'newer');
    expect(Buffer.from(map.get('x')!).toString()).toBe('newer');
    expect(await problemOf(replacing.create('y', undefined))).toBe('read-only');
  });

  it('a name taken meanwhile is found when publishing', async () => {
    const map = files();
    const offering = memoryOffering(map, { write: true });
    const sink = await offering.create('x', undefined);
    map.set('x', Buffer.from('theirs'));
    expect(await problemOf(sink.publish())).toBe('exists');
    await sink.discard();
    expect(Buffer.from(map.get('x')!).toString()).toBe('theirs');
  });
});

describe('handlers', () => {
  it('answer octets, streams, measured streams or nothing', async () => {
    const offering = handlerOffering({
      read(name) {
        if (name === 'octets') return Buffer.from('octets');
        if (name === 'stream') return Readable.from([Buffer.from('str'), Buffer.from('eam')]);
        if (name === 'a/measured') return { size: 3, stream: Readable.from(['abc']) };
        if (name === 'throws') throw new Error('secret');
        if (name === 'forbidden') throw Object.assign(new Error('EACCES /secret'), { code: 'EACCES' });
        return undefined;
      },
    });
    expect((await readAll(await offering.open('octets'))).toString()).toBe('octets');
    expect((await readAll(await offering.open('stream'))).toString()).toBe('stream');
    const measured = await offering.open('\\a\\measured');
    expect(measured.size).toBe(3);
    expect((await readAll(measured)).toString()).toBe('abc');
    expect(await problemOf(offering.open('none'))).toBe('missing');
    expect(await problemOf(offering.open('a/../octets'))).toBe('denied');
    expect((await errorOf(offering.open('throws'))).message).toBe('Input/output error');
    expect((await errorOf(offering.open('forbidden'))).message).toBe('Access violation');
    expect(await problemOf(offering.create('x', undefined))).toBe('read-only');
    expect(await offering.list(5)).toEqual([]);
  });

  it('take uploads as streams, or refuse them; what is too long is cut', async () => {
    const got: string[] = [];
    const asked: unknown[] = [];
    let stream = new Writable();
    const offering = handlerOffering({
      write(name, size) {
        asked.push([name, size]);
        stream = new Writable({
          write: (chunk: Buffer, _encoding, done) => {
            got.push(chunk.toString());
            done();
          },
        });
        return name === 'no' ? undefined : stream;
      },
      list: () => [
        { name: 'a', size: 1 },
        { name: 'b', size: 2 },
      ],
      maxUpload: 4,
    });
    await store(await offering.create('d/x', 4), 'data');
    expect([got, asked]).toEqual([['data'], [['d/x', 4]]]);
    expect(await problemOf(offering.create('no', undefined))).toBe('denied');
    expect(await problemOf(offering.create('x', 5))).toBe('too-large');
    const sink = await offering.create('x', undefined);
    expect(await problemOf(sink.write([Buffer.alloc(5)]))).toBe('too-large');
    await sink.discard();
    expect(stream.destroyed).toBe(true);
    expect(await offering.list(1)).toHaveLength(1);
  });
});

describe('new names', () => {
  const misleading = [
    'x\ny',
    '\u001b[2J',
    'a\u007fb',
    'a\u0085b',
    'gnp\u202eexe',
    'a\u2066b',
    'a\u2028b',
    'd\n/x',
  ];

  it.each(misleading)('case 25: %j is created nowhere, with a reason', async (name) => {
    const root = directory();
    writeFileSync(join(root, 'plain'), '');
    const offerings = [
      await openJail(root, { write: true, mkdir: true, overwrite: true, reserve: 0 }),
      memoryOffering(new Map(), { write: true }),
      handlerOffering({ write: () => new Writable() }),
    ];
    for (const offering of offerings) {
      const error = await errorOf(offering.create(name, undefined));
      expect([error.problem, error.message]).toEqual(['bad-name', 'The name has control characters']);
      await offering.close();
    }
    expect(readdirSync(root)).toEqual(['plain']);
    expect(localNameOf(name.replace('/x', ''), 'linux')).toBeUndefined();
  });
});

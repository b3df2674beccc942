// The library as its users meet it: on real sockets and real files, with nothing but what index.ts exports.
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync, readdirSync, symlinkSync, writeFileSync, existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import { afterEach, describe, expect, expectTypeOf, test } from 'vitest';
import { EmbeddedTftp, RemoteTftp, TftpClient, TftpError, TftpServer } from '../../../src/index.ts';
import type { Cause, Progress, StatResult, TftpRig, TransferResult } from '../../../src/index.ts';
import { openDescriptors, temporaryDirectories } from '../../files/disk.ts';
import { latin } from '../../support/raw-peer.ts';

const makeDirectory = temporaryDirectories({ isServed: true });
const undo: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const action of undo.splice(0)) await action();
});

/** A server on a directory with `f`, and a client of it. */
async function start(options: ConstructorParameters<typeof TftpServer>[1] = {}) {
  const root = makeDirectory();
  const home = makeDirectory();
  writeFileSync(join(root, 'f'), 'served');
  const server = new TftpServer(root, { grace: 0, ...options });
  const { port } = await server.listen({ port: 0 });
  undo.push(() => server.close());
  return { root, home, server, port, client: new TftpClient('127.0.0.1', { port }) };
}

async function failureOf(promise: Promise<unknown>): Promise<Cause> {
  const error: unknown = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(TftpError);
  return (error as TftpError).failure;
}

describe('TftpClient and TftpServer', () => {
  test('get, put and stat; figures and digests', async () => {
    const { root, home, client, server } = await start({ write: true });
    const seen: Progress[] = [];
    const got = await client.get('f', join(home, 'f'), {
      hash: true,
      // It lives on: nothing may listen to it in the end.
      signal: new AbortController().signal,
      onProgress: (figures) => seen.push(figures),
    });
    expect(readFileSync(join(home, 'f'), 'utf8')).toBe('served');
    expect(got).toMatchObject({ octets: 6, size: 6, state: 'done', local: join(home, 'f') });
    expect(got.sha256).toBe(createHash('sha256').update('served').digest('hex'));
    expect(seen.at(-1)).toMatchObject({ octets: 6, state: 'done' });
    await client.put(latin('uploaded'), 'new');
    expect(readFileSync(join(root, 'new'), 'utf8')).toBe('uploaded');
    expect(await client.stat('f', { blksize: 512 })).toEqual({
      size: 6,
      options: { tsize: '6', blksize: '512', windowsize: '16' },
    });
    await expect.poll(() => server.status()).toMatchObject({ done: 2, probes: 1, active: [] });
    expect(await client.getOctets('f')).toEqual(new Uint8Array(Buffer.from('served')));
  });

  test.each([
    [
      'a missing file',
      { by: 'peer', code: 1 },
      (client: TftpClient, home: string) => client.get('missing', join(home, 'x')),
    ],
    ['a write that is off', { by: 'peer', code: 2 }, (client: TftpClient) => client.put(latin('x'), 'new')],
    [
      'case 115: an existing destination',
      { by: 'file', problem: 'exists' },
      (client: TftpClient, home: string) => client.get('f', join(home, 'old')),
    ],
    [
      'C04: a directory as destination',
      { by: 'file', problem: 'is-directory' },
      (client: TftpClient, home: string) => client.get('f', home),
    ],
    [
      'C03: .. as destination',
      { by: 'file' },
      (client: TftpClient, home: string) => client.get('f', `${home}/..`),
    ],
    [
      'C04: a link as destination',
      { by: 'file', problem: 'exists' },
      (client: TftpClient, home: string) => client.get('f', join(home, 'link')),
    ],
    [
      'a destination without its directory',
      { by: 'file', problem: 'no-directory' },
      (client: TftpClient, home: string) => client.get('f', join(home, 'no', 'x')),
    ],
    [
      'a local file that is missing',
      { by: 'file', problem: 'missing' },
      (client: TftpClient, home: string) => client.put(join(home, 'missing'), 'x'),
    ],
    [
      'a digest that is none',
      { by: 'usage' },
      (client: TftpClient, home: string) => client.get('f', join(home, 'x'), { sha256: 'abc' }),
    ],
    [
      'C08: another digest',
      { by: 'integrity', reason: 'digest-mismatch' },
      (client: TftpClient, home: string) =>
        client.get('f', join(home, 'old'), { overwrite: true, sha256: '0'.repeat(64) }),
    ],
    [
      'case 10: a long name',
      { by: 'usage' },
      (client: TftpClient, home: string) => client.get('n'.repeat(600), join(home, 'x')),
    ],
    ['blksize 3', { by: 'usage' }, (client: TftpClient) => client.stat('f', { blksize: 3 })],
    [
      'a signal that was aborted',
      { by: 'abort' },
      (client: TftpClient, home: string) => client.get('f', join(home, 'x'), { signal: AbortSignal.abort() }),
    ],
    [
      'case 92: a closed port',
      { by: 'network', reason: 'port-unreachable' },
      (_: TftpClient, home: string) => new TftpClient('127.0.0.1', { port: 1 }).get('f', join(home, 'x')),
    ],
    [
      'an unknown host',
      { by: 'name' },
      (_: TftpClient, home: string) => new TftpClient('no-such-host.invalid').get('f', join(home, 'x')),
    ],
  ] as const)(
    '%s rejects with a TftpError, and nothing is left (case 116, C01)',
    async (_, expected, call) => {
      const { home, client } = await start();
      writeFileSync(join(home, 'old'), 'old content');
      symlinkSync(join(home, 'old'), join(home, 'link'));
      const before = openDescriptors('socket:');
      expect(await failureOf(call(client, home))).toMatchObject(expected);
      expect(readdirSync(home).sort()).toEqual(['link', 'old']);
      expect(readFileSync(join(home, 'old'), 'utf8')).toBe('old content');
      expect(openDescriptors(home)).toBe(0);
      await expect.poll(() => openDescriptors('socket:')).toBeLessThanOrEqual(before);
    },
  );

  test('handlers serve what they like, and take uploads', async () => {
    const taken: Uint8Array[] = [];
    const { Writable } = await import('node:stream');
    const server = new TftpServer({
      read: (name) => (name === 'made/up' ? latin('made') : undefined),
      write: () =>
        new Writable({
          write: (chunk: Uint8Array, _encoding, done) => {
            taken.push(chunk);
            done();
          },
        }),
    });
    const { port } = await server.listen({ port: 0 });
    undo.push(() => server.close());
    const client = new TftpClient('127.0.0.1', { port });
    expect(await client.getOctets('made/up')).toEqual(latin('made'));
    expect(await failureOf(client.getOctets('other'))).toMatchObject({ by: 'peer', code: 1 });
    await client.put(latin('given'), 'x');
    expect(Buffer.concat(taken).toString()).toBe('given');
  });

  test('events are told by their type', async () => {
    const { client, server } = await start();
    const told: string[] = [];
    server.on('accepted', ({ op }) => told.push(op));
    server.on('refused', ({ message }) => told.push(message));
    server.on('closed', () => told.push('closed'));
    const complete = new Promise((resolve) => server.once('complete', resolve));
    await client.getOctets('f');
    await complete;
    await failureOf(client.getOctets('missing'));
    await server.close();
    expect(told).toEqual(['RRQ', 'File not found', 'closed']);
  });

  test('case 139: complete has the path of the file, of a download and of an upload', async () => {
    const { client, server, root } = await start({ write: true });
    const paths: (string | undefined)[] = [];
    server.on('complete', ({ progress, path }) => paths.push(progress.kind, path));
    await client.getOctets('f');
    await client.put(latin('given'), 'g');
    await server.close();
    expect(paths).toEqual(['get', join(root, 'f'), 'put', join(root, 'g')]);
  });

  test('listening twice, on a taken port, or on no directory', async () => {
    const { server, port, root } = await start();
    expect(await failureOf(server.listen())).toMatchObject({ by: 'usage' });
    const before = openDescriptors(root);
    expect(await failureOf(new TftpServer(root).listen({ port }))).toMatchObject({
      by: 'listen',
      code: 'EADDRINUSE',
    });
    expect(openDescriptors(root)).toBe(before);
    expect(await failureOf(new TftpServer(join(root, 'none')).listen())).toMatchObject({ by: 'file' });
    expect(await server.address('127.0.0.1')).toBe('127.0.0.1');
    expect(server.port).toBe(port);
  });
});

describe('one interface, two back ends', () => {
  test.each(['embedded', 'remote'])('%s: files in and out', async (kind) => {
    const home = makeDirectory();
    const embedded = await EmbeddedTftp.start();
    undo.push(() => embedded.kill());
    const rig: TftpRig = kind === 'embedded' ? embedded : new RemoteTftp('127.0.0.1', embedded.port);
    writeFileSync(join(home, 'a'), 'content');
    await rig.putFile(join(home, 'a'), 'sub/b');
    await rig.putFile(join(home, 'a'), 'sub/b');
    await rig.getFile('sub/b', join(home, 'c'));
    await rig.getFile('sub/b', join(home, 'c'));
    expect(readFileSync(join(home, 'c'), 'utf8')).toBe('content');
    expect(await rig.address()).toBe('127.0.0.1');
    expect(rig.port).toBe(embedded.port);
    await failureOf(rig.getFile('missing', join(home, 'd')));
    await failureOf(rig.putFile(join(home, 'missing'), 'e'));
    expect(readdirSync(home).sort()).toEqual(['a', 'c']);
    await rig.kill();
    await rig.kill();
    expect(existsSync(embedded.root)).toBe(kind === 'remote');
  });

  test('an embedded server goes with its process, which it does not hold when killed', async () => {
    const home = makeDirectory();
    mkdirSync(join(home, 'node_modules'));
    const outfile = join(home, 'library.mjs');
    await build({
      entryPoints: ['src/index.ts'],
      bundle: true,
      platform: 'node',
      format: 'esm',
      outfile,
      logLevel: 'silent',
    });
    const script = (end: string): string =>
      `import { EmbeddedTftp, TftpClient } from ${JSON.stringify(outfile)};
       import { existsSync } from 'node:fs';
       const tftp = await EmbeddedTftp.start();
       await new TftpClient('127.0.0.1', { port: tftp.port }).put(new Uint8Array(9), 'x');
       console.log(tftp.root, existsSync(tftp.root));
       ${end}`;
    for (const end of ['process.exit(0)', 'await tftp.kill()']) {
      const run = promisify(execFile);
      const { stdout } = await run(process.execPath, ['--input-type=module', '-e', script(end)], {
        timeout: 15_000,
      });
      const [root = '', existed] = stdout.trim().split(' ');
      expect(existed).toBe('true');
      expect(existsSync(root)).toBe(false);
    }
  });
});

test('types', () => {
  expectTypeOf<TftpClient['get']>().returns.resolves.toEqualTypeOf<TransferResult>();
  expectTypeOf<TftpClient['getOctets']>().returns.resolves.toEqualTypeOf<Uint8Array>();
  expectTypeOf<TftpClient['stat']>().returns.resolves.toEqualTypeOf<StatResult>();
  expectTypeOf<TftpError['failure']>().toEqualTypeOf<Cause>();
  expectTypeOf<EmbeddedTftp>().toExtend<TftpRig>();
  expectTypeOf<RemoteTftp>().toExtend<TftpRig>();
  expectTypeOf<TftpServer['listen']>().returns.resolves.toHaveProperty('port').toEqualTypeOf<number>();
});

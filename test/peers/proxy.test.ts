// impair-proxy in a process of its own: foreign clients and servers, and ours, exchange files through it, and it loses packets.
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { clientPeers, isMissing, serverPeers, type RunningPeer } from '../support/peers.ts';
import { run, start, type Running } from '../support/spawn.ts';
import { digest, digestOf, noise } from './content.ts';

const program = join(import.meta.dirname, '../../dist/cli.cjs');
const file = noise(20_000);

/** Of each direction one packet of the server and one of the client; a copy, and an exchange of places. */
const losses = {
  get: 'server drop DATA 2 once dup DATA 4 once client drop ACK 3 once',
  put: 'server drop ACK 2 once client drop DATA 3 once dup DATA 5 once',
} as const;

let folder: string;
const running: Running[] = [];
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tftpsh-proxy-'));
  await chmod(folder, 0o755);
  await mkdir(join(folder, 'served'));
  await chmod(join(folder, 'served'), 0o777);
  for (const path of ['file', 'served/file']) await writeFile(join(folder, path), file, { mode: 0o666 });
});
afterEach(async () => {
  for (const one of running.splice(0)) await one.stop();
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function proxy({ host, port }: RunningPeer, impairment: string): Promise<Running & { port: number }> {
  const args = [program, '-t', '--impair', impairment, 'impair-proxy', '0', host, String(port)];
  const one = start({ command: process.execPath, args });
  running.push(one);
  const line = await one.line(/^listening on/);
  return { ...one, port: Number(/127\.0\.0\.1:(\d+)/.exec(line)?.[1]) };
}

/** Both packets were lost there. */
async function lostBoth(one: Running): Promise<void> {
  await expect.poll(() => one.said().match(/lost \(impair /g)?.length, { timeout: 5000 }).toBe(2);
}

const clients = clientPeers().filter(({ name }) => ['tftp-hpa', 'atftp', 'busybox'].includes(name));
/** They notice a lost packet after five seconds or more: tried by hand (LONG=1). */
const slow = ['tftp-hpa ↔ atftpd', 'atftp ↔ atftpd'];
const isLong = process.env['LONG'] === '1';
const isSlow = (pair: string, direction: string): boolean =>
  !isLong && (slow.includes(pair) || (pair.startsWith('tftp-hpa') && direction === 'put'));

for (const server of serverPeers())
  describe.skipIf(isMissing(server))(`through the proxy to ${server.name}`, () => {
    let served: RunningPeer;
    beforeAll(async () => {
      served = await server.start(join(folder, 'served'));
    });
    afterAll(() => served.stop());

    for (const client of clients)
      describe.skipIf(isMissing(client))(`${client.name} ↔ ${server.name}, with loss`, () => {
        for (const direction of server.directions)
          test(`one packet of each end is lost: the ${direction} is whole`, async ({ skip }) => {
            if (isSlow(`${client.name} ↔ ${server.name}`, direction))
              skip('not exercised: it waits too long');
            const between = await proxy(served, losses[direction]);
            const arrives = join(folder, direction === 'get' ? `${client.name}-got` : 'served/put');
            await rm(arrives, { force: true });
            const local = direction === 'get' ? arrives : join(folder, 'file');
            const remote = direction === 'get' ? 'file' : 'put';
            const errand = { direction, host: '127.0.0.1', port: between.port, remote, local };
            expect(await client.transfer({ ...errand, within: 50_000 })).toMatchObject({ status: 0 });
            await expect.poll(() => digestOf(arrives), { timeout: 5000 }).toBe(digest(file));
            await lostBoth(between);
          });
      });

    describe(`our client ↔ ${server.name}, with loss`, () => {
      for (const direction of server.directions)
        test(`one packet of each end is lost by the proxy: the ${direction} is whole`, async () => {
          const between = await proxy(served, losses[direction]);
          const uri = `tftp://127.0.0.1:${between.port}/${direction === 'get' ? 'file' : 'put'}`;
          const arrives = join(folder, direction === 'get' ? 'got' : 'served/put');
          await rm(arrives, { force: true });
          const words = direction === 'get' ? ['get', uri, arrives] : ['put', join(folder, 'file'), uri];
          const flags = ['--rexmt', '100ms', '--blksize', '512', '--windowsize', '1'];
          const ended = await run({ command: process.execPath, args: [program, ...flags, ...words] });
          expect(ended).toMatchObject({ status: 0 });
          await expect.poll(() => digestOf(arrives), { timeout: 5000 }).toBe(digest(file));
          await lostBoth(between);
        });
    });
  });

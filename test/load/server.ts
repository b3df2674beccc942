// Our server in a process of its own, with what it holds: descriptors, memory, places, temporary files. Linux shows them.
import { readdirSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isTemporaryName } from '../../src/files/offerings/name.ts';
import { peakMemory, presentMemory } from '../bench/report.ts';
import { start, type Running } from '../support/spawn.ts';

const program = join(import.meta.dirname, '../../dist/cli.cjs');
const kibi = 1024;

export interface Holdings {
  readonly descriptors: number;
  /** Transfers that have a place. */
  readonly places: number;
  /** Temporary files in the folder that it serves. */
  readonly temporary: number;
}

export interface Loaded {
  readonly host: string;
  readonly port: number;
  readonly pid: number;
  /** What it serves. */
  readonly root: string;
  /** A folder for others, removed with the server. */
  readonly folder: string;
  holdings(): Promise<Holdings>;
  /** MiB that it holds now, and that it held at the highest. */
  memory(): { readonly now: number; readonly peak: number };
  /** The server dies as by `kill -9`, and another one starts on the same folder. */
  restart(): Promise<void>;
  stop(): Promise<void>;
}

/** Serves a new folder, readable and writable, on loopback. All clients have one address, so the rate of one address is not limited. */
export async function loaded(...flags: readonly string[]): Promise<Loaded> {
  const folder = await mkdtemp(join(tmpdir(), 'tftpsh-load-'));
  const root = join(folder, 'served');
  await mkdir(root);
  const words = [root, '--write', '--overwrite', '--user root', '--rate 1000000', ...flags];
  let [server, port] = await launch(words, 0);
  return {
    host: '127.0.0.1',
    get port() {
      return port;
    },
    get pid() {
      return server.pid;
    },
    ...{ root, folder },
    holdings: async () => ({
      descriptors: readdirSync(`/proc/${server.pid}/fd`).length,
      places: await placesOf(server),
      temporary: (await readdir(root)).filter(isTemporaryName).length,
    }),
    memory: () => ({
      now: (presentMemory(server.pid) ?? Number.NaN) / kibi,
      peak: (peakMemory(server.pid) ?? Number.NaN) / kibi,
    }),
    async restart() {
      process.kill(server.pid, 'SIGKILL');
      await server.ended;
      [server, port] = await launch(words, 0);
    },
    async stop() {
      await server.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function launch(words: readonly string[], port: number): Promise<[Running, number]> {
  const server = start({ command: process.execPath, args: [program] });
  server.type(`set durable off\nserve ${[...words, `--port ${port}`].join(' ')}\n`);
  const line = await server.next(/listening on \S+:\d+\n/);
  return [server, Number(/:(\d+)\n/.exec(line)?.[1])];
}

async function placesOf(server: Running): Promise<number> {
  server.type('serve\n');
  return Number((await server.next(/active [\d,]+/, 30_000)).slice('active '.length).replaceAll(',', ''));
}

// Where contests are held: one folder with the file, servers in processes of their own, and the moves between them.
// Our side runs as dist/bench/peer.js; times of ours are taken in that process, times of others from start to end.
import { mkdtemp, mkdir, open, rm, stat, writeFile, chmod } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { TransferSettings } from '../../src/engine/transfer.ts';
import { noise } from '../peers/content.ts';
import { clientPeers, serverPeers } from '../support/peers.ts';
import type { ClientPeer, Direction, Errand } from '../support/peers.ts';
import { run, start } from '../support/spawn.ts';
import type { Contestant } from './contest.ts';
import type { PeerReport } from './report.ts';

/** A server that runs. */
export interface Seat {
  readonly name: string;
  readonly host: string;
  readonly port: number;
  readonly pid: number;
  /** What it serves, and where uploads go. */
  readonly root: string;
  stop(): Promise<void>;
}

const entry = fileURLToPath(new URL('../../dist/bench/peer.js', import.meta.url));
/** The same without anything between the engine and its sockets: nothing can be recorded, and nothing asks whether to. */
const unobserved = fileURLToPath(new URL('../../dist/bench/unobserved/peer.js', import.meta.url));
const patience = 120_000;

/** How our side's process is started; NODE_BENCH_ARGS may add profiling flags. */
function node(args: readonly string[], script = entry): { command: string; args: readonly string[] } {
  const flags = (process.env['NODE_BENCH_ARGS'] ?? '').split(' ').filter((flag) => flag !== '');
  return { command: process.execPath, args: [...flags, script, ...args] };
}

export class Stage {
  readonly folder: string;
  readonly root: string;
  readonly size: number;
  readonly #seats = new Map<string, Promise<Seat>>();

  private constructor(folder: string, size: number) {
    this.folder = folder;
    this.root = join(folder, 'served');
    this.size = size;
  }

  /** Lays out a folder with `file`, in what is served and beside it. */
  static async open(size: number): Promise<Stage> {
    const folder = await mkdtemp(join(tmpdir(), 'tftpsh-bench-'));
    const stage = new Stage(folder, size);
    await mkdir(stage.root);
    await chmod(folder, 0o755);
    await chmod(stage.root, 0o777);
    const content = noise(size);
    for (const path of [stage.root, folder]) await writeFile(join(path, 'file'), content, { mode: 0o666 });
    return stage;
  }

  /** A file of zeroes that takes no room, to be served as `name`. */
  async sparse(name: string, size: number): Promise<void> {
    const file = await open(join(this.root, name), 'w', 0o666);
    await file.truncate(size);
    await file.close();
  }

  /** The server `name`, started once: `ours`, `bare`, or a foreign one; undefined where it is missing. */
  async seat(name: string): Promise<Seat | undefined> {
    const peer = serverPeers().find((candidate) => candidate.name === name);
    if (peer?.missing !== undefined) return undefined;
    let seat = this.#seats.get(name);
    if (seat === undefined) {
      seat =
        peer === undefined
          ? this.ownServer(name)
          : peer.start(this.root).then((running) => ({ ...running, name, root: this.root }));
      this.#seats.set(name, seat);
    }
    return seat;
  }

  /** A new server process of ours. */
  async ownServer(name: string): Promise<Seat> {
    const running = start(node([name === 'bare' ? 'bare-serve' : 'serve', this.root]));
    const { port } = JSON.parse(await running.line(/^\{/)) as { port: number };
    const stop = (): Promise<void> => running.stop().then(() => undefined);
    return { name, host: '127.0.0.1', port, pid: running.pid, root: this.root, stop };
  }

  /** Our client, or with `bare-` as prefix the bare one, against `seat`. */
  async ours(
    verb: string,
    seat: Seat,
    settings: TransferSettings,
    { file = 'file', script = entry } = {},
  ): Promise<PeerReport> {
    const get = verb.endsWith('get');
    const local = get ? join(this.folder, 'out') : join(this.folder, file);
    const remote = get ? file : 'up';
    const args = [verb, seat.host, String(seat.port), remote, local, JSON.stringify(settings)];
    const ended = await run(node(args, script), patience);
    if (ended.status !== 0)
      throw new Error(`${verb} ended with ${ended.status ?? ended.signal ?? 'nothing'}: ${ended.stderr}`);
    return JSON.parse(ended.stdout) as PeerReport;
  }

  /** A contestant: our client, or the bare one. */
  own(name: 'ours' | 'bare', direction: Direction, seat: Seat, settings: TransferSettings): Contestant {
    const verb = name === 'ours' ? direction : `bare-${direction}`;
    const label = name === 'ours' ? `ours ↔ ${seat.name}` : `bare loop ↔ ${seat.name}`;
    return { name: label, once: () => this.#whole(this.ours(verb, seat, settings)) };
  }

  /** A contestant: our client's get with every packet kept in the ring, or with nothing that could keep one. */
  recorded(how: 'ring' | 'unobserved', seat: Seat, settings: TransferSettings): Contestant {
    const once = (): Promise<number> =>
      this.#whole(
        how === 'ring'
          ? this.ours('ring-get', seat, settings)
          : this.ours('get', seat, settings, { script: unobserved }),
      );
    return { name: how === 'ring' ? 'ring on' : 'compiled out', once };
  }

  async #whole(report: Promise<PeerReport>): Promise<number> {
    const { octets, elapsed } = await report;
    if (octets !== this.size) throw new Error(`${octets} octets arrived, not ${this.size}`);
    return elapsed;
  }

  /** A contestant: a foreign client against `seat`; undefined where the client is missing. */
  foreign(
    client: string,
    direction: Direction,
    seat: Seat,
    terms: Pick<Errand, 'blksize' | 'windowsize'>,
  ): Contestant | undefined {
    const peer = clientPeers().find((candidate) => candidate.name === client);
    if (peer === undefined || peer.missing !== undefined) return undefined;
    return { name: `${client} ↔ ${seat.name}`, once: () => this.#move(peer, direction, seat, terms) };
  }

  async #move(
    peer: ClientPeer,
    direction: Direction,
    { host, port, root }: Seat,
    terms: Pick<Errand, 'blksize' | 'windowsize'>,
  ): Promise<number> {
    const arrives = direction === 'get' ? join(this.folder, 'out') : join(root, 'up');
    const local = join(this.folder, direction === 'get' ? 'out' : 'file');
    const remote = direction === 'get' ? 'file' : 'up';
    await rm(arrives, { force: true });
    const ended = await peer.transfer({ direction, host, port, remote, local, ...terms, within: patience });
    if (ended.status !== 0)
      throw new Error(`${peer.name} ended with ${ended.status ?? ended.signal ?? 'nothing'}`);
    const arrived = await stat(arrives).catch(() => undefined);
    // The bare server keeps no upload.
    if (arrived !== undefined && arrived.size !== this.size)
      throw new Error(`${arrived.size} octets arrived`);
    return ended.elapsed;
  }

  async close(): Promise<void> {
    for (const seat of this.#seats.values()) await (await seat).stop();
    await rm(this.folder, { recursive: true, force: true });
  }
}

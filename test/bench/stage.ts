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
import { run, start, type Ended } from '../support/spawn.ts';
import type { Contestant } from './contest.ts';
import type { PeerReport } from './report.ts';

/** One transfer of a foreign client. */
interface ForeignMove {
  readonly peer: ClientPeer;
  readonly direction: Direction;
  readonly terms: Pick<Errand, 'blksize' | 'windowsize'>;
  readonly octets: number;
  readonly out: string;
}

/** A contestant that may run several times at once: `out` is the file that a get writes, and "out" by default. */
export interface Mover extends Contestant {
  readonly once: (octets: number, out?: string) => Promise<number>;
}

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

/** Our client, or a loop without an engine: over node:dgram, or over system calls of its own. */
export type OwnClient = 'ours' | 'bare' | 'native';

const entry = fileURLToPath(new URL('../../dist/bench/peer.js', import.meta.url));
/** The same without anything between the engine and its sockets: nothing can be recorded, and nothing asks whether to. */
const unobserved = fileURLToPath(new URL('../../dist/bench/unobserved/peer.js', import.meta.url));
const patience = 120_000;

/** How our side's process is started; NODE_BENCH_ARGS may add profiling flags. */
function node(args: readonly string[], script = entry): { command: string; args: readonly string[] } {
  const flags = (process.env['NODE_BENCH_ARGS'] ?? '').split(' ').filter((flag) => flag !== '');
  return { command: process.execPath, args: ['--expose-gc', ...flags, script, ...args] };
}

function reportOf(verb: string, { status, signal, stdout, stderr }: Ended): PeerReport {
  if (status !== 0) throw new Error(`${verb} ended with ${status ?? signal ?? 'nothing'}: ${stderr}`);
  return JSON.parse(stdout) as PeerReport;
}

export class Stage {
  readonly folder: string;
  readonly root: string;
  readonly size: number;
  readonly #seats = new Map<string, Promise<Seat>>();
  readonly #files = new Set<string>();
  readonly #undo: (() => void)[] = [];

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

  /** A small and a large file: what starts once, like the first frame, does not count then. */
  get twoSizes(): readonly [number, number] {
    return [this.size, 4 * this.size];
  }

  /** The name of a file of `octets`, in what is served and beside it; made when it is first asked for. */
  async file(octets: number): Promise<string> {
    if (octets === this.size) return 'file';
    const name = `file-${octets}`;
    if (!this.#files.has(name)) {
      this.#files.add(name);
      const content = noise(octets);
      for (const path of [this.root, this.folder])
        await writeFile(join(path, name), content, { mode: 0o666 });
    }
    return name;
  }

  /** The path of `name` in the folder, where no such file is. */
  async fresh(name: string): Promise<string> {
    const path = join(this.folder, name);
    await rm(path, { force: true });
    return path;
  }

  /** A file of zeroes that takes no room, to be served as `name`. */
  async sparse(name: string, size: number): Promise<void> {
    const file = await open(join(this.root, name), 'w', 0o666);
    await file.truncate(size);
    await file.close();
  }

  /** The server `name`, started once: `ours`, `bare`, `native`, or a foreign one; undefined where it is missing. */
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
    const running = start(node([name === 'ours' ? 'serve' : `${name}-serve`, this.root]));
    const { port } = JSON.parse(await running.line(/^\{/)) as { port: number };
    const stop = (): Promise<void> => running.stop().then(() => undefined);
    return { name, host: '127.0.0.1', port, pid: running.pid, root: this.root, stop };
  }

  /**
   * Our client, or with `bare-` as prefix the bare one, against `seat`. The file is new, as it is for a foreign client: a
   * file system such as ext4 sends a file to the disk before that file takes the place of another one.
   */
  async ours(
    verb: string,
    seat: Seat,
    settings: TransferSettings,
    { file = 'file', script = entry, out = 'out' } = {},
  ): Promise<PeerReport> {
    const get = verb.endsWith('get');
    const local = join(this.folder, get ? out : file);
    const remote = get ? file : 'up';
    const args = [verb, seat.host, String(seat.port), remote, local, JSON.stringify(settings)];
    await rm(get ? local : join(seat.root, remote), { force: true });
    return reportOf(verb, await run(node(args, script), patience));
  }

  /** Gets `file` `reads` times, `atOnce` at a time, in one process of our client, which keeps nothing. */
  async many(
    { host, port }: Pick<Seat, 'host' | 'port'>,
    settings: TransferSettings,
    { file, reads, atOnce }: { readonly file: string; readonly reads: number; readonly atOnce: number },
  ): Promise<PeerReport> {
    const args = ['many', host, String(port), file, `${reads},${atOnce}`, JSON.stringify(settings)];
    return reportOf('many', await run(node(args), patience));
  }

  /** A contestant: our client, or a bare one. */
  own(name: OwnClient, direction: Direction, seat: Seat, settings: TransferSettings): Mover {
    const verb = name === 'ours' ? direction : `${name}-${direction}`;
    const once: Mover['once'] = async (octets, out) =>
      this.#whole(this.ours(verb, seat, settings, { file: await this.file(octets), out }), octets);
    return { name: `${name} ↔ ${seat.name}`, once };
  }

  /** A contestant: our client's get with every packet kept in the ring, or with nothing that could keep one. */
  recorded(how: 'ring' | 'unobserved', seat: Seat, settings: TransferSettings): Contestant {
    const once = async (octets: number): Promise<number> => {
      const file = await this.file(octets);
      return this.#whole(
        how === 'ring'
          ? this.ours('ring-get', seat, settings, { file })
          : this.ours('get', seat, settings, { file, script: unobserved }),
        octets,
      );
    };
    return { name: how === 'ring' ? 'ring on' : 'compiled out', once };
  }

  async #whole(report: Promise<PeerReport>, expected: number): Promise<number> {
    const { octets, elapsed } = await report;
    if (octets !== expected) throw new Error(`${octets} octets arrived, not ${expected}`);
    return elapsed;
  }

  /** A contestant: a foreign client against `seat`; undefined where the client is missing. */
  foreign(
    client: string,
    direction: Direction,
    seat: Seat,
    terms: Pick<Errand, 'blksize' | 'windowsize'>,
  ): Mover | undefined {
    const peer = clientPeers().find((candidate) => candidate.name === client);
    if (peer === undefined || peer.missing !== undefined) return undefined;
    return {
      name: `${client} ↔ ${seat.name}`,
      once: (octets, out = 'out') => this.#move({ peer, direction, terms, octets, out }, seat),
    };
  }

  async #move(move: ForeignMove, { host, port, root }: Seat): Promise<number> {
    const { peer, direction, terms, octets, out } = move;
    const file = await this.file(octets);
    const arrives = direction === 'get' ? join(this.folder, out) : join(root, 'up');
    const local = join(this.folder, direction === 'get' ? out : file);
    const remote = direction === 'get' ? file : 'up';
    await rm(arrives, { force: true });
    const ended = await peer.transfer({ direction, host, port, remote, local, ...terms, within: patience });
    if (ended.status !== 0)
      throw new Error(`${peer.name} ended with ${ended.status ?? ended.signal ?? 'nothing'}`);
    const arrived = await stat(arrives).catch(() => undefined);
    // The bare server keeps no upload.
    if (arrived !== undefined && arrived.size !== octets) throw new Error(`${arrived.size} octets arrived`);
    return ended.elapsed;
  }

  /** Calls `action` when the stage is closed. */
  onClose(action: () => void): void {
    this.#undo.push(action);
  }

  async close(): Promise<void> {
    for (const action of this.#undo) action();
    for (const seat of this.#seats.values()) await (await seat).stop();
    await rm(this.folder, { recursive: true, force: true });
  }
}

// Other people's TFTP servers and clients, each behind the same few calls, on loopback and free ports only.
// A peer's abilities are data (`modes`, `directions`, `options`): a matrix reads them and tells what it leaves out.
import { spawnSync } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findProgram, peersRequired } from './debs.ts';
import type { Found } from './debs.ts';
import { run, start } from './spawn.ts';
import type { Ended, Running } from './spawn.ts';
import { limit } from './limit.ts';

export type Mode = 'octet' | 'netascii';
export type Direction = 'get' | 'put';
export type Option = 'blksize' | 'windowsize' | 'tsize';

interface Abilities {
  readonly name: string;
  readonly modes: readonly Mode[];
  readonly directions: readonly Direction[];
  /** Options that it understands (a server) or can be told to ask for (a client). */
  readonly options: readonly Option[];
  /** Why it cannot be used here, or undefined. */
  readonly missing: string | undefined;
}

/** A foreign server that is not running yet. */
export interface ServerPeer extends Abilities {
  /** Serves `root`, readable and writable, on loopback; resolves once it answered a request. */
  start(root: string): Promise<RunningPeer>;
}

export interface RunningPeer {
  readonly host: string;
  readonly port: number;
  readonly pid: number;
  stop(): Promise<void>;
}

/** One transfer that a foreign client is to make. */
export interface Errand {
  readonly direction: Direction;
  readonly host: string;
  readonly port: number;
  readonly remote: string;
  readonly local: string;
  readonly mode?: Mode;
  readonly blksize?: number;
  readonly windowsize?: number;
  /** Milliseconds until it is killed; 60,000. */
  readonly within?: number;
}

export interface ClientPeer extends Abilities {
  transfer(errand: Errand): Promise<Ended>;
}

/** Every foreign server, also those that are missing here. */
export function serverPeers(): readonly ServerPeer[] {
  const root = process.getuid?.() === 0;
  const unprivileged = root ? undefined : 'needs root';
  return [
    serverPeer(
      {
        name: 'in.tftpd',
        modes: ['octet', 'netascii'],
        directions: ['get', 'put'],
        options: ['blksize', 'tsize'],
      },
      { package: 'tftpd-hpa', program: 'in.tftpd', unusable: unprivileged },
      ({ host, port, root: folder }) => [
        '--foreground',
        '--address',
        `${host}:${port}`,
        '--user',
        'root',
        '--create',
        '--permissive',
        '--secure',
        folder,
      ],
    ),
    serverPeer(
      {
        name: 'atftpd',
        modes: ['octet', 'netascii'],
        directions: ['get', 'put'],
        options: ['blksize', 'tsize', 'windowsize'],
      },
      { package: 'atftpd', program: 'atftpd', unusable: unprivileged },
      ({ host, port, root: folder, work }) => [
        ...['--daemon', '--no-fork', '--no-multicast', '--bind-address', host, '--port', String(port)],
        // It unlinks its pid file when it ends, whatever that is: always one of our own.
        ...['--user', 'root', '--group', 'root', '--logfile', '-', '--pidfile', join(work, 'pid'), folder],
      ],
    ),
    serverPeer(
      { name: 'dnsmasq', modes: ['octet', 'netascii'], directions: ['get'], options: ['blksize', 'tsize'] },
      // It has no setting for the listening port: it gets 69 of a loopback address of its own.
      { package: 'dnsmasq-base', program: 'dnsmasq', unusable: unprivileged ?? linuxOnly(), port: 69 },
      ({ host, root: folder }) => [
        ...[
          '--keep-in-foreground',
          '--conf-file=/dev/null',
          '--user=root',
          '--pid-file=',
          '--log-facility=-',
        ],
        ...[
          '--port=0',
          '--enable-tftp',
          `--tftp-root=${folder}`,
          `--listen-address=${host}`,
          '--bind-interfaces',
        ],
      ],
    ),
    busyboxServer(),
  ];
}

/** Every foreign client, also those that are missing here. */
export function clientPeers(): readonly ClientPeer[] {
  return [
    clientPeer(
      { name: 'tftp-hpa', modes: ['octet', 'netascii'], directions: ['get', 'put'], options: [] },
      { package: 'tftp-hpa', program: 'tftp' },
      (errand) => {
        const files =
          errand.direction === 'get' ? [errand.remote, errand.local] : [errand.local, errand.remote];
        const mode = errand.mode === 'netascii' ? 'netascii' : 'binary';
        return ['-m', mode, errand.host, String(errand.port), '-c', errand.direction, ...files];
      },
    ),
    clientPeer(
      {
        name: 'atftp',
        modes: ['octet', 'netascii'],
        directions: ['get', 'put'],
        options: ['blksize', 'windowsize', 'tsize'],
      },
      { package: 'atftp', program: 'atftp' },
      (errand) => [
        ...['--option', `mode ${errand.mode ?? 'octet'}`],
        ...(errand.blksize === undefined ? [] : ['--option', `blksize ${errand.blksize}`]),
        ...(errand.windowsize === undefined ? [] : ['--option', `windowsize ${errand.windowsize}`]),
        ...[errand.direction === 'get' ? '--get' : '--put', '--remote-file', errand.remote],
        ...['--local-file', errand.local, errand.host, String(errand.port)],
      ],
    ),
    clientPeer(
      { name: 'curl', modes: ['octet'], directions: ['get', 'put'], options: ['blksize', 'tsize'] },
      { package: 'curl', program: 'curl' },
      (errand) => [
        ...['--silent', '--show-error', '--max-time', String((errand.within ?? 60_000) / 1000)],
        ...(errand.blksize === undefined ? [] : ['--tftp-blksize', String(errand.blksize)]),
        ...[errand.direction === 'get' ? '--output' : '--upload-file', errand.local],
        `tftp://${errand.host}:${errand.port}/${errand.remote}`,
      ],
    ),
    clientPeer(
      { name: 'busybox', modes: ['octet'], directions: ['get', 'put'], options: ['blksize'] },
      { package: 'busybox', program: 'busybox' },
      (errand) => [
        ...['tftp', errand.direction === 'get' ? '-g' : '-p', '-l', errand.local, '-r', errand.remote],
        ...(errand.blksize === undefined ? [] : ['-b', String(errand.blksize)]),
        ...[errand.host, String(errand.port)],
      ],
    ),
  ];
}

/**
 * Whether the suite of a peer is to be skipped; says on stderr why. With REQUIRE_PEERS=1 a missing peer is an error.
 * Every peer has its suite, so that a machine without peers has suites to skip.
 */
export function isMissing(peer: Abilities): boolean {
  if (peer.missing === undefined) return false;
  if (peersRequired && !optionalPeers.includes(peer.name))
    throw new Error(`REQUIRE_PEERS=1, but ${peer.name}: ${peer.missing}`);
  console.warn(`skipped: ${peer.name}: ${peer.missing}`);
  return true;
}

/** Not in every Debian release's build, so never required. */
const optionalPeers = ['busybox tftpd'];

/** A loopback UDP port that was free a moment ago. */
export function freePort(host = '127.0.0.1'): Promise<number> {
  return new Promise((resolve, reject) => {
    const socket = createSocket('udp4');
    socket.once('error', reject);
    socket.bind(0, host, () => {
      const { port } = socket.address();
      socket.close(() => resolve(port));
    });
  });
}

/** Its server is a child of its own super-server, and absent from many builds. */
function busyboxServer(): ServerPeer {
  const found = findProgram('busybox', 'busybox');
  const list = found === undefined ? '' : spawnSync(found.command, ['--list'], { encoding: 'utf8' }).stdout;
  const built = /^tftpd$/m.test(list) && /^udpsvd$/m.test(list);
  const busybox = found?.command ?? 'busybox';
  return serverPeer(
    { name: 'busybox tftpd', modes: ['octet'], directions: ['get', 'put'], options: ['blksize', 'tsize'] },
    { package: 'busybox', program: 'busybox', unusable: built ? undefined : 'this build carries no tftpd' },
    ({ host, port, root }) => ['udpsvd', '-E', host, String(port), busybox, 'tftpd', '-c', root],
  );
}

interface Wanted {
  readonly package: string;
  /** The command that starts it, if it is not a program of its package. */
  readonly found?: Found | undefined;
  readonly program: string;
  readonly unusable?: string | undefined;
  /** The one port that it can listen on. */
  readonly port?: number;
}

interface Place {
  readonly host: string;
  readonly port: number;
  readonly root: string;
  /** A folder for its own files, removed when it stops. */
  readonly work: string;
}

function linuxOnly(): string | undefined {
  return process.platform === 'linux' ? undefined : 'needs loopback addresses beyond 127.0.0.1';
}

export function serverPeer(
  abilities: Omit<Abilities, 'missing'>,
  wanted: Wanted,
  argumentsFor: (place: Place) => readonly string[],
): ServerPeer {
  const found = 'found' in wanted ? wanted.found : findProgram(wanted.package, wanted.program);
  const missing = found === undefined ? `${wanted.program} is not here (run .ci/peers)` : wanted.unusable;
  return {
    ...abilities,
    missing,
    start: async (root) => {
      if (found === undefined) throw new Error(missing);
      return startServer(found, wanted.port, root, argumentsFor);
    },
  };
}

/** A port drawn free may be taken by the time it is used: three draws. */
async function startServer(
  found: Found,
  fixedPort: number | undefined,
  root: string,
  argumentsFor: (place: Place) => readonly string[],
): Promise<RunningPeer> {
  let last: unknown;
  for (let attempt = 0; attempt < 3; attempt++) {
    const host = fixedPort === undefined ? '127.0.0.1' : ownLoopback();
    const port = fixedPort ?? (await freePort(host));
    const work = await mkdtemp(join(tmpdir(), 'tftpsh-peer-'));
    const running = start({ ...found, args: argumentsFor({ host, port, root, work }) });
    const stop = async (): Promise<void> => {
      await running.stop();
      await rm(work, { recursive: true, force: true });
    };
    try {
      await answers(host, port, running);
      return { host, port, pid: running.pid, stop };
    } catch (error) {
      last = error;
      await stop();
    }
  }
  throw last;
}

/** Any 127.x.y.z is this machine's own, so that a fixed port does not collide. */
function ownLoopback(): string {
  const octet = (): number => 1 + Math.floor(Math.random() * 253);
  return `127.${octet()}.${octet()}.${octet()}`;
}

/** Asks for a file that nobody has until an answer comes: any answer means that the server serves. */
function answers(host: string, port: number, server: Running): Promise<void> {
  const request = Buffer.from('\0\x01no-such-file-here\0octet\0', 'latin1');
  return new Promise((resolve, reject) => {
    const socket = createSocket('udp4');
    let open = true;
    const settle = (error?: Error): void => {
      if (!open) return;
      open = false;
      clearInterval(asking);
      came();
      socket.close();
      if (error === undefined) resolve();
      else reject(error);
    };
    const ask = (): void => socket.send(request, port, host);
    const asking = setInterval(ask, 25);
    const came = limit(5000, () => settle(new Error(`no answer from ${host}:${port}: ${server.said()}`)));
    socket.once('message', () => settle());
    void server.ended.then(() => settle(new Error(`the server ended: ${server.said()}`)));
    ask();
  });
}

export function clientPeer(
  abilities: Omit<Abilities, 'missing'>,
  wanted: Wanted,
  argumentsFor: (errand: Errand) => readonly string[],
): ClientPeer {
  const found = 'found' in wanted ? wanted.found : findProgram(wanted.package, wanted.program);
  const missing = found === undefined ? `${wanted.program} is not here (run .ci/peers)` : wanted.unusable;
  return {
    ...abilities,
    missing,
    transfer: async (errand) => {
      if (found === undefined) throw new Error(missing);
      return run({ ...found, args: argumentsFor(errand) }, errand.within);
    },
  };
}

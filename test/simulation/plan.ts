// What a seed draws: the faults that are on and how strong they are, the files, and the jobs. Plain data, so that a failing
// plan can be printed, made smaller and played again.
import type { Impairment } from '../../src/network/impair/impairment.ts';
import type { Packet } from '../../src/wire/packet.ts';
import { seeded, type Random } from '../../src/network/random.ts';

export interface Job {
  readonly kind: 'get' | 'put';
  readonly name: string;
  /** Octets of a put. */
  readonly size: number;
  /** Milliseconds after the start. */
  readonly at: number;
  readonly mode: 'octet' | 'netascii';
  readonly blksize: number | 'off';
  readonly windowsize: number | 'off';
  readonly tsize: boolean;
  /** False: plain RFC 1350. */
  readonly options: boolean;
}

export interface DiskFaults {
  /** Probability that a call fails, and with what. */
  readonly failing?: { readonly share: number; readonly codes: readonly string[] };
  /** Calls of these names fail at their first use by the server, with this code. */
  readonly once?: { readonly call: string; readonly code: string };
  /** Octets that fit. */
  readonly free?: number;
  /** Reads and writes may take fewer octets than they are given. */
  readonly short?: boolean;
  /** Milliseconds that a call takes at most. */
  readonly slow?: number;
}

export interface Plan {
  readonly seed: number;
  /** `liveness`: after `calm` milliseconds only little is lost, and every transfer must succeed. */
  readonly mode: 'safety' | 'liveness';
  readonly calm?: number;
  /** For each direction of each end. */
  readonly net: Impairment;
  /** Packets of these kinds from the server are all lost. */
  readonly losses?: readonly Packet['op'][];
  /** Probability that an earlier datagram arrives again some time later. */
  readonly replay?: number;
  /** Probability that an ERROR from another port of the peer's host follows a datagram. */
  readonly strays?: number;
  /** The client draws its ports from a few: datagrams of an old transfer may reach a new one. */
  readonly narrow?: boolean;
  /** Nothing passes from `at` for `lasting` milliseconds, in both directions or from one end only. */
  readonly cut?: {
    readonly at: number;
    readonly lasting: number;
    readonly from: 'client' | 'server' | 'both';
  };
  readonly disk: DiskFaults;
  /** The server is killed at this call of its disk, with or without its disk losing what was not synced, and starts again. */
  readonly crash?: { readonly atCall: number; readonly power: boolean };
  /** Another program replaces a served file, or writes into it, at this moment. */
  readonly writer?: { readonly at: number; readonly inPlace: boolean };
  /** Peers that send nonsense: `client` to our server, `server` to a client of ours. */
  readonly byzantine?: 'client' | 'server';
  /** A host that guesses ports sends this many datagrams. */
  readonly attacker?: number;
  /** Places of the server; few of them make it evict. */
  readonly places: number;
  readonly rollover: 0 | 1;
  readonly files: Readonly<Record<string, number>>;
  readonly jobs: readonly Job[];
}

// The last one is not UTF-8: octet FF, as some boot ROMs append it.
const names = ['alpha', 'beta', 'gamma\udcff'];
const blocks = [8, 9, 16, 64, 512, 1428] as const;
const windows = [1, 2, 3, 4, 8, 16, 64] as const;

/** A stream of its own for each part, so that a new draw in one does not move the others. */
export function stream(seed: number, part: string): Random {
  let hash = 0x811c9dc5 ^ seed;
  for (let at = 0; at < part.length; at++) hash = Math.imul(hash ^ part.charCodeAt(at), 0x01000193);
  return seeded(Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d));
}

class Draw {
  readonly #random: Random;

  constructor(random: Random) {
    this.#random = random;
  }

  happens(share: number): boolean {
    return this.#random() < share;
  }

  between(low: number, high: number): number {
    return low + Math.floor(this.#random() * (high - low + 1));
  }

  share(most: number): number {
    return this.#random() * most;
  }

  of<T>(choices: readonly T[]): T {
    const choice = choices[Math.floor(this.#random() * choices.length)];
    if (choice === undefined) throw new Error('nothing to choose from');
    return choice;
  }
}

export function drawPlan(seed: number): Plan {
  const isLive = seed % 4 === 3;
  const net = new Draw(stream(seed, 'net'));
  const work = new Draw(stream(seed, 'work'));
  const common = {
    seed,
    net: drawNet(net, isLive),
    ...(net.happens(0.2) && { replay: net.share(0.1), narrow: net.happens(0.5) && !isLive }),
    ...(net.happens(0.2) && { strays: net.share(0.3) }),
    rollover: work.happens(0.3) ? 1 : 0,
    ...drawWork(work),
  } as const;
  if (isLive) return { ...common, mode: 'liveness', calm: net.between(0, 3000), disk: {}, places: 64 };
  const disk = new Draw(stream(seed, 'disk'));
  const peers = new Draw(stream(seed, 'peers'));
  return {
    ...common,
    mode: 'safety',
    ...(net.happens(0.2) && {
      cut: {
        at: net.between(0, 5000),
        lasting: net.between(100, 30_000),
        from: net.of(['client', 'server', 'both'] as const),
      },
    }),
    disk: drawDisk(disk),
    ...(disk.happens(0.2) && { crash: { atCall: disk.between(1, 60), power: disk.happens(0.5) } }),
    ...(disk.happens(0.1) && { writer: { at: disk.between(0, 500), inPlace: disk.happens(0.5) } }),
    ...(peers.happens(0.2) && { byzantine: peers.of(['client', 'server'] as const) }),
    ...(peers.happens(0.15) && { attacker: peers.between(1, 60) }),
    places: peers.happens(0.2) ? peers.between(1, 3) : 64,
  };
}

function drawNet(draw: Draw, isLive: boolean): Impairment {
  return {
    ...(draw.happens(0.6) && { loss: draw.share(isLive ? 0.2 : 0.4) }),
    ...(draw.happens(0.2) && { burst: draw.between(2, 8) }),
    ...(draw.happens(0.4) && { duplication: draw.share(0.2) }),
    delay: draw.share(5),
    ...(draw.happens(0.4) && { jitter: draw.happens(0.2) && !isLive ? draw.share(3000) : draw.share(30) }),
    ...(draw.happens(0.3) && { reordering: draw.share(0.2), lag: draw.share(200) }),
    ...(!isLive && draw.happens(0.15) && { truncation: draw.share(0.05) }),
  };
}

function drawDisk(draw: Draw): DiskFaults {
  return {
    ...(draw.happens(0.15) && {
      failing: { share: draw.share(0.05), codes: [draw.of(['EIO', 'ENOSPC', 'EMFILE', 'EACCES'])] },
    }),
    ...(draw.happens(0.2) && {
      once: {
        call: draw.of(['open', 'read', 'writev', 'fsync', 'close', 'link', 'rename', 'fstat', 'lstat']),
        code: draw.of(['EIO', 'ENOSPC']),
      },
    }),
    ...(draw.happens(0.1) && { free: draw.between(0, 4000) }),
    ...(draw.happens(0.3) && { short: true }),
    ...(draw.happens(0.3) && { slow: draw.happens(0.3) ? draw.share(5000) : draw.share(20) }),
  };
}

function drawWork(draw: Draw): Pick<Plan, 'files' | 'jobs'> {
  const jobs = Array.from({ length: draw.between(1, 4) }, () => drawJob(draw));
  const files: Record<string, number> = {};
  for (const name of names) if (draw.happens(0.8)) files[name] = drawSize(draw, 512, 12);
  return { files, jobs };
}

function drawJob(draw: Draw): Job {
  const options = draw.happens(0.85);
  const blksize = options && draw.happens(0.8) ? draw.of(blocks) : 'off';
  return {
    kind: draw.of(['get', 'put'] as const),
    name: draw.of(names),
    size: drawSize(draw, blksize === 'off' ? 512 : blksize, 40),
    at: draw.happens(0.5) ? 0 : draw.between(0, 2000),
    mode: draw.happens(0.15) ? 'netascii' : 'octet',
    blksize,
    windowsize: options && draw.happens(0.6) ? draw.of(windows) : 'off',
    tsize: draw.happens(0.7),
    options,
  };
}

/** Mostly about the edges of a block. */
function drawSize(draw: Draw, blksize: number, most: number): number {
  const whole = draw.of([0, 1, 2, 3, draw.between(0, most)]) * blksize;
  return Math.max(0, whole + draw.of([-1, 0, 1, draw.between(0, blksize)]));
}

/** Whether nothing is lost or late in a plan, so that no timer has a reason to fire. */
export function isQuiet(plan: Plan): boolean {
  const { net, losses, cut, disk, crash, byzantine, attacker, places, writer, jobs } = plan;
  const isEven = Object.keys(net).every((fault) => fault === 'delay' || fault === 'duplication');
  const others = [losses, cut, crash, byzantine, attacker, writer, plan.replay, plan.strays];
  const isAlone = others.every((part) => part === undefined);
  // A second upload of one name waits for the first.
  const areApart = new Set(jobs.map(({ name }) => name)).size === jobs.length;
  return isEven && isAlone && areApart && places > 8 && Object.keys(disk).every((part) => part === 'short');
}

/** The octets of a file: different for each name and version. */
export function contentOf(seed: number, name: string, size: number): Uint8Array {
  const random = stream(seed, `content ${name} ${size}`);
  return Uint8Array.from({ length: size }, () => Math.floor(random() * 256));
}

/** Plans with one fault or job fewer, or with less to move: what shrinking tries. */
export function* smaller(plan: Plan): Generator<Plan> {
  for (let at = 0; plan.jobs.length > 1 && at < plan.jobs.length; at++)
    yield { ...plan, jobs: plan.jobs.filter((_, other) => other !== at) };
  for (const part of [
    'replay',
    'strays',
    'narrow',
    'cut',
    'crash',
    'writer',
    'byzantine',
    'attacker',
  ] as const)
    if (plan[part] !== undefined) yield without(plan, part);
  for (const part of Object.keys(plan.net) as (keyof Impairment)[])
    yield { ...plan, net: without(plan.net, part) };
  for (const part of Object.keys(plan.disk) as (keyof DiskFaults)[])
    yield { ...plan, disk: without(plan.disk, part) };
  for (const [at, job] of plan.jobs.entries()) {
    const change = (changed: Partial<Job>): Plan => ({
      ...plan,
      jobs: plan.jobs.with(at, { ...job, ...changed }),
    });
    if (job.size > 0) yield change({ size: Math.floor(job.size / 2) });
    if (job.windowsize !== 'off') yield change({ windowsize: 'off' });
    if (job.blksize !== 'off') yield change({ blksize: 'off' });
    if (job.at > 0) yield change({ at: 0 });
  }
  for (const [name, size] of Object.entries(plan.files))
    if (size > 0) yield { ...plan, files: { ...plan.files, [name]: Math.floor(size / 2) } };
}

function without<T extends object>(from: T, part: keyof T): T {
  return Object.fromEntries(Object.entries(from).filter(([name]) => name !== part)) as T;
}

// Our side of a benchmark in a process of its own: `peer.js serve DIR`, `peer.js get|put HOST PORT REMOTE LOCAL [SETTINGS]`,
// with `bare-` before the word the same by a bare loop over node:dgram, as a yardstick, and with `ring-` every packet is kept.
// `peer.js many HOST PORT REMOTE READS,AT-ONCE SETTINGS` gets one file many times, and keeps none.
// Prints one JSON line when it is done (a client) or when it listens (a server).
import type { SystemOptions } from '../../src/engine/system.ts';
import type { TransferSettings } from '../../src/engine/transfer.ts';
import { Ring } from '../../src/trace/record/ring.ts';
import { ourClient, ourServer } from '../peers/ours.ts';
import { bareGet, bareServer } from './bare.ts';
import { nativeGet, nativeServer } from './bare-native.ts';
import type { BareTerms } from './bare.ts';
import { peakMemory } from './report.ts';
import type { PeerReport } from './report.ts';

/** As the program has it: what is young is collected after every 8 MiB received. */
const system: SystemOptions = { collect: () => globalThis.gc?.({ type: 'minor' }) };

function say(line: unknown): void {
  process.stdout.write(`${JSON.stringify(line)}\n`);
}

interface Moved {
  readonly octets: number;
  readonly resent: number;
}

async function timed(transfer: () => Promise<Moved>): Promise<void> {
  const cpu = process.cpuUsage();
  const began = performance.now();
  const { octets, resent } = await transfer();
  const elapsed = performance.now() - began;
  const used = process.cpuUsage(cpu);
  const report: PeerReport = {
    elapsed,
    octets,
    resent,
    cpu: (used.user + used.system) / 1000,
    peak: peakMemory('self') ?? 0,
  };
  say(report);
}

/** Resolves with whether the process is done: a server stays. */
async function main([verb, ...rest]: readonly string[]): Promise<boolean> {
  const servers: Readonly<Record<string, (root: string) => Promise<number>>> = {
    serve: async (root) => (await ourServer(root, {}, { maxUpload: 2 ** 40 }, system)).port,
    'bare-serve': bareServer,
    'native-serve': nativeServer,
  };
  const serve = servers[verb ?? ''];
  if (serve !== undefined) {
    say({ port: await serve(rest[0] ?? '.') });
    return false;
  }
  const [host = '', port = '', file = '', local = '', settings = '{}'] = rest;
  const wishes = JSON.parse(settings) as TransferSettings;
  const remote = { host, port: Number(port), file };
  const to = { type: 'file', path: local, overwrite: true } as const;
  const moves: Record<string, () => Promise<Moved>> = {
    get: () => ourClient(system).get({ remote, settings: wishes, to }).done,
    put: () => ourClient(system).put({ remote, settings: wishes, from: { type: 'file', path: local } }).done,
    'ring-get': () =>
      ourClient({ ...system, recorder: new Ring() }).get({ remote, settings: wishes, to }).done,
    'native-get': async () => ({ octets: await nativeGet(remote, bareTerms(wishes)), resent: 0 }),
    'bare-get': async () => ({ octets: await bareGet(remote, bareTerms(wishes)), resent: 0 }),
  };
  if (verb === 'many') moves[verb] = () => many(remote, wishes, local.split(',').map(Number));
  const move = moves[verb ?? ''];
  if (move === undefined)
    throw new Error('peer.js serve DIR | get|put HOST PORT REMOTE LOCAL [SETTINGS] | bare-… | ring-get …');
  await timed(move);
  return true;
}

/** Gets `remote` again and again, several times at once. */
async function many(
  remote: { readonly host: string; readonly port: number; readonly file: string },
  settings: TransferSettings,
  [reads = 1, atOnce = 1]: readonly number[],
): Promise<Moved> {
  const client = ourClient(system);
  const sum = { octets: 0, resent: 0 };
  let left = reads;
  const oneByOne = async (): Promise<void> => {
    while (left > 0) {
      left -= 1;
      const sink = { write: nothing, publish: nothing, discard: nothing };
      const { octets, resent } = await client.get({ remote, settings, to: { type: 'sink', sink } }).done;
      sum.octets += octets;
      sum.resent += resent;
    }
  };
  await Promise.all(Array.from({ length: atOnce }, oneByOne));
  return sum;
}

const nothing = (): Promise<void> => Promise.resolve();

function bareTerms({ blksize, windowsize }: TransferSettings): BareTerms {
  return {
    blksize: typeof blksize === 'number' ? blksize : 512,
    windowsize: typeof windowsize === 'number' ? windowsize : 1,
  };
}

// Not left to the event loop: a finished receiver still dallies, and a profile is written at the exit.
const isDone = await main(process.argv.slice(2)).catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
});
if (isDone) process.exit(0);
process.once('SIGTERM', () => process.exit(0));

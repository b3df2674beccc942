// The MAC addresses of clients on this machine's own links, from the neighbour table of the system: IPv4 from a file of
// Linux, IPv6 from the program `ip`. Rule: what the table does not say for certain is unknown.
import type { Clock } from '../../network/clock.ts';
import { FileError } from '../../files/file.ts';
import { readText } from '../../files/local/small-files.ts';
import { parseAddress } from '../../wire/cidr.ts';
import type { TransferCommandsDeps } from './transfer-commands.ts';

/** A row of the table; `device` is the interface. */
interface Neighbour {
  readonly address: string;
  readonly device: string;
  /** Lower case, with dashes. */
  readonly mac: string;
}

/** Octets of the table at most. */
const largestTable = 1024 * 1024;
/** Milliseconds between two runs of `ip` at least, and of one run at most. */
const betweenRuns = 100;
const longestRun = 5000;

export interface NeighboursDeps {
  readonly clock: Clock;
  readonly run: TransferCommandsDeps['run'];
  /** The table of IPv4. Default: that of Linux. */
  readonly arp?: string;
}

/** Finds the MAC address of a client; undefined if it is not known or not certain. Never rejects. */
export type MacOf = (address: string) => Promise<string | undefined>;

/** Reads the system's table for each question. Questions about IPv6 that come together share one run of `ip`. */
export function neighbours({ clock, run, arp = '/proc/net/arp' }: NeighboursDeps): MacOf {
  let waiting: Promise<readonly Neighbour[]> | undefined;
  let before: Promise<unknown> = Promise.resolve();
  const six = (): Promise<readonly Neighbour[]> => {
    waiting ??= before.then(() => {
      // Who asks from here on needs a table that is read later.
      waiting = undefined;
      const table = runIp(clock, run);
      before = table.then(() => pause(clock, betweenRuns));
      return table;
    });
    return waiting;
  };
  return async (address) => macIn(address.includes(':') ? await six() : await readFour(arp), address);
}

function pause(clock: Clock, ms: number): Promise<void> {
  return new Promise((resolve) => {
    clock.after(ms, resolve, false);
  });
}

async function readFour(path: string): Promise<readonly Neighbour[]> {
  const text = await readText(path, largestTable).catch((error: unknown) => {
    if (error instanceof FileError) return '';
    throw error;
  });
  return parseArp(text);
}

async function runIp(clock: Clock, run: NeighboursDeps['run']): Promise<readonly Neighbour[]> {
  const late = new AbortController();
  const timer = clock.after(longestRun, () => late.abort(), false);
  const lines: string[] = [];
  await run(['ip', '-6', 'neigh', 'show'], late.signal, (line) => lines.push(line));
  timer.cancel();
  return parseIpNeigh(lines.join('\n'));
}

/** Reads /proc/net/arp. A row that is not complete, or of another kind than Ethernet, is left out. */
export function parseArp(text: string): readonly Neighbour[] {
  const row = /^(\S+) +0x1 +0x([\da-f]+) +((?:[\da-f]{2}:){5}[\da-f]{2}) +\S+ +(\S+) *$/gim;
  return [...text.matchAll(row)].flatMap(([, address = '', flags = '', mac = '', device = '']) =>
    // Linux: 2 is ATF_COM, a complete entry.
    (Number.parseInt(flags, 16) & 2) === 0 ? [] : [{ address, device, mac: dashed(mac) }],
  );
}

/** Reads the output of `ip -6 neigh show`. A row without an address of the link is left out. */
export function parseIpNeigh(text: string): readonly Neighbour[] {
  const row = /^([\da-f:.]+) dev (\S+) lladdr ((?:[\da-f]{2}:){5}[\da-f]{2})(?: .*)?$/gim;
  return [...text.matchAll(row)].map(([, address = '', device = '', mac = '']) => ({
    ...{ address, device, mac: dashed(mac) },
  }));
}

function dashed(mac: string): string {
  return mac.toLowerCase().replaceAll(':', '-');
}

/** Two interfaces may have different neighbours of one address: then nobody knows which one asks. */
function macIn(table: readonly Neighbour[], address: string): string | undefined {
  const [plain = '', zone] = address.split('%');
  const wanted = parseAddress(plain)?.join();
  const macs = new Set(
    table
      .filter(({ device }) => zone === undefined || device === zone)
      .filter((row) => parseAddress(row.address)?.join() === wanted)
      .map(({ mac }) => mac),
  );
  const [mac] = macs;
  return macs.size === 1 && mac !== '00-00-00-00-00-00' ? mac : undefined;
}

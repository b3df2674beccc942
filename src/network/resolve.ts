// The only file that resolves names: host and service names to numbers.
// Rule: a numeric address is never sent to a resolver.
import type { LookupAddress } from 'node:dns';
import { isIP, SocketAddress } from 'node:net';
import { interfacesNow } from './interfaces.ts';
import { tid } from '../wire/tid.ts';
import { realClock, type Clock } from './clock.ts';

/** An address of a host name. */
export interface Resolved {
  /** Numeric, normalised as in a Tid, with the zone. */
  readonly address: string;
  readonly family: 4 | 6;
}

/**
 * Rejects with an `Error` whose `code` is the resolver's (`ENOTFOUND`, `EAI_AGAIN`), or `EAFNOSUPPORT` if the host is an
 * address of the other family. Numeric addresses resolve at once.
 */
export type Resolve = (
  host: string,
  family: 4 | 6 | undefined,
  signal?: AbortSignal,
) => Promise<readonly Resolved[]>;

/** Asks for all addresses of `host`, in the resolver's order. */
export type Lookup = (
  host: string,
  family: 0 | 4 | 6,
  answer: (error: Error | null, addresses: readonly LookupAddress[]) => void,
) => void;

/**
 * A {@link Resolve} over a resolver that may be slow or silent. It rejects with code `ETIMEOUT` after `patience`
 * milliseconds, and with the reason of `signal` when that aborts. A late answer is dropped.
 */
export function resolveBy(lookup: Lookup, clock: Clock, patience: number): Resolve {
  return async (host, family, signal) => {
    signal?.throwIfAborted();
    const numeric = numericAddress(host);
    if (numeric === undefined) return ask(lookup, { host, family, signal }, clock, patience);
    if (family !== undefined && family !== numeric.family)
      throw failure(`${numeric.address} is not an IPv${family} address`, 'EAFNOSUPPORT');
    return [numeric];
  };
}

/** The resolver of the system (hosts file, DNS and what else is configured), for at most 10 s. */
export const systemResolve: Resolve = resolveBy(
  (host, family, answer) => {
    // Loaded here: `node:dns` opens a resolver of its own, and most starts have numeric addresses.
    void import('node:dns').then(({ lookup }) => lookup(host, { all: true, verbatim: true, family }, answer));
  },
  realClock,
  10_000,
);

/** The port of a service name: a number in 0…65535, or `tftp` (69, RFC 1350 §4). Undefined for any other name. */
export function servicePort(name: string): number | undefined {
  if (name === 'tftp') return 69;
  const port = /^\d{1,5}$/.test(name) ? Number(name) : Infinity;
  return port <= 65535 ? port : undefined;
}

interface Question {
  readonly host: string;
  readonly family: 4 | 6 | undefined;
  readonly signal: AbortSignal | undefined;
}

async function ask(lookup: Lookup, { host, family, signal }: Question, clock: Clock, patience: number) {
  const ends: (() => void)[] = [];
  try {
    return await new Promise<readonly Resolved[]>((resolve, reject) => {
      const timer = clock.after(patience, () => reject(failure(`no answer about ${host}`, 'ETIMEOUT')));
      const abort = (): void => reject(signal?.reason as Error);
      signal?.addEventListener('abort', abort);
      ends.push(
        () => timer.cancel(),
        () => signal?.removeEventListener('abort', abort),
      );
      lookup(host, family ?? 0, (error, addresses) => {
        if (error !== null) {
          reject(error);
          return;
        }
        const found = addresses.flatMap(({ address }) => numericAddress(address) ?? []);
        if (found.length === 0) {
          reject(failure(`${host} has no address`, 'ENOTFOUND'));
          return;
        }
        resolve(found);
      });
    });
  } finally {
    for (const end of ends) end();
  }
}

/** The address as the system writes it in the source of a datagram; undefined if `host` is a name. */
function numericAddress(host: string): Resolved | undefined {
  const family = isIP(host);
  if (family === 4) return { address: host, family };
  if (family !== 6) return undefined;
  const [plain = '', zone] = host.split('%');
  const short = new SocketAddress({ address: plain, family: 'ipv6' }).address;
  const { address } = tid(zone === undefined ? short : `${short}%${zoneName(zone)}`, 0);
  return { address, family: address.includes(':') ? 6 : 4 };
}

// RFC 4007 §11.2: a zone may be given by its number. The system reports its name.
function zoneName(zone: string): string {
  for (const [name, addresses] of Object.entries(interfacesNow()))
    if (addresses?.some((one) => one.family === 'IPv6' && one.scopeid > 0 && String(one.scopeid) === zone))
      return name;
  return zone;
}

function failure(message: string, code: string): Error {
  return Object.assign(new Error(message), { code });
}

// Offers the files of a web server: each is fetched when a client requests it, no faster than the client reads it.
// Rule: names are checked as in a directory; no name leads out of the origin and path that the user gave. Requests for one
// name at the same time share one fetch.
import { platform } from 'node:os';
import { realClock, type Clock } from '../../network/clock.ts';
import { HttpError, httpOver, type HttpBody, type HttpGet, type HttpProblem } from '../../network/http.ts';
import type { FileProblem, Offering, Source } from '../../files/file.ts';
import { componentsOf } from '../../files/offerings/name.ts';
import { pieceSource } from '../../files/streams/pieces.ts';
import { problem } from '../../files/problem.ts';
import { SharedFetches } from './shared-fetches.ts';
import { usageError } from '../tftp-error.ts';

const problems: Readonly<Record<HttpProblem, FileProblem>> = {
  missing: 'missing',
  denied: 'denied',
  'is-directory': 'is-directory',
  failed: 'io',
  timeout: 'io',
};

export interface GatewayOptions {
  readonly clock: Pick<Clock, 'now'>;
  /** Where redirects may lead: below the offered path, or to any path of the same origin. Default `path`. */
  readonly redirects?: 'path' | 'origin';
}

/**
 * Offers what is below `base` (`http://` or `https://`), read-only. `list` is empty.
 * @throws TftpError `by: 'usage'` where `base` is another address, or has a query, a fragment or a password.
 */
export function gatewayOffering(
  base: string,
  get: HttpGet,
  { clock, redirects = 'path' }: GatewayOptions,
): Offering {
  const root = rootOf(base);
  const within = redirects === 'path' ? root : new URL('/', root);
  const fetches = new SharedFetches(() => clock.now());
  return {
    async open(name, by) {
      const url = urlOf(root, componentsOf(name, platform()));
      return fetches.open(url.href, (signal) => fetchFrom(() => get(url, { within, signal })), by?.signal);
    },
    create: () => Promise.reject(problem('read-only')),
    list: () => Promise.resolve([]),
    close: () => Promise.resolve(),
  };
}

async function fetchFrom(get: () => Promise<HttpBody>): Promise<Source> {
  const body = await get().catch((error: unknown) => {
    throw problem(kindOf(error), undefined, error);
  });
  const next = async (): Promise<Uint8Array | undefined> => {
    try {
      return await body.read();
    } catch (error) {
      const kind = kindOf(error);
      // The body has fewer octets than announced.
      throw problem(kind === 'io' && body.size !== undefined ? 'changed' : kind, undefined, error);
    }
  };
  const { size, hasCertainEnd } = body;
  return pieceSource({ size, hasCertainEnd, next, close: () => body.close() });
}

/** Milliseconds that a web server may take until it answers, and between two pieces of the body. */
const patience = 10_000;

/** {@link gatewayOffering} over this machine's own network. */
export function webOffering(base: string): Offering {
  return gatewayOffering(base, httpOver(realClock, patience), { clock: realClock });
}

function rootOf(base: string): URL {
  const url = URL.canParse(base) ? new URL(base) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol))
    throw usageError('a gateway needs an address such as https://host/path/');
  if (url.username !== '' || url.password !== '')
    throw usageError('a gateway address must not have a user name or password');
  if (url.search !== '' || url.hash !== '') throw usageError('a gateway address must not have ? or #');
  if (!url.pathname.endsWith('/')) url.pathname += '/';
  return url;
}

function urlOf(root: URL, components: readonly string[]): URL {
  const url = new URL(components.map(encodeURIComponent).join('/'), root);
  // Cannot happen after the check of the name; if it does, nothing is fetched.
  if (url.origin !== root.origin || !url.pathname.startsWith(root.pathname)) throw problem('denied');
  return url;
}

function kindOf(error: unknown): FileProblem {
  return error instanceof HttpError ? problems[error.problem] : 'io';
}

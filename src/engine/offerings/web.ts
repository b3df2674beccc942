// Offers the files of a web server: each is fetched when a client requests it, no faster than the client reads it.
// Rule: names are checked as in a directory; no name leads out of the origin and path that the user gave. Requests for one
// name at the same time share one fetch, and a cache may keep what was fetched.
import { platform, tmpdir } from 'node:os';
import { realClock, type Clock } from '../../network/clock.ts';
import {
  HttpError,
  httpOver,
  type HttpBody,
  type HttpGet,
  type HttpProblem,
  type Validators,
} from '../../network/http.ts';
import { FileCache } from '../../files/cache/file-cache.ts';
import type { FileProblem, Offering, Source } from '../../files/file.ts';
import { percentEncoded } from '../../wire/names.ts';
import { componentsOf } from '../../files/offerings/name.ts';
import { pieceSource } from '../../files/streams/pieces.ts';
import { problem } from '../../files/problem.ts';
import { SharedFetches } from './shared-fetches.ts';
import { usageError } from '../tftp-error.ts';
import { WebCache, type Fetch, type Fetched } from './web-cache.ts';

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
  /** Keeps files, and gives files of unknown size one. The offering closes it. Default: none. */
  readonly cache?: FileCache<Validators>;
}

/**
 * Offers what is below `base` (`http://` or `https://`), read-only. `list` is empty.
 * @throws TftpError `by: 'usage'` where `base` is another address, or has a query, a fragment or a password.
 */
export function gatewayOffering(
  base: string,
  get: HttpGet,
  { clock, redirects = 'path', cache }: GatewayOptions,
): Offering {
  const root = rootOf(base);
  const within = redirects === 'path' ? root : new URL('/', root);
  const fetches = new SharedFetches(() => clock.now());
  const kept = cache && new WebCache(cache, () => clock.now());
  return {
    async open(name, by) {
      const url = urlOf(root, componentsOf(name, platform()));
      const fetch = async (signal: AbortSignal): Promise<Source> => {
        const ask: Fetch = (unless) => fetchFrom(() => get(url, { within, unless, signal }));
        return kept === undefined ? (await ask(undefined)).source : kept.open(url.href, ask);
      };
      return fetches.open(url.href, fetch, by?.signal);
    },
    create: () => Promise.reject(problem('read-only')),
    list: () => Promise.resolve([]),
    close: async () => kept?.close(),
  };
}

async function fetchFrom(get: () => Promise<HttpBody>): Promise<Fetched> {
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
  return { body, source: pieceSource({ size, hasCertainEnd, next, close: () => body.close() }) };
}

const defaultCacheSize = 256 * 1024 * 1024;
/** Files that are kept at most: each takes a descriptor. */
const mostCached = 100;
/** Milliseconds that a web server may take until it answers, and between two pieces of the body. */
const patience = 10_000;

/** Settings of {@link webOffering}. */
export interface WebOptions extends Pick<GatewayOptions, 'redirects'> {
  /**
   * Keep files on the disk, without names, in `directory` (that of the system for temporary files) and at most `size`
   * octets (256 MiB). Each use is confirmed by the web server. A file without a length gets a size. Default: no cache.
   */
  readonly cache?: { readonly directory?: string; readonly size?: number };
}

/** {@link gatewayOffering} over this machine's own network. */
export function webOffering(base: string, { redirects, cache }: WebOptions = {}): Offering {
  return gatewayOffering(base, httpOver(realClock, patience), {
    clock: realClock,
    ...(redirects !== undefined && { redirects }),
    ...(cache !== undefined && { cache: webCache(cache, realClock) }),
  });
}

/** A cache for {@link gatewayOffering}; see {@link WebOptions.cache}. `descriptors`: what this process may have open. */
export function webCache(
  { directory = tmpdir(), size = defaultCacheSize }: NonNullable<WebOptions['cache']>,
  clock: Pick<Clock, 'wall'>,
  descriptors = Infinity,
): FileCache<Validators> {
  const files = Math.min(mostCached, Math.floor(descriptors / 16));
  return new FileCache({ directory, size, files, now: () => clock.wall().getTime() });
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
  const url = new URL(components.map(percentEncoded).join('/'), root);
  // Cannot happen after the check of the name; if it does, nothing is fetched.
  if (url.origin !== root.origin || !url.pathname.startsWith(root.pathname)) throw problem('denied');
  return url;
}

function kindOf(error: unknown): FileProblem {
  return error instanceof HttpError ? problems[error.problem] : 'io';
}

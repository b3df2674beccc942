// Files of a web server, offered over TFTP: each is fetched when it is asked for, and no faster than it is read.
// Rule: names are judged as in a directory; no client can lead outside of the origin and path that the user gave.
// Imports network (types), files.
import { platform } from 'node:os';
import { HttpError, type HttpGet, type HttpProblem } from '../../network/http.ts';
import type { FileProblem, Offering } from '../../files/file.ts';
import { componentsOf } from '../../files/offerings/name.ts';
import { pieceSource } from '../../files/streams/pieces.ts';
import { problem } from '../../files/problem.ts';
import { usageError } from '../client/options.ts';

const problems: Readonly<Record<HttpProblem, FileProblem>> = {
  missing: 'missing',
  denied: 'denied',
  'is-directory': 'is-directory',
  failed: 'io',
  timeout: 'io',
};

/**
 * Offers what is below `base` (`http://` or `https://`), to read only. There is no list.
 * @throws TftpError `by: 'usage'` where `base` is no such address, or has a query, a fragment or a password.
 */
export function gatewayOffering(base: string, get: HttpGet): Offering {
  const root = rootOf(base);
  return {
    async open(name) {
      const url = urlOf(root, componentsOf(name, platform()));
      const body = await get(url).catch((error: unknown) => {
        throw problem(kindOf(error), undefined, error);
      });
      const next = async (): Promise<Uint8Array | undefined> => {
        try {
          return await body.read();
        } catch (error) {
          const kind = kindOf(error);
          // Fewer octets than were announced.
          throw problem(kind === 'io' && body.size !== undefined ? 'changed' : kind, undefined, error);
        }
      };
      return pieceSource({ size: body.size, next, close: () => body.close() });
    },
    create: () => Promise.reject(problem('read-only')),
    list: () => Promise.resolve([]),
    close: () => Promise.resolve(),
  };
}

function rootOf(base: string): URL {
  const url = URL.canParse(base) ? new URL(base) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol))
    throw usageError('a gateway leads to an address such as https://host/path/');
  if (url.username !== '' || url.password !== '') throw usageError('a gateway cannot log in anywhere');
  if (url.search !== '' || url.hash !== '') throw usageError('a gateway leads to a path, without ? and #');
  if (!url.pathname.endsWith('/')) url.pathname += '/';
  return url;
}

function urlOf(root: URL, components: readonly string[]): URL {
  const url = new URL(components.map(encodeURIComponent).join('/'), root);
  // It cannot be otherwise; and if it could, nothing would be fetched.
  if (url.origin !== root.origin || !url.pathname.startsWith(root.pathname)) throw problem('denied');
  return url;
}

function kindOf(error: unknown): FileProblem {
  return error instanceof HttpError ? problems[error.problem] : 'io';
}

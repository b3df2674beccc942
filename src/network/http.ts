// The only file that speaks HTTP: one GET, which may be conditional, the size and the body as it arrives.
// Rule: a redirect never leads out of the given place. An error has a kind of ours and never contains a text of the server.
import { parseTime, type Clock } from './clock.ts';

/** Why the file could not be fetched. */
export type HttpProblem = 'missing' | 'denied' | 'is-directory' | 'failed' | 'timeout';

export class HttpError extends Error {
  override readonly name = 'HttpError';
  readonly problem: HttpProblem;
  constructor(problem: HttpProblem, message: string, options?: ErrorOptions) {
    super(message, options);
    this.problem = problem;
  }
}

export interface HttpBody {
  /** Octets announced (Content-Length); undefined if the server announced no size. */
  readonly size: number | undefined;
  /** False: the server announced neither a size nor chunks, so its end looks like a broken connection (RFC 9112 §8). */
  readonly hasCertainEnd: boolean;
  /** What proves later that the file is still the same; undefined: nothing does, or it must not be kept. */
  readonly validators?: Validators | undefined;
  /** The server confirms the file of {@link GetOptions.unless}: there is no body. Default: false. */
  readonly isUnchanged?: boolean;
  /** The next octets as they arrive; undefined at the end. Rejects with {@link HttpError}. */
  read(): Promise<Uint8Array | undefined>;
  /** Drops the connection. Pending reads reject. */
  close(): void;
}

/** What a web server says about a version of a file (RFC 9110 §8.8): as it sent them. */
export interface Validators {
  readonly etag?: string;
  readonly modified?: string;
}

export interface GetOptions {
  /** Redirects must stay below the path of this address, and with its origin. */
  readonly within: URL;
  /** The answer may be that the file is still the one with these. */
  readonly unless?: Validators | undefined;
  /** Ends the request, the body too. */
  readonly signal?: AbortSignal;
}

/** Sends a GET for `url`. Rejects with {@link HttpError}. */
export type HttpGet = (url: URL, options: GetOptions) => Promise<HttpBody>;

const mostRedirects = 5;

/**
 * An {@link HttpGet} over Node's `fetch`. The body is read only as `read` is called. `patience`: milliseconds to wait for
 * the beginning of the answer, and for each piece of it.
 */
export function httpOver(clock: Clock, patience: number): HttpGet {
  return async (url, { within: place, unless, signal }) => {
    const abort = new AbortController();
    if (signal?.aborted === true) abort.abort();
    signal?.addEventListener('abort', () => abort.abort(), { once: true, signal: abort.signal });
    const inTime = <T>(work: Promise<T>): Promise<T> => within(work, abort, clock, patience);
    try {
      const headers = conditions(unless);
      const answer = await follow(url, place, unless !== undefined, (at) =>
        inTime(request(at, headers, abort.signal)),
      );
      return new FetchBody(answer, abort, inTime);
    } catch (error) {
      abort.abort();
      throw error;
    }
  };
}

/** The answer after all redirects. */
async function follow(
  url: URL,
  place: URL,
  isConditional: boolean,
  get: (url: URL) => Promise<Response>,
): Promise<Response> {
  let at = url;
  for (let count = 0; count <= mostRedirects; count += 1) {
    const answer = await get(at);
    if (answer.ok || (isConditional && answer.status === 304)) return answer;
    await answer.body?.cancel();
    const location = answer.headers.get('location');
    if (answer.status < 300 || answer.status >= 400 || location === null) throw refusal(answer.status);
    const next = URL.canParse(location, at.href) ? new URL(location, at) : undefined;
    if (next?.origin !== place.origin) throw new HttpError('denied', 'redirected to another server');
    // Web servers redirect so if the path is a directory.
    if (next.pathname === `${at.pathname}/`) throw new HttpError('is-directory', 'redirected to a directory');
    if (!next.pathname.startsWith(place.pathname))
      throw new HttpError('denied', 'redirected to a path that is not offered');
    at = next;
  }
  throw new HttpError('failed', 'too many redirects');
}

/** RFC 9110 §13.1.2, §13.1.3. */
function conditions({ etag, modified }: Validators = {}): Readonly<Record<string, string>> {
  return {
    ...(etag !== undefined && { 'if-none-match': etag }),
    ...(modified !== undefined && { 'if-modified-since': modified }),
  };
}

async function request(
  url: URL,
  conditional: Readonly<Record<string, string>>,
  signal: AbortSignal,
): Promise<Response> {
  try {
    // The size of an encoded body would differ from the announced one.
    const headers = { ...conditional, 'accept-encoding': 'identity' };
    return await fetch(url.href, { redirect: 'manual', headers, signal, credentials: 'omit' });
  } catch (error) {
    throw new HttpError('failed', 'no answer from the server', { cause: error });
  }
}

/**
 * What proves that a file is still the same. RFC 9110 §8.8.2.2: a date proves it only if the file was older than a second
 * when it was sent.
 */
function validatorsOf(headers: Headers): Validators | undefined {
  // RFC 9111 §5.2.2.5.
  if (/(?:^|,)\s*no-store\b/i.test(headers.get('cache-control') ?? '')) return undefined;
  const etag = headers.get('etag') ?? undefined;
  const modified = headers.get('last-modified') ?? undefined;
  if (etag !== undefined) return { etag, ...(modified !== undefined && { modified }) };
  const age = parseTime(headers.get('date') ?? '') - parseTime(modified ?? '');
  return modified !== undefined && age >= 1000 ? { modified } : undefined;
}

function refusal(status: number): HttpError {
  if (status === 404 || status === 410) return new HttpError('missing', 'not found');
  if (status === 401 || status === 403 || status === 407) return new HttpError('denied', 'not allowed');
  return new HttpError('failed', `the server answered with status ${status}`);
}

class FetchBody implements HttpBody {
  readonly size: number | undefined;
  readonly hasCertainEnd: boolean;
  readonly validators: Validators | undefined;
  readonly isUnchanged: boolean;
  readonly #reader: ReadableStreamDefaultReader<Uint8Array> | undefined;
  readonly #abort: AbortController;
  readonly #inTime: <T>(work: Promise<T>) => Promise<T>;

  constructor(answer: Response, abort: AbortController, inTime: <T>(work: Promise<T>) => Promise<T>) {
    const { headers } = answer;
    const length = headers.get('content-length') ?? '';
    const isPlain = (headers.get('content-encoding') ?? 'identity') === 'identity';
    this.size = isPlain && /^[0-9]{1,15}$/.test(length) ? Number(length) : undefined;
    this.validators = validatorsOf(headers);
    this.isUnchanged = answer.status === 304;
    // The system itself fails a body that ends before its announced length or its last chunk.
    this.hasCertainEnd = length !== '' || headers.has('transfer-encoding') || answer.body === null;
    this.#reader = answer.body?.getReader();
    this.#abort = abort;
    this.#inTime = inTime;
  }

  async read(): Promise<Uint8Array | undefined> {
    try {
      if (this.#reader === undefined) return undefined;
      return (await this.#inTime(this.#reader.read())).value;
    } catch (error) {
      if (error instanceof HttpError) throw error;
      throw new HttpError('failed', 'the connection was lost during the transfer', { cause: error });
    }
  }

  close(): void {
    this.#abort.abort();
  }
}

/** Rejects with `timeout` and aborts the request unless `work` settles in time. */
function within<T>(work: Promise<T>, abort: AbortController, clock: Clock, patience: number): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = clock.after(patience, () => {
      reject(new HttpError('timeout', 'the server did not answer in time'));
      abort.abort();
    });
    work.then(resolve, reject).finally(() => timer.cancel());
  });
}

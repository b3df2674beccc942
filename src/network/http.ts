// The only door for HTTP: one GET, its size and its body as they come.
// Rule: a request leaves no origin behind its back; what goes wrong is told as a kind, never in a server's words.
import type { Clock } from './clock.ts';

/** Why nothing was got. */
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
  /** Octets announced (Content-Length); undefined where they were not. */
  readonly size: number | undefined;
  /** The next octets, as few as came; undefined at the end. Rejects with {@link HttpError}. */
  read(): Promise<Uint8Array | undefined>;
  /** Drops the connection. Reads that wait are rejected. */
  close(): void;
}

/** GETs `url`. Rejects with {@link HttpError}. */
export type HttpGet = (url: URL) => Promise<HttpBody>;

const mostRedirects = 5;

/**
 * Over the system's own `fetch`: nothing is read before it is asked for. `patience`: milliseconds until the answer
 * begins, and between two pieces of it. Redirects are followed within the origin only.
 */
export function httpOver(clock: Clock, patience: number): HttpGet {
  return async (url) => {
    const abort = new AbortController();
    const inTime = <T>(work: Promise<T>): Promise<T> => within(work, abort, clock, patience);
    try {
      const answer = await follow(url, (at) => inTime(request(at, abort.signal)));
      return new FetchBody(answer, abort, inTime);
    } catch (error) {
      abort.abort();
      throw error;
    }
  };
}

/** The answer at the end of all redirects. */
async function follow(url: URL, get: (url: URL) => Promise<Response>): Promise<Response> {
  let at = url;
  for (let count = 0; count <= mostRedirects; count += 1) {
    const answer = await get(at);
    if (answer.ok) return answer;
    await answer.body?.cancel();
    const location = answer.headers.get('location');
    if (answer.status < 300 || answer.status >= 400 || location === null) throw refusal(answer.status);
    const next = URL.canParse(location, at.href) ? new URL(location, at) : undefined;
    if (next?.origin !== url.origin) throw new HttpError('denied', 'redirected to another server');
    // That is how a server says that it found a directory.
    if (next.pathname === `${at.pathname}/`) throw new HttpError('is-directory', 'redirected to a directory');
    at = next;
  }
  throw new HttpError('failed', 'redirected in circles');
}

async function request(url: URL, signal: AbortSignal): Promise<Response> {
  try {
    // An encoded body would have another size than the one announced.
    const headers = { 'accept-encoding': 'identity' };
    return await fetch(url.href, { redirect: 'manual', headers, signal, credentials: 'omit' });
  } catch (error) {
    throw new HttpError('failed', 'no answer from the server', { cause: error });
  }
}

function refusal(status: number): HttpError {
  if (status === 404 || status === 410) return new HttpError('missing', 'not found');
  if (status === 401 || status === 403 || status === 407) return new HttpError('denied', 'not allowed');
  return new HttpError('failed', `the server answered with status ${status}`);
}

class FetchBody implements HttpBody {
  readonly size: number | undefined;
  readonly #reader: ReadableStreamDefaultReader<Uint8Array> | undefined;
  readonly #abort: AbortController;
  readonly #inTime: <T>(work: Promise<T>) => Promise<T>;

  constructor(answer: Response, abort: AbortController, inTime: <T>(work: Promise<T>) => Promise<T>) {
    const { headers } = answer;
    const length = headers.get('content-length') ?? '';
    const isPlain = (headers.get('content-encoding') ?? 'identity') === 'identity';
    this.size = isPlain && /^[0-9]{1,15}$/.test(length) ? Number(length) : undefined;
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
      throw new HttpError('failed', 'the body broke off', { cause: error });
    }
  }

  close(): void {
    this.#abort.abort();
  }
}

/** Rejects with `timeout`, and aborts everything, unless `work` is done in time. */
function within<T>(work: Promise<T>, abort: AbortController, clock: Clock, patience: number): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = clock.after(patience, () => {
      reject(new HttpError('timeout', 'the server takes too long'));
      abort.abort();
    });
    work.then(resolve, reject).finally(() => timer.cancel());
  });
}

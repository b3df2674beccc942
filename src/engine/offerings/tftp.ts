// Offers the files of another TFTP server: each request becomes a request to that server.
// Rule: octets are passed on as they arrive, never faster than the slower side takes them. An ERROR of the other server
// becomes a text of ours, since its own may show its paths. Requests for one name at the same time share one transfer.
import { platform } from 'node:os';
import type { FileError, FileProblem, Offering, Sink, Source } from '../../files/file.ts';
import { componentsOf } from '../../files/offerings/name.ts';
import { pieceSource } from '../../files/streams/pieces.ts';
import { Pipe } from '../../files/streams/pipe.ts';
import { problem } from '../../files/problem.ts';
import { Client } from '../client/client.ts';
import type { Remote } from '../client/requests.ts';
import { deferred } from '../deferred.ts';
import { SharedFetches } from './shared-fetches.ts';
import { TftpError } from '../tftp-error.ts';
import { systemTower } from '../system.ts';
import type { Tower } from '../tower.ts';
import type { Transfer, TransferSettings } from '../transfer.ts';

export interface ProxyOptions {
  /** Name or numeric address of the other server. */
  readonly host: string;
  /** UDP port; 69. */
  readonly port?: number;
  /** Put before every name; empty. */
  readonly prefix?: string;
  /** Let clients write; false. The other server may still refuse. */
  readonly write?: boolean;
  /** Settings of our client. The mode is always octet, whatever mode our clients ask for. */
  readonly settings?: TransferSettings;
}

/** Offers the files of another TFTP server. `list` is empty: TFTP has no list. */
export function proxyOffering(tower: Tower, options: ProxyOptions): Offering {
  const client = new Client(tower);
  const running = new Set<Transfer>();
  const settings = { ...options.settings, mode: 'octet' } as const;
  const remote = (name: string): Remote => {
    // Checked as in every offering, but passed on unchanged: the other server has its own rules.
    componentsOf(name, platform());
    const { host, port = 69, prefix = '' } = options;
    return { host, port, file: prefix + name };
  };
  const track = (transfer: Transfer): Transfer => {
    running.add(transfer);
    void transfer.released.then(() => running.delete(transfer));
    return transfer;
  };
  const fetches = new SharedFetches(() => tower.clock.now());
  return {
    open: async (name, by) => {
      const file = remote(name);
      const get = (sink: Sink): Transfer =>
        track(client.get({ remote: file, settings, to: { type: 'sink', sink } }));
      return fetches.open(name, (signal) => openThere(get, signal), by?.signal);
    },
    create: async (name, size, by) => {
      if (options.write !== true) throw problem('read-only');
      const file = remote(name);
      const put = (source: Source): Transfer =>
        track(client.put({ remote: file, settings, from: { type: 'source', source } }));
      return createThere(size, put, by?.signal);
    },
    list: () => Promise.resolve([]),
    async close() {
      for (const transfer of running) transfer.abort('Server shutting down');
      await Promise.all([...running].map(({ done }) => done.catch(() => undefined)));
    },
  };
}

/** {@link proxyOffering} over this machine's own network, unless `tower` is given. */
export function tftpOffering(options: ProxyOptions, tower: Tower = systemTower()): Offering {
  return proxyOffering(tower, options);
}

/** Aborts `transfer` if `signal` is aborted before the result of `begun`. */
async function untilBegun<T>(
  transfer: Transfer,
  begun: Promise<T>,
  signal: AbortSignal | undefined,
): Promise<T> {
  const leave = (): void => transfer.abort('Not wanted any more');
  if (signal?.aborted === true) leave();
  signal?.addEventListener('abort', leave, { once: true });
  try {
    return await begun;
  } finally {
    signal?.removeEventListener('abort', leave);
  }
}

/** Resolves once the other server has answered, with the size where it sent one. */
async function openThere(get: (sink: Sink) => Transfer, signal: AbortSignal): Promise<Source> {
  const pipe = new Pipe();
  const begun = deferred<number | undefined>();
  const transfer = get({
    isEager: true,
    expect(size) {
      begun.resolve(size);
      return Promise.resolve();
    },
    write(parts) {
      begun.resolve(undefined);
      return pipe.push(parts);
    },
    publish() {
      begun.resolve(undefined);
      pipe.end();
      return Promise.resolve();
    },
    // `done` rejects with the reason.
    discard: () => Promise.resolve(),
  });
  transfer.done.catch((error: unknown) => {
    const known = problemOf(error);
    begun.reject(known);
    pipe.fail(known);
  });
  const size = await untilBegun(transfer, begun.promise, signal);
  const close = (): void => {
    pipe.fail();
    transfer.abort('Not wanted any more');
  };
  return pieceSource({ size, next: () => pipe.next(), close });
}

/** Resolves once the other server has agreed to take the file. */
async function createThere(
  size: number | undefined,
  put: (source: Source) => Transfer,
  signal: AbortSignal | undefined,
): Promise<Sink> {
  const pipe = new Pipe();
  const agreed = deferred<undefined>();
  const pieces = pieceSource({ size, next: () => pipe.next(), close: () => pipe.fail() });
  const transfer = put({
    size,
    read(into) {
      agreed.resolve(undefined);
      return pieces.read(into);
    },
    close: () => pieces.close(),
  });
  transfer.done.catch((error: unknown) => {
    const known = problemOf(error);
    agreed.reject(known);
    pipe.fail(known);
  });
  await untilBegun(transfer, agreed.promise, signal);
  return {
    isEager: true,
    write: (parts) => pipe.push(parts),
    /** Our client gets its last ACK when the other server has sent its own. */
    async publish() {
      pipe.end();
      await transfer.done.catch((error: unknown) => {
        throw problemOf(error);
      });
    },
    discard() {
      transfer.abort('Not sent to its end');
      return Promise.resolve();
    },
  };
}

const byCode: ReadonlyMap<number, FileProblem> = new Map([
  [1, 'missing'],
  [2, 'denied'],
  [3, 'full'],
  [6, 'exists'],
]);

function problemOf(error: unknown): FileError {
  if (error instanceof TftpError) {
    const { failure } = error;
    if (failure.by === 'peer') return problem(byCode.get(failure.code) ?? 'io', undefined, error);
    if (failure.by === 'file') return problem(failure.problem, undefined, error);
    if (failure.by === 'usage') return problem('bad-name', undefined, error);
    if (failure.by === 'integrity') return problem('changed', undefined, error);
  }
  return problem('io', undefined, error);
}

// An engine that does what the test says: transfers that end at once, fail, or wait to be ended. No sockets, no disk.
import { afterEach } from 'vitest';
import type { GetRequest, PutRequest, StatRequest } from '../../src/engine/client/requests.ts';
import { TftpError } from '../../src/engine/tftp-error.ts';
import type { Cause } from '../../src/engine/tftp-error.ts';
import type { ServerEvent, ServerSettings, ServerStatus } from '../../src/engine/server/server.ts';
import type { Tower } from '../../src/engine/tower.ts';
import type { Progress, Transfer, TransferResult } from '../../src/engine/transfer.ts';
import { VirtualClock } from '../../src/network/virtual-clock.ts';
import { seeded } from '../../src/network/random.ts';
import type { Engine, ShellDeps } from '../../src/shell/session/deps.ts';
import type { ShellEvent } from '../../src/shell/report/events.ts';
import { registry } from '../../src/shell/commands/registry.ts';
import { Session } from '../../src/shell/session/session.ts';
import type { Line } from '../../src/shell/session/state.ts';
import { Bus } from '../../src/trace/record/bus.ts';
import { untrusted, type Untrusted } from '../../src/wire/text.ts';
import type { Tid } from '../../src/wire/tid.ts';

/** How the next transfers end. */
export type Fate =
  | { readonly ok: true; readonly more?: Partial<TransferResult> }
  /** `at`: how far it has come. */
  | { readonly ok: false; readonly error: TftpError; readonly at?: { readonly octets: number } }
  | 'waits';

export interface FakeTransfer extends Transfer {
  readonly request: GetRequest | PutRequest;
  finish(): void;
  octets: number;
}

export class FakeEngine implements Engine {
  readonly asked: (GetRequest | PutRequest)[] = [];
  readonly stats: StatRequest[] = [];
  readonly transfers: FakeTransfer[] = [];
  readonly served: ServerSettings[] = [];
  /** The numbers of our server's transfers that were aborted. */
  readonly aborted: number[] = [];
  fates: Fate[] = [];
  listenError: TftpError | undefined;
  #number = 0;
  #counts: Counts | undefined;
  #serverListener: ((event: ServerEvent) => void) | undefined;

  readonly client: Engine['client'] = {
    get: (request) => this.#start('get', request),
    put: (request) => this.#start('put', request),
    stat: async (request) => {
      this.stats.push(request);
      request.began?.(++this.#number);
      const fate = this.fates.shift() ?? { ok: true };
      if (fate === 'waits')
        await new Promise((_, reject) => {
          request.signal?.addEventListener('abort', () =>
            reject(failure({ by: 'abort', message: 'aborted' })),
          );
        });
      else if (!fate.ok) throw fate.error;
      return { size: 4102, options: { tsize: '4102' } };
    },
  };

  readonly addressFor = async (): Promise<string> => '192.0.2.7';

  serve: Engine['serve'] = async (offering, settings) => {
    this.served.push(settings);
    const local = { address: '127.0.0.1', port: 6969 };
    const counts = new Counts(local);
    this.#counts = counts;
    return {
      listen: async () => {
        if (this.listenError !== undefined) throw this.listenError;
        return [local];
      },
      status: () => counts.status(),
      subscribe: (listener) => {
        this.#serverListener = listener;
        return () => undefined;
      },
      abort: (number) => {
        this.aborted.push(number);
        return true;
      },
      close: () => offering.close(),
    };
  };

  /** The server tells something. */
  emit(event: ServerEvent): void {
    this.#counts?.add(event);
    this.#serverListener?.(event);
  }

  #start(kind: 'get' | 'put', request: GetRequest | PutRequest): Transfer {
    const fate = this.fates.shift() ?? { ok: true };
    this.asked.push(request);
    const number = ++this.#number;
    const file = untrusted(request.remote.file);
    const ended = { state: 'done', sha256: undefined, confirmed: true, local: 'x', warnings: [] } as const;
    const result = (more: Partial<TransferResult> = {}): TransferResult => ({
      ...progressOf(kind, number, file, 4102),
      ...ended,
      ...more,
    });
    let finish: () => void = () => undefined;
    let fail: (error: TftpError) => void = () => undefined;
    const done = new Promise<TransferResult>((resolve, reject) => {
      finish = () => resolve(result());
      fail = reject;
      if (fate === 'waits') return;
      if (fate.ok) resolve(result(fate.more));
      else reject(fate.error);
    });
    const transfer: FakeTransfer = {
      ...{ number, done, request, released: Promise.resolve(), release: () => undefined },
      octets: (fate !== 'waits' && !fate.ok ? fate.at?.octets : undefined) ?? 4102,
      progress: () => progressOf(kind, number, file, transfer.octets),
      finish,
      abort: () => fail(failure({ by: 'abort', message: 'aborted' })),
    };
    this.transfers.push(transfer);
    return transfer;
  }
}

/** What a server says of itself: it counts its events. */
class Counts {
  readonly #listening: Tid[];
  readonly #active = new Map<number, Progress>();
  readonly #of = { done: 0, failed: 0, probes: 0, refused: 0, dropped: 0, denied: 0, octets: 0 };

  constructor(local: Tid) {
    this.#listening = [local];
  }

  add(event: ServerEvent): void {
    if (event.type === 'listening') this.#listening.push(event.local);
    if (event.type === 'refused') this.#of.refused += 1;
    if (event.type === 'dropped') this.#of[event.reason === 'denied' ? 'denied' : 'dropped'] += event.count;
    if (event.type === 'accepted') {
      const { op, number, file, peer } = event;
      this.#active.set(number, { ...progressOf(op === 'RRQ' ? 'get' : 'put', number, file, 4102), peer });
    }
    if (!('progress' in event)) return;
    this.#active.delete(event.progress.number);
    this.#of.octets += event.progress.octets;
    this.#of[({ complete: 'done', failed: 'failed', probe: 'probes' } as const)[event.type]] += 1;
  }

  status(): ServerStatus {
    return { ...this.#of, listening: this.#listening, active: [...this.#active.values()], uptime: 1000 };
  }
}

export function progressOf(kind: 'get' | 'put', number: number, file: Untrusted, octets: number): Progress {
  return {
    ...({ number, kind, side: 'client', state: 'moving', remote: file } as const),
    peer: { address: '192.0.2.1', port: 40_001 },
    ...{ octets, size: 8204, block: 9, resent: 0, rtt: 0.4, elapsed: 12 },
    terms: {
      blksize: 512,
      windowsize: 1,
      timeout: undefined,
      tsize: undefined,
      rollover: 0,
      negotiated: false,
    },
  };
}

export function failure(cause: Cause, short: string = cause.by): TftpError {
  return new TftpError(short, cause);
}

export interface Rig {
  readonly session: Session;
  readonly engine: FakeEngine;
  readonly clock: VirtualClock;
  readonly bus: Bus;
  readonly lines: Line[];
  readonly events: ShellEvent[];
  /** Runs a line and answers its status and what it printed. */
  readonly run: (line: string) => Promise<{ readonly status: number; readonly lines: readonly string[] }>;
}

/** A function that makes sessions as {@link rig} does. Each is closed after its test. */
export function rigs(): (more?: Partial<ShellDeps>) => Rig {
  const open: Rig[] = [];
  afterEach(async () => {
    for (const { session } of open.splice(0)) await session.close();
  });
  return (more) => {
    const made = rig(more);
    open.push(made);
    return made;
  };
}

/** A session over a fake engine on a clock that stands still. */
export function rig(more: Partial<ShellDeps> = {}): Rig {
  const clock = new VirtualClock();
  const bus = new Bus();
  const engine = new FakeEngine();
  const tower = {
    ...{ clock, bus, random: seeded(1), platform: 'linux', nextNumber: () => 1 },
    network: { open: () => Promise.reject(new Error('no network here')) },
    resolve: async (host: string) => {
      if (host === 'nowhere') throw Object.assign(new Error('x'), { code: 'ENOTFOUND' });
      return [
        {
          address: host.includes(':') ? host : /^[0-9.]+$/.test(host) ? host : '192.0.2.1',
          family: host.includes(':') ? 6 : 4,
        },
      ];
    },
    routeTo: async () => '192.0.2.7',
  } as unknown as Tower;
  const session = new Session(
    {
      ...{ tower, engine, interactive: false, echo: false, stdin: undefined, stdout: undefined },
      ...{
        directory: '/nonexistent',
        home: '/home/user',
        platform: 'linux',
        env: {},
        endGroup: () => undefined,
      },
      ...{ chosen: {}, historyFile: undefined },
      ...more,
    },
    registry,
  );
  const lines: Line[] = [];
  const events: ShellEvent[] = [];
  session.onLines((batch) => lines.push(...batch));
  session.onEvent((event) => events.push(event));
  const run: Rig['run'] = async (line) => {
    const from = lines.length;
    const status = await session.submit(line);
    return { status, lines: lines.slice(from).map(({ text }) => text) };
  };
  return { session, engine, clock, bus, lines, events, run };
}

// Examines a client: we play the server and wait. Each case has a file name of its own; `next` takes the next case.
import type { RequestPacket } from '../../../wire/packet.ts';
import { printable, say, untrusted } from '../../../wire/text.ts';
import { formatTid, type Tid } from '../../../wire/tid.ts';
import type { PacketPort } from '../../../network/packet-network.ts';
import { deferred } from '../../deferred.ts';
import { Interview, isExhausted, type ExamContext } from '../interview.ts';
import { TftpError } from '../../tftp-error.ts';
import type { Tower } from '../../tower.ts';
import { skip, type CaseRow, type Result } from './case.ts';
import type { Checked } from './check-server.ts';
import { clientGetCases } from './client-get-cases.ts';
import { clientPutCases } from './client-put-cases.ts';
import { caseName, type ClientCase, type Talk } from './talk.ts';

export interface ClientCheckOptions {
  /** Where we listen. */
  readonly address: string;
  /** UDP port; 0: any. */
  readonly port: number;
  /** Ends the check; what was not played is skipped. */
  readonly signal?: AbortSignal;
  readonly onListening?: (local: Tid) => void;
  /** Called after each case. */
  readonly onResult?: (row: CaseRow, result: Result) => void;
}

/** All cases, in the order of the catalogue. */
export const clientCases: readonly ClientCase[] = [...clientGetCases, ...clientPutCases].sort(
  (a, b) => a.number - b.number,
);

/** Packets that one case may send, and milliseconds that it may take. */
const bounds = { packets: 200, time: 60_000 };

/** The file name of a case. */
export function fileOf({ number }: CaseRow): string {
  return `case-${number}`;
}

/** Resolves when each case was played, or on the signal. Rejects with the system's error if the port cannot be opened. */
export async function checkClient(tower: Tower, options: ClientCheckOptions): Promise<readonly Checked[]> {
  const check = new ClientCheck(tower, options);
  await check.open();
  return check.done;
}

class ClientCheck {
  readonly #tower: Tower;
  readonly #options: ClientCheckOptions;
  readonly #results = new Map<ClientCase, Result>();
  /** Cases that are played now, by the TID of the client. */
  readonly #running = new Map<string, { requests: number; interview?: Interview }>();
  /** Cases that were given out, so that `next` gives each only once. */
  readonly #given = new Set<ClientCase>();
  readonly #over = deferred<undefined>();
  #port: PacketPort | undefined;

  constructor(tower: Tower, options: ClientCheckOptions) {
    this.#tower = tower;
    this.#options = options;
  }

  readonly #end = (): void => this.#over.resolve(undefined);

  get done(): Promise<readonly Checked[]> {
    return this.#over.promise.then(() => {
      this.#options.signal?.removeEventListener('abort', this.#end);
      this.#port?.close();
      return clientCases.map((row) => ({
        row,
        result:
          this.#results.get(row) ??
          skip(say`${printable(row.kind)} ${printable(fileOf(row))} was not asked for`),
      }));
    });
  }

  async open(): Promise<void> {
    const { address, port, signal, onListening } = this.#options;
    const opened = await this.#tower.network.open({
      ...{ address, port, role: 'listen', tag: { transfer: 0, side: 'server' } },
      events: {
        received: ({ packet, from }) => {
          if (packet.op === 'RRQ' || packet.op === 'WRQ') this.#requested(packet, from);
        },
        unreachable: () => undefined,
        failed: this.#end,
      },
    });
    this.#port = opened;
    signal?.addEventListener('abort', this.#end);
    onListening?.(opened.local);
  }

  #requested(request: RequestPacket, from: Tid): void {
    const key = formatTid(from);
    const running = this.#running.get(key);
    if (running !== undefined) {
      running.requests += 1;
      running.interview?.requested();
      return;
    }
    const row = this.#caseFor(request);
    if (typeof row === 'string') {
      this.#port?.send(from, { op: 'ERROR', code: 1, message: untrusted(row) });
      this.#port?.flush();
      return;
    }
    this.#given.add(row);
    this.#running.set(key, { requests: 1 });
    void this.#play(row, request, from).then((result) => {
      this.#running.delete(key);
      if (result !== undefined) this.#keep(row, result);
    });
  }

  /** The case that the request means, or why there is none. */
  #caseFor(request: RequestPacket): ClientCase | string {
    const kind = request.op === 'RRQ' ? 'get' : 'put';
    const name = caseName(request);
    if (name === 'next') {
      const next = clientCases.find((row) => row.kind === kind && !this.#given.has(row));
      return next ?? `Every case of ${kind} was played`;
    }
    const found = clientCases.find((row) => fileOf(row) === name);
    if (found === undefined) return 'No such case';
    return found.kind === kind ? found : `${name} is for ${found.kind}`;
  }

  /** @returns the result; undefined where the check was ended meanwhile. */
  async #play(row: ClientCase, request: RequestPacket, from: Tid): Promise<Result | undefined> {
    const context = this.#contextFor(from);
    const interview = await new Interview(context).open();
    const running = this.#running.get(formatTid(from));
    if (running !== undefined) running.interview = interview;
    interview.begin(request);
    interview.requested();
    const talk: Talk = {
      ...{ interview, request, roundTrip: Infinity },
      stranger: () => new Interview(context).open(),
      requests: () => running?.requests ?? 0,
    };
    let result: Result | undefined;
    try {
      result = await row.play(talk);
    } catch (error) {
      if (!(error instanceof TftpError)) throw error;
      if (isExhausted(error)) result = skip(say`the packets or the time of the case are used up`);
    } finally {
      interview.close(result === undefined ? 'Check ended' : `${fileOf(row)}: ${result.verdict}`);
    }
    return result;
  }

  #contextFor(from: Tid): ExamContext {
    const { signal } = this.#options;
    const local = this.#port?.local.address;
    return {
      ...{ tower: this.#tower, to: from, signal, side: 'server' },
      budget: { packets: bounds.packets },
      deadline: this.#tower.clock.now() + bounds.time,
      ...(local !== undefined && { local }),
    };
  }

  #keep(row: ClientCase, result: Result): void {
    this.#results.set(row, result);
    this.#options.onResult?.(row, result);
    if (this.#results.size === clientCases.length) this.#end();
  }
}

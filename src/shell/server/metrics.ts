// The counters of our server as a file for Prometheus, which the textfile collector of node_exporter reads.
// Rule: the file is replaced as a whole, at most once in some seconds, and only after something changed.
import type { ServerStatus } from '../../engine/server/server.ts';
import { TftpError } from '../../engine/tftp-error.ts';
import type { FileError } from '../../files/file.ts';
import { replaceText } from '../../files/local/small-files.ts';
import type { Clock, Timer } from '../../network/clock.ts';
import { printable } from '../../wire/text.ts';

/** Milliseconds between two writes. */
const between = 5000;

interface Metric {
  readonly name: string;
  readonly type: 'counter' | 'gauge';
  readonly help: string;
  /** Values by label; the label may be empty. */
  readonly values: (status: ServerStatus, startedAt: number) => readonly (readonly [string, number])[];
}

const metrics: readonly Metric[] = [
  {
    name: 'tftpsh_transfers_total',
    type: 'counter',
    help: 'Transfers that ended, by outcome; probe: only the size was asked for.',
    values: ({ done, failed, probes }) => [
      ['{outcome="done"}', done],
      ['{outcome="failed"}', failed],
      ['{outcome="probe"}', probes],
    ],
  },
  {
    name: 'tftpsh_requests_refused_total',
    type: 'counter',
    help: 'Requests that were answered with ERROR.',
    values: ({ refused }) => [['', refused]],
  },
  {
    name: 'tftpsh_datagrams_dropped_total',
    type: 'counter',
    help: 'Datagrams on the listening port that were not answered; denied: the address may not use the server.',
    values: ({ dropped, denied }) => [
      ['{reason="denied"}', denied],
      ['{reason="other"}', dropped],
    ],
  },
  {
    name: 'tftpsh_file_octets_total',
    type: 'counter',
    help: 'Octets of files that were sent or received.',
    values: ({ octets }) => [['', octets]],
  },
  {
    name: 'tftpsh_active_transfers',
    type: 'gauge',
    help: 'Transfers that run.',
    values: ({ active }) => [['', active.length]],
  },
  {
    name: 'tftpsh_start_time_seconds',
    type: 'gauge',
    help: 'When the server started, in seconds since 1970.',
    values: (_, startedAt) => [['', startedAt]],
  },
];

/** The text exposition format of Prometheus. `startedAt`: seconds since 1970. */
export function metricsText(status: ServerStatus, startedAt: number): string {
  const lines = metrics.flatMap(({ name, type, help, values }) => [
    `# HELP ${name} ${help}`,
    `# TYPE ${name} ${type}`,
    ...values(status, startedAt).map(([label, value]) => `${name}${label} ${value}`),
  ]);
  return `${lines.join('\n')}\n`;
}

export interface MetricsDeps {
  readonly path: string;
  readonly clock: Pick<Clock, 'after' | 'wall'>;
  readonly status: () => ServerStatus;
  /** Called when a write fails; again only after one that succeeded. */
  readonly failed: (error: unknown) => void;
  /** Replaces the file; by default on the disk. */
  readonly replace?: typeof replaceText;
}

export class MetricsFile {
  readonly #deps: MetricsDeps;
  readonly #startedAt: number;
  #timer: Timer | undefined;
  #writing: Promise<void> | undefined;
  #hasChanged = false;
  #hasFailed = false;

  constructor(deps: MetricsDeps) {
    this.#deps = deps;
    this.#startedAt = Math.round(deps.clock.wall().getTime() / 1000);
  }

  /** Writes the file for the first time. Rejects with TftpError. */
  async start(): Promise<void> {
    try {
      await this.#put();
    } catch (error) {
      const { message, problem = 'io' } = error as Partial<FileError> & Error;
      const cause = { by: 'file', problem, message } as const;
      throw new TftpError(
        `the metrics cannot be written to ${printable(this.#deps.path)}: ${message}`,
        cause,
      );
    }
    this.#pause();
  }

  /** Something may have changed. */
  changed(): void {
    this.#hasChanged = true;
    if (this.#timer === undefined) this.#write();
  }

  /** Writes the file for the last time. */
  async close(): Promise<void> {
    this.#timer?.cancel();
    this.#timer = undefined;
    await this.#writing;
    await this.#try();
  }

  #put(): Promise<void> {
    this.#hasChanged = false;
    const { path, status, replace = replaceText } = this.#deps;
    return replace(path, metricsText(status(), this.#startedAt));
  }

  async #try(): Promise<void> {
    try {
      await this.#put();
      this.#hasFailed = false;
    } catch (error) {
      if (!this.#hasFailed) this.#deps.failed(error);
      this.#hasFailed = true;
    }
  }

  #write(): void {
    this.#pause();
    this.#writing ??= this.#try().finally(() => (this.#writing = undefined));
  }

  #pause(): void {
    this.#timer = this.#deps.clock.after(
      between,
      () => {
        this.#timer = undefined;
        if (this.#hasChanged) this.#write();
      },
      false,
    );
  }
}

// Our own server in the shell: `serve` starts and stops it; its log is printed as lines and emitted as events.
// Rule: at most one server runs, and only the user starts it.
import { refreshInterval } from '../../trace/text/refresh.ts';
import type { Server, ServerEvent, ServerSettings, ServerStatus } from '../../engine/server/server.ts';
import type { Offering } from '../../files/file.ts';
import type { LogFile } from '../../files/local/log-file.ts';
import type { RewriteRules } from '../../files/offerings/rewrite.ts';
import type { Clock, Timer } from '../../network/clock.ts';
import { formatTid } from '../../wire/tid.ts';
import type { Tid } from '../../wire/tid.ts';
import { join, printable, say } from '../../wire/text.ts';
import type { Printable } from '../../wire/text.ts';
import type { Engine } from '../session/deps.ts';
import type { OfferKind } from './offering.ts';
import { CaseHint } from './case-hint.ts';
import { ServedClients, type ServedClient } from './clients.ts';
import { LogLimit } from './log/log-limit.ts';
import { logEntry, type LogEntry } from './log/log-lines.ts';
import { MetricsFile } from './metrics.ts';
import type { Records } from './log/records.ts';
import { ServerLog, type LoggedLine } from './log/server-log.ts';
import type { ServedTransfer, ServedTransfers } from './served-transfers.ts';
import { TransferCommands, type TransferCommandsDeps } from './transfer-commands.ts';
import type { OfferedNames } from './offered-names.ts';
import type { Output } from '../session/output.ts';
import type { Store } from '../session/store.ts';

/** What `serve` starts. */
export interface Serve {
  readonly offering: Offering;
  readonly settings: ServerSettings;
  /** What is offered, as text. */
  readonly root: Printable;
  readonly writable: boolean;
  /** What clients may do, as text. */
  readonly mode?: Printable;
  readonly kind?: OfferKind;
  /** Single files: the set may change. */
  readonly files?: OfferedNames;
  readonly rules?: RewriteRules;
  /** The words of the command for each stored upload, and for each file that was read. */
  readonly onUpload?: readonly string[] | undefined;
  readonly onDownload?: readonly string[] | undefined;
  /** Called once the server listens; where it rejects, the server is closed. */
  readonly ready?: () => Promise<void>;
  /** Its log file and its metrics; by default it has none. */
  readonly records?: Records;
}

/** What the embedded server needs. */
export interface EmbeddedServerDeps {
  readonly serve: Engine['serve'];
  readonly clock: Clock;
  readonly store: Pick<Store, 'update' | 'emit'>;
  readonly output: Pick<Output, 'emit' | 'glyph' | 'print'>;
  readonly served: ServedTransfers;
  readonly run: TransferCommandsDeps['run'];
}

export class EmbeddedServer {
  readonly #deps: EmbeddedServerDeps;
  readonly #log: ServerLog;
  #server: Awaited<ReturnType<Engine['serve']>> | undefined;
  #serve: Serve | undefined;
  #listening: readonly Tid[] = [];
  #clients: ServedClients;
  #timer: Timer | undefined;
  #metrics: MetricsFile | undefined;
  #changes = 0;
  #ended: (() => void)[] = [];
  readonly #commands: TransferCommands;

  readonly #limit: LogLimit;
  readonly #hint: CaseHint;

  constructor(deps: EmbeddedServerDeps) {
    this.#deps = deps;
    this.#log = new ServerLog(deps);
    this.#clients = new ServedClients(deps.clock);
    this.#limit = new LogLimit(deps.clock, (entry) => this.#write(entry));
    this.#hint = new CaseHint(deps.clock, (entry) => this.#write(entry));
    this.#commands = new TransferCommands({
      ...{ clock: deps.clock, run: deps.run },
      report: (event, text) => this.#write([event, text]),
    });
  }

  /** The newest lines of the log, oldest first. */
  get log(): readonly LoggedLine[] {
    return this.#log.lines;
  }

  /** Writes the log to `file` too, from now on; undefined: to no file. */
  logTo(file: LogFile | undefined): Promise<void> {
    return this.#log.use(this.#serve?.records?.form ?? 'people', file);
  }

  /** Opens the log file again. @returns false where there is none. */
  reopenLog(): boolean {
    return this.#log.reopen();
  }

  /** Grows whenever its state or its log may have changed. */
  get changes(): number {
    return this.#changes;
  }

  get running(): boolean {
    return this.#server !== undefined;
  }

  /** What was started; undefined while no server runs. */
  get serve(): Serve | undefined {
    return this.#serve;
  }

  get offering(): Offering | undefined {
    return this.#serve?.offering;
  }

  get root(): Printable | undefined {
    return this.#serve === undefined ? undefined : rootText(this.#serve);
  }

  get mode(): Printable {
    const { mode, writable } = this.#serve ?? {};
    return mode ?? (writable === true ? say`writable` : say`read-only`);
  }

  /** Call this after the offered files changed. */
  changed(): void {
    this.#update();
  }

  /** Where our own client reaches it; for a wildcard address that is the loopback address. */
  get local(): Tid | undefined {
    const [first] = this.#listening;
    if (first === undefined) return undefined;
    if (first.address === '0.0.0.0') return { ...first, address: '127.0.0.1' };
    return first.address === '::' ? { ...first, address: '::1' } : first;
  }

  /** Its transfers since the shell started: the ended ones, oldest first, then the running ones. */
  transfers(): readonly ServedTransfer[] {
    return this.#deps.served.all(this.#server?.status().active ?? []);
  }

  /** Its `count` most active clients since it started. */
  clients(count: number): readonly ServedClient[] {
    return this.#clients.mostActive(this.#server?.status().active ?? [], count);
  }

  status(): ServerStatus | undefined {
    return this.#server?.status();
  }

  /** Aborts a running transfer. @returns false where none has that number. */
  abort(number: number): boolean {
    return this.#server?.abort(number, 'Transfer aborted') ?? false;
  }

  /** Starts it. Rejects with TftpError. */
  async start(serve: Serve): Promise<readonly Tid[]> {
    const server = await this.#deps.serve(serve.offering, serve.settings);
    const { form = 'people', file } = serve.records ?? {};
    const metrics = this.#metricsOf(serve, server);
    try {
      this.#listening = await server.listen();
      await serve.ready?.();
      await metrics?.start();
    } catch (error) {
      this.#listening = [];
      await Promise.all([server.close(), file?.close()]);
      throw error;
    }
    this.#server = server;
    this.#serve = serve;
    this.#clients = new ServedClients(this.#deps.clock);
    this.#metrics = metrics;
    await this.#log.use(form, file);
    server.subscribe((event) => this.#follow(event));
    this.#update();
    return this.#listening;
  }

  #metricsOf({ records }: Serve, server: Pick<Server, 'status'>): MetricsFile | undefined {
    const path = records?.metrics;
    if (path === undefined) return undefined;
    const { clock, output } = this.#deps;
    const failed = (error: unknown): void => {
      // Messages of a FileError are ours.
      const why = error instanceof Error ? (error.message as Printable) : say``;
      output.print([say`The metrics ${printable(path)} cannot be written: ${why}`], 'bad');
    };
    return new MetricsFile({ path, clock, status: () => server.status(), failed });
  }

  /** Stops it, if it runs: it takes no new requests, and running transfers get a short time to finish. */
  async stop(): Promise<void> {
    const server = this.#server;
    if (server === undefined) return;
    this.#server = undefined;
    this.#listening = [];
    await server.close();
    this.#limit.flush();
    this.#commands.stop();
    this.#timer?.cancel();
    this.#timer = undefined;
    await this.#metrics?.close();
    this.#metrics = undefined;
    await this.#log.use('people', undefined);
    this.#serve = undefined;
    this.#deps.store.update({ server: undefined });
    this.#deps.store.emit({ event: 'closed' });
    for (const end of this.#ended.splice(0)) end();
  }

  /** Resolves when it has stopped; at once where no server runs. */
  stopped(): Promise<void> {
    if (this.#server === undefined) return Promise.resolve();
    return new Promise((resolve) => this.#ended.push(resolve));
  }

  #follow(event: ServerEvent): void {
    if (event.type === 'listening' || event.type === 'broken')
      this.#listening = this.#server?.status().listening ?? [];
    if (event.type === 'listening') this.reportListening([event.local]);
    this.#deps.served.follow(event);
    this.#clients.follow(event);
    const logged = logEntry(event, this.#serve?.records?.starts);
    if (logged !== undefined) this.#limit.add(logged, addressOf(event));
    if (event.type === 'refused' && this.#serve !== undefined)
      void this.#hint.refused(event, this.#serve.offering);
    if (event.type === 'complete') this.#runCommand(event);
    this.#update();
  }

  #write(entry: LogEntry): void {
    this.#log.write(entry);
    this.#update();
  }

  #runCommand({ path, progress: { kind, peer } }: ServerEvent & { readonly type: 'complete' }): void {
    const words = kind === 'put' ? this.#serve?.onUpload : this.#serve?.onDownload;
    if (words !== undefined && path !== undefined)
      this.#commands.add(words, { kind, path, client: peer?.address ?? '' });
  }

  /** Prints the addresses that it listens on. `confined`: the kernel refuses its process every other file. */
  reportListening(listening: readonly Tid[], confined = false): void {
    const serve = this.#serve;
    if (serve === undefined) return;
    const [root, mode] = [rootText(serve), this.mode];
    for (const { address, port } of listening)
      this.#deps.output.emit(
        { event: 'listening', address, port, root, mode, ...(confined && { confined }) },
        [{ kind: 'plain', text: say`listening on ${listeningText([{ address, port }])}` }],
      );
  }

  /** Updates its status in the store: at once when something changes, and ten times a second while transfers run. */
  #update(): void {
    const server = this.#server;
    const serve = this.#serve;
    if (server === undefined || serve === undefined) return;
    const { active, done, failed } = server.status();
    this.#metrics?.changed();
    this.#changes += 1;
    this.#deps.store.update({
      server: {
        listening: listeningText(this.#listening),
        root: rootText(serve),
        writable: serve.writable,
        ...{ active: active.length, done, failed },
      },
    });
    if (active.length === 0 || this.#timer !== undefined) return;
    this.#timer = this.#deps.clock.after(refreshInterval, () => {
      this.#timer = undefined;
      this.#update();
    });
  }
}

/** Whose request it was. */
function addressOf(event: ServerEvent): string {
  if ('progress' in event) return event.progress.peer?.address ?? '';
  return 'peer' in event ? event.peer.address : '';
}

function rootText({ files, root }: Serve): Printable {
  return files?.text ?? root;
}

/** `127.0.0.1:6969`; several are separated by commas. */
export function listeningText(listening: readonly Tid[]): Printable {
  return join(
    listening.map((one) => printable(formatTid(one))),
    say`, `,
  );
}

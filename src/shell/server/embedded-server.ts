// Our own server as the shell sees it: started and stopped by `serve`, its deeds as lines and events.
// Rule: one at a time; it does nothing unless the user said so. Never reads words.
import { refreshInterval } from '../../trace/text/refresh.ts';
import type { ServerEvent, ServerSettings, ServerStatus } from '../../engine/server/server.ts';
import type { Offering } from '../../files/file.ts';
import type { RewriteRules } from '../../files/offerings/rewrite.ts';
import type { Clock, Timer } from '../../network/clock.ts';
import { formatTid } from '../../wire/tid.ts';
import type { Tid } from '../../wire/tid.ts';
import { join, printable, say } from '../../wire/text.ts';
import type { Printable } from '../../wire/text.ts';
import type { Engine } from '../session/deps.ts';
import type { OfferKind } from './offering.ts';
import { logEntry } from './log-lines.ts';
import type { OfferedNames } from './offered-names.ts';
import type { Output } from '../session/output.ts';
import type { Line } from '../session/state.ts';
import type { Store } from '../session/store.ts';

/** What `serve` starts. */
export interface Serve {
  readonly offering: Offering;
  readonly settings: ServerSettings;
  /** What is offered, in words. */
  readonly root: Printable;
  readonly writable: boolean;
  /** What clients may do, in words. */
  readonly mode?: Printable;
  readonly kind?: OfferKind;
  /** Single files: the set may change. */
  readonly files?: OfferedNames;
  readonly rules?: RewriteRules;
  /** What is done once it listens: a failure ends it. */
  readonly ready?: () => Promise<void>;
}

const logged = 500;

/** What the embedded server needs. */
export interface EmbeddedServerDeps {
  readonly serve: Engine['serve'];
  readonly clock: Clock;
  readonly store: Pick<Store, 'update' | 'emit'>;
  readonly output: Pick<Output, 'emit'>;
}

export class EmbeddedServer {
  readonly #deps: EmbeddedServerDeps;
  readonly #log: Line[] = [];
  #server: Awaited<ReturnType<Engine['serve']>> | undefined;
  #serve: Serve | undefined;
  #listening: readonly Tid[] = [];
  #timer: Timer | undefined;
  #ended: (() => void)[] = [];

  constructor(deps: EmbeddedServerDeps) {
    this.#deps = deps;
  }

  /** What it has done, oldest first, as far as it is kept. */
  get log(): readonly Line[] {
    return this.#log;
  }

  get running(): boolean {
    return this.#server !== undefined;
  }

  /** What was started; undefined: nothing runs. */
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
    return mode ?? (writable === true ? say`may be written` : say`read-only`);
  }

  /** What is offered has changed. */
  changed(): void {
    this.#update();
  }

  /** Where our own client reaches it: a wildcard address is reached over loopback. */
  get local(): Tid | undefined {
    const [first] = this.#listening;
    if (first === undefined) return undefined;
    if (first.address === '0.0.0.0') return { ...first, address: '127.0.0.1' };
    return first.address === '::' ? { ...first, address: '::1' } : first;
  }

  status(): ServerStatus | undefined {
    return this.#server?.status();
  }

  /** Starts it. Rejects with TftpError. */
  async start(serve: Serve): Promise<readonly Tid[]> {
    const server = await this.#deps.serve(serve.offering, serve.settings);
    try {
      this.#listening = await server.listen();
      await serve.ready?.();
    } catch (error) {
      this.#listening = [];
      await server.close();
      throw error;
    }
    this.#server = server;
    this.#serve = serve;
    server.subscribe((event) => this.#follow(event));
    this.#update();
    return this.#listening;
  }

  /** Ends it, if it runs: no new requests, and running transfers get their grace. */
  async stop(): Promise<void> {
    const server = this.#server;
    if (server === undefined) return;
    this.#server = undefined;
    this.#listening = [];
    await server.close();
    this.#timer?.cancel();
    this.#timer = undefined;
    this.#serve = undefined;
    this.#deps.store.update({ server: undefined });
    this.#deps.store.emit({ event: 'closed' });
    for (const end of this.#ended.splice(0)) end();
  }

  /** Resolves when it has stopped; at once where none runs. */
  stopped(): Promise<void> {
    if (this.#server === undefined) return Promise.resolve();
    return new Promise((resolve) => this.#ended.push(resolve));
  }

  #follow(event: ServerEvent): void {
    if (event.type === 'listening' || event.type === 'broken')
      this.#listening = this.#server?.status().listening ?? [];
    if (event.type === 'listening') this.tellListening([event.local]);
    const told = logEntry(event);
    if (told !== undefined) {
      const [data, text] = told;
      const time = this.#deps.clock.wall().toISOString().slice(11, 19);
      this.#log.push({ kind: 'server', text: say`${printable(time)}  ${text}` });
      if (this.#log.length > logged) this.#log.shift();
      this.#deps.output.emit(data, [{ kind: 'server', text: say`server: ${text}` }]);
    }
    this.#update();
  }

  /** Says where it listens. */
  tellListening(listening: readonly Tid[]): void {
    const serve = this.#serve;
    if (serve === undefined) return;
    const [root, mode] = [rootText(serve), this.mode];
    for (const { address, port } of listening)
      this.#deps.output.emit({ event: 'listening', address, port, root, mode }, [
        { kind: 'plain', text: say`listening on ${listeningText([{ address, port }])}` },
      ]);
  }

  /** Its row: at once when something changes, and ten times a second while transfers run. */
  #update(): void {
    const server = this.#server;
    const serve = this.#serve;
    if (server === undefined || serve === undefined) return;
    const { active, done, failed } = server.status();
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

function rootText({ files, root }: Serve): Printable {
  return files?.text ?? root;
}

/** `127.0.0.1:6969`, several with commas. */
export function listeningText(listening: readonly Tid[]): Printable {
  return join(
    listening.map((one) => printable(formatTid(one))),
    say`, `,
  );
}

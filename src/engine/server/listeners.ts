// The ports that a server listens on: opened at the start, one for each address, and changed while it runs.
// Rule: a reply leaves from the address that was asked, so each address has a socket of its own. Imports network, wire.
import { formatTid, tid, type Tid } from '../../wire/tid.ts';
import type { Timer } from '../../network/clock.ts';
import type { PacketPort, ReceivedDatagram } from '../../network/packet-network.ts';
import { TftpError } from '../tftp-error.ts';
import type { InheritedSocket, ServerEvent, ServerSettings } from './types.ts';
import type { Tower } from '../tower.ts';

/** Milliseconds between two looks at the machine's addresses. */
const lookEvery = 3000;
/** How often a free port is drawn anew where it is taken on another address. */
const draws = 5;

export interface ListenersOptions {
  readonly tower: Tower;
  readonly settings: ServerSettings;
  readonly received: (datagram: ReceivedDatagram, port: PacketPort) => void;
  readonly emit: (event: ServerEvent) => void;
}

export class Listeners {
  readonly #options: ListenersOptions;
  /** By the address asked for. */
  readonly #ports = new Map<string, PacketPort>();
  /** Addresses that could not be listened on, told once. */
  readonly #told = new Set<string>();
  #port: number;
  #timer: Timer | undefined;
  #isClosed = false;
  #changing: Promise<unknown> = Promise.resolve();

  constructor(options: ListenersOptions) {
    this.#options = options;
    this.#port = options.settings.port ?? 6969;
  }

  get locals(): readonly Tid[] {
    return [...this.#ports.values()].map(({ local }) => local);
  }

  /** Rejects with TftpError `by: 'listen'`; nothing is listened on then. */
  async listen(): Promise<readonly Tid[]> {
    const { lan = false, hosts = ['127.0.0.1'], sockets = [] } = this.#options.settings;
    if (sockets.length > 0) return this.#take(sockets);
    await this.#openFirst(lan ? this.#ours() : hosts, lan);
    if (lan) this.#follow();
    return this.locals;
  }

  async #openFirst(addresses: readonly string[], lan: boolean): Promise<void> {
    const wanted = this.#port;
    for (let draw = 1; ; draw += 1)
      try {
        for (const address of addresses) await this.#openAtStart(address, lan);
        if (this.#ports.size > 0) return;
        throw listenError(tid('0.0.0.0', wanted), 'EADDRNOTAVAIL');
      } catch (error) {
        this.#closeAll();
        this.#port = wanted;
        // A port drawn for the first address may be taken on the next.
        const again = wanted === 0 && draw < draws && this.#isTaken(error);
        if (!again) throw error;
      }
  }

  async #openAtStart(address: string, lan: boolean): Promise<void> {
    try {
      await this.#open(address);
    } catch (error) {
      // An address may be there and not usable yet (RFC 4862 §5.4), or gone since we looked: the next look tells.
      if (lan && codeOf(error) === 'EADDRNOTAVAIL') return;
      throw listenError(tid(address, this.#port), error);
    }
  }

  #isTaken(error: unknown): boolean {
    return error instanceof TftpError && error.failure.by === 'listen' && error.failure.code === 'EADDRINUSE';
  }

  async #take(sockets: readonly InheritedSocket[]): Promise<readonly Tid[]> {
    for (const { fd, family = 4 } of sockets)
      try {
        // Those below are no sockets, and Node takes 0 for none at all.
        if (fd < 3) throw Object.assign(new Error('a standard stream'), { code: 'EBADF' });
        await this.#open(family === 6 ? '::' : '0.0.0.0', fd);
      } catch (error) {
        this.#closeAll();
        const message = `descriptor ${fd} is no UDP socket to listen on`;
        throw new TftpError(message, { by: 'listen', code: codeOf(error), message }, { cause: error });
      }
    return this.locals;
  }

  async #open(address: string, fd?: number): Promise<void> {
    const key = fd === undefined ? address : `descriptor ${fd}`;
    const holder: { port?: PacketPort } = {};
    const { tower, received, emit } = this.#options;
    const opened = await tower.network.open({
      ...{ address, port: this.#port, role: 'listen', tag: { transfer: 0, side: 'server' } },
      ...(fd === undefined ? {} : { fd }),
      events: {
        received: (datagram) => holder.port && received(datagram, holder.port),
        // Somebody to whom we sent an ERROR has gone: nothing follows from it.
        unreachable: () => undefined,
        failed: (message) => {
          this.#ports.delete(key);
          emit({ type: 'broken', local: holder.port?.local ?? tid(address, this.#port), message });
        },
      },
    });
    if (this.#isClosed) {
      opened.close();
      return;
    }
    holder.port = opened;
    // With port 0 the first address draws, and the others follow it.
    if (fd === undefined) this.#port = opened.local.port;
    this.#ports.set(key, opened);
    emit({ type: 'listening', local: opened.local });
  }

  /**
   * Listens on exactly these addresses from now on. Transfers go on, also on addresses that are left. An address that
   * cannot be had is told once by `broken`, and tried again at the next call. Never rejects.
   */
  relisten(addresses: readonly string[]): Promise<readonly Tid[]> {
    const changed = this.#changing.then(async () => {
      for (const [address, port] of this.#ports) if (!addresses.includes(address)) this.#leave(address, port);
      for (const address of addresses) if (!this.#ports.has(address)) await this.#openLate(address);
      return this.locals;
    });
    this.#changing = changed;
    return changed;
  }

  #leave(address: string, port: PacketPort): void {
    this.#ports.delete(address);
    port.close();
    this.#options.emit({ type: 'broken', local: port.local, message: 'not listened on any more' });
  }

  async #openLate(address: string): Promise<void> {
    if (this.#isClosed) return;
    try {
      await this.#open(address);
      this.#told.delete(address);
    } catch (error) {
      if (this.#told.has(address) || codeOf(error) === 'EADDRNOTAVAIL') return;
      this.#told.add(address);
      const local = tid(address, this.#port);
      this.#options.emit({ type: 'broken', local, message: listenError(local, error).shortMessage });
    }
  }

  #ours(): readonly string[] {
    return this.#options.tower.localAddresses?.() ?? [];
  }

  /** Looks at the machine's addresses again and again; it keeps no process alive. */
  #follow(): void {
    this.#timer = this.#options.tower.clock.after(
      lookEvery,
      () => {
        void this.relisten(this.#ours()).then(() => {
          if (!this.#isClosed) this.#follow();
        });
      },
      false,
    );
  }

  /** For good. */
  close(): void {
    this.#isClosed = true;
    this.#timer?.cancel();
    this.#closeAll();
  }

  #closeAll(): void {
    for (const port of this.#ports.values()) port.close();
    this.#ports.clear();
  }
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
}

/** Why an address cannot be listened on, and what helps. `error`: the system's, or its code. */
export function listenError(local: Tid, error: unknown): TftpError {
  const code = typeof error === 'string' ? error : codeOf(error);
  const [what, advice] = reasons.get(code) ?? [`cannot listen on WHERE (${code})`, undefined];
  const message = what.replace('WHERE', formatTid(local));
  return new TftpError(message, { by: 'listen', code, message }, { advice, cause: error });
}

const reasons: ReadonlyMap<string, readonly [what: string, advice: string]> = new Map([
  [
    'EADDRINUSE',
    ['cannot listen on WHERE: the port is taken', 'Choose another port, or 0 for any free one.'],
  ],
  [
    'EACCES',
    [
      'cannot listen on WHERE: not permitted',
      'Ports below 1024 are for root, and port 6969 is for all. To have port 69 without root: ' +
        'setcap cap_net_bind_service=+ep on the node program, sysctl net.ipv4.ip_unprivileged_port_start=69, ' +
        'or a socket inherited from systemd.',
    ],
  ],
  [
    'EADDRNOTAVAIL',
    [
      'cannot listen on WHERE: this machine has no such address',
      'Use 127.0.0.1 or an address of this machine.',
    ],
  ],
]);

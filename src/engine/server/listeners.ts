// The ports that a server listens on. The set of addresses may change while the server runs.
// Rule: a reply must leave from the address that got the request, so each address has a socket of its own.
import { formatTid, tid, type Tid } from '../../wire/tid.ts';
import type { Timer } from '../../network/clock.ts';
import type { PacketPort, ReceivedDatagram } from '../../network/packet-network.ts';
import { TftpError } from '../tftp-error.ts';
import type { InheritedSocket, ServerEvent, ServerSettings } from './types.ts';
import type { Tower } from '../tower.ts';

/** Milliseconds between two checks of the machine's addresses. */
const lookEvery = 3000;
/** How often a free port is drawn again where another address already uses it. */
const draws = 5;

export interface ListenersOptions {
  readonly tower: Tower;
  readonly settings: ServerSettings;
  readonly received: (datagram: ReceivedDatagram, port: PacketPort) => void;
  readonly emit: (event: ServerEvent) => void;
}

export class Listeners {
  readonly #options: ListenersOptions;
  /** Open ports by the requested address. */
  readonly #ports = new Map<string, PacketPort>();
  /** Addresses whose failure was already reported. */
  readonly #reported = new Set<string>();
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

  /** Rejects with TftpError `by: 'listen'`; then no port is open. */
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
        // The port drawn for the first address may be in use on the next one.
        const again = wanted === 0 && draw < draws && this.#isTaken(error);
        if (!again) throw error;
      }
  }

  async #openAtStart(address: string, lan: boolean): Promise<void> {
    try {
      await this.#open(address);
    } catch (error) {
      // An address may exist and not be usable yet (RFC 4862 §5.4), or be gone already: the next check shows it.
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
        // 0 to 2 are the standard streams, and Node takes 0 for no descriptor.
        if (fd < 3) throw Object.assign(new Error('a standard stream'), { code: 'EBADF' });
        await this.#open(family === 6 ? '::' : '0.0.0.0', fd);
      } catch (error) {
        this.#closeAll();
        const message = `descriptor ${fd} is not a UDP socket to listen on`;
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
        // A host to which we sent an ERROR has closed its port: nothing to do.
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
    // With port 0 the system draws a port for the first address, and the others use the same one.
    if (fd === undefined) this.#port = opened.local.port;
    this.#ports.set(key, opened);
    emit({ type: 'listening', local: opened.local });
  }

  /**
   * Listens on exactly these addresses from now on. Running transfers continue, also on addresses that were removed.
   * An address that cannot be opened is reported once as `broken`, and tried again at the next call. Never rejects.
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
    this.#options.emit({ type: 'broken', local: port.local, message: 'no longer listening' });
  }

  async #openLate(address: string): Promise<void> {
    if (this.#isClosed) return;
    try {
      await this.#open(address);
      this.#reported.delete(address);
    } catch (error) {
      if (this.#reported.has(address) || codeOf(error) === 'EADDRNOTAVAIL') return;
      this.#reported.add(address);
      const local = tid(address, this.#port);
      this.#options.emit({ type: 'broken', local, message: listenError(local, error).shortMessage });
    }
  }

  #ours(): readonly string[] {
    return this.#options.tower.localAddresses?.() ?? [];
  }

  /** Checks the machine's addresses regularly. The timer does not keep the process alive. */
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

  /** Closes all ports for good. */
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

/** The error for an address that we cannot listen on, with advice. `error`: the system's error or its code. */
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
      'Ports below 1024 need root; port 6969 does not. To use port 69 without root: ' +
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

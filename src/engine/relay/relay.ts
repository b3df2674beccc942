// A relay between foreign clients and one foreign server: every datagram is passed on octet by octet, through impairment
// and trace. Rule: TIDs are followed. Each port of the server has a port of ours that faces the client, so that the
// client sees a stranger where the server has one.
import type { ImpairedNetwork } from '../../network/impair/impair.ts';
import type { Port, PortEvents } from '../../network/network.ts';
import { observe, type ForwardingNetwork, type ForwardingPort } from '../../network/observe.ts';
import { decode } from '../../wire/decode.ts';
import { parseMode } from '../../wire/mode.ts';
import type { RequestPacket } from '../../wire/packet.ts';
import type { Untrusted } from '../../wire/text.ts';
import { formatTid, sameTid, type Tid } from '../../wire/tid.ts';
import { listenError } from '../server/listeners.ts';
import type { Tower } from '../tower.ts';

/** Milliseconds without a datagram after which a conversation is over. */
const quiet = 60_000;
const mostConversations = 256;

/** A transfer that passes through. */
export interface Passing {
  readonly transfer: number;
  readonly client: Tid;
  readonly op: 'RRQ' | 'WRQ';
  readonly file: Untrusted;
}

export interface RelayOptions {
  /** Numeric local address and port to listen on. */
  readonly listen: Tid;
  /** Numeric address and port that requests go to. */
  readonly server: Tid;
  /** Called for each transfer that begins. */
  readonly began: (passing: Passing) => void;
}

/** Relays until {@link Relay.close}. */
export class Relay {
  readonly #tower: Tower;
  readonly #options: RelayOptions;
  readonly #inner: ImpairedNetwork['inner'];
  readonly #outer: ForwardingNetwork;
  readonly #conversations = new Map<string, Conversation>();
  #port: Port | undefined;

  /** @throws Error - where the tower cannot be impaired. */
  constructor(tower: Tower, options: RelayOptions) {
    if (tower.impairment === undefined) throw new Error('a tower without impairment');
    this.#tower = tower;
    this.#options = options;
    this.#inner = tower.impairment.inner;
    this.#outer = observe(tower.impairment, tower.bus, tower.clock);
  }

  /** Rejects with TftpError `by: 'listen'`. @returns the address that it listens on. */
  async listen(): Promise<Tid> {
    const { listen } = this.#options;
    const tag = { transfer: 0, side: 'server' } as const;
    const events = onlyDatagrams((octets, from) => void this.#hear(octets, from));
    try {
      this.#port = await this.#inner.open({ ...listen, role: 'listen', tag, events });
    } catch (error) {
      throw listenError(listen, error);
    }
    return this.#port.local;
  }

  /** Closes every port. */
  close(): void {
    this.#port?.close();
    for (const one of this.#conversations.values()) one.close();
    this.#conversations.clear();
  }

  async #hear(octets: Uint8Array, client: Tid): Promise<void> {
    const key = formatTid(client);
    const known = this.#conversations.get(key);
    if (known !== undefined) return known.fromClient(octets, this.#options.server);
    const packet = decode(octets);
    const isRequest = packet.op === 'RRQ' || packet.op === 'WRQ';
    if (!isRequest || this.#conversations.size >= mostConversations) return;
    const begun = new Conversation(this.#tower, {
      inner: this.#inner,
      outer: this.#outer,
      client,
      listen: this.#options.listen,
      server: this.#options.server,
      over: () => this.#conversations.delete(key),
    });
    this.#conversations.set(key, begun);
    await begun.begin(octets, packet);
    this.#options.began({ transfer: begun.transfer, client, op: packet.op, file: packet.filename });
  }
}

interface Ways extends Pick<RelayOptions, 'listen' | 'server'> {
  readonly inner: ImpairedNetwork['inner'];
  readonly outer: ForwardingNetwork;
  readonly client: Tid;
  readonly over: () => void;
}

/** One client's TID, and the ports of the server that answered it. */
class Conversation {
  readonly transfer: number;
  readonly #tower: Tower;
  readonly #ways: Ways;
  /** Faces the server. */
  #port: Promise<ForwardingPort> | undefined;
  /** By the server's TID: what faces the client in its place. */
  readonly #faces = new Map<string, Promise<Port>>();
  #idle: { cancel(): void } | undefined;

  constructor(tower: Tower, ways: Ways) {
    this.#tower = tower;
    this.#ways = ways;
    this.transfer = tower.nextNumber();
  }

  async begin(octets: Uint8Array, { op, filename, mode }: RequestPacket): Promise<void> {
    const { bus, clock } = this.#tower;
    const { server, outer } = this.#ways;
    const tag = { transfer: this.transfer, side: 'client' } as const;
    if (bus.active) {
      const shown = parseMode(mode) === 'netascii' ? 'netascii' : 'octet';
      bus.emit({ type: 'began', at: clock.now(), tag, op, file: filename, mode: shown, peer: server });
    }
    const events = {
      received: ({ octets: answer, from }: { readonly octets: Uint8Array; readonly from: Tid }) =>
        void this.#fromServer(answer, from),
      unreachable: () => undefined,
      failed: () => this.close(),
    };
    this.#port = outer.open({ address: anyOf(server), port: 0, role: 'transfer', tag, events });
    await this.fromClient(octets, server);
  }

  async fromClient(octets: Uint8Array, to: Tid): Promise<void> {
    this.#isAlive();
    // A port that cannot be opened passes nothing on: the client sees silence.
    const port = await this.#port?.catch(() => undefined);
    port?.forward(to, octets);
    port?.flush();
  }

  async #fromServer(octets: Uint8Array, from: Tid): Promise<void> {
    this.#isAlive();
    const { inner, client, listen } = this.#ways;
    const key = formatTid(from);
    const events = onlyDatagrams((answer, sender) => {
      if (sameTid(sender, client)) void this.fromClient(answer, from);
    });
    const tag = { transfer: this.transfer, side: 'server' } as const;
    const place = { address: listen.address, port: 0, role: 'transfer', tag, events } as const;
    if (!this.#faces.has(key)) this.#faces.set(key, inner.open(place));
    const face = await this.#faces.get(key)?.catch(() => undefined);
    face?.send(client, octets);
    face?.flush();
  }

  #isAlive(): void {
    this.#idle?.cancel();
    this.#idle = this.#tower.clock.after(quiet, () => this.close(), false);
  }

  close(): void {
    this.#idle?.cancel();
    this.#ways.over();
    const nothing = (): undefined => undefined;
    void this.#port?.then((port) => port.close(), nothing);
    for (const face of this.#faces.values()) void face.then((port) => port.close(), nothing);
  }
}

function onlyDatagrams(datagram: PortEvents['datagram']): PortEvents {
  return { datagram, unreachable: () => undefined, failed: () => undefined };
}

/** The wildcard address of the same family. */
function anyOf({ address }: Tid): string {
  return address.includes(':') ? '::' : '0.0.0.0';
}

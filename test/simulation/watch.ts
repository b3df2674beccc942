// Watches what each end sends and receives, and says which invariant was broken. It knows the protocol and no machine.
import type { Happened } from './happened.ts';
import type { Observer } from './process.ts';
import type { Note } from '../../src/transfer/note.ts';
import { optionsByName } from './words.ts';
import type { Tag } from '../../src/trace/record/event.ts';
import { decode } from '../../src/wire/decode.ts';
import type { Malformed, Packet } from '../../src/wire/packet.ts';
import type { Tid } from '../../src/wire/tid.ts';

/** What one transfer of one end sent to one peer. */
interface Flow {
  readonly isServer: boolean;
  /** The role: who sends DATA. Undefined until a request says it. */
  readonly sendsData: boolean | undefined;
  /** When each packet was sent last: the time, and the number of the event. */
  readonly sentAt: Map<string, { readonly time: number; readonly event: number }>;
  readonly sends: Map<string, number>;
  readonly data: Map<number, number>;
  blksize: number;
  windowsize: number;
  /** The highest block that the peer acknowledged. */
  acked: number;
  /** The peer sent what its role forbids (RFC 1350 §5): only an ERROR may follow. */
  isViolated: boolean;
  /** The number of the event at which the last valid packet came. */
  heardAt: number;
  heard: number;
  hasError: boolean;
  /** Timers that fired, windows that went back, repetitions that were answered. */
  causes: number;
  /** Requests that came again. */
  asked: number;
  wrapped: boolean;
}

/** From one end to the other, with the sign of its direction. */
interface Hop {
  readonly from: Tid;
  readonly to: Tid;
  readonly sign: '>' | '<';
}

/** Sends of one packet to an address that has not answered; a request that comes again allows one more. */
const firstFlights = 3;
/** Datagrams that are kept in words. */
const mostLines = 4000;
/** Milliseconds between two sends of one packet where nothing valid came meanwhile. */
const apart = 10;
/** Times are sums of fractions. */
const rounding = 1e-6;

export class Watch implements Observer {
  readonly broken = new Set<string>();
  /** The datagrams of this run, as one number. */
  digest = 0x811c9dc5;
  events = 0;
  /** Timers that fired. */
  timeouts = 0;
  readonly #now: () => number;
  readonly #flows = new Map<string, Flow>();
  /** What each transfer of our server answers. Its port alone does not say it: a client may use its port again. */
  readonly #begun = new Map<number, 'RRQ' | 'WRQ'>();
  /** The last request of each client's transfer, by its port. */
  readonly #requests = new Map<string, Packet & { readonly op: 'RRQ' | 'WRQ' }>();
  /** The first packet that each port heard from each peer. */
  readonly #answers = new Map<string, Packet | Malformed>();
  readonly #lines: string[] = [];
  /** Octets may have changed on the way: what depends on them proves nothing. */
  readonly #isTrusted: boolean;
  readonly #happened: Happened;

  constructor(now: () => number, isTrusted: boolean, happened: Happened) {
    this.#happened = happened;
    this.#now = now;
    this.#isTrusted = isTrusted;
  }

  /** The last datagrams in words, one a line. */
  get ladder(): readonly string[] {
    return this.#lines;
  }

  /** A transfer of our server began. */
  began({ transfer, side }: Tag, op: 'RRQ' | 'WRQ'): void {
    if (side === 'server') this.#begun.set(transfer, op);
  }

  /** A machine noticed something: some notes allow one more send of a packet. */
  noted({ transfer, side }: Tag, note: Note): void {
    if (note.type === 'timed-out') this.timeouts++;
    const allows =
      note.type === 'timed-out' || note.type === 'rollback' || (note.type === 'duplicate' && note.answered);
    if (!allows) return;
    for (const [key, flow] of this.#flows) if (key.startsWith(`${side} ${transfer} `)) flow.causes++;
  }

  sent(tag: Tag, local: Tid, to: Tid, octets: Uint8Array): void {
    const packet = decode(octets);
    this.#record(tag, { from: local, to, sign: '>' }, octets);
    if (packet.op === 'malformed') return this.#break('S7', `sent ${packet.reason}`);
    const request = packet.op === 'RRQ' || packet.op === 'WRQ' ? packet : undefined;
    if (tag.side === 'client' && request !== undefined) this.#requests.set(ownKey(tag, local), request);
    const flow = this.#flow(tag, local, to);
    if (flow === undefined) return;
    const key = wordsOf(packet);
    if (flow.hasError) this.#break('S5', `${tag.side} sent ${key} in reply to ERROR`);
    if (flow.sendsData === false && packet.op === 'DATA') this.#break('S11', `a receiver sent ${key}`);
    if (flow.sendsData === true && packet.op === 'ACK') this.#break('S11', `a sender sent ${key}`);
    if (flow.isViolated && packet.op !== 'ERROR')
      this.#break('S11', `${key} after a packet that the role of the peer forbids`);
    if (packet.op === 'OACK') this.#setTerms(flow, packet);
    if (packet.op === 'DATA') this.#data(flow, packet, octets.length);
    this.#repeats(flow, key, packet);
  }

  #data(flow: Flow, { block, data }: Packet & { readonly op: 'DATA' }, length: number): void {
    if (length > flow.blksize + 4) this.#break('S7', `DATA ${block} has ${data.length} octets`);
    const last = flow.sentAt.get('DATA 65535');
    if (last !== undefined && (block === 0 || block === 1)) {
      this.#happened.add('wrap');
      if (flow.heardAt < last.event) this.#happened.add('wrap inside a window');
    }
    if (block === 0 || block > 32_768) flow.wrapped = true;
    if (flow.wrapped) return;
    if (block > flow.acked + flow.windowsize)
      this.#break('S7', `DATA ${block} after ACK ${flow.acked} with a window of ${flow.windowsize}`);
    const sum = hashOf(data);
    const before = flow.data.get(block);
    if (before !== undefined && before !== sum) this.#break('S5', `DATA ${block} has other octets now`);
    flow.data.set(block, sum);
  }

  #repeats(flow: Flow, key: string, { op }: Packet): void {
    const now = this.#now();
    const before = flow.sentAt.get(key);
    const isSoon =
      before !== undefined && now - before.time < apart - rounding && flow.heardAt < before.event;
    if (isSoon && !flow.wrapped) this.#break('S12', `${key} twice within ${apart} ms`);
    flow.sentAt.set(key, { time: now, event: this.events });
    const sends = (flow.sends.get(key) ?? 0) + 1;
    flow.sends.set(key, sends);
    if (flow.isServer && flow.heard === 0 && sends > firstFlights + flow.asked)
      this.#break('S10', `${key} ${sends} times to an address that never answered`);
    if (op === 'DATA' && !flow.wrapped && sends > 1 + flow.causes)
      this.#break('S6', `${key} ${sends} times for ${flow.causes} reasons`);
  }

  received(tag: Tag, local: Tid, from: Tid, octets: Uint8Array): void {
    this.#record(tag, { from: local, to: from, sign: '<' }, octets);
    const packet = decode(octets);
    if (tag.side === 'server' && (packet.op === 'RRQ' || packet.op === 'WRQ')) this.#asked(from);
    const key = keyOf(tag, local, from);
    // Only a first answer sets terms: a later OACK counts for nothing.
    if (!this.#answers.has(key)) this.#answers.set(key, packet);
    if (packet.op === 'ERROR') this.#refused(tag, local);
    const flow = this.#flows.get(key);
    if (flow === undefined) return;
    flow.hasError = packet.op === 'ERROR';
    if (packet.op === 'malformed' || packet.op === 'ERROR') return;
    flow.heardAt = this.events;
    flow.heard++;
    if (packet.op === 'ACK' && packet.block <= 32_768) flow.acked = Math.max(flow.acked, packet.block);
    if (isForbidden(flow.sendsData, packet)) flow.isViolated = true;
  }

  /** A refusal comes from another port than the request went to, and allows a request without options at once. */
  #refused({ side, transfer }: Tag, { port }: Tid): void {
    for (const [key, flow] of this.#flows)
      if (key.startsWith(`${side} ${transfer} ${port} `)) flow.heardAt = ++this.events;
  }

  /** A request: one that is repeated allows one more first answer. */
  #asked(from: Tid): void {
    for (const [key, flow] of this.#flows) {
      if (!flow.isServer || !key.endsWith(` ${tidKey(from)}`)) continue;
      flow.causes++;
      flow.asked++;
      flow.heardAt = ++this.events;
    }
  }

  /** The flow of a datagram that is sent. The listening port has none. */
  #flow(tag: Tag, local: Tid, to: Tid): Flow | undefined {
    const key = keyOf(tag, local, to);
    const known = this.#flows.get(key);
    if (known !== undefined) return known;
    const isServer = tag.side === 'server';
    if (isServer && tag.transfer === 0) return undefined;
    // A client's request goes to another port than what follows it.
    const op = isServer ? this.#begun.get(tag.transfer) : this.#requests.get(ownKey(tag, local))?.op;
    const sendsData = op === undefined ? undefined : (op === 'RRQ') === isServer;
    const answer = this.#answers.get(key);
    const flow: Flow = {
      isServer,
      sendsData,
      sentAt: new Map(),
      sends: new Map(),
      data: new Map(),
      blksize: 512,
      windowsize: 1,
      acked: 0,
      isViolated: !isServer && answer !== undefined && isFirst(answer) && isForbidden(sendsData, answer),
      heardAt: -Infinity,
      heard: 0,
      hasError: false,
      causes: 0,
      asked: 0,
      wrapped: false,
    };
    if (answer?.op === 'OACK' && !isServer) this.#setTerms(flow, answer);
    this.#flows.set(key, flow);
    return flow;
  }

  /** Both sides keep to what the OACK says (RFC 2347). */
  #setTerms(flow: Flow, oack: Packet): void {
    const options = optionsByName(oack);
    flow.blksize = Number(options.get('blksize') ?? flow.blksize);
    flow.windowsize = Number(options.get('windowsize') ?? flow.windowsize);
  }

  #record({ side, transfer }: Tag, { from, to, sign }: Hop, octets: Uint8Array): void {
    this.events++;
    const now = this.#now();
    this.digest = mix(mix(mix(this.digest, Math.round(now * 1000)), to.port), hashOf(octets));
    if (this.#lines.length >= mostLines) return;
    const at = `${now.toFixed(3).padStart(10)} ms  ${side} ${transfer}`.padEnd(28);
    this.#lines.push(`${at} ${from.port} ${sign} ${to.port}  ${wordsOf(decode(octets))}`);
  }

  #break(invariant: string, what: string): void {
    if (!this.#isTrusted && (invariant === 'S5' || invariant === 'S7')) return;
    this.broken.add(`${invariant}: ${what}`);
  }
}

function keyOf({ side, transfer }: Tag, local: Tid, peer: Tid): string {
  return `${side} ${transfer} ${local.port} ${tidKey(peer)}`;
}

function ownKey({ transfer }: Tag, { port }: Tid): string {
  return `own ${transfer} ${port}`;
}

function tidKey({ address, port }: Tid): string {
  return `${address} ${port}`;
}

/** Whether the peer of a sender sends DATA, or the peer of a receiver ACK. */
function isForbidden(sendsData: boolean | undefined, { op }: Packet | Malformed): boolean {
  return (sendsData === true && op === 'DATA') || (sendsData === false && op === 'ACK');
}

/** Whether a packet can be the answer to a request without options (RFC 1350 §4). */
function isFirst(packet: Packet | Malformed): boolean {
  return (packet.op === 'DATA' && packet.block === 1) || (packet.op === 'ACK' && packet.block === 0);
}

function wordsOf(packet: Packet | Malformed): string {
  switch (packet.op) {
    case 'DATA':
      return `DATA ${packet.block}`;
    case 'ACK':
      return `ACK ${packet.block}`;
    case 'ERROR':
      return `ERROR ${packet.code}`;
    case 'malformed':
      return `malformed: ${packet.reason}`;
    case 'OACK':
    case 'RRQ':
    case 'WRQ':
      return [packet.op, ...[...optionsByName(packet)].map(([name, value]) => `${name}=${value}`)].join(' ');
  }
}

/** FNV-1a over 32 bits. */
export function mix(hash: number, value: number): number {
  return Math.imul(hash ^ value, 0x01000193);
}

export function hashOf(octets: Uint8Array): number {
  let hash = 0x811c9dc5;
  for (const octet of octets) hash = mix(hash, octet);
  return hash;
}

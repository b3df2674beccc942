// Real machines whose inputs and outputs become trace events, as the engine and its network report them.
// They run as in the tests of transfer: a pair on a lossy link, or a script by hand.
import { encode } from '../../src/wire/encode.ts';
import { untrusted } from '../../src/wire/text.ts';
import type { Packet } from '../../src/wire/packet.ts';
import type { Tid } from '../../src/wire/tid.ts';
import { GroupSender } from '../../src/transfer/multicast/group-sender.ts';
import { MulticastReceiver } from '../../src/transfer/multicast/multicast-receiver.ts';
import { Receiver } from '../../src/transfer/receiver.ts';
import { Sender } from '../../src/transfer/sender.ts';
import { Probe } from '../../src/transfer/probe.ts';
import type { Input, Instant, Machine, Output } from '../../src/transfer/machine.ts';
import type { Offer } from '../../src/transfer/negotiate.ts';
import type { ClientStart, ServerStart } from '../../src/transfer/side.ts';
import { classicTerms, defaultPace, type Terms } from '../../src/transfer/terms.ts';
import type { Waits } from '../../src/transfer/waits.ts';
import type { DatagramEvent, Side, Tag, TraceEvent } from '../../src/trace/record/event.ts';
import { SideLog } from '../../src/trace/record/side-log.ts';
import { Pair, type Crossing, type PairOptions } from '../support/pair.ts';
import {
  asked,
  client,
  group,
  options,
  peer,
  request,
  Script,
  type ScriptOptions,
} from '../support/script.ts';

type Start = ClientStart | ServerStart;

/** A machine whose inputs and outputs become events. */
class RecordedMachine implements Machine {
  readonly #inner: Machine;
  readonly #tag: Tag;
  readonly #local: Tid;
  readonly #events: TraceEvent[];
  readonly #nextId: () => number;
  /** The datagrams that the machine handles and that it delivered last, as the engine's driver knows them. */
  #current: number | undefined;
  #delivered: number | undefined;

  constructor(inner: Machine, start: Start, events: TraceEvent[], nextId: () => number) {
    this.#inner = inner;
    this.#tag = { transfer: 1, side: start.role };
    this.#local = start.role === 'client' ? client : peer;
    this.#events = events;
    this.#nextId = nextId;
  }

  get deadline(): Instant | undefined {
    return this.#inner.deadline;
  }

  get peer(): Tid | undefined {
    return this.#inner.peer;
  }

  get waits(): Waits {
    return this.#inner.waits;
  }

  get index(): number {
    return this.#inner.index;
  }

  handle(input: Input, now: Instant): readonly Output[] {
    const tag = this.#tag;
    this.#current = this.#idOf(input, now);
    const datagram = this.#current;
    const outputs = this.#inner.handle(input, now);
    for (const output of outputs) {
      if (output.type === 'send') this.#datagram('sent', output.packet, output.to, now);
      if (output.type === 'note')
        this.#events.push({ type: 'note', datagram, at: now, tag, note: output.note });
      if (output.type === 'deliver') this.#delivered = datagram;
      if (output.type === 'end') this.#events.push({ type: 'ended', at: now, tag, outcome: output.outcome });
    }
    return outputs;
  }

  #idOf(input: Input, now: Instant): number | undefined {
    if (input.type === 'datagram') return this.#datagram('received', input.packet, input.from, now);
    if (input.type === 'stored') return this.#delivered;
    return input.type === 'start' && this.#tag.side === 'server' ? requestId : undefined;
  }

  #datagram(type: 'sent' | 'received', packet: DatagramEvent['packet'], other: Tid, at: Instant): number {
    const id = type === 'sent' ? this.#nextId() : -this.#events.length - 1;
    const length = packet.op === 'malformed' ? packet.length : encode(packet).length;
    this.#events.push({ type, id, at, tag: this.#tag, local: this.#local, peer: other, packet, length });
    return id;
  }
}

export interface Recorded {
  readonly client: SideLog;
  readonly server: SideLog;
  readonly events: Readonly<Record<Side, readonly TraceEvent[]>>;
}

export interface RecordOptions extends Omit<PairOptions, 'fate' | 'makeSender' | 'makeReceiver'> {
  /** These are dropped; the sender's side of the network says so where `reported`. */
  readonly drop?: (crossing: Crossing) => boolean;
  readonly reported?: boolean;
}

/** Both sides of a transfer between two real machines. */
export function recordPair({ drop = () => false, reported = false, ...rest }: RecordOptions): Recorded {
  const events: Record<Side, TraceEvent[]> = { client: [], server: [] };
  let sent = 0;
  const nextId = (): number => sent++;
  const record = (machine: Machine, start: Start): Machine =>
    new RecordedMachine(machine, start, events[start.role], nextId);
  const pair: Pair = new Pair({
    ...rest,
    makeSender: (start) => record(new Sender(start), start),
    makeReceiver: (start) => record(new Receiver(start), start),
    fate(crossing) {
      if (!drop(crossing)) return undefined;
      const { count, packet, toServer } = crossing;
      const side: Side = toServer ? 'client' : 'server';
      if (reported)
        events[side].push({
          ...{ type: 'fate', id: count, at: pair.now, tag: { transfer: 1, side }, direction: 'outgoing' },
          ...{ fate: 'lost', packet, length: encode(packet).length },
          ...(toServer ? { local: client, peer } : { local: peer, peer: client }),
        });
      return 'drop';
    },
  });
  events.client.push(began('client', rest.kind));
  events.server.push(began('server', rest.kind), requestEvent(rest));
  pair.run();
  return {
    client: new SideLog({ transfer: 1, side: 'client' }, events.client),
    server: new SideLog({ transfer: 1, side: 'server' }, events.server),
    events,
  };
}

function began(side: Side, kind: 'get' | 'put'): TraceEvent {
  return {
    ...{ type: 'began', at: 0, tag: { transfer: 1, side }, op: kind === 'get' ? 'RRQ' : 'WRQ' },
    ...{ file: untrusted('a.bin'), mode: 'octet', peer: side === 'client' ? asked : client },
  };
}

const requestId = -1;

/** The request at the listening port: a server's machine begins behind it. */
function requestEvent({ kind, offer = {} }: RecordOptions): TraceEvent {
  const packet = request(kind === 'get' ? 'RRQ' : 'WRQ', offer);
  return {
    ...{ type: 'received', id: requestId, at: 0, tag: { transfer: 0, side: 'server' } },
    ...{ local: asked, peer: client, packet, length: encode(packet).length },
  };
}

export interface Played {
  readonly script: Script;
  readonly events: TraceEvent[];
  /** What was seen so far. */
  readonly transcript: () => SideLog;
}

type Kind = 'getting' | 'putting' | 'serving' | 'taking' | 'probing' | 'joining' | 'sharing';

interface PlayOptions extends ScriptOptions {
  readonly offer?: Offer;
  readonly terms?: Partial<Terms>;
  readonly oack?: readonly string[];
  readonly refused?: readonly string[];
}

/** One real machine, played by hand. */
export function play(
  kind: Kind,
  { offer = {}, terms, oack = [], refused = [], ...rest }: PlayOptions = {},
): Played {
  const isServer = kind === 'serving' || kind === 'taking' || kind === 'sharing';
  const op = kind === 'putting' || kind === 'taking' ? 'WRQ' : 'RRQ';
  const start: Start = isServer
    ? {
        ...{ role: 'server', peer: client, oack: options(...oack), refused, pace: defaultPace },
        terms: { ...classicTerms, ...terms, negotiated: oack.length > 0 },
      }
    : {
        ...{ role: 'client', to: asked, request: request(op, offer), offer, pace: defaultPace },
        ...{ lenient: false, anyAddress: false, rollover: 0 },
      };
  const events: TraceEvent[] = [began(isServer ? 'server' : 'client', op === 'RRQ' ? 'get' : 'put')];
  let id = 0;
  const machine = new RecordedMachine(
    machineFor(kind, start, rest.file?.length ?? 0),
    start,
    events,
    () => ++id,
  );
  const script = new Script(machine, { from: isServer ? client : peer, ...rest });
  const tag: Tag = { transfer: 1, side: start.role };
  return { script, events, transcript: () => new SideLog(tag, events) };
}

function machineFor(kind: Kind, start: Start, size: number): Machine {
  if (kind === 'probing' && start.role === 'client') return new Probe(start);
  if (kind === 'joining' && start.role === 'client') return new MulticastReceiver(start);
  if (kind === 'sharing' && start.role === 'server')
    return new GroupSender({ ...start, group, size, oackFor: () => start.oack });
  return kind === 'getting' || kind === 'taking' ? new Receiver(start) : new Sender(start);
}

/** No line may move a cursor or forge another (invariant 13). */
export const unsafe = /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Cn}\p{Zl}\p{Zp}]/u;

export const isBlock =
  (op: 'DATA' | 'ACK', block: number, time = 1) =>
  ({ packet }: { readonly packet: Packet }): boolean =>
    packet.op === op && packet.block === block && time-- === 1;

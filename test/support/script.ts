// One machine on a virtual clock, played by hand: what goes in, and as words what comes out.
// Answers pulls from a file and deliveries at once, unless told to hold them. Imports transfer and wire only.
import { untrusted } from '../../src/wire/text.ts';
import { option } from '../../src/wire/options.ts';
import { tid, type Tid } from '../../src/wire/tid.ts';
import type { Malformed, Packet, RequestPacket, WireOption } from '../../src/wire/packet.ts';
import type { Input, Instant, Machine, Outcome, Output } from '../../src/transfer/machine.ts';
import type { Note } from '../../src/transfer/note.ts';
import { offerOptions, type Offer } from '../../src/transfer/negotiate.ts';
import type { ClientStart, ServerStart } from '../../src/transfer/side.ts';
import { classicTerms, defaultPace, type Pace, type Terms } from '../../src/transfer/terms.ts';
import { Probe } from '../../src/transfer/probe.ts';
import { GroupSender } from '../../src/transfer/multicast/group-sender.ts';
import { MulticastReceiver } from '../../src/transfer/multicast/multicast-receiver.ts';
import { multicastRequest } from '../../src/wire/multicast.ts';
import { Receiver } from '../../src/transfer/receiver.ts';
import { Sender } from '../../src/transfer/sender.ts';

export const asked = tid('192.0.2.1', 69);
export const peer = tid('192.0.2.1', 40_000);
export const client = tid('192.0.2.2', 50_000);
export const stranger = tid('192.0.2.1', 40_001);
export const group = tid('239.255.0.1', 1758);
export const elsewhere = tid('198.51.100.9', 40_000);

export const ack = (block: number): Packet => ({ op: 'ACK', block });
export const data = (block: number, octets: number | Uint8Array = 512): Packet => ({
  op: 'DATA',
  block,
  data: typeof octets === 'number' ? pattern(octets) : octets,
});
export const error = (code: number, text = 'no'): Packet => ({
  op: 'ERROR',
  code,
  message: untrusted(text),
});
export const options = (...pairs: readonly string[]): WireOption[] =>
  pairs.map((pair) => {
    const [name = '', value = ''] = pair.split(/ (.*)/s);
    return option(name, value);
  });
export const oack = (...pairs: readonly string[]): Packet => ({
  op: 'OACK',
  options: options(...pairs),
  ignored: 0,
});
export const malformed = (reason: Malformed['reason'], opcode?: number): Malformed => ({
  op: 'malformed',
  reason,
  opcode,
  length: 2,
});
export const request = (op: 'RRQ' | 'WRQ', offer: Offer = {}): RequestPacket => ({
  op,
  filename: untrusted('a.bin'),
  mode: untrusted('octet'),
  options: offerOptions(offer),
  ignored: 0,
});

/** Octets that differ from block to block, so that a block in the wrong place shows. */
export function pattern(length: number): Uint8Array {
  const octets = new Uint8Array(length);
  for (let at = 0; at < length; at += 1) octets[at] = (at * 31 + Math.floor(at / 251)) % 256;
  return octets;
}

export interface ScriptOptions {
  readonly file?: Uint8Array;
  readonly from?: Tid;
  /** Pulls and deliveries wait for `answerPull` and `store`. */
  readonly hold?: boolean;
}

export class Script {
  now: Instant = 0;
  outcome: Outcome | undefined;
  readonly notes: Note[] = [];
  readonly sent: Output[] = [];
  readonly received: number[] = [];
  /** Whether the last delivery was marked as the last. */
  last = false;
  pulled: number | undefined;
  undelivered = 0;
  /** The multicast group that the machine joined. */
  group: Tid | undefined;
  #isJoining = false;
  #delivered = 0;
  readonly machine: Machine;
  readonly #options: ScriptOptions;
  #offset = 0;

  constructor(machine: Machine, options: ScriptOptions) {
    this.machine = machine;
    this.#options = options;
  }

  start(): string[] {
    return this.input({ type: 'start' });
  }

  receive(packet: Packet | Malformed, from: Tid = this.#options.from ?? peer): string[] {
    return this.input({ type: 'datagram', packet, from });
  }

  abort(): string[] {
    return this.input({ type: 'abort', code: 0, message: 'Stopped' });
  }

  /** Lets time pass, handing in timeouts where they are due. */
  wait(milliseconds: number): string[] {
    return this.timeline(milliseconds).map((line) => line.replace(/^\d+ /, ''));
  }

  /** The same with the instant before each word. */
  timeline(milliseconds: number): string[] {
    const end = this.now + milliseconds;
    const words: string[] = [];
    for (;;) {
      const { deadline } = this.machine;
      if (deadline === undefined || deadline > end) break;
      this.now = Math.max(this.now, deadline);
      words.push(...this.input({ type: 'timeout' }).map((word) => `${Math.round(this.now)} ${word}`));
    }
    this.now = end;
    return words;
  }

  answerPull(): string[] {
    const length = this.pulled ?? 0;
    this.pulled = undefined;
    const file = this.#options.file ?? new Uint8Array(0);
    const octets = file.subarray(this.#offset, this.#offset + length);
    this.#offset += octets.length;
    return this.input({ type: 'chunk', octets });
  }

  store(): string[] {
    this.undelivered -= 1;
    return this.input({ type: 'stored' });
  }

  input(input: Input): string[] {
    const words = this.machine.handle(input, this.now).flatMap((output) => this.#take(output));
    if (this.#options.hold === true) return words;
    if (this.#isJoining) {
      this.#isJoining = false;
      words.push(...this.input({ type: 'joined' }));
    }
    if (this.pulled !== undefined) words.push(...this.answerPull());
    while (this.undelivered > 0) words.push(...this.store());
    return words;
  }

  noted(type: Note['type']): Note[] {
    return this.notes.filter((note) => note.type === type);
  }

  #take(output: Output): string[] {
    switch (output.type) {
      case 'send':
        this.sent.push(output);
        return [wording(output.packet) + (output.repeat ? ' again' : '')];
      case 'pull':
        this.pulled = output.length;
        if (output.at !== undefined) this.#offset = output.at;
        return [];
      case 'deliver':
        for (const [at, octet] of output.octets.entries())
          this.received[(output.at ?? this.#delivered) + at] = octet;
        this.#delivered += output.octets.length;
        this.last = output.last;
        this.undelivered += 1;
        return [];
      case 'note':
        this.notes.push(output.note);
        return [];
      case 'join':
        this.group = output.group;
        this.#isJoining = true;
        return [];
      case 'end':
        this.outcome = output.outcome;
        return [];
    }
  }
}

function wording(packet: Packet): string {
  switch (packet.op) {
    case 'DATA':
    case 'ACK':
      return `${packet.op} ${packet.block}`;
    case 'ERROR':
      return `ERROR ${packet.code}`;
    case 'OACK':
    case 'RRQ':
    case 'WRQ':
      return packet.op;
  }
}

export interface ClientOptions extends ScriptOptions {
  readonly offer?: Offer;
  readonly lenient?: boolean;
  readonly anyAddress?: boolean;
  readonly rollover?: 0 | 1;
  readonly pace?: Partial<Pace>;
}

export interface ServerOptions extends ScriptOptions {
  readonly terms?: Partial<Terms>;
  /** Sends this OACK. */
  readonly oack?: readonly string[];
  readonly pace?: Partial<Pace>;
}

function clientStart(op: 'RRQ' | 'WRQ', given: ClientOptions): ClientStart {
  const { offer = {}, lenient = false, anyAddress = false, rollover = 0, pace } = given;
  return {
    role: 'client',
    to: asked,
    request: request(op, offer),
    offer,
    lenient,
    anyAddress,
    rollover,
    pace: { ...defaultPace, ...pace },
  };
}

function serverStart({ terms, oack: pairs = [], pace }: ServerOptions): ServerStart {
  return {
    role: 'server',
    peer: client,
    terms: { ...classicTerms, ...terms, negotiated: pairs.length > 0 },
    oack: options(...pairs),
    refused: [],
    pace: { ...defaultPace, ...pace },
  };
}

/** A client that gets. */
export const getting = (given: ClientOptions = {}): Script =>
  new Script(new Receiver(clientStart('RRQ', given)), given);
/** A get that has DATA 1. */
export function running(): Script {
  const get = getting();
  get.start();
  get.receive(data(1));
  return get;
}
/** A client that puts `file`. */
export const putting = (given: ClientOptions = {}): Script =>
  new Script(new Sender(clientStart('WRQ', given)), given);
/** A server that answers an RRQ with `file`. */
export const serving = (given: ServerOptions = {}): Script =>
  new Script(new Sender(serverStart(given)), { from: client, ...given });
/** A server that answers a WRQ. */
export const taking = (given: ServerOptions = {}): Script =>
  new Script(new Receiver(serverStart(given)), { from: client, ...given });
/** A client that gets and asks for multicast. */
export const joining = (given: ClientOptions = {}): Script => {
  const start = clientStart('RRQ', given);
  const asks = { ...start.request, options: [...start.request.options, multicastRequest] };
  return new Script(new MulticastReceiver({ ...start, request: asks }), given);
};
/** A server that sends `file` to a group. */
export const sharing = (given: ServerOptions = {}): Script =>
  new Script(
    new GroupSender({
      ...{ ...serverStart(given), group, size: given.file?.length ?? 0 },
      oackFor: () => options(...(given.oack ?? [])),
    }),
    { from: client, ...given },
  );
/** A client that asks for the size and declines. */
export const probing = (given: ClientOptions = {}): Script =>
  new Script(new Probe(clientStart('RRQ', given)), given);

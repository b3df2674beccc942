// The machine of a server in a multicast transfer (RFC 2090): one file, one group, many clients. The oldest client is the
// master client: its ACKs choose the blocks, and the blocks go to the group. When it ends or falls silent, the next follows.
// Rule: an address that never answered gets three datagrams at most, and nothing goes to the group before a client asks.
import { groupRoleOption } from '../../wire/multicast.ts';
import type { ErrorPacket, Malformed, Packet, RequestPacket, WireOption } from '../../wire/packet.ts';
import { untrusted } from '../../wire/text.ts';
import { sameTid, type Tid } from '../../wire/tid.ts';
import type { ErrorCode } from '../../wire/codes.ts';
import type { Failure } from '../failure.ts';
import type { Input, Instant, Machine, Outcome, Output } from '../machine.ts';
import type { MemberChange, Note } from '../note.ts';
import { Peer } from '../peer.ts';
import { Retransmit } from '../retransmit.ts';
import { SendLimit } from '../send-limit.ts';
import type { ServerStart } from '../side.ts';
import type { Waits } from '../waits.ts';

/** What a group begins with: the terms of all its clients, and where the blocks go. */
export interface GroupStart extends Pick<ServerStart, 'terms' | 'refused' | 'pace'> {
  readonly group: Tid;
  /** The options of the OACK for one client, without multicast: each is answered what it asked for. */
  readonly oackFor: (request: RequestPacket) => readonly WireOption[];
  /** Octets of the file. */
  readonly size: number;
}

/** Most datagrams to a client that never answered. */
const maxUnheardSends = 3;
/** Repetitions without an answer after which a master client gives way to one that waits. */
const patience = 3;
/** How often a client is passed over before it is dropped. */
const maxPassedOver = 2;
/** Milliseconds between two OACKs that a client gets because it asked again, or spoke out of turn. */
const betweenReminders = 750;

interface Client {
  readonly tid: Tid;
  readonly oack: readonly WireOption[];
  /** Whether it ever answered. */
  heard: boolean;
  unheardSends: number;
  passedOver: number;
  remindedAt: Instant;
}

/** Sends one file to a group. The first input is `start`; each request adds its client. */
export class GroupSender implements Machine {
  readonly #start: GroupStart;
  readonly #timer: Retransmit;
  readonly #strangers = new Peer(undefined);
  readonly #blocks: number;
  /** The oldest first: that is the master client. */
  #clients: Client[] = [];
  #served = 0;
  #lastFailure: Failure | undefined;
  #out: Output[] = [];
  #now: Instant = 0;
  #over = false;
  /** The block that is asked for; 0 while a new master client has not asked yet. */
  #block = 0;
  #octets: Uint8Array | undefined;
  #isPulling = false;
  /** The block that is being read. */
  #pulled = 0;
  /** Undefined: DATA leaves as soon as it is asked for. */
  readonly #limit: SendLimit | undefined;
  /** When the block that is asked for may leave. */
  #resumeAt: Instant | undefined;
  /** Blocks that were sent, each counted once. */
  #highest = 0;
  #measured: { readonly block: number; readonly since: Instant } | undefined;

  constructor(start: GroupStart) {
    this.#start = start;
    this.#timer = new Retransmit(start.pace);
    // RFC 1350 §6: a block shorter than blksize, possibly empty, ends the file.
    this.#blocks = Math.floor(start.size / start.terms.blksize) + 1;
    const { pace, terms } = start;
    if (pace.rate < Infinity || pace.gap > 0) this.#limit = new SendLimit(pace, terms.blksize, 0);
  }

  get deadline(): Instant | undefined {
    return this.#over ? undefined : (this.#resumeAt ?? this.#timer.deadline);
  }

  /** A group has many clients. */
  get peer(): undefined {
    return undefined;
  }

  get index(): number {
    return this.#highest;
  }

  get waits(): Waits {
    if (this.#over) return { for: 'nothing' };
    return this.#isPulling ? { for: 'file' } : { for: 'ACK', from: 0, to: this.#block };
  }

  /** How many clients the group has now. */
  get size(): number {
    return this.#clients.length;
  }

  /** Whether `client` is the master client and has asked for a block. */
  isAsking(client: Tid): boolean {
    const master = this.#master;
    return master?.heard === true && sameTid(master.tid, client);
  }

  handle(input: Input, now: Instant): readonly Output[] {
    this.#now = now;
    if (!this.#over) this.#handle(input);
    const out = this.#out;
    this.#out = [];
    return out;
  }

  #handle(input: Input): void {
    switch (input.type) {
      case 'start':
        this.#note({ type: 'negotiated', terms: this.#start.terms, refused: this.#start.refused });
        this.#timer.agree(this.#start.terms.timeout);
        return;
      case 'datagram':
        this.#receive(input.packet, input.from);
        return;
      case 'chunk':
        this.#send(input.octets);
        return;
      case 'timeout':
        this.#timeout();
        return;
      case 'abort':
        this.#stop({ by: 'local', code: input.code, message: input.message }, input.of);
        return;
      case 'network-failed':
        this.#stop({ by: 'network', reason: input.reason, message: input.message }, input.of);
        return;
      case 'stored':
      case 'joined':
        return;
    }
  }

  // --- clients ---

  #receive(packet: Packet | Malformed, from: Tid): void {
    const client = this.#find(from);
    if (packet.op === 'RRQ') {
      if (client === undefined) this.#add(from, packet);
      else this.#remind(client);
    } else if (client === undefined) this.#answerStranger(packet, from);
    else if (packet.op === 'ACK') this.#acknowledged(client, packet.block);
    else if (packet.op === 'ERROR') {
      const first = !client.heard;
      this.#remove(client, 'left', { by: 'peer', code: packet.code, message: packet.message, first });
    } else {
      const what = packet.op === 'malformed' ? packet.reason : 'unexpected';
      this.#note({ type: 'ignored', what, op: packet.op });
    }
  }

  #find(tid: Tid): Client | undefined {
    return this.#clients.find((client) => sameTid(client.tid, tid));
  }

  get #master(): Client | undefined {
    return this.#clients[0];
  }

  /** RFC 2090: the first client becomes the master client; later ones only listen until it is their turn. */
  #add(tid: Tid, request: RequestPacket): void {
    const oack = this.#start.oackFor(request);
    const client = { tid, oack, heard: false, unheardSends: 0, passedOver: 0, remindedAt: -Infinity };
    this.#clients.push(client);
    this.#member('joined', client);
    if (this.#clients.length === 1) this.#enable(client);
    else this.#remind(client);
  }

  /** Makes `client` the master client. Until it asks for a block, nothing goes to the group. */
  #enable(client: Client): void {
    this.#block = 0;
    this.#octets = undefined;
    this.#resumeAt = undefined;
    this.#measured = undefined;
    if (this.#clients.length > 1 || this.#served > 0) this.#member('master', client);
    this.#timer.progress(this.#now);
    this.#offer(client, false);
    this.#timer.start(this.#now);
  }

  /** The OACK for one client. RFC 2347: with it the options are agreed. */
  #offer(client: Client, repeat: boolean): void {
    if (!client.heard) {
      if (client.unheardSends >= maxUnheardSends) return;
      client.unheardSends += 1;
    }
    const role = groupRoleOption(this.#start.group, client === this.#master);
    const options: readonly WireOption[] = [...client.oack, role];
    this.#emit({ op: 'OACK', options, ignored: 0 }, client.tid, repeat);
  }

  /** Tells a client its role again, seldom: it asked again, or sent an ACK although it is not the master client. */
  #remind(client: Client): void {
    if (this.#now - client.remindedAt < betweenReminders) return;
    const isFirst = client.remindedAt === -Infinity && client.unheardSends === 0;
    client.remindedAt = this.#now;
    // Its request came again: an address that asks may have one more answer.
    if (client.unheardSends >= maxUnheardSends) client.unheardSends = maxUnheardSends - 1;
    this.#offer(client, !isFirst);
  }

  /** Each client ends its own transfer; the master client gives its role to the next one. */
  #remove(client: Client, change: MemberChange, failure?: Failure): void {
    const wasMaster = client === this.#master;
    this.#clients = this.#clients.filter((other) => other !== client);
    if (failure === undefined) this.#served += 1;
    else this.#lastFailure = failure;
    this.#member(change, client, failure);
    const next = this.#master;
    if (next === undefined) this.#end();
    else if (wasMaster) this.#enable(next);
  }

  #answerStranger(packet: Packet | Malformed, from: Tid): void {
    const mayAnswer = packet.op !== 'ERROR' && packet.op !== 'malformed';
    const answered = mayAnswer && this.#strangers.mayAnswer(from, this.#now);
    this.#note({ type: 'stranger', from, answered });
    if (answered) this.#emit(errorOf(5, 'Unknown transfer ID'), from, false);
  }

  // --- blocks ---

  #acknowledged(client: Client, block: number): void {
    client.heard = true;
    if (block === this.#blocks) return this.#remove(client, 'done');
    if (block > this.#blocks) return this.#note({ type: 'outside', op: 'ACK', block });
    if (client !== this.#master) return this.#remind(client);
    client.passedOver = 0;
    this.#timer.answered(undefined);
    // RFC 1123 §4.2.3.1: the same ACK again does not cause the same DATA again. The timer does.
    if (this.#block === block + 1) {
      this.#note({ type: 'duplicate', op: 'ACK', index: block, answered: false });
      if (!this.#isPulling) this.#timer.peerRepeats(this.#now);
      return;
    }
    this.#endRoundTrip(block);
    this.#timer.progress(this.#now);
    this.#ask(block + 1);
  }

  /** Reads the block that the master client asked for. It may ask for another one meanwhile: then that one is read next. */
  #ask(block: number): void {
    this.#block = block;
    this.#octets = undefined;
    this.#resumeAt = undefined;
    this.#timer.stop();
    if (!this.#isPulling) this.#pull();
  }

  #pull(): void {
    const { blksize } = this.#start.terms;
    this.#isPulling = true;
    this.#pulled = this.#block;
    this.#out.push({ type: 'pull', length: blksize, at: (this.#block - 1) * blksize });
  }

  #send(octets: Uint8Array): void {
    if (!this.#isPulling) return;
    this.#isPulling = false;
    if (this.#block === 0) return;
    if (this.#pulled !== this.#block) return this.#pull();
    this.#octets = octets;
    this.#timer.progress(this.#now);
    this.#sendWhenAllowed();
  }

  #sendWhenAllowed(): void {
    const { nextAt } = this.#limit ?? { nextAt: 0 };
    const mustWait = this.#limit !== undefined && this.#limit.allows(this.#now) < 1;
    this.#resumeAt = mustWait ? nextAt : undefined;
    if (!mustWait && this.#octets !== undefined) this.#sendBlock(this.#octets);
  }

  #sendBlock(octets: Uint8Array): void {
    this.#limit?.spend(1, this.#now);
    const repeat = this.#block <= this.#highest;
    this.#highest = Math.max(this.#highest, this.#block);
    this.#emit({ op: 'DATA', block: this.#block, data: octets }, this.#start.group, repeat);
    this.#measured = { block: this.#block, since: this.#now };
    this.#timer.start(this.#now);
  }

  /** Karn's rule: only a block that was sent once is measured. */
  #endRoundTrip(block: number): void {
    if (this.#measured?.block !== block) return;
    const rtt = this.#now - this.#measured.since;
    this.#measured = undefined;
    this.#timer.measure(rtt);
    this.#note({ type: 'round-trip', rtt, interval: this.#timer.interval });
  }

  // --- time ---

  #timeout(): void {
    const master = this.#master;
    if (master === undefined || this.#isPulling) return;
    if (this.#resumeAt !== undefined) return this.#sendWhenAllowed();
    const verdict = this.#timer.expire(this.#now);
    if (verdict === 'early') return;
    this.#measured = undefined;
    const isUnheard = !master.heard && master.unheardSends >= maxUnheardSends;
    if (verdict === 'give-up' || isUnheard) return this.#remove(master, 'lost', silence(master));
    if (this.#timer.attempts >= patience && this.#clients.length > 1) return this.#passOver(master);
    this.#note({ type: 'timed-out', attempt: this.#timer.attempts, interval: this.#timer.waited });
    if (this.#octets === undefined) this.#offer(master, true);
    else this.#emit({ op: 'DATA', block: this.#block, data: this.#octets }, this.#start.group, true);
  }

  /** RFC 2090: a client that does not respond in time gives its role to the next one. It stays in the group for a while. */
  #passOver(client: Client): void {
    client.passedOver += 1;
    if (client.passedOver > maxPassedOver) return this.#remove(client, 'lost', silence(client));
    const [, ...others] = this.#clients;
    this.#clients = [...others, client];
    this.#member('passed-over', client);
    this.#offer(client, true);
    const next = this.#master;
    if (next !== undefined) this.#enable(next);
  }

  // --- the end ---

  #end(): void {
    this.#over = true;
    this.#timer.stop();
    const outcome: Outcome =
      this.#served > 0 || this.#lastFailure === undefined
        ? { ok: true, octets: this.#start.size, confirmed: true }
        : { ok: false, failure: this.#lastFailure };
    this.#out.push({ type: 'end', outcome });
  }

  /** Ends the transfer of one client, or of all. */
  #stop(failure: Failure & { readonly by: 'local' | 'network' }, of: Tid | undefined): void {
    const stopped = of === undefined ? this.#clients : this.#clients.filter(({ tid }) => sameTid(tid, of));
    for (const client of [...stopped].reverse()) {
      if (failure.by === 'local') this.#emit(errorOf(failure.code, failure.message), client.tid, false);
      this.#remove(client, 'left', failure);
    }
  }

  #emit(packet: Packet, to: Tid, repeat: boolean): void {
    this.#out.push({ type: 'send', packet, to, repeat });
  }

  #member(change: MemberChange, { tid: client }: Client, failure?: Failure): void {
    const note = { type: 'member', change, client, clients: this.#clients.length } as const;
    this.#note(failure === undefined ? note : { ...note, failure });
  }

  #note(note: Note): void {
    this.#out.push({ type: 'note', note });
  }
}

function silence({ heard, unheardSends }: Client): Failure {
  return { by: 'silence', sends: heard ? patience : unheardSends, heard };
}

function errorOf(code: ErrorCode, message: string): ErrorPacket {
  return { op: 'ERROR', code, message: untrusted(message) };
}

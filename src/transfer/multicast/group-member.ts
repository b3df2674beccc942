// The machine of a client in a multicast transfer (RFC 2090): it collects the blocks that the server sends to the group,
// in any order. The master client asks for each block by an ACK of the block before it; the others only listen.
import type { DataPacket, Malformed, OackPacket, Packet } from '../../wire/packet.ts';
import { groupRoleOf, multicastName, type GroupRole } from '../../wire/multicast.ts';
import { raw } from '../../wire/text.ts';
import { sameTid, type Tid } from '../../wire/tid.ts';
import { Conversation } from '../conversation.ts';
import type { Input, Instant, Machine, Output } from '../machine.ts';
import { confirmOptions } from '../negotiate.ts';
import type { ClientStart } from '../side.ts';
import type { Waits } from '../waits.ts';
import { ArrivedBlocks, mostBlocks } from './blocks.ts';

/** Deliveries that may wait for the disk. A further block counts as lost: it is asked for later. */
const mostOutstanding = 64;
/** Requests for the first block without an answer after which multicast does not reach this client. */
const deafAfter = 3;
/** Most answers to repeated OACKs within one interval. */
const maxRepeats = 8;

/** Receives one file in a group. The first input is the OACK that names the group. */
export class GroupMember implements Machine {
  readonly #start: ClientStart;
  readonly #talk: Conversation;
  readonly #blocks = new ArrivedBlocks();
  #group: Tid | undefined;
  #isMaster = false;
  #isJoined = false;
  /** The block that the last ACK asked for. */
  #asked = 0;
  #octets = 0;
  #outstanding = 0;
  #askDue = false;
  #repeats = 0;
  #repeatsSince: Instant = 0;
  #dallyUntil: Instant | undefined;

  constructor(start: ClientStart) {
    this.#start = start;
    this.#talk = new Conversation(start);
  }

  get deadline(): Instant | undefined {
    if (this.#talk.over) return this.#dallyUntil;
    return this.#outstanding > 0 ? undefined : this.#talk.timer.deadline;
  }

  get peer(): Tid | undefined {
    return this.#talk.peer;
  }

  get index(): number {
    return this.#blocks.next - 1;
  }

  get waits(): Waits {
    if (this.#talk.over) return { for: this.#dallyUntil === undefined ? 'nothing' : 'repetition' };
    return this.#outstanding > 0 ? { for: 'file' } : { for: 'DATA', index: this.#blocks.next };
  }

  handle(input: Input, now: Instant): readonly Output[] {
    this.#talk.now = now;
    if (this.#talk.over) this.#dally(input);
    else this.#handle(input);
    return this.#talk.take();
  }

  #handle(input: Input): void {
    switch (input.type) {
      case 'datagram':
        if (this.#talk.admits(input.packet, input.from)) this.#receive(input.packet, input.from);
        return;
      case 'joined':
        this.#isJoined = true;
        if (this.#isMaster) this.#ask(false);
        else this.#listen();
        return;
      case 'stored':
        this.#stored();
        return;
      case 'timeout':
        this.#timeout();
        return;
      case 'abort':
      case 'network-failed':
        this.#talk.stop(input);
        return;
      case 'start':
      case 'chunk':
        return;
    }
  }

  #receive(packet: Packet | Malformed, from: Tid): void {
    switch (packet.op) {
      case 'OACK':
        if (this.#group === undefined) this.#join(packet, from);
        else this.#change(packet, this.#group);
        return;
      case 'DATA':
        if (this.#isJoined) this.#data(packet);
        else this.#talk.ignore(packet);
        return;
      case 'ERROR':
        this.#talk.failByPeer(packet);
        return;
      case 'ACK':
      case 'RRQ':
      case 'WRQ':
      case 'malformed':
        this.#talk.ignore(packet);
        return;
    }
  }

  // --- the role ---

  /** The first OACK: agrees on the other options as every client does, and joins the group. */
  #join(oack: OackPacket, from: Tid): void {
    const talk = this.#talk;
    const { offer, lenient, request } = this.#start;
    const others = { ...oack, options: oack.options.filter(({ name }) => raw(name) !== multicastName) };
    const confirmed = confirmOptions(offer, others, lenient, request.op);
    const role = groupRoleOf(oack.options);
    talk.pin(from);
    if (!confirmed.ok) return talk.failLocally(confirmed.code, confirmed.message);
    if (role === undefined || role === 'malformed' || role.group === undefined)
      return talk.failLocally(
        8,
        'Failure to negotiate RFC2347 options: the value of multicast is not ADDRESS,PORT,0 or 1',
      );
    talk.advance();
    // RFC 2090 asks for one block at a time.
    talk.agree({ ...confirmed.terms, windowsize: 1, rollover: 0 }, confirmed.refused);
    this.#group = role.group;
    this.#isMaster = role.isMaster;
    talk.note({ type: 'group', group: role.group, isMaster: role.isMaster });
    talk.emit({ type: 'join', group: role.group });
  }

  /** RFC 2090: a later OACK makes this client the master client, or takes that back. Its address and port may be empty. */
  #change(oack: OackPacket, group: Tid): void {
    const talk = this.#talk;
    const role = groupRoleOf(oack.options);
    if (role === undefined || role === 'malformed' || !isOf(role, group)) return talk.ignore(oack);
    talk.markHeard();
    const wasMaster = this.#isMaster;
    this.#isMaster = role.isMaster;
    if (wasMaster !== role.isMaster) talk.note({ type: 'group', group, isMaster: role.isMaster });
    // The server is alive, and another client keeps the transfer moving.
    if (!wasMaster) talk.timer.progress(talk.now);
    if (!this.#isJoined) return;
    if (!role.isMaster) this.#listen();
    // The OACK came again: our ACK was lost.
    else if (!wasMaster || this.#mayRepeat()) this.#ask(wasMaster);
  }

  /** Waits for blocks that others ask for. */
  #listen(): void {
    this.#askDue = false;
    this.#talk.cancelRoundTrip();
    this.#talk.timer.start(this.#talk.now);
  }

  /** RFC 2090: the ACK of a block asks for the block after it, anywhere in the file. */
  #ask(repeat: boolean): void {
    const talk = this.#talk;
    this.#askDue = this.#outstanding > 0;
    if (this.#askDue) return;
    this.#asked = this.#blocks.next;
    talk.send({ op: 'ACK', block: this.#asked - 1 }, repeat);
    talk.timer.start(talk.now);
    if (repeat) talk.cancelRoundTrip();
    else talk.beginRoundTrip(this.#asked);
  }

  // --- blocks ---

  #data({ block, data }: DataPacket): void {
    const talk = this.#talk;
    const { blksize } = talk.terms;
    // RFC 2348: DATA has at most blksize octets.
    if (data.length > blksize) return talk.failByViolation(`DATA has more than ${blksize} octets`);
    const isLast = data.length < blksize;
    if (this.#blocks.has(block)) return this.#duplicate(block);
    if (!this.#blocks.fits(block, isLast)) return talk.note({ type: 'outside', op: 'DATA', block });
    if (this.#outstanding >= mostOutstanding) return;
    if (block === mostBlocks && !isLast)
      return talk.failLocally(0, 'The file has more blocks than a multicast transfer can number');
    this.#accept(block, data, isLast);
  }

  #accept(block: number, octets: Uint8Array, isLast: boolean): void {
    const talk = this.#talk;
    talk.advance();
    talk.endRoundTrip(block);
    talk.timer.stop();
    this.#blocks.add(block, isLast);
    this.#octets += octets.length;
    this.#outstanding += 1;
    this.#repeats = 0;
    if (this.#isMaster && block === this.#asked) this.#askDue = true;
    const at = (block - 1) * talk.terms.blksize;
    talk.emit({ type: 'deliver', octets, last: this.#blocks.isComplete, at });
  }

  /** Others ask for what they miss. To the master client a block that it has tells that its own ACK was lost: its timer sends it again. */
  #duplicate(block: number): void {
    if (!this.#isMaster) return;
    this.#talk.noProgress();
    this.#talk.note({ type: 'duplicate', op: 'DATA', index: block, answered: false });
  }

  #stored(): void {
    if (this.#outstanding === 0) return;
    this.#outstanding -= 1;
    if (this.#outstanding > 0) return;
    const { timer, now } = this.#talk;
    timer.progress(now);
    if (this.#blocks.isComplete) this.#finish();
    else if (this.#askDue) this.#ask(false);
    else timer.start(now);
  }

  // --- time ---

  #timeout(): void {
    const talk = this.#talk;
    if (this.#outstanding > 0) return;
    const verdict = talk.expire();
    if (verdict === 'early') return;
    const isUnreached = this.#isMaster && this.#blocks.next === 1 && talk.timer.attempts >= deafAfter;
    if (verdict === 'give-up' || isUnreached) talk.failBySilence();
    else if (this.#isMaster) this.#ask(true);
    else this.#askAgain();
  }

  /** The group is silent. A server that is alive answers the request with the same OACK again. */
  #askAgain(): void {
    const { request, to } = this.#start;
    this.#talk.emit({ type: 'send', packet: request, to, repeat: true });
    this.#talk.timer.start(this.#talk.now);
  }

  #mayRepeat(): boolean {
    const { now, timer } = this.#talk;
    if (now - this.#repeatsSince >= timer.interval) {
      this.#repeatsSince = now;
      this.#repeats = 0;
    }
    this.#repeats += 1;
    return this.#repeats <= maxRepeats;
  }

  /** RFC 2090: every client ends its transfer by the ACK of the last block, also one that is not the master client. */
  #finish(): void {
    const talk = this.#talk;
    this.#confirm(false);
    this.#dallyUntil = talk.now + Math.max(this.#start.pace.dally, 2000 * (talk.terms.timeout ?? 0));
    talk.note({ type: 'dallying', until: this.#dallyUntil });
    talk.end({ ok: true, octets: this.#octets, confirmed: true });
  }

  #confirm(repeat: boolean): void {
    this.#talk.send({ op: 'ACK', block: this.#blocks.last ?? 0 }, repeat);
  }

  /** After the end only an OACK, and the last DATA, get an answer: they tell that the last ACK was lost. */
  #dally(input: Input): void {
    const { type } = input;
    if (type === 'datagram') {
      const { packet, from } = input;
      if (this.#dallyUntil === undefined || !this.#talk.isPeer(from)) return;
      if (packet.op === 'ERROR') this.#dallyUntil = undefined;
      const isRepeated =
        packet.op === 'OACK' ||
        (packet.op === 'DATA' && this.#isMaster && packet.block === this.#blocks.last);
      if (isRepeated && this.#mayRepeat()) this.#confirm(true);
    } else if (type === 'abort' || type === 'network-failed' || type === 'timeout') this.#endDally(type);
  }

  #endDally(type: 'abort' | 'network-failed' | 'timeout'): void {
    const { now } = this.#talk;
    if (type !== 'timeout' || now >= (this.#dallyUntil ?? 0)) this.#dallyUntil = undefined;
  }
}

function isOf({ group }: GroupRole, known: Tid): boolean {
  return group === undefined || sameTid(group, known);
}

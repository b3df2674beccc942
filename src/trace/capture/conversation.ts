// One transfer in a capture: it takes the packets in order, and knows how far the transfer got and how it ended.
// Rule: bounded memory without payload. A later packet may correct a conclusion from an earlier one.
import type { Outcome } from '../../transfer/machine.ts';
import type { Note } from '../../transfer/note.ts';
import { termsOf, type Terms } from '../../transfer/terms.ts';
import { errorCodes } from '../../wire/codes.ts';
import { findOption } from '../../wire/options.ts';
import type {
  ErrorPacket,
  Malformed,
  OackPacket,
  Packet,
  RequestPacket,
  WireOption,
} from '../../wire/packet.ts';
import { raw } from '../../wire/text.ts';
import type { Tid } from '../../wire/tid.ts';
import { Progress, type BlockReport } from './progress.ts';
import type { ConversationOutcome, ConversationSummary, Meaning } from './record.ts';

/** The sender of a packet; `to-stranger` is a packet to an unknown TID. */
export type Party = 'client' | 'server' | 'stranger' | 'to-stranger';

/** One packet of the transfer. */
export interface ObservedPacket {
  readonly packet: Packet | Malformed;
  readonly party: Party;
  readonly from: Tid;
  /** Octets of the datagram on the link. */
  readonly length: number;
  readonly at: number;
}

/** How a transfer begins. */
export interface Origin {
  readonly transfer: number;
  readonly client: Tid;
  /** The destination of the request; without a request, the other TID. */
  readonly server: Tid;
  readonly request: RequestPacket | undefined;
  /** A datagram that would have been the request. */
  readonly malformed?: Malformed | undefined;
  readonly at: number;
}

/** How far a transfer is: what another reader of its packets must know to continue from here. */
export interface Standing extends Pick<Progress, 'high' | 'acked' | 'last' | 'gaps'> {
  readonly terms: Terms;
  readonly tid: Tid | undefined;
  readonly server: Tid;
  readonly request: RequestPacket | undefined;
  readonly hasOack: boolean;
}

/** This many repetitions in a row without an answer are silence. */
const silence = 2;
/** Milliseconds without any packet before a repetition that show a timer. */
const leastTimer = 50;

export class CapturedConversation {
  readonly transfer: number;
  readonly client: Tid;
  readonly server: Tid;
  /** Every TID that answered; the last one is the server's. `isConfirmed` when the client spoke to it. */
  readonly tids: Tid[] = [];
  tid: Tid | undefined;
  isConfirmed = false;
  /** When its last packet came. */
  lastAt: number;
  #request: RequestPacket | undefined;
  readonly #malformed: Malformed | undefined;
  #op: 'RRQ' | 'WRQ' | undefined;
  #progress: Progress;
  #options: readonly WireOption[] = [];
  #hasOack = false;
  #clientSpoke = false;
  #serverSpoke = false;
  #requests = 0;
  #error:
    | {
        readonly packet: ErrorPacket;
        readonly by: 'client' | 'server';
        readonly outcome: ConversationOutcome;
      }
    | undefined;
  #resent = 0;
  #duplicates = 0;
  #strangers = 0;
  #unanswered = 0;
  #lastParty: Party | undefined;
  #lastSent: number;
  #notes: Note[] = [];
  readonly #began: number;
  #ended: number | undefined;

  constructor(origin: Origin) {
    this.transfer = origin.transfer;
    this.client = origin.client;
    this.server = origin.server;
    this.#request = origin.request;
    this.#malformed = origin.malformed;
    this.#op = origin.request?.op ?? opOf(origin.malformed);
    this.#progress = new Progress(this.#isAsked);
    this.#began = origin.at;
    this.#lastSent = origin.at;
    this.lastAt = origin.at;
  }

  /** The same state: packets of one do not change the other. */
  copy(): CapturedConversation {
    const { transfer, client, server, lastAt, isConfirmed, tid } = this;
    const origin = { transfer, client, server, request: this.#request, malformed: this.#malformed };
    const copy = new CapturedConversation({ ...origin, at: this.#began });
    copy.tids.push(...this.tids);
    Object.assign(copy, { tid, isConfirmed, lastAt });
    copy.#op = this.#op;
    copy.#progress = this.#progress.copy();
    copy.#options = this.#options;
    copy.#hasOack = this.#hasOack;
    copy.#clientSpoke = this.#clientSpoke;
    copy.#serverSpoke = this.#serverSpoke;
    copy.#requests = this.#requests;
    copy.#error = this.#error;
    copy.#resent = this.#resent;
    copy.#duplicates = this.#duplicates;
    copy.#strangers = this.#strangers;
    copy.#unanswered = this.#unanswered;
    copy.#lastParty = this.#lastParty;
    copy.#lastSent = this.#lastSent;
    copy.#ended = this.#ended;
    return copy;
  }

  /** How far it is. */
  get standing(): Standing {
    const { high, acked, last, blksize, gaps } = this.#progress;
    const agreed = termsOf(this.#options);
    // Where nothing was agreed or asked, the blocks show how large they are.
    const terms = this.#hasOack || this.#isAsked ? agreed : { ...agreed, blksize };
    const { tid, server } = this;
    return { high, acked, last, gaps, terms, tid, server, request: this.#request, hasOack: this.#hasOack };
  }

  /** Octets of a full block, as far as is known; 0 where nothing is. */
  get blksize(): number {
    return this.#progress.blksize;
  }

  /** Whether its beginning was captured. */
  get #isAsked(): boolean {
    return this.#request !== undefined || this.#malformed !== undefined;
  }

  /** Whether only repetitions can follow. */
  get isSettled(): boolean {
    return this.#error !== undefined || this.#progress.isComplete;
  }

  /** Whether `malformed` from our client is the same datagram again, which had no answer yet. */
  isRepeatedByMalformed({ reason, opcode, length }: Malformed): boolean {
    const first = this.#malformed;
    if (first === undefined || this.#error !== undefined) return false;
    return first.reason === reason && first.opcode === opcode && first.length === length;
  }

  /** Whether `request` from our client is this one again, or without options after they were refused. */
  isRepeatedBy(request: RequestPacket): boolean {
    const first = this.#request;
    if (first === undefined || this.#clientSpoke) return false;
    if (!wantsSame(first, request)) return false;
    if (this.#error === undefined) return true;
    return this.#error.outcome === 'refused' && first.options.length > 0 && request.options.length === 0;
  }

  /** Takes the next packet. */
  observe(heard: ObservedPacket): Meaning {
    const wasSettled = this.isSettled;
    this.#notes = [];
    const idle = heard.at - this.lastAt;
    this.lastAt = heard.at;
    if (heard.party === 'stranger' || heard.party === 'to-stranger') return this.#aside(heard);
    const { repeat = false, index, needless = false } = this.#read(heard);
    if (repeat) this.#resent++;
    if (needless) this.#duplicates++;
    this.#unanswered = repeat && heard.party === this.#lastParty ? this.#unanswered + 1 : 0;
    this.#lastParty = heard.party;
    if (heard.party === 'client') {
      // No timer sends a packet that answers a repetition of the server at once, or that follows an equal one at once.
      const isLater = heard.at - this.#lastSent >= leastTimer;
      if (repeat && isLater && (this.#unanswered > 0 || idle >= leastTimer))
        this.#note({
          type: 'timed-out',
          attempt: this.#unanswered || 1,
          interval: heard.at - this.#lastSent,
        });
      this.#lastSent = heard.at;
    }
    if (this.isSettled) this.#ended ??= heard.at;
    else this.#ended = undefined;
    const last = heard.packet.op === 'DATA' && index !== undefined && index === this.#progress.last;
    const ended = this.isSettled && !wasSettled ? this.#end() : undefined;
    return { repeat, index, last, notes: this.#notes, ended };
  }

  /** The outcome of a settled transfer, as a machine would report it. */
  #end(): Outcome {
    const { octets } = this.#progress;
    if (this.#error !== undefined) {
      const { packet, by, outcome } = this.#error;
      const { code, message } = packet;
      if (by === 'server')
        return { ok: false, failure: { by: 'peer', code, message, first: outcome === 'refused' } };
      return {
        ok: false,
        failure: { by: 'local', code: errorCodes[code]?.code ?? 0, message: raw(message) },
      };
    }
    return { ok: true, octets, confirmed: this.#progress.hasAcks };
  }

  get summary(): ConversationSummary {
    const { octets, blocks, missing } = this.#progress;
    const error = this.#error?.packet;
    return {
      transfer: this.transfer,
      op: this.#op ?? 'RRQ',
      file: this.#request?.filename,
      mode: this.#request?.mode,
      malformed: this.#malformed?.reason,
      client: this.client,
      server: this.server,
      tid: this.tid,
      options: this.#options,
      outcome: this.#outcome(),
      error: error === undefined ? undefined : { code: error.code, message: error.message },
      octets,
      blocks,
      missing,
      resent: this.#resent,
      duplicates: this.#duplicates,
      strangers: this.#strangers,
      start: this.#began,
      duration: (this.#ended ?? this.lastAt) - this.#began,
    };
  }

  #outcome(): ConversationOutcome {
    if (this.#error !== undefined) return this.#error.outcome;
    if (this.#progress.isComplete) return 'complete';
    return !this.#serverSpoke || this.#unanswered >= silence ? 'silent' : 'unfinished';
  }

  #note(note: Note): void {
    this.#notes.push(note);
  }

  #aside({ party, from }: ObservedPacket): Meaning {
    if (party === 'stranger') {
      this.#strangers++;
      this.#note({ type: 'stranger', from, answered: false });
    }
    return { repeat: false, index: undefined, last: false, notes: this.#notes, ended: undefined };
  }

  #read(heard: ObservedPacket): Partial<BlockReport> {
    const { packet, party } = heard;
    switch (packet.op) {
      case 'RRQ':
      case 'WRQ':
        return this.#asked(packet);
      case 'OACK':
        return party === 'server' ? this.#oack(packet) : this.#unexpected(packet.op);
      case 'ERROR':
        return this.#failed(packet, party === 'client' ? 'client' : 'server');
      case 'DATA':
        if (!this.#mayMove(party === 'server' ? 'RRQ' : 'WRQ')) return this.#unexpected(packet.op);
        this.#spoke(party);
        return this.#moved(this.#progress.data(packet.block, heard.length - 4), packet);
      case 'ACK':
        if (!this.#mayMove(party === 'client' ? 'RRQ' : 'WRQ')) return this.#unexpected(packet.op);
        this.#spoke(party);
        return this.#moved(this.#progress.ack(packet.block), packet);
      case 'malformed':
        if (party === 'client' && this.#malformed?.reason === packet.reason)
          return { repeat: this.#requests++ > 0 };
        this.#note({ type: 'ignored', what: packet.reason, op: 'malformed' });
        return {};
    }
  }

  /** Without the request, the first DATA or ACK shows the direction of the file. */
  #mayMove(op: 'RRQ' | 'WRQ'): boolean {
    this.#op ??= op;
    return this.#op === op;
  }

  #unexpected(op: string): Partial<BlockReport> {
    this.#note({ type: 'ignored', what: 'unexpected', op });
    return {};
  }

  #asked(request: RequestPacket): Partial<BlockReport> {
    const repeat = this.#requests++ > 0;
    if (this.#error === undefined) return { repeat, needless: repeat && this.#serverSpoke };
    // RFC 2347: a client whose options were refused may ask again without them.
    const { code, message } = this.#error.packet;
    this.#note({ type: 'fallback', code, message });
    this.#request = request;
    this.#error = undefined;
    this.tid = undefined;
    this.#serverSpoke = false;
    this.#progress = new Progress(true);
    return {};
  }

  #spoke(party: Party): void {
    if (party === 'client') this.#clientSpoke = true;
    else if (!this.#serverSpoke) {
      this.#serverSpoke = true;
      this.#agree([]);
    }
  }

  #oack(packet: OackPacket): Partial<BlockReport> {
    if (this.#hasOack) return { repeat: true, needless: this.#clientSpoke };
    this.#hasOack = true;
    this.#serverSpoke = true;
    this.#options = packet.options;
    this.#agree(packet.options);
    return {};
  }

  /** RFC 2347: the options in the answer are agreed; the others do not apply. */
  #agree(options: readonly WireOption[]): void {
    if (this.tid !== undefined) this.#note({ type: 'pinned', peer: this.tid });
    const terms = termsOf(options);
    if (options.length > 0) {
      const rollover = findOption(options, 'rollover') === undefined ? undefined : terms.rollover;
      this.#progress.agree({ ...terms, rollover });
    }
    if (this.#request === undefined && options.length === 0) return;
    this.#note({ type: 'negotiated', terms, refused: refusedNames(this.#request, options) });
  }

  #failed(packet: ErrorPacket, by: 'client' | 'server'): Partial<BlockReport> {
    if (this.#error !== undefined) return { repeat: true };
    // Packets after the end of the file change nothing (RFC 1350 §6).
    if (this.#progress.isComplete) return {};
    const isFirst = by === 'server' ? !this.#serverSpoke : !this.#clientSpoke;
    const early = by === 'server' ? 'refused' : 'declined';
    const outcome = isFirst && this.#isAsked ? early : 'aborted';
    if (by === 'server') this.#serverSpoke = true;
    this.#error = { packet, by, outcome };
    return {};
  }

  #moved(
    seen: BlockReport,
    packet: { readonly op: 'DATA' | 'ACK'; readonly block: number },
  ): Partial<BlockReport> {
    const { op, block } = packet;
    const { index, expected } = seen;
    if (seen.outside) {
      this.#note({ type: 'outside', op, block });
      return { repeat: false };
    }
    if (expected !== undefined) this.#note({ type: 'gap', expected, got: index });
    if (seen.rollback) this.#note({ type: 'rollback', to: index - 1, cause: 'ack' });
    else if (seen.repeat) this.#note({ type: 'duplicate', op, index, answered: false });
    return seen;
  }
}

function opOf(malformed: Malformed | undefined): 'RRQ' | 'WRQ' | undefined {
  return malformed === undefined ? undefined : malformed.opcode === 2 ? 'WRQ' : 'RRQ';
}

/** Names of the requested options that the answer does not have. */
function refusedNames(request: RequestPacket | undefined, agreed: readonly WireOption[]): readonly string[] {
  const asked = request?.options.map(({ name }) => raw(name)) ?? [];
  return asked.filter((name) => findOption(agreed, name) === undefined);
}

/** Whether two requests ask the same of the same file; their options may differ. */
function wantsSame(a: RequestPacket, b: RequestPacket): boolean {
  return a.op === b.op && raw(a.filename) === raw(b.filename) && raw(a.mode) === raw(b.mode);
}

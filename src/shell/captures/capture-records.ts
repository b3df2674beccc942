// Which datagrams a capture records, with which octets and comments: each as often as it travelled, and as it travelled.
// Rule: one that goes from one of our ports to another stands once. Where step mode decides about it at both, it is recorded
// after the second decision.
import { CaptureFlow } from '../../trace/capture/file/pcapng-flow.ts';
import { fateWords } from '../../trace/explain/fates.ts';
import type { HoldEvent, TappedDatagram } from '../../trace/record/bus.ts';
import type { FateEvent } from '../../trace/record/event.ts';
import { encode, joined } from '../../wire/encode.ts';
import { sameTid, type Tid } from '../../wire/tid.ts';

const mostFates = 256;
const mostFlows = 4096;
/** Datagrams that wait to be recorded, at most. One that is lost inside the system never arrives. */
const mostWaiting = 2048;

/** A datagram for the capture. The octets are borrowed. */
export interface CaptureEntry {
  readonly flow: { readonly blocks: CaptureFlow };
  readonly at: number;
  readonly head: Uint8Array;
  readonly tail: Uint8Array | undefined;
  readonly comments: readonly string[];
  /** How often it travels. */
  readonly copies: number;
  /** What impairment sends after it. */
  readonly follower: { readonly octets: Uint8Array; readonly comment: string } | undefined;
}

/** Where the datagrams go. */
export interface RecordOutput {
  write(datagram: CaptureEntry): void;
  /** Takes back what was written last. @returns false: it is on its way to the disk already. */
  retract(): boolean;
}

/** Datagrams from one port to another. */
interface Flow {
  readonly from: Tid;
  readonly to: Tid;
  readonly blocks: CaptureFlow;
  /** It leaves one of our ports: where it arrives at another one, it is not recorded again. */
  ours: boolean;
}

type Writable<T> = { -readonly [K in keyof T]: T[K] };

interface Entry extends Writable<CaptureEntry> {
  id: number | undefined;
  flow: Flow;
  readonly comments: string[];
  /** It waits for a decision; it is expected at another of our ports. */
  isHeld: boolean;
  isExpected: boolean;
}

/** What happened to a datagram on its way in, before its owner gets it. */
interface Fated extends Pick<Entry, 'comments' | 'copies'> {
  octets: Uint8Array | undefined;
  isInjected: boolean;
}

export class CaptureRecords {
  readonly #output: RecordOutput;
  /** By id. */
  readonly #fates = new Map<number, Fated>();
  readonly #waiting = new Map<number, Entry>();
  /** By both ports. */
  readonly #flows = new Map<number, Flow>();
  /** The datagram that was recorded last: an event about its fate follows directly. One object for all. */
  readonly #latest: Entry;

  constructor(output: RecordOutput) {
    this.#output = output;
    const nowhere = { address: '0.0.0.0', port: 0 };
    const octets = new Uint8Array(0);
    this.#latest = {
      ...{
        id: undefined,
        at: 0,
        head: octets,
        tail: undefined,
        comments: [],
        copies: 1,
        follower: undefined,
      },
      flow: { from: nowhere, to: nowhere, blocks: new CaptureFlow(nowhere, nowhere), ours: false },
      ...{ isHeld: false, isExpected: false },
    };
  }

  take({ type, id, at, local, peer, head, tail }: TappedDatagram): void {
    const sent = type === 'sent';
    const from = sent ? local : peer;
    const to = sent ? peer : local;
    const fated = this.#fates.size === 0 ? undefined : this.#fatedAt(id);
    // Both ends may be ours: on the wire there is one datagram, not two.
    if (!sent && this.#isOurs(from, to) && fated?.isInjected !== true) return;
    const flow = this.#flowOf(from, to);
    if (sent) flow.ours = true;
    this.#record(flow, { id, at, head, tail }, fated?.comments);
  }

  /** The fate of a packet is a comment beside it; a packet that was lost on its way to us is recorded here. */
  fate(event: FateEvent): void {
    const { id, direction } = event;
    if (direction === 'incoming') return this.#fateAtArrival(event);
    const entry = this.#waiting.get(id);
    if (entry === undefined) {
      if (this.#latest.id !== id || !this.#output.retract()) return;
      this.#suffer(this.#latest, event);
      this.#output.write(this.#latest);
    } else if (event.fate === 'lost' && entry.isExpected) {
      this.#arrives(entry, { comments: [wordsOf(event)], copies: 1, octets: undefined, isInjected: false });
    } else this.#suffer(entry, event);
  }

  hold(event: HoldEvent): void {
    if (event.type === 'arrived') return this.#arrived(event);
    if (event.type !== 'decided') return this.#wait(event);
    const entry = this.#waiting.get(event.id);
    if (entry === undefined) return;
    entry.isHeld = false;
    if (!entry.isExpected) this.#settle(entry);
  }

  /** Records what waits: the capture ends. */
  end(): void {
    for (const entry of [...this.#waiting.values()]) this.#settle(entry);
  }

  #record(
    flow: Flow,
    { id, at, head, tail }: Pick<TappedDatagram, 'id' | 'at' | 'head' | 'tail'>,
    comments: readonly string[] | undefined,
  ): void {
    const latest = this.#latest;
    latest.id = id;
    latest.flow = flow;
    latest.at = at;
    latest.head = head;
    latest.tail = tail;
    latest.copies = 1;
    latest.follower = undefined;
    latest.comments.length = 0;
    if (comments !== undefined) latest.comments.push(...comments);
    this.#output.write(latest);
  }

  #suffer(entry: Entry, event: FateEvent): void {
    const { fate, reason, became, local, peer } = event;
    entry.comments.push(wordsOf(event));
    if (fate === 'duplicated') entry.copies += 1;
    else if (fate === 'misrouted') {
      entry.flow = this.#flowOf(local, peer);
      entry.flow.ours = true;
    } else if (fate === 'followed' && became !== undefined)
      entry.follower = { octets: became.octets.slice(), comment: fateWords('injected', reason) };
    else if (became !== undefined) {
      entry.head = became.octets.slice();
      entry.tail = undefined;
    }
  }

  #fateAtArrival(event: FateEvent): void {
    const { id, at, fate, packet, octets, became, local, peer } = event;
    const fated = this.#fatedAt(id) ?? { comments: [], copies: 1, octets: undefined, isInjected: false };
    fated.comments.push(wordsOf(event));
    if (fate === 'duplicated') fated.copies += 1;
    if (fate === 'injected') fated.isInjected = true;
    if (became !== undefined) fated.octets = became.octets.slice();
    if (fate === 'lost' && !this.#isOurs(peer, local)) {
      const head = octets ?? (packet.op === 'malformed' ? new Uint8Array(0) : encode(packet));
      return this.#record(this.#flowOf(peer, local), { id, at, head, tail: undefined }, fated.comments);
    }
    this.#fates.set(id, fated);
    if (this.#fates.size > mostFates) this.#fates.delete(this.#fates.keys().next().value ?? id);
  }

  /** What is known of a datagram that arrives; it is forgotten. */
  #fatedAt(id: number): Fated | undefined {
    const fated = this.#fates.get(id);
    this.#fates.delete(id);
    return fated;
  }

  /** Takes back the datagram that was recorded last, until more is known of it. */
  #wait({ type, id }: HoldEvent & { readonly id: number }): void {
    const known = this.#waiting.get(id);
    const latest = this.#latest;
    if (known === undefined && (latest.id !== id || !this.#output.retract())) return;
    const entry = known ?? copyOf(latest);
    latest.id = undefined;
    if (type === 'held') entry.isHeld = true;
    else entry.isExpected = true;
    this.#waiting.set(id, entry);
    const [oldest] = this.#waiting.values();
    if (this.#waiting.size > mostWaiting && oldest !== undefined) this.#settle(oldest);
  }

  #settle(entry: Entry): void {
    if (entry.id !== undefined) this.#waiting.delete(entry.id);
    Object.assign(this.#latest, entry, { isHeld: false, isExpected: false });
    this.#output.write(this.#latest);
  }

  #arrived({ id, local, peer, octets }: HoldEvent & { readonly type: 'arrived' }): void {
    const fated = id === undefined ? undefined : this.#fates.get(id);
    for (const entry of this.#waiting.values()) {
      if (!entry.isExpected || !isSame(entry, { from: peer, to: local, octets })) continue;
      if (id !== undefined) this.#fates.delete(id);
      this.#arrives(entry, fated);
      return;
    }
  }

  /** One copy of a datagram that waited for this is recorded. */
  #arrives(entry: Entry, fated: Fated | undefined): void {
    const { comments = [], copies = 1, octets = entry.head } = fated ?? {};
    this.#output.write({ ...entry, head: octets, comments: [...entry.comments, ...comments], copies });
    this.#latest.id = undefined;
    entry.follower = undefined;
    entry.copies -= 1;
    if (entry.copies === 0 && entry.id !== undefined) this.#waiting.delete(entry.id);
  }

  #isOurs(from: Tid, to: Tid): boolean {
    const known = this.#flows.get(keyOf(from, to));
    return known?.ours === true && isOnWayOf(known, from, to);
  }

  #flowOf(from: Tid, to: Tid): Flow {
    const key = keyOf(from, to);
    const known = this.#flows.get(key);
    if (known !== undefined && isOf(known, from, to)) return known;
    // The address may be a wildcard; the ports identify the flow.
    const flow = { from, to, blocks: new CaptureFlow(from, to), ours: known?.ours ?? false };
    this.#flows.set(key, flow);
    if (this.#flows.size > mostFlows) this.#flows.delete(this.#flows.keys().next().value ?? key);
    return flow;
  }
}

function wordsOf({ fate, reason }: FateEvent): string {
  return fateWords(fate, reason);
}

/** With octets of its own: those of the entry are borrowed. */
function copyOf(entry: Entry): Entry {
  const { head, tail, comments } = entry;
  return { ...entry, head: joined(head, tail), tail: undefined, comments: [...comments] };
}

/** Both ports in 32 bits: a small integer, unlike a text, costs a map nothing. Of equal ports the addresses tell the way. */
function keyOf(from: Tid, to: Tid): number {
  const ports = (from.port << 16) | to.port;
  return from.port === to.port && from.address > to.address ? ports + 2 ** 33 : ports;
}

/** Whether a datagram goes the way of the flow and not back: one of the addresses may be a wildcard. */
function isOnWayOf(flow: Flow, from: Tid, to: Tid): boolean {
  return from.port !== to.port || sameTid(flow.from, from) || sameTid(flow.to, to);
}

function isOf(flow: Flow, from: Tid, to: Tid): boolean {
  return (flow.from === from || sameTid(flow.from, from)) && (flow.to === to || sameTid(flow.to, to));
}

/** Whether it is what arrived between these ports. */
function isSame(
  { flow, head }: Entry,
  { from, to, octets }: { readonly from: Tid; readonly to: Tid; readonly octets: Uint8Array },
): boolean {
  if (flow.from.port !== from.port || flow.to.port !== to.port || !isOnWayOf(flow, from, to)) return false;
  return head.length === octets.length && head.every((octet, at) => octet === octets[at]);
}

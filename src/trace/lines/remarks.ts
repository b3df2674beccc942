// What is unusual about a packet, in words: from what the machines noticed and from what went before on the same side.
// Usual packets carry no remark, and cost next to nothing. A fold: the memory that is handed in goes on with the packet.
// Never imports views.
import { parseDecimal } from '../../wire/decimal.ts';
import type { WireOption } from '../../wire/packet.ts';
import { join, printable, raw, say } from '../../wire/text.ts';
import type { Printable } from '../../wire/text.ts';
import { formatTid, sameTid, type Tid } from '../../wire/tid.ts';
import type { Note } from '../../transfer/note.ts';
import type { DatagramEvent, Side } from '../record/event.ts';

/** What must be known of the packets before, for one side of one transfer. */
export interface Memory {
  /** Highest block sent and received, by 16-bit order; undefined before the first. */
  sent: number | undefined;
  received: number | undefined;
  /** The last ACK, whoever sent it: behind it the window begins. */
  acknowledged: number | undefined;
  /** The block that ended the file, once it was seen. */
  last: number | undefined;
  /** A gap was seen: the next ACK asks for what is missing. */
  gap: boolean;
  requested: boolean;
  /** Options of our request, as numbers; what is no number is left out. */
  asked: ReadonlyMap<string, number>;
  /** Octets of a full block. */
  blksize: number;
  windowsize: number;
  /** A block or its acknowledgement went or came. */
  moved: boolean;
  /** Belongs to the packet that is sent next. */
  waiting: Printable | undefined;
  /** Milliseconds in which nothing came, where that is why the next packet is sent. */
  silence: number | undefined;
  /** Whoever else sends something is a stranger, and says nothing about the transfer. */
  peer: Tid | undefined;
}

/** Before the first packet. */
export function newMemory(): Memory {
  return {
    ...{ sent: undefined, received: undefined, acknowledged: undefined, last: undefined },
    ...{ gap: false, requested: false, asked: new Map(), blksize: 512, windowsize: 1, moved: false },
    ...{ waiting: undefined, silence: undefined, peer: undefined },
  };
}

/** What a packet shows by itself, before any note about it. Takes it into the memory. */
export function remarkOnPacket(memory: Memory, event: DatagramEvent): Printable | undefined {
  if (event.type === 'received') return onReceived(memory, event);
  const remark = onSent(memory, event);
  memory.waiting = undefined;
  memory.silence = undefined;
  return remark;
}

function onSent(memory: Memory, { packet, tag }: DatagramEvent): Printable | undefined {
  const { waiting } = memory;
  switch (packet.op) {
    case 'RRQ':
    case 'WRQ': {
      const again = memory.requested;
      memory.requested = true;
      memory.asked = numbersOf(packet.options);
      return waiting ?? (again ? say`sent again` : undefined);
    }
    case 'DATA': {
      memory.moved = true;
      if (isOld(memory.sent, packet.block)) return waiting ?? say`sent again`;
      memory.sent = packet.block;
      return waiting ?? endOf(memory, packet.block, packet.data.length);
    }
    case 'ACK':
      return onAckSent(memory, packet.block, tag.side);
    case 'ERROR':
      return waiting ?? probe(memory, packet.code);
    case 'OACK':
    case 'malformed':
      return waiting;
  }
}

function onAckSent(memory: Memory, block: number, side: Side): Printable | undefined {
  const { waiting, silence, gap, acknowledged } = memory;
  const inside = placeInWindow(memory, block);
  acknowledge(memory, block);
  memory.gap = false;
  if (gap) return say`asks the ${other(side)} to send again from ${(block + 1) & 0xffff}`;
  // What stands in the middle of a window is no repetition, even where it is the silence that draws it.
  if (inside !== undefined)
    return silence === undefined ? inside : say`${inside}, then ${seconds(silence)} s of silence`;
  return waiting ?? (acknowledged === block ? say`sent again` : undefined);
}

function acknowledge(memory: Memory, block: number): void {
  memory.acknowledged = block;
  memory.moved = true;
}

/** RFC 7440 §4: an ACK belongs to the end of a window or of the file; what stands before either is told its place. */
function placeInWindow(memory: Memory, block: number): Printable | undefined {
  const { windowsize, acknowledged = 0, last } = memory;
  // Without windows there is no place in one: the usual case costs one comparison.
  if (windowsize === 1 || block === last) return undefined;
  const place = distance(acknowledged, block);
  return place > 0 && place < windowsize ? say`${place} of ${windowsize} of the window` : undefined;
}

/** RFC 2349: who asks for the size and then declines wanted nothing else. */
function probe({ asked, moved }: Memory, code: number): Printable | undefined {
  const declines = code === 0 || code === 8;
  return declines && !moved && asked.has('tsize') ? say`size probe: only the size was wanted` : undefined;
}

/** RFC 1350 §6: a block shorter than the others ends the file. */
function endOf(memory: Memory, block: number, length: number): Printable | undefined {
  if (length >= memory.blksize) return undefined;
  memory.last = block;
  return length === 0 ? say`last block, empty` : say`last block`;
}

function numbersOf(options: readonly WireOption[]): ReadonlyMap<string, number> {
  return new Map(
    options.flatMap(({ name, value }) => {
      const number = parseDecimal(raw(value));
      return number === undefined ? [] : [[raw(name).toLowerCase(), number] as const];
    }),
  );
}

function onReceived(memory: Memory, { packet, tag, peer }: DatagramEvent): Printable | undefined {
  if (memory.peer !== undefined && memory.peer !== peer && !sameTid(memory.peer, peer)) return undefined;
  if (packet.op === 'ACK') {
    const inside = placeInWindow(memory, packet.block);
    acknowledge(memory, packet.block);
    return inside;
  }
  if (packet.op !== 'DATA') return undefined;
  if (isOld(memory.received, packet.block)) return say`sent again by the ${other(tag.side)}`;
  memory.received = packet.block;
  memory.moved = true;
  return endOf(memory, packet.block, packet.data.length);
}

function isOld(highest: number | undefined, block: number): boolean {
  return highest !== undefined && distance(highest, block) <= 0;
}

/** How far `to` lies ahead of `from` in the 16-bit order of block numbers. */
function distance(from: number, to: number): number {
  const ahead = (to - from) & 0xffff;
  return ahead < 0x8000 ? ahead : ahead - 0x10000;
}

function other(side: Side): Printable {
  return side === 'client' ? say`server` : say`client`;
}

/** What a note says about the packet before it, or, where `waits`, about the one that is sent next. */
export interface NoteRemark {
  readonly remark: Printable | undefined;
  readonly waits: boolean;
  /** What the packet seemed to be is told better by the note. */
  readonly replaces: boolean;
}

const nothing: NoteRemark = { remark: undefined, waits: false, replaces: false };
const about = (remark: Printable, replaces = true): NoteRemark => ({ remark, waits: false, replaces });
const ahead = (remark: Printable): NoteRemark => ({ remark, waits: true, replaces: false });

/** What a note means for the packets that follow. */
export function heedNote(memory: Memory, note: Note): void {
  switch (note.type) {
    case 'negotiated':
      memory.blksize = note.terms.blksize;
      memory.windowsize = note.terms.windowsize;
      return;
    case 'gap':
      memory.gap = true;
      return;
    case 'timed-out':
      memory.silence = note.interval;
      return;
    case 'pinned':
      memory.peer = note.peer;
      return;
    case 'fallback':
      memory.peer = undefined;
      return;
    case 'duplicate':
    case 'rollback':
    case 'outside':
    case 'stranger':
    case 'ignored':
    case 'dallying':
    case 'round-trip':
      return;
  }
}

/** Words for a note; most notes need none. `askedPort`: where the request went; `asked`: what it asked for. */
export function remarkOnNote(
  note: Note,
  askedPort: number | undefined,
  asked: Memory['asked'] = new Map(),
): NoteRemark {
  switch (note.type) {
    case 'negotiated':
      return termsRemark(note, asked);
    case 'pinned':
      return note.peer.port === askedPort ? nothing : about(say`new TID ${note.peer.port}`, false);
    case 'timed-out':
      return ahead(
        say`sent again: nothing came in ${seconds(note.interval)} s (attempt ${note.attempt + 1})`,
      );
    case 'duplicate':
      return about(note.answered ? say`duplicate` : say`duplicate: not answered`);
    case 'gap':
      return about(say`out of order: expected ${note.expected & 0xffff}`);
    case 'rollback':
      return about(say`asks us to send again from ${(note.to + 1) & 0xffff}`);
    case 'outside':
      return about(say`outside the window: ignored`);
    case 'stranger': {
      const reply = note.answered ? say`ERROR 5` : say`ignored`;
      return about(say`stranger ${printable(formatTid(note.from))}: ${reply}`);
    }
    case 'ignored':
      return about(say`ignored: ${printable(note.what)}`);
    case 'fallback':
      return ahead(say`without options, since ERROR ${note.code} refused them`);
    case 'dallying':
    case 'round-trip':
      return nothing;
  }
}

/** RFC 2347, 2348, 7440: a server may leave an option out, or answer with a smaller value. */
function termsRemark({ terms, refused }: Extract<Note, { type: 'negotiated' }>, asked: Memory['asked']) {
  const parts = refused.length === 0 ? [] : [say`left out: ${printable(refused.join(', '))}`];
  for (const name of ['blksize', 'windowsize'] as const) {
    const wanted = asked.get(name);
    if (wanted !== undefined && !refused.includes(name) && terms[name] < wanted)
      parts.push(say`${printable(name)} lowered from ${wanted}`);
  }
  return parts.length === 0 ? nothing : about(join(parts, say`, `), false);
}

function seconds(ms: number): Printable {
  return printable((ms / 1000).toFixed(ms < 995 ? 2 : 1));
}

// What is unusual about a packet, in words: from what the machines noticed and from what went before on the same side.
// Usual packets carry no remark. A pure fold: memory and event in, memory and remark out. Never imports views.
import { parseDecimal } from '../wire/decimal.ts';
import type { WireOption } from '../wire/packet.ts';
import { join, printable, raw, say } from '../wire/text.ts';
import type { Printable } from '../wire/text.ts';
import { formatTid } from '../wire/tid.ts';
import type { Note } from '../transfer/note.ts';
import type { DatagramEvent, Side } from './event.ts';

/** What must be known of the packets before, for one side of one transfer. */
export interface Memory {
  /** Highest block sent and received, by 16-bit order; undefined before the first. */
  readonly sent: number | undefined;
  readonly received: number | undefined;
  /** The last ACK that we sent. */
  readonly acknowledged: number | undefined;
  /** A gap was seen: the next ACK asks for what is missing. */
  readonly gap: boolean;
  readonly requested: boolean;
  /** Options of our request, as numbers; what is no number is left out. */
  readonly asked: ReadonlyMap<string, number>;
  /** Octets of a full block. */
  readonly blksize: number;
  /** A block or its acknowledgement went or came. */
  readonly moved: boolean;
  /** Belongs to the packet that is sent next. */
  readonly waiting: Printable | undefined;
}

export const emptyMemory: Memory = {
  sent: undefined,
  received: undefined,
  acknowledged: undefined,
  gap: false,
  requested: false,
  asked: new Map(),
  blksize: 512,
  moved: false,
  waiting: undefined,
};

export interface Remarked {
  readonly memory: Memory;
  readonly remark: Printable | undefined;
}

/** What a packet shows by itself, before any note about it. */
export function remarkOnPacket(memory: Memory, event: DatagramEvent): Remarked {
  return event.type === 'sent' ? onSent(memory, event) : onReceived(memory, event);
}

function onSent(memory: Memory, { packet, tag }: DatagramEvent): Remarked {
  const { waiting } = memory;
  const after = { ...memory, waiting: undefined };
  switch (packet.op) {
    case 'RRQ':
    case 'WRQ':
      return {
        memory: { ...after, requested: true, asked: numbersOf(packet.options) },
        remark: waiting ?? (memory.requested ? say`sent again` : undefined),
      };
    case 'DATA': {
      const again = memory.sent !== undefined && distance(memory.sent, packet.block) <= 0;
      const sent = again ? memory.sent : packet.block;
      const usual = again ? say`sent again` : lastBlock(memory, packet.data.length);
      return { memory: { ...after, sent, moved: true }, remark: waiting ?? usual };
    }
    case 'ACK': {
      const again = memory.acknowledged === packet.block;
      const asks = say`asks the ${other(tag.side)} to send again from ${(packet.block + 1) & 0xffff}`;
      const remark = memory.gap ? asks : (waiting ?? (again ? say`sent again` : undefined));
      return { memory: { ...after, acknowledged: packet.block, gap: false, moved: true }, remark };
    }
    case 'ERROR':
      return { memory: after, remark: waiting ?? probe(memory, packet.code) };
    case 'OACK':
    case 'malformed':
      return { memory: after, remark: waiting };
  }
}

/** RFC 2349: who asks for the size and then declines wanted nothing else. */
function probe({ asked, moved }: Memory, code: number): Printable | undefined {
  const declines = code === 0 || code === 8;
  return declines && !moved && asked.has('tsize') ? say`size probe: only the size was wanted` : undefined;
}

/** RFC 1350 §6: a block shorter than the others ends the file. */
function lastBlock({ blksize }: Memory, length: number): Printable | undefined {
  if (length >= blksize) return undefined;
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

function onReceived(memory: Memory, { packet, tag }: DatagramEvent): Remarked {
  if (packet.op !== 'DATA') return { memory, remark: undefined };
  const again = memory.received !== undefined && distance(memory.received, packet.block) <= 0;
  if (again) return { memory, remark: say`sent again by the ${other(tag.side)}` };
  return {
    memory: { ...memory, received: packet.block, moved: true },
    remark: lastBlock(memory, packet.data.length),
  };
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

/** What the terms mean for the packets that follow. */
export function heedNote(memory: Memory, note: Note): Memory {
  if (note.type === 'negotiated') return { ...memory, blksize: note.terms.blksize };
  return note.type === 'gap' ? { ...memory, gap: true } : memory;
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

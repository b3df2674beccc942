// The table of notes: what each note of a machine says in a trace line, beside a ladder arrow and in `explain`.
// Rule: one row for each type of note, and no other file knows the types of notes one by one.
import { counted } from '../../wire/counts.ts';
import { reasonWords } from '../../wire/summary.ts';
import { join, printable, say, type Printable } from '../../wire/text.ts';
import { formatTid, type Tid } from '../../wire/tid.ts';
import { wireBlock } from '../../transfer/block.ts';
import type { MemberChange, Note } from '../../transfer/note.ts';
import { classicTerms } from '../../transfer/terms.ts';
import type { Side } from '../record/event.ts';
import { otherSide } from '../record/packet-log.ts';
import type { Numbering } from '../record/numbering.ts';
import { durationText } from '../text/quantities.ts';
import { blockName, capital, theSide } from './explanation.ts';

/** Whose note it is, and what that side knows of the transfer. */
export interface NoteContext {
  readonly side: Side;
  readonly numbering: Numbering;
}

/** Words for one note; undefined: none are needed. */
type NoteWords<N extends Note> = (note: N, context: NoteContext) => Printable | undefined;

/** What is said of one type of note. */
export interface NoteRow<N extends Note = Note> {
  /** In a trace line, beside the packet that the note is about. */
  readonly remark: NoteWords<N>;
  /** The remark stands beside the packet that is sent next, because the note tells why it is sent. Default: false. */
  readonly isForNextSent?: true;
  /** A word or two beside a ladder arrow. */
  readonly side: NoteWords<N>;
  /** In `explain`: one to three sentences. */
  readonly explanation: NoteWords<N>;
  /** The sections that the explanation follows. */
  readonly source: Printable | ((note: N, context: NoteContext) => Printable);
  /** It happens in transfers without trouble: it marks no packet as unusual, and adds to what else is said of it. */
  readonly usual: boolean;
}

type Of<T extends Note['type']> = Extract<Note, { readonly type: T }>;

/** The row of a note. */
export function noteRow(note: Note): NoteRow {
  // The row belongs to the note's own type: the table's type says so.
  return noteTable[note.type] as NoteRow;
}

/** Types of notes that happen in transfers without trouble. */
export function usualNotes(): readonly string[] {
  return Object.entries(noteTable).flatMap(([type, { usual }]) => (usual ? [type] : []));
}

const nothing = (): undefined => undefined;

const noteTable: { readonly [T in Note['type']]: NoteRow<Of<T>> } = {
  negotiated: {
    remark: ({ terms, refused }, { numbering }) => {
      const parts = refused.length === 0 ? [] : [say`server ignored ${names(refused)}`];
      for (const { name, wanted } of lowered({ terms, refused }, numbering))
        parts.push(say`${name} lowered from ${wanted}`);
      return parts.length === 0 ? undefined : join(parts, say`, `);
    },
    side: ({ refused }) => (refused.length === 0 ? undefined : say`without ${names(refused)}`),
    explanation: (note, context) => (note.terms.negotiated ? agreed(note, context) : withoutOack(note)),
    source: (note, { numbering }) =>
      note.refused.length === 0 && lowered(note, numbering).length > 0
        ? say`RFC 2348, RFC 7440 §3`
        : say`RFC 2347`,
    usual: true,
  },
  pinned: {
    remark: ({ peer }, context) => (hasNewPort(peer.port, context) ? say`new TID ${peer.port}` : undefined),
    // A server knows its client's port from the request.
    side: ({ peer }, { side }) => (side === 'server' ? undefined : say`:${peer.port}`),
    explanation: ({ peer }, context) =>
      hasNewPort(peer.port, context)
        ? say`The server answers from port ${peer.port}, not from ${askedPort(context)}: it takes a new port, its TID, for each transfer. From now on only this port counts.`
        : undefined,
    source: say`RFC 1350 §4`,
    usual: true,
  },
  'timed-out': {
    remark: ({ interval, attempt }) =>
      say`resent: no progress for ${durationText(interval)} (attempt ${attempt + 1})`,
    isForNextSent: true,
    side: nothing,
    explanation: ({ interval, attempt }) =>
      say`No progress for ${durationText(interval)}: resent (attempt ${attempt + 1}). Each wait without an answer doubles the next one.`,
    source: say`RFC 1350 §2, RFC 1123 §4.2.3.2`,
    usual: false,
  },
  duplicate: {
    remark: ({ answered }) => (answered ? say`duplicate` : say`duplicate: not answered`),
    side: ({ answered }) => (answered ? undefined : say`not answered`),
    explanation: (note, context) =>
      note.op === 'ACK' ? duplicateAck(note, context) : duplicateData(note, context),
    source: ({ op, answered }, { numbering }) => {
      if (op === 'ACK') return answered || hasWindows(numbering) ? say`RFC 7440 §4` : say`RFC 1123 §4.2.3.1`;
      return !answered && hasWindows(numbering) ? say`RFC 7440 §4` : say`RFC 1350 §2`;
    },
    usual: false,
  },
  gap: {
    remark: ({ expected }, { numbering }) => say`out of order: expected ${onWire(expected, numbering)}`,
    side: ({ expected }) => say`expected ${expected}`,
    explanation: ({ expected, got }, { side, numbering }) =>
      say`Expected ${blockName(expected)}, got ${blockName(got)}: at least one block is lost or late. Blocks are taken in order only, so ACK ${onWire(expected - 1, numbering)} asks ${theSide(otherSide(side))} to resend from ${blockName(expected)}.`,
    source: say`RFC 7440 §4`,
    usual: false,
  },
  rollback: {
    remark: ({ to }, { numbering }) => say`asks to resend from ${onWire(to + 1, numbering)}`,
    side: ({ to }) => say`resend from ${to + 1}`,
    explanation: ({ to, cause }) =>
      cause === 'ack'
        ? say`This ACK is inside the window: the blocks after ${blockName(to)} were lost. The window restarts at ${blockName(to + 1)}.`
        : say`The same ACK came again while a whole window was in flight: the first block of the window was lost. The window restarts at ${blockName(to + 1)}, once.`,
    source: say`RFC 7440 §4`,
    usual: false,
  },
  outside: {
    remark: () => say`outside the window: ignored`,
    side: () => say`outside the window`,
    explanation: ({ op, block }) =>
      say`${printable(op)} ${block} is outside the window: it is old, or belongs to another transfer. Ignored.`,
    source: say`RFC 1350 §2, RFC 7440 §4`,
    usual: false,
  },
  stranger: {
    remark: ({ from, answered }) =>
      say`unexpected sender ${printable(formatTid(from))}: ${answered ? say`ERROR 5` : say`ignored`}`,
    side: ({ answered }) => (answered ? undefined : say`not answered`),
    explanation: ({ from, answered }, { side }) => {
      const sender = printable(formatTid(from));
      const peer = side === 'client' ? say`the server that was asked` : say`the client of this transfer`;
      return answered
        ? say`${sender} is not ${peer}: it gets ERROR 5 (unknown transfer ID). The transfer continues.`
        : say`${sender} is not ${peer}; ignored.`;
    },
    source: say`RFC 1350 §4`,
    usual: false,
  },
  ignored: {
    remark: ({ what }) => say`ignored: ${what === 'unexpected' ? say`unexpected` : reasonWords[what]}`,
    side: () => say`ignored`,
    explanation: ({ what, op }) =>
      what === 'unexpected'
        ? say`${printable(op)} is not expected at this point of the transfer: ignored.`
        : say`Not a TFTP packet (${reasonWords[what]}): ignored.`,
    source: say`RFC 1350 §5`,
    usual: false,
  },
  fallback: {
    remark: ({ code }) => say`without options: the server refused them with ERROR ${code}`,
    isForNextSent: true,
    side: nothing,
    explanation: ({ code, message }) =>
      say`The server refused the options with ERROR ${code} (${printable(message, 64)}): the client asks again without them, from a new port.`,
    source: say`RFC 2347`,
    usual: false,
  },
  group: {
    remark: ({ group, isMaster }) =>
      isMaster ? say`master client of group ${tidText(group)}` : say`listens to group ${tidText(group)}`,
    side: ({ isMaster }) => (isMaster ? say`master client` : say`listens`),
    explanation: ({ group, isMaster }) =>
      isMaster
        ? say`A multicast transfer: the server sends the blocks to ${tidText(group)}, where many clients receive them. This client is the master client: its ACK of a block asks for the block after it, anywhere in the file.`
        : say`A multicast transfer: the server sends the blocks to ${tidText(group)}, where many clients receive them. Another client asks for them; this one collects what arrives and sends no ACK until the server makes it the master client, or the file is complete.`,
    source: say`RFC 2090`,
    usual: true,
  },
  member: {
    remark: ({ change, client, clients }) => memberRemark[change](tidText(client), clients),
    side: ({ change, client }) => memberSide[change](client.port),
    explanation: ({ change, client, clients }) =>
      say`${capital(memberRemark[change](tidText(client), clients))}. ${memberReason[change]}`,
    source: say`RFC 2090`,
    usual: true,
  },
  dallying: {
    remark: nothing,
    side: nothing,
    explanation: (_note, { side }) =>
      say`The file is complete and stored, but the last ACK may get lost. ${capital(theSide(side))} waits a while: if ${theSide(otherSide(side))} repeats the last block, it is acknowledged again.`,
    source: say`RFC 1350 §6`,
    usual: true,
  },
  'round-trip': {
    remark: nothing,
    side: nothing,
    explanation: ({ rtt, interval }) =>
      say`This answer took ${durationText(rtt)}. A packet is now resent after ${durationText(interval)} without an answer. Only packets that were sent once are measured.`,
    source: say`RFC 1123 §4.2.3.2`,
    usual: true,
  },
};

// --- groups ---

function tidText(peer: Tid): Printable {
  return printable(formatTid(peer));
}

const inGroup = (clients: number): Printable => printable(`${counted(clients, 'client')} now`);

const memberRemark: Readonly<Record<MemberChange, (client: Printable, clients: number) => Printable>> = {
  joined: (client, clients) => say`${client} joined the group: ${inGroup(clients)}`,
  master: (client) => say`${client} is the master client now`,
  'passed-over': (client) => say`${client} is silent: the next client asks`,
  done: (client, clients) => say`${client} has the file: ${inGroup(clients)}`,
  left: (client, clients) => say`${client} left the group: ${inGroup(clients)}`,
  lost: (client, clients) => say`${client} does not answer: ${inGroup(clients)}`,
};

const memberSide: Readonly<Record<MemberChange, (port: number) => Printable>> = {
  joined: (port) => say`:${port} joined`,
  master: (port) => say`:${port} asks now`,
  'passed-over': (port) => say`:${port} silent`,
  done: (port) => say`:${port} done`,
  left: (port) => say`:${port} left`,
  lost: (port) => say`:${port} lost`,
};

const memberReason: Readonly<Record<MemberChange, Printable>> = {
  joined: say`One transfer serves all clients that ask for the same file with the same block size.`,
  master: say`Its first ACK says which block it misses first.`,
  'passed-over': say`It stays in the group and gets another turn.`,
  done: say`Each client ends its transfer by the ACK of the last block.`,
  left: say`The other clients continue.`,
  lost: say`The other clients continue without it.`,
};

// --- terms ---

function names(options: readonly string[]): Printable {
  return printable(options.join(', '));
}

type Negotiated = Pick<Of<'negotiated'>, 'terms' | 'refused'>;

/** RFC 2348, 7440: a server may answer with a smaller value than the client asked for. */
function lowered(
  { terms, refused }: Negotiated,
  { asked }: Numbering,
): readonly { readonly name: Printable; readonly wanted: number }[] {
  return (['blksize', 'windowsize'] as const).flatMap((name) => {
    const wanted = asked?.options.get(name);
    const isLower = wanted !== undefined && !refused.includes(name) && terms[name] < wanted;
    return isLower ? [{ name: printable(name), wanted }] : [];
  });
}

/** What holds from here on, what was lowered and what was ignored. */
function agreed(note: Of<'negotiated'>, { side, numbering }: NoteContext): Printable {
  const { terms, refused } = note;
  const isAgreed = (name: 'blksize' | 'windowsize'): boolean =>
    terms[name] !== classicTerms[name] ||
    (numbering.asked?.options.has(name) === true && !refused.includes(name));
  const values = [
    ...(isAgreed('blksize') ? [say`blksize ${terms.blksize}`] : []),
    ...(isAgreed('windowsize') ? [say`windowsize ${terms.windowsize}`] : []),
    ...(terms.timeout === undefined ? [] : [say`timeout ${terms.timeout}`]),
    ...(terms.tsize === undefined ? [] : [say`tsize ${terms.tsize}`]),
  ];
  const list = values.length === 0 ? say`blksize ${terms.blksize}` : join(values, say`, `);
  const parts = [side === 'client' ? say`Agreed: ${list}.` : say`The server accepted ${list}.`];
  const changes = lowered(note, numbering).map(({ name, wanted }) => say`${name} from ${wanted}`);
  if (changes.length > 0) parts.push(say`The server lowered ${join(changes, say` and `)}.`);
  if (refused.length > 0) parts.push(say`The server ignored ${names(refused)}.`);
  return join(parts, say` `);
}

function withoutOack({ refused }: Of<'negotiated'>): Printable | undefined {
  if (refused.length === 0) return undefined;
  return say`The server sent no OACK, so no option is in force (asked: ${names(refused)}): blocks of 512 octets, one at a time.`;
}

// --- ports and blocks ---

/** Whether a server answered from another port than the one that was asked. */
function hasNewPort(port: number, context: NoteContext): boolean {
  return context.side === 'client' && port !== askedPort(context);
}

function askedPort({ numbering }: NoteContext): number {
  return numbering.asked?.port ?? 69;
}

function onWire(index: number, { terms }: Numbering): number {
  return wireBlock(index, terms.rollover);
}

function hasWindows({ terms }: Numbering): boolean {
  return terms.windowsize > 1;
}

function duplicateAck({ index, answered }: Of<'duplicate'>, { numbering }: NoteContext): Printable {
  const ack = say`ACK ${onWire(index, numbering)} came again`;
  if (answered)
    return say`${ack} while a whole window was in flight. This happens when the first block of the window is lost: it is taken as a request to resend the window.`;
  return hasWindows(numbering)
    ? say`${ack}: ignored. A repeated ACK makes the sender resend a window once at most, and only if the ACK can be an answer to that window.`
    : say`${ack}: ignored. A sender that answers each repeated ACK with DATA doubles every packet from then on: the Sorcerer's Apprentice bug.`;
}

function duplicateData({ index, answered }: Of<'duplicate'>, { side, numbering }: NoteContext): Printable {
  const data = say`DATA ${onWire(index, numbering)} came again`;
  if (answered)
    return say`${data}: the ACK for it was lost or late. It is acknowledged again; its octets are not stored twice.`;
  return hasWindows(numbering)
    ? say`${data}: no ACK in the middle of a window, because it would make ${theSide(otherSide(side))} go back once more.`
    : say`${data}: not acknowledged now. An ACK follows anyway, or this block was acknowledged often enough.`;
}

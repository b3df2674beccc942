// What each note of a machine means, with the section it follows: one row a type, checked by the compiler.
// Imports wire's words and types.
import { reasonWords } from '../../wire/summary.ts';
import { findOption } from '../../wire/options.ts';
import { join, printable, raw, say, type Printable } from '../../wire/text.ts';
import { formatTid } from '../../wire/tid.ts';
import type { Note } from '../../transfer/note.ts';
import type { Terms } from '../../transfer/terms.ts';
import { durationText } from '../text/quantities.ts';
import { blockName, theOther, type Explanation, type ExplainContext } from './explanation.ts';

type Of<T extends Note['type']> = Extract<Note, { type: T }>;
interface Told {
  readonly text: Printable;
  readonly source: Printable;
}
type Row<T extends Note['type']> = (note: Of<T>, scene: ExplainContext) => Told | undefined;

/** Why: from one note. Undefined where there is nothing to wonder about. */
export function explainNote(note: Note, scene: ExplainContext): Explanation | undefined {
  const row = rows[note.type] as Row<Note['type']>;
  const told = row(note, scene);
  return told && { rule: note.type, ...told, inferred: false };
}

const rows: { readonly [T in Note['type']]: Row<T> } = {
  negotiated: ({ terms, refused }, scene) =>
    terms.negotiated ? agreed(terms, refused, scene) : plain(refused, scene),
  pinned: ({ peer }, { transcript }) => {
    const asked = transcript.reader.began?.peer.port;
    // A server has its client's port from the request.
    if (transcript.tag.side === 'server' || asked === peer.port) return undefined;
    return {
      text: say`The answer came from port ${peer.port}, not from ${asked ?? 69}: a server takes a new port, its TID, for each transfer. From here on only that one counts.`,
      source: say`RFC 1350 §4`,
    };
  },
  'timed-out': ({ attempt, interval }) => ({
    text: say`Nothing that moves the transfer came in ${durationText(interval)}, so the last packet goes out again, for the ${ordinal(attempt)} time. Each wait without an answer doubles the next one.`,
    source: say`RFC 1350 §2, RFC 1123 §4.2.3.2`,
  }),
  duplicate: (note, scene) => (note.op === 'ACK' ? duplicateAck(note, scene) : duplicateData(note, scene)),
  gap: ({ expected, got }, scene) => ({
    text: say`Expected was ${blockName(expected)}, and ${got} came: what lies between was lost or overtaken. Blocks are taken in order only, so ACK ${(expected - 1) % 65_536} asks ${theOther(scene)} to begin again with ${expected}.`,
    source: say`RFC 7440 §4`,
  }),
  rollback: ({ to, cause }) => ({
    text:
      cause === 'ack'
        ? say`This ACK lies inside the window: what follows ${blockName(to)} was lost, so the window begins again with ${to + 1}.`
        : say`The same ACK came again while a whole window was out: its first block was lost, so the window begins again with ${to + 1}, once.`,
    source: say`RFC 7440 §4`,
  }),
  outside: ({ op, block }) => ({
    text: say`${printable(op)} ${block} lies outside the window: it is from long ago, or from no transfer of ours. It is ignored and changes nothing.`,
    source: say`RFC 1350 §2, RFC 7440 §4`,
  }),
  stranger: ({ from, answered }) => ({
    text: answered
      ? say`${printable(formatTid(from))} is not our peer: it is told ERROR 5 (unknown transfer ID), and the transfer goes on untouched.`
      : say`${printable(formatTid(from))} is not our peer. It gets no answer: it was told already, or what it sent must not be answered.`,
    source: say`RFC 1350 §4`,
  }),
  ignored: ({ what, op }) => ({
    text:
      what === 'unexpected'
        ? say`${printable(op)} has no business at this point of a transfer: it is dropped and changes nothing.`
        : say`This is no TFTP packet (${reasonWords[what]}): it is dropped and changes nothing.`,
    source: say`RFC 1350 §5`,
  }),
  fallback: ({ code, message }) => ({
    text: say`The server refused the options with ERROR ${code} (${printable(message, 64)}): the request goes out once more without them, from a new port.`,
    source: say`RFC 2347`,
  }),
  dallying: (_note, scene) => ({
    text: say`The file is complete and stored, but the last ACK may get lost. We stay a while to acknowledge the last block again should ${theOther(scene)} repeat it.`,
    source: say`RFC 1350 §6`,
  }),
  'round-trip': ({ rtt, interval }) => ({
    text: say`This answer took ${durationText(rtt)}; by that measure we now wait ${durationText(interval)} before we send again. Only packets that were sent once are measured.`,
    source: say`RFC 1123 §4.2.3.2`,
  }),
};

function ordinal(attempt: number): Printable {
  // The request itself was the first time.
  return attempt === 1 ? say`second` : attempt === 2 ? say`third` : say`${attempt + 1}th`;
}

function duplicateAck({ index, answered }: Of<'duplicate'>, { transcript }: ExplainContext): Told {
  if (answered)
    return {
      text: say`ACK ${index % 65_536} came again while a whole window was out, which happens when the window's first block is lost: it is taken as a request to begin again.`,
      source: say`RFC 7440 §4`,
    };
  const windows = transcript.reader.numbering.terms.windowsize > 1;
  return {
    text: windows
      ? say`ACK ${index % 65_536} had come already. The window is on its way and was not started again twice, so nothing is sent.`
      : say`ACK ${index % 65_536} had come already. It is ignored: answering each ACK with DATA would double every packet from here on, the Sorcerer's Apprentice bug.`,
    source: windows ? say`RFC 7440 §4` : say`RFC 1123 §4.2.3.1`,
  };
}

function duplicateData({ index, answered }: Of<'duplicate'>, scene: ExplainContext): Told {
  if (answered)
    return {
      text: say`${blockCapital(index)} had come before: our ACK of it was lost or late. It is acknowledged again, and its octets are not stored twice.`,
      source: say`RFC 1350 §2`,
    };
  const windows = scene.transcript.reader.numbering.terms.windowsize > 1;
  return {
    text: windows
      ? say`${blockCapital(index)} had come before. In the middle of a window it draws no ACK: that would make ${theOther(scene)} go back once more.`
      : say`${blockCapital(index)} had come before. It draws no ACK now, since one is due anyway or enough were sent.`,
    source: windows ? say`RFC 7440 §4` : say`RFC 1350 §2`,
  };
}

function blockCapital(index: number): Printable {
  return say`DATA ${index % 65_536}`;
}

/** What holds from here on, what was lowered and what is missing. */
function agreed(terms: Terms, refused: readonly string[], scene: ExplainContext): Told {
  const { blksize, windowsize } = terms;
  const values = say`blksize ${blksize} and windowsize ${windowsize}`;
  const base =
    scene.transcript.tag.side === 'client'
      ? say`Both sides hold to ${values} from here on.`
      : say`By this request the transfer is to have ${values}: the answer says so.`;
  const parts = [base, ...lowered(terms, refused, scene)];
  if (refused.length > 0) parts.push(left(refused));
  const source = refused.length > 0 || parts.length === 1 ? say`RFC 2347` : say`RFC 2348, RFC 7440 §3`;
  return { text: join(parts, say` `), source };
}

function lowered(
  terms: Terms,
  refused: readonly string[],
  { transcript }: ExplainContext,
): readonly Printable[] {
  const request = transcript.packets.find(({ packet }) => packet.op === 'RRQ' || packet.op === 'WRQ')?.packet;
  if (request?.op !== 'RRQ' && request?.op !== 'WRQ') return [];
  return (['blksize', 'windowsize'] as const).flatMap((name) => {
    const asked = findOption(request.options, name);
    if (asked === undefined || !(Number(raw(asked.value)) > terms[name])) return [];
    const value = printable(asked.value, 16);
    // What is missing from the OACK is told as left out.
    return refused.includes(name)
      ? []
      : [
          say`${name === 'blksize' ? say`blksize` : say`windowsize`} was lowered from ${value}, as a server may.`,
        ];
  });
}

function left(refused: readonly string[]): Printable {
  const names = printable(refused.join(', '));
  return say`Left out: ${names}. An option that is not in the OACK is not in force; a server need not know it.`;
}

function plain(refused: readonly string[], scene: ExplainContext): Told | undefined {
  if (refused.length === 0) return undefined;
  return {
    text: say`${theOther(scene) === 'the server' ? say`The server` : say`We`} answered without an OACK, so no option is in force (asked: ${printable(refused.join(', '))}): blocks of 512 octets, one at a time.`,
    source: say`RFC 2347`,
  };
}

// What stands beside an arrow of a ladder: a word or two, most of them from the table of notes.
import { printable, say, type Printable } from '../../wire/text.ts';
import { formatTid, type Tid } from '../../wire/tid.ts';
import { lossReason } from '../explain/fates.ts';
import { noteRow, type NoteContext } from '../explain/notes.ts';
import {
  otherSide,
  receivedPart,
  senderOf,
  sentPart,
  transitOf,
  type PacketLog,
} from '../record/packet-log.ts';
import { durationText } from '../text/quantities.ts';
import type { PacketRec } from '../record/side-log.ts';

/** Most important first; an uneventful packet has none. Where both ends are local, both add theirs. */
export function sideNotes(rec: PacketRec, log: PacketLog): readonly Printable[] {
  const [sent, received] = [sentPart(rec), receivedPart(rec)];
  const words = rec.ends?.underway === true ? [say`in flight`] : [];
  if (received?.stranger === true) words.push(say`unexpected ${strangerName(received.peer, log)}`);
  else if (sent?.stranger === true) words.push(say`to :${sent.peer.port}`);
  if (rec.packet.op === 'RRQ' || rec.packet.op === 'WRQ')
    words.push(say`:${sent?.peer.port ?? received?.local.port ?? 0}`);
  if (sent !== undefined) words.push(...answerWords(sent));
  if (received !== undefined) words.push(...noteWords(received, sent, receiverOf(rec, log)));
  if (rec.packet.op === 'DATA' && rec.last) words.push(say`last`);
  const transit = transitOf(rec);
  for (const fate of rec.fates) {
    if (fate === 'delayed' && transit !== undefined) words.push(say`in ${durationText(transit)}`);
    else if (fate === 'delayed' || fate === 'duplicated') words.push(printable(fate));
    else if (fate === 'lost') words.push(...rec.fateReasons.flatMap((reason) => lossReason(reason) ?? []));
  }
  return words;
}

/** A stranger by its port; by its address too, if that is not the address that was asked. */
function strangerName({ address, port }: Tid, { reader, tag }: PacketLog): Printable {
  const isElsewhere =
    tag.side === 'client' && reader.began !== undefined && reader.began.peer.address !== address;
  return isElsewhere ? printable(formatTid({ address, port })) : say`:${port}`;
}

/** The end that received it, with what that end knows. */
function receiverOf(rec: PacketRec, log: PacketLog): NoteContext {
  return (log.both?.[otherSide(senderOf(rec, log))] ?? log).reader;
}

/** The notes about a packet that was received. */
function noteWords(
  { notes }: PacketRec,
  sent: PacketRec | undefined,
  context: NoteContext,
): readonly Printable[] {
  // What a server left out stands at its OACK, where its client read it.
  const isRepeatedByClient = sent?.packet.op === 'RRQ' || sent?.packet.op === 'WRQ';
  return notes.flatMap((note) =>
    note.type === 'negotiated' && isRepeatedByClient ? [] : (noteRow(note).side(note, context) ?? []),
  );
}

/** What a sent packet answers to, where it is not the usual. */
function answerWords({ packet, cause, index }: PacketRec): readonly Printable[] {
  if (packet.op !== 'ACK' || cause?.kind !== 'packet' || index === undefined) return [];
  const { notes } = cause;
  if (notes.some(({ type }) => type === 'gap')) return [say`gap at ${index + 1}`];
  return notes.some(({ type }) => type === 'dallying') && cause.last ? [say`done`] : [];
}

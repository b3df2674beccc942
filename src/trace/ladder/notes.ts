// What stands beside an arrow of a ladder: a word or two, from the machine's notes. Pure; imports wire and types.
import { printable, say, type Printable } from '../../wire/text.ts';
import type { Note } from '../../transfer/note.ts';
import { receivedPart, sentPart, transitOf } from '../record/packet-log.ts';
import { durationText } from '../text/quantities.ts';
import type { PacketRec } from '../record/side-log.ts';

/** Most important first; an uneventful packet has none. Where both ends are ours, both speak. */
export function sideNotes(rec: PacketRec): readonly Printable[] {
  const [sent, received] = [sentPart(rec), receivedPart(rec)];
  const notes = rec.ends?.underway === true ? [say`on its way`] : [];
  if (received?.stranger === true) notes.push(say`stranger :${received.peer.port}`);
  else if (sent?.stranger === true) notes.push(say`to :${sent.peer.port}`);
  if (rec.packet.op === 'RRQ' || rec.packet.op === 'WRQ')
    notes.push(say`:${sent?.peer.port ?? received?.local.port ?? 0}`);
  if (sent !== undefined) notes.push(...answerWords(sent));
  // What a server left out is told at its OACK, where its client heard of it.
  const told = received?.notes.filter(({ type }) => type !== 'negotiated' || !isRequest(sent)) ?? [];
  if (received !== undefined) notes.push(...told.flatMap((note) => words(note, received)));
  if (rec.packet.op === 'DATA' && rec.last) notes.push(say`last`);
  const transit = transitOf(rec);
  for (const fate of rec.fates) {
    if (fate === 'delayed' && transit !== undefined) notes.push(say`in ${durationText(transit)}`);
    else if (fate === 'delayed' || fate === 'duplicated') notes.push(printable(fate));
  }
  return notes;
}

function isRequest(rec: PacketRec | undefined): boolean {
  return rec?.packet.op === 'RRQ' || rec?.packet.op === 'WRQ';
}

/** A note about the packet that was received. */
function words(note: Note, { packet }: PacketRec): readonly Printable[] {
  switch (note.type) {
    case 'negotiated':
      return note.refused.length === 0 ? [] : [say`without ${printable(note.refused.join(', '))}`];
    case 'pinned':
      // A server has its client's port from the request.
      return packet.op === 'RRQ' || packet.op === 'WRQ' ? [] : [say`:${note.peer.port}`];
    case 'duplicate':
      return note.answered ? [] : [say`not answered`];
    case 'gap':
      return [say`expected ${note.expected}`];
    case 'rollback':
      return [say`again from ${note.to + 1}`];
    case 'outside':
      return [say`outside the window`];
    case 'ignored':
      return [say`ignored`];
    case 'stranger':
      return note.answered ? [] : [say`not answered`];
    case 'fallback':
    case 'timed-out':
    case 'dallying':
    case 'round-trip':
      return [];
  }
}

/** What a packet of ours answers to, where it is not the usual. */
function answerWords({ packet, cause, index }: PacketRec): readonly Printable[] {
  if (packet.op !== 'ACK' || cause?.kind !== 'packet' || index === undefined) return [];
  const { notes } = cause;
  if (notes.some(({ type }) => type === 'gap')) return [say`gap: ${index + 1}`];
  return notes.some(({ type }) => type === 'dallying') && cause.last ? [say`done`] : [];
}

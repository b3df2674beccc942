// What stands beside an arrow of a ladder: a word or two, from the machine's notes. Pure; imports wire and types.
import { printable, say, type Printable } from '../wire/text.ts';
import type { Note } from '../transfer/note.ts';
import type { PacketRec } from './transcript.ts';

/** Most important first; an uneventful packet has none. */
export function sideNotes(rec: PacketRec): readonly Printable[] {
  const { packet, direction } = rec;
  const notes = rec.stranger ? [strangerWords(rec)] : [];
  if (packet.op === 'RRQ' || packet.op === 'WRQ')
    notes.push(say`:${rec.direction === 'sent' ? rec.peer.port : rec.local.port}`);
  if (direction === 'received') notes.push(...rec.notes.flatMap((note) => words(note, rec)));
  else notes.push(...answerWords(rec));
  if (packet.op === 'DATA' && rec.last) notes.push(say`last`);
  notes.push(...rec.fates.filter((fate) => fate !== 'lost').map((fate) => printable(fate)));
  return notes;
}

/** The port tells strangers apart; the whole address is in the explanation. */
function strangerWords({ peer, direction }: PacketRec): Printable {
  return direction === 'sent' ? say`to :${peer.port}` : say`stranger :${peer.port}`;
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

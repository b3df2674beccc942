// Turns the packets of a capture into the events that every view reads, as the client would have recorded them.
// Rule: notes are inferred from packets and marked as inferred, since no machine wrote them.
import { parseMode } from '../../wire/mode.ts';
import { sameTid } from '../../wire/tid.ts';
import type { NoteEvent, Tag, TraceEvent } from '../record/event.ts';
import type { PacketRecord } from './record.ts';

/** An inferred note: it follows from the packets of a capture. */
export interface InferredNote extends NoteEvent {
  readonly inferred: true;
}

/** The events of one packet, in order: `began` before a first request, the datagram, its notes, `ended`. */
export function traceEvents(record: PacketRecord): readonly TraceEvent[] {
  const { at, packet, client, from, to } = record;
  const seesClient = sameTid(from, client) || sameTid(to, client);
  const side = seesClient ? 'client' : 'server';
  const tag: Tag = { transfer: record.transfer, side, overheard: true };
  const events: TraceEvent[] = [];
  if ((packet.op === 'RRQ' || packet.op === 'WRQ') && !record.repeat) {
    const mode = parseMode(packet.mode) === 'netascii' ? 'netascii' : 'octet';
    events.push({ type: 'began', at, tag, op: packet.op, file: packet.filename, mode, peer: to });
  }
  // A stranger to the server is heard by the server; all else the client sends or hears.
  const sent = seesClient ? sameTid(from, client) : record.direction === 'incoming';
  const ends = sent ? { local: from, peer: to } : { local: to, peer: from };
  const type = sent ? 'sent' : 'received';
  events.push({ type, id: record.id, at, tag, ...ends, packet, length: record.length });
  for (const note of record.notes) {
    const inferred: InferredNote = { type: 'note', datagram: record.id, at, tag, note, inferred: true };
    events.push(inferred);
  }
  if (record.ended !== undefined) events.push({ type: 'ended', at, tag, outcome: record.ended });
  return events;
}

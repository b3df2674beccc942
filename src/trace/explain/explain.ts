// Why it happened: for a packet or a whole transfer, in a sentence or two with the section that says so.
// Rule: the machine's notes come first. Where there are none the packets are interpreted, and the text says so.
import { printable, say, type Printable } from '../../wire/text.ts';
import { explainEnd } from './end.ts';
import { noteRow, usualNotes, type NoteContext } from './notes.ts';
import { sentRules, usualRules } from './packets.ts';
import {
  lastEnds,
  otherSide,
  receivedPart,
  senderOf,
  sentPart,
  type PacketLog,
} from '../record/packet-log.ts';
import type { Side } from '../record/event.ts';
import {
  capital,
  firstOf,
  spoken,
  theOther,
  theSide,
  type Explanation,
  type ExplainContext,
  type TransferReason,
} from './explanation.ts';
import type { Note } from '../../transfer/note.ts';
import { reportWords } from '../ladder/report.ts';
import type { MissingRec, PacketRec, Rec, ReportRec } from '../record/side-log.ts';
import { fateSentences } from './fates.ts';

/** Why this record is as it is; the most important first. */
export function explainRecord(rec: Rec, log: PacketLog): readonly Explanation[] {
  switch (rec.kind) {
    case 'packet':
      return explainPacket(rec, log);
    case 'timer':
      return saidBy(rec.side, log, (context) => notesOf(rec, context));
    case 'report':
      return [{ rule: 'report', text: reportText(rec), source: reportSource(rec), inferred: false }];
    case 'missing':
      return [missing(rec, contextOf(log))];
    case 'end':
      return saidBy(rec.side, log, (context) => explainEnd(rec.outcome, context));
  }
}

/**
 * What shaped the transfer: the terms, each kind of trouble once with its first packet, and the end. In the order of time.
 */
export function explainTransfer(log: PacketLog): readonly TransferReason[] {
  const context = contextOf(log);
  const found = new Map<string, TransferReason>();
  const { records } = log;
  const ends = lastEnds(records);
  for (const [at, rec] of records.entries()) {
    // Another attempt follows: this one did not end the transfer.
    if (rec.kind === 'end' && rec !== ends.get(rec.side)) continue;
    const all = rec.kind === 'packet' ? troubleOf(rec, context) : explainRecord(rec, log);
    // Each end may speak of the same kind of trouble.
    for (const one of all) {
      const key = `${one.end ?? ''} ${one.rule}`;
      if (packetOnly.includes(one.rule)) continue;
      const first = found.get(key) ?? { ...one, packet: packetNear(records, at), count: 0 };
      found.set(key, { ...first, count: first.count + 1 });
    }
  }
  return [...found.values()];
}

/** Records between a timer and the packet that it resends, at most. */
const mostBetween = 8;

/** The number of the packet that a record is about: of missing DATA the one that shows it, of a timer the one that it sends. */
function packetNear(records: readonly Rec[], at: number): number | undefined {
  const rec = records[at];
  if (rec === undefined || rec.kind === 'end') return undefined;
  if (rec.kind === 'packet') return rec.number;
  const before = records.slice(Math.max(0, at - mostBetween), at).findLast((one) => one.kind === 'packet');
  // In a capture the packet that was sent again shows the timer, and comes before it.
  if (rec.kind === 'report' || before?.at === rec.at) return before?.number;
  return records.slice(at, at + mostBetween).find((one) => one.kind === 'packet')?.number ?? before?.number;
}

/** `Sentence. (RFC 1350 §2)`; an inferred one says so. */
export function explanationText(explanation: Explanation): Printable {
  const { source, inferred } = explanation;
  const text = spoken(explanation);
  return inferred ? say`${text} (${source}; from the packets alone)` : say`${text} (${source})`;
}

/** Rules that explain a packet, but say nothing of the transfer as a whole. */
const packetOnly: readonly string[] = [
  'round-trip',
  'confirm',
  'ack',
  'last-ack',
  'data',
  'request',
  'request-came',
  'underway',
  // The timer before it says the same.
  'again-by-timer',
];

/** A reason that both ends share is shown once, without an end. */
const neutral: readonly string[] = ['request', 'oack', 'negotiated', 'complete', 'size-probe'];

/** What an end says. The end is named only where both ends are ours. */
function saidBy(
  end: Side,
  log: PacketLog,
  explain: (context: ExplainContext) => readonly Explanation[],
): readonly Explanation[] {
  const { both } = log;
  if (both === undefined) return explain(contextOf(log));
  return explain(contextOf(both[end])).map((one) => (neutral.includes(one.rule) ? one : { ...one, end }));
}

function contextOf(log: PacketLog): ExplainContext {
  const noted = log.packets.some(({ notes }) => notes.length > 0) || log.records.some(hasNotes);
  return { log, noted };
}

function hasNotes(rec: Rec): boolean {
  return rec.kind === 'end' || rec.kind === 'timer';
}

function explainPacket(rec: PacketRec, log: PacketLog): readonly Explanation[] {
  const context = contextOf(log);
  const special = troubleOf(rec, context);
  if (special.some(({ rule }) => !asides.includes(rule))) return special;
  return [...firstOf(usualRules, rec, context), ...special];
}

/** Rules that add to the usual reason instead of replacing it. */
const asides: readonly string[] = [
  ...usualNotes(),
  'network',
  'network-lost',
  'never-arrived',
  'unheard',
  'copy',
  'underway',
];

function troubleOf(rec: PacketRec, context: ExplainContext): readonly Explanation[] {
  const { log } = context;
  const [sent, received] = [sentPart(rec), receivedPart(rec)];
  const sender = senderOf(rec, log);
  const found: Explanation[] = [...networkReasons(rec)];
  if (sent !== undefined) found.push(...saidBy(sender, log, (end) => firstOf(sentRules, sent, end)));
  if (received !== undefined) found.push(...saidBy(otherSide(sender), log, (end) => notesOf(received, end)));
  if (!context.noted && found.length === 0) found.push(...guesses(rec));
  if (rec.last && rec.packet.op === 'DATA') found.push(...firstOf(lastRules, rec, context));
  return found;
}

const lastRules = usualRules.filter(({ name }) => name === 'last-empty' || name === 'last');

function notesOf({ notes }: Rec, { log }: ExplainContext): readonly Explanation[] {
  return notes.flatMap((note) => explainNote(note, log.reader) ?? []);
}

/** From one note. Undefined: the note needs no explanation. */
function explainNote(note: Note, context: NoteContext): Explanation | undefined {
  const { explanation, source } = noteRow(note);
  const text = explanation(note, context);
  if (text === undefined) return undefined;
  const section = typeof source === 'function' ? source(note, context) : source;
  return { rule: note.type, text, source: section, inferred: false };
}

function networkReasons({ fates, fateReasons, lost, ends }: PacketRec): readonly Explanation[] {
  // Where some have no reason, nobody knows to which fate a reason belongs.
  const alike = fates.length === fateReasons.length;
  const found = fates.flatMap((fate, at): readonly Explanation[] => {
    const rule = fate === 'lost' ? 'network-lost' : 'network';
    const sentences = fateSentences(fate, alike ? fateReasons[at] : undefined);
    return sentences.map((one) => ({ rule, ...one, inferred: false }));
  });
  if (!alike)
    for (const reason of fateReasons)
      found.push({
        rule: 'network',
        text: say`What impairment did: ${printable(reason)}.`,
        source: say`impairment`,
        inferred: false,
      });
  const known = { source: say`seen at both ends`, inferred: false };
  if (ends?.copy === true) found.push({ rule: 'copy', text: copied, ...known });
  if (ends?.underway === true) found.push({ rule: 'underway', text: inFlight, ...known });
  if (lost === 'never') found.push({ rule: 'never-arrived', text: vanished, ...known });
  if (lost === 'unheard') found.push({ rule: 'unheard', text: unheard, ...known });
  if (lost !== 'inferred') return found;
  const text = say`Probably lost: the next ACK stops before it.`;
  return [...found, { rule: 'lost', text, source: say`RFC 7440 §4`, inferred: true }];
}

function reportText({ report }: ReportRec): Printable {
  const sender = theSide(report.from);
  return report.kind === 'fragments'
    ? say`A datagram of ${sender} is not whole in the capture (${reportWords(report)}): some of its fragments were lost before this place.`
    : say`${reportWords(report)}. A datagram of ${sender} did not arrive.`;
}

function reportSource({ report }: ReportRec): Printable {
  if (report.kind === 'fragments') return say`RFC 791 §3.2`;
  return report.by.includes(':') ? say`RFC 4443 §3` : say`RFC 792`;
}

const copied = say`The network made this copy: the packet was sent once and arrived twice.`;
const inFlight = say`Sent, and not arrived yet.`;
const vanished = say`Sent, but it never arrived at the other end: it was lost, or nothing was listening there any more.`;
const unheard = say`Sent, but the other end had ended: nothing was listening there any more.`;

/** Without notes (a capture of other programs) the packets alone are interpreted. */
function guesses({ again, packet }: PacketRec): readonly Explanation[] {
  if (!again) return [];
  const text =
    packet.op === 'ACK'
      ? say`The same ACK again: the DATA before it came twice, or there was no progress in time.`
      : say`The same packet again: it or its answer was lost, or the timer was too short.`;
  return [{ rule: 'again', text, source: say`RFC 1350 §2`, inferred: true }];
}

function missing({ from, to, late }: MissingRec, context: ExplainContext): Explanation {
  const what = from === to ? say`block ${from}` : say`blocks ${from} to ${to}`;
  const text =
    late > 0
      ? say`${capital(what)} came after a later block: the network changed the order.`
      : say`${capital(what)} did not arrive, as the later block shows: ${theOther(context)} has to resend from there.`;
  return { rule: 'missing', text, source: say`RFC 7440 §4`, inferred: true };
}

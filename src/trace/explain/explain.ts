// Why it happened: for a packet or a whole transfer, in a sentence or two with the section that says so.
// Rule: the machine's notes come first; only where there are none do the packets have to tell, and it is said.
// Imports wire's words and types.
import { say, type Printable } from '../../wire/text.ts';
import { explainEnd } from './end.ts';
import { explainNote } from './notes.ts';
import { sentRules, usualRules } from './packets.ts';
import { otherSide, receivedPart, senderOf, sentPart, type PacketLog } from '../record/packet-log.ts';
import type { Side } from '../record/event.ts';
import { firstOf, spoken, theOther, type Explanation, type ExplainContext } from './explanation.ts';
import type { Fate, MissingRec, PacketRec, Rec } from '../record/side-log.ts';

/** Why this record is as it is; the most important first. */
export function explainRecord(rec: Rec, transcript: PacketLog): readonly Explanation[] {
  switch (rec.kind) {
    case 'packet':
      return explainPacket(rec, transcript);
    case 'timer':
      return saidBy(rec.side, transcript, (scene) => notesOf(rec, scene));
    case 'missing':
      return [missing(rec, sceneOf(transcript))];
    case 'end':
      return saidBy(rec.side, transcript, (scene) => explainEnd(rec.outcome, scene));
  }
}

/** What shaped the transfer: the terms, each kind of trouble once, and the end. */
export function explainTransfer(transcript: PacketLog): readonly Explanation[] {
  const scene = sceneOf(transcript);
  const found = new Map<string, Explanation>();
  for (const rec of transcript.records) {
    const all = rec.kind === 'packet' ? troubleOf(rec, scene) : explainRecord(rec, transcript);
    // Each end may speak of the same kind of trouble.
    for (const one of all) {
      const key = `${one.end ?? ''} ${one.rule}`;
      if (!dull.includes(one.rule) && !found.has(key)) found.set(key, one);
    }
  }
  return [...found.values()];
}

/** `Sentence. (RFC 1350 §2)`; what was guessed says so. */
export function explanationText(explanation: Explanation): Printable {
  const { source, inferred } = explanation;
  const text = spoken(explanation);
  return inferred ? say`${text} (${source}; from the packets alone)` : say`${text} (${source})`;
}

/** Explanations that belong to a packet, but say nothing of a transfer. */
const dull: readonly string[] = [
  'round-trip',
  'confirm',
  'ack',
  'last-ack',
  'data',
  'request',
  'request-came',
  'underway',
];

/** What both ends would say alike is said by neither. */
const neutral: readonly string[] = ['request', 'oack', 'negotiated', 'complete', 'size-probe'];

/** What an end of ours says; where only one is ours nobody asks which. */
function saidBy(
  end: Side,
  transcript: PacketLog,
  tell: (scene: ExplainContext) => readonly Explanation[],
): readonly Explanation[] {
  const { both } = transcript;
  if (both === undefined) return tell(sceneOf(transcript));
  return tell(sceneOf(both[end])).map((one) => (neutral.includes(one.rule) ? one : { ...one, end }));
}

function sceneOf(transcript: PacketLog): ExplainContext {
  const noted = transcript.packets.some(({ notes }) => notes.length > 0) || transcript.records.some(hasNotes);
  return { transcript, noted };
}

function hasNotes(rec: Rec): boolean {
  return rec.kind === 'end' || rec.kind === 'timer';
}

function explainPacket(rec: PacketRec, transcript: PacketLog): readonly Explanation[] {
  const scene = sceneOf(transcript);
  const special = troubleOf(rec, scene);
  if (special.some(({ rule }) => !asides.includes(rule))) return special;
  return [...firstOf(usualRules, rec, scene), ...special];
}

/** Rules that add to the usual reason instead of replacing it. */
const asides: readonly string[] = [
  'round-trip',
  'dallying',
  'pinned',
  'negotiated',
  'network',
  'network-lost',
  'never-arrived',
  'copy',
  'underway',
];

function troubleOf(rec: PacketRec, scene: ExplainContext): readonly Explanation[] {
  const { transcript } = scene;
  const [sent, received] = [sentPart(rec), receivedPart(rec)];
  const sender = senderOf(rec, transcript);
  const found: Explanation[] = [...networkDeeds(rec)];
  if (sent !== undefined) found.push(...saidBy(sender, transcript, (end) => firstOf(sentRules, sent, end)));
  if (received !== undefined)
    found.push(...saidBy(otherSide(sender), transcript, (end) => notesOf(received, end)));
  if (!scene.noted && found.length === 0) found.push(...guesses(rec));
  if (rec.last && rec.packet.op === 'DATA') found.push(...firstOf(lastRules, rec, scene));
  return found;
}

const lastRules = usualRules.filter(({ name }) => name === 'last-empty' || name === 'last');

function notesOf({ notes }: Rec, scene: ExplainContext): readonly Explanation[] {
  return notes.flatMap((note) => explainNote(note, scene) ?? []);
}

function networkDeeds({ fates, lost, ends }: PacketRec): readonly Explanation[] {
  const source = say`our own impairment`;
  const told = fates.map((fate): Explanation => {
    const rule = fate === 'lost' ? 'network-lost' : 'network';
    return { rule, text: deeds[fate], source, inferred: false };
  });
  const known = { source: say`both ends are ours`, inferred: false };
  if (ends?.copy === true) told.push({ rule: 'copy', text: copied, ...known });
  if (ends?.underway === true) told.push({ rule: 'underway', text: awaited, ...known });
  if (lost === 'never') told.push({ rule: 'never-arrived', text: vanished, ...known });
  if (lost !== 'inferred') return told;
  const text = say`It must have been lost: the next ACK stops before it.`;
  return [...told, { rule: 'lost', text, source: say`RFC 7440 §4`, inferred: true }];
}

const deeds: Readonly<Record<Fate, Printable>> = {
  lost: say`The network was told to lose packets, and lost this one: its sender will notice by its timer, or by what the other side says.`,
  duplicated: say`The network was told to repeat packets: this one arrives twice.`,
  delayed: say`The network was told to hold packets back: this one is late.`,
  reordered: say`The network was told to change the order: this one is overtaken by others.`,
  corrupted: say`The network was told to damage packets: one bit of this one is wrong. UDP's checksum would have caught it.`,
  truncated: say`The network was told to cut packets: the end of this one is missing.`,
};
const copied = say`The network made this copy: it was sent once and arrived again.`;
const awaited = say`It was sent and has not arrived yet.`;
const vanished = say`It was sent and never arrived at the other end: lost on its way, or nobody listened there any more.`;

/** Without notes (somebody else's capture) the packets have to tell. */
function guesses({ again, packet }: PacketRec): readonly Explanation[] {
  if (!again) return [];
  const text =
    packet.op === 'ACK'
      ? say`The same ACK once more: the DATA before it came twice, or nothing came in time.`
      : say`The same packet once more: it was lost, its answer was, or the timer was too short.`;
  return [{ rule: 'again', text, source: say`RFC 1350 §2`, inferred: true }];
}

function missing({ from, to, late }: MissingRec, scene: ExplainContext): Explanation {
  const what = from === to ? say`DATA ${from}` : say`DATA ${from} to ${to}`;
  const text =
    late > 0
      ? say`${what} came after a later block: the network changed the order.`
      : say`${what} never came, as the block behind tells: ${theOther(scene)} has to send from there again.`;
  return { rule: 'missing', text, source: say`RFC 7440 §4`, inferred: true };
}

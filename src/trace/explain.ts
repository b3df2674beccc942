// Why it happened: for a packet or a whole transfer, in a sentence or two with the section that says so.
// Rule: the machine's notes come first; only where there are none do the packets have to tell, and it is said.
// Imports wire's words and types.
import { say, type Printable } from '../wire/text.ts';
import { explainEnd } from './explain-end.ts';
import { explainNote } from './explain-notes.ts';
import { sentRules, usualRules } from './explain-packets.ts';
import { firstOf, theOther, type Explanation, type Scene } from './explanation.ts';
import type { MissingRec, PacketRec, Rec, Transcript } from './transcript.ts';

/** Why this record is as it is; the most important first. */
export function explainRecord(rec: Rec, transcript: Transcript): readonly Explanation[] {
  const scene = sceneOf(transcript);
  switch (rec.kind) {
    case 'packet':
      return explainPacket(rec, scene);
    case 'timer':
      return notesOf(rec, scene);
    case 'missing':
      return [missing(rec, scene)];
    case 'end':
      return explainEnd(rec.outcome, scene);
  }
}

/** Why packet K is as it is; nothing where there is no such packet. */
export function explainNumber(number: number, transcript: Transcript): readonly Explanation[] {
  const rec = transcript.packet(number);
  return rec === undefined ? [] : explainRecord(rec, transcript);
}

/** What shaped the transfer: the terms, each kind of trouble once, and the end. */
export function explainTransfer(transcript: Transcript): readonly Explanation[] {
  const scene = sceneOf(transcript);
  const found = new Map<string, Explanation>();
  for (const rec of transcript.records) {
    const all = rec.kind === 'packet' ? troubleOf(rec, scene) : explainRecord(rec, transcript);
    for (const one of all) if (!dull.includes(one.rule) && !found.has(one.rule)) found.set(one.rule, one);
  }
  return [...found.values()];
}

/** `Sentence. (RFC 1350 §2)`; what was guessed says so. */
export function explanationText({ text, source, inferred }: Explanation): Printable {
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
];

function sceneOf(transcript: Transcript): Scene {
  const noted = transcript.packets.some(({ notes }) => notes.length > 0) || transcript.records.some(hasNotes);
  return { transcript, noted };
}

function hasNotes(rec: Rec): boolean {
  return rec.kind === 'end' || rec.kind === 'timer';
}

function explainPacket(rec: PacketRec, scene: Scene): readonly Explanation[] {
  const special = troubleOf(rec, scene);
  const hasReason = special.some(({ rule }) => !asides.includes(rule));
  return hasReason ? special : [...firstOf(usualRules, rec, scene), ...special];
}

/** Rules that add to the usual reason instead of replacing it. */
const asides: readonly string[] = [
  'round-trip',
  'dallying',
  'pinned',
  'negotiated',
  'network',
  'network-lost',
];

function troubleOf(rec: PacketRec, scene: Scene): readonly Explanation[] {
  const found: Explanation[] = [...networkDeeds(rec)];
  if (rec.direction === 'received') found.push(...notesOf(rec, scene));
  else found.push(...firstOf(sentRules, rec, scene));
  if (!scene.noted && found.length === 0) found.push(...guesses(rec));
  if (rec.last && rec.packet.op === 'DATA') found.push(...firstOf(lastRules, rec, scene));
  return found;
}

const lastRules = usualRules.filter(({ name }) => name === 'last-empty' || name === 'last');

function notesOf({ notes }: Rec, scene: Scene): readonly Explanation[] {
  return notes.flatMap((note) => explainNote(note, scene) ?? []);
}

function networkDeeds({ fates, lost }: PacketRec): readonly Explanation[] {
  const source = say`our own impairment`;
  const told = fates.flatMap((fate): readonly Explanation[] => {
    const words = {
      lost: say`The network was told to lose packets, and lost this one: its sender will notice by its timer, or by what the other side says.`,
      duplicated: say`The network was told to repeat packets: this one arrives twice.`,
      delayed: say`The network was told to hold packets back: this one is late.`,
      reordered: say`The network was told to change the order: this one is overtaken by others.`,
      corrupted: say`The network was told to damage packets: one bit of this one is wrong. UDP's checksum would have caught it.`,
      truncated: say`The network was told to cut packets: the end of this one is missing.`,
    };
    const rule = fate === 'lost' ? 'network-lost' : 'network';
    return [{ rule, text: words[fate], source, inferred: false }];
  });
  if (lost !== 'inferred') return told;
  const text = say`It must have been lost: the next ACK stops before it.`;
  return [...told, { rule: 'lost', text, source: say`RFC 7440 §4`, inferred: true }];
}

/** Without notes (somebody else's capture) the packets have to tell. */
function guesses({ again, packet }: PacketRec): readonly Explanation[] {
  if (!again) return [];
  const text =
    packet.op === 'ACK'
      ? say`The same ACK once more: the DATA before it came twice, or nothing came in time.`
      : say`The same packet once more: it was lost, its answer was, or the timer was too short.`;
  return [{ rule: 'again', text, source: say`RFC 1350 §2`, inferred: true }];
}

function missing({ from, to, late }: MissingRec, scene: Scene): Explanation {
  const what = from === to ? say`DATA ${from}` : say`DATA ${from} to ${to}`;
  const text =
    late > 0
      ? say`${what} came after a later block: the network changed the order.`
      : say`${what} never came, as the block behind tells: ${theOther(scene)} has to send from there again.`;
  return { rule: 'missing', text, source: say`RFC 7440 §4`, inferred: true };
}

// What impairment or step mode did to a packet, in words: one table for packet lines, ladders, captures and explanations.
import { join, printable, say, type Printable } from '../../wire/text.ts';
import type { FateEvent } from '../record/event.ts';

export type Fate = FateEvent['fate'];

/** Fates of which the reason says what the packet became: it stands in the packet's own label. */
export const labelledFates = [
  'reordered',
  'corrupted',
  'truncated',
  'altered',
  'followed',
  'misrouted',
  'injected',
] as const satisfies readonly Fate[];

const stepMode = 'step mode';

/** The reason of a fate that step mode caused. `what`: the details. */
export function stepReason(what?: string): string {
  return what === undefined ? stepMode : `${stepMode}: ${what}`;
}

/** Whether step mode caused a fate with this reason. */
export function isStepReason(reason: string | undefined): boolean {
  return reason?.startsWith(stepMode) === true;
}

/** Whether step mode caused it, and the details; undefined: impairment did. */
function byStep(reason: string | undefined): { readonly what: string | undefined } | undefined {
  if (reason === undefined || !isStepReason(reason)) return undefined;
  return { what: reason.slice(stepMode.length + 2) || undefined };
}

/** Why it was lost, beside an arrow that ends in a cross; undefined: the arrow says it all. */
export function lossReason(reason: string): Printable | undefined {
  const step = byStep(reason);
  const what = step === undefined ? reason : step.what;
  return what === undefined ? undefined : printable(what);
}

/** Whether step mode, and not impairment, lost a packet with these reasons. */
export function isLostInStep(reasons: readonly string[]): boolean {
  return reasons.some(isStepReason);
}

/** `lost (impair mtu 600)`, `altered (step mode: block 2 → 1)`; without a reason `lost by impairment`. */
export function fateWords(fate: Fate, reason: string | undefined): Printable {
  if (reason === undefined) return say`${printable(fate)} by impairment`;
  if (isStepReason(reason)) return say`${printable(fate)} (${printable(reason)})`;
  return say`${printable(fate)} (impair ${printable(reason)})`;
}

/** What stands in the label of a packet: `altered: stale-ack`, `edited: block 2 → 1`, `injected`. */
export function fateMark(fate: Fate, reason: string | undefined): Printable {
  const step = byStep(reason);
  const name = step !== undefined && fate === 'altered' ? 'edited' : fate;
  const what = step === undefined ? reason : step.what;
  return printable(what === undefined ? name : `${name}: ${what}`);
}

/** The fates of one packet, for a capture's comment; undefined: none. */
export function fatesText(fates: readonly Fate[], reasons: readonly string[]): Printable | undefined {
  if (fates.length === 0) return undefined;
  const names = printable(fates.join(', '));
  if (reasons.length > 0 && reasons.every(isStepReason)) {
    const whats = reasons.flatMap((one) => byStep(one)?.what ?? []);
    return whats.length === 0
      ? say`${names} in step mode`
      : say`${names} in step mode: ${printable(whats.join(', '))}`;
  }
  const words = say`${names} by impairment`;
  return reasons.length === 0
    ? words
    : say`${words}: ${join(
        reasons.map((one) => printable(one)),
        say`, `,
      )}`;
}

/** What a fate means, and who caused it. */
export interface FateSentence {
  readonly text: Printable;
  readonly source: Printable;
}

/** One sentence or two about a fate of a packet, and one about its reason. */
export function fateSentences(fate: Fate, reason: string | undefined): readonly FateSentence[] {
  const step = byStep(reason);
  const source = step === undefined ? say`impairment` : say`step mode`;
  const who = step === undefined ? say`Impairment` : say`Step mode`;
  const what = step === undefined ? reason : step.what;
  const first = { text: say`${who} ${fateTexts[fate]}`, source };
  return what === undefined ? [first] : [first, { text: say`What it did: ${printable(what)}.`, source }];
}

/** What each fate means; impairment or step mode is the subject. */
const fateTexts: Readonly<Record<Fate, Printable>> = {
  lost: say`lost this packet. Its sender notices by its timer, or by what the other side sends.`,
  duplicated: say`duplicated this packet: it arrives twice.`,
  delayed: say`delayed this packet.`,
  reordered: say`changed the order: others overtake this packet.`,
  corrupted: say`damaged this packet: one bit is wrong. On a real network the UDP checksum detects this.`,
  truncated: say`truncated this packet: its end is missing.`,
  altered: say`changed what this packet says.`,
  followed: say`sent another packet after this one.`,
  misrouted: say`sent this packet from another port: for its receiver it comes from a stranger.`,
  injected: say`made this packet: no machine sent it.`,
};

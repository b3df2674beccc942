// What impairment did to a packet, in words: one table for packet lines, ladders, captures and explanations.
import { join, printable, say, type Printable } from '../../wire/text.ts';
import type { FateEvent } from '../record/event.ts';

export type Fate = FateEvent['fate'];

/** Fates of which the reason says what the packet became: it stands in the packet's own label. */
export const labelledFates: readonly Fate[] = [
  'reordered',
  'corrupted',
  'truncated',
  'altered',
  'followed',
  'misrouted',
];

/** `lost (impair mtu 600)`; without a reason `lost by impairment`. */
export function fateWords(fate: Fate, reason: string | undefined): Printable {
  if (reason === undefined) return say`${printable(fate)} by impairment`;
  return say`${printable(fate)} (impair ${printable(reason)})`;
}

/** The fates of one packet, for a capture's comment; undefined: none. */
export function fatesText(fates: readonly Fate[], reasons: readonly string[]): Printable | undefined {
  if (fates.length === 0) return undefined;
  const words = say`${printable(fates.join(', '))} by impairment`;
  return reasons.length === 0
    ? words
    : say`${words}: ${join(
        reasons.map((one) => printable(one)),
        say`, `,
      )}`;
}

/** One sentence or two about each fate. */
export const fateTexts: Readonly<Record<Fate, Printable>> = {
  lost: say`Impairment lost this packet. Its sender notices by its timer, or by what the other side sends.`,
  duplicated: say`Impairment duplicated this packet: it arrives twice.`,
  delayed: say`Impairment delayed this packet.`,
  reordered: say`Impairment changed the order: others overtake this packet.`,
  corrupted: say`Impairment damaged this packet: one bit is wrong. On a real network the UDP checksum detects this.`,
  truncated: say`Impairment truncated this packet: its end is missing.`,
  altered: say`Impairment changed what this packet says.`,
  followed: say`Impairment sent another packet after this one.`,
  misrouted: say`Impairment sent this packet from another port: for its receiver it comes from a stranger.`,
};

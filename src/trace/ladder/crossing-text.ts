// What became of a datagram between two local ends, in words.
import { say, type Printable } from '../../wire/text.ts';
import type { Instant } from '../../transfer/machine.ts';
import { isLostInStep } from '../explain/fates.ts';
import { transitOf } from '../record/packet-log.ts';
import { durationText, instantText } from '../text/quantities.ts';
import type { PacketRec } from '../record/side-log.ts';

/** How it is known that a packet was lost; empty where it was not. */
export const losses: Readonly<Record<PacketRec['lost'], Printable>> = {
  no: say``,
  network: say`lost by impairment`,
  never: say`never arrived`,
  unheard: say`peer had ended`,
  inferred: say`lost (inferred)`,
};

/** What became of a packet that was lost; empty where it was not. */
export function lossText({ lost, fateReasons }: Pick<PacketRec, 'lost' | 'fateReasons'>): Printable {
  return lost === 'network' && isLostInStep(fateReasons) ? say`dropped in step mode` : losses[lost];
}

/** `sent at 0.010464 s, arrived at 0.010835 s: 0.37 ms in transit`; empty where only one end is local. */
export function crossingWords(rec: PacketRec, start: Instant): Printable {
  const { ends, lost } = rec;
  if (ends === undefined) return say``;
  const { sent, received, copy, underway } = ends;
  const at = (one: PacketRec): Printable => instantText(one.at - start);
  const left = sent === undefined ? say`` : say`sent at ${at(sent)} s, `;
  if (lost !== 'no') return say`${left}${lossText(rec)}`;
  if (underway || received === undefined)
    return say`${left}${underway ? say`in flight` : say`to an unexpected sender`}`;
  const transit = transitOf(rec);
  const time = transit === undefined ? say`` : say`: ${durationText(transit)} in transit`;
  return say`${left}${copy ? say`a copy ` : say``}arrived at ${at(received)} s${time}`;
}

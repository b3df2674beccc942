// Compares two transfers: the first packet that differs, and how their times differ.
// The rule: addresses and ports always differ, so they are not compared.
import { summary } from '../../wire/summary.ts';
import { say, type Printable } from '../../wire/text.ts';
import { senderOf, type PacketLog } from '../record/packet-log.ts';
import { cut } from '../text/columns.ts';
import { counted, durationText } from '../text/quantities.ts';
import type { PacketRec } from '../record/side-log.ts';

export interface Difference {
  /** How many packets from the start are alike. */
  readonly alike: number;
  /** The first two that differ; undefined where one transfer has no more packets. Both undefined: none differ. */
  readonly first: readonly [PacketRec | undefined, PacketRec | undefined];
  /** Milliseconds that the second took longer, over the packets that are alike. */
  readonly later: number;
  /** The packet (its number in the second) before which the second lost most time against the first, and how much. */
  readonly slowest: { readonly number: number; readonly delta: number } | undefined;
}

/** Compares packet by packet. */
export function difference(one: PacketLog, two: PacketLog): Difference {
  const [a, b] = [one.packets, two.packets];
  let alike = 0;
  let slowest: Difference['slowest'];
  for (; alike < a.length && alike < b.length; alike += 1) {
    const [mine, other] = [a[alike], b[alike]];
    if (mine === undefined || other === undefined || wordsOf(mine, one) !== wordsOf(other, two)) break;
    const delta = gapBefore(b, alike) - gapBefore(a, alike);
    if (delta > (slowest?.delta ?? 0)) slowest = { number: other.number, delta };
  }
  const later = alike === 0 ? 0 : span(b, alike) - span(a, alike);
  return { alike, first: [a[alike], b[alike]], later, slowest };
}

/** What is compared: the sender, the fields, the octets of the file, and whether the packet was lost. */
function wordsOf(rec: PacketRec, transcript: PacketLog): string {
  const { packet, length, lost } = rec;
  const said = packet.op === 'DATA' ? `DATA ${packet.block}` : summary(packet);
  return `${senderOf(rec, transcript)} ${length} ${lost === 'network' || lost === 'never' ? 'lost' : ''} ${said}`;
}

function gapBefore(packets: readonly PacketRec[], at: number): number {
  return (packets[at]?.at ?? 0) - (packets[Math.max(0, at - 1)]?.at ?? 0);
}

function span(packets: readonly PacketRec[], count: number): number {
  return (packets[count - 1]?.at ?? 0) - (packets[0]?.at ?? 0);
}

/** The difference as lines of text. */
export function differenceLines(found: Difference): readonly Printable[] {
  const { alike, first, later, slowest } = found;
  const [one, two] = first;
  const lines = [say`${counted(alike, 'packet')} ${alike === 1 ? say`is` : say`are`} alike.`];
  if (one === undefined && two === undefined) lines.push(say`No packet differs.`);
  else
    lines.push(
      say`Packet ${alike + 1} differs:`,
      say`  first   ${packetWords(one)}`,
      say`  second  ${packetWords(two)}`,
    );
  if (alike > 1)
    lines.push(
      say`Up to there the second took ${durationText(Math.abs(later))} ${later < 0 ? say`less` : say`more`}.`,
    );
  if (slowest !== undefined && slowest.delta >= 1)
    lines.push(say`It lost most before packet ${slowest.number}: ${durationText(slowest.delta)}.`);
  return lines;
}

function packetWords(rec: PacketRec | undefined): Printable {
  if (rec === undefined) return say`no more packets`;
  const { packet, direction, length, again, lost, ends } = rec;
  const said = packet.op === 'DATA' ? say`DATA ${packet.block}  ${length - 4} B` : cut(summary(packet), 200);
  // Where both ends are known, the text names the sender.
  const from = ends && (ends.from === 'client' ? say`client sent` : say`server sent`);
  const way = from ?? (direction === 'sent' ? say`we sent` : say`we got`);
  return say`${way} ${said}${again ? say` again` : say``}${lost === 'no' ? say`` : say`, lost`}`;
}

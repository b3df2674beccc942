// The figures of a transfer as lines of text, and its goodput over time as a small plot. Pure.
import { fit } from '../text/columns.ts';
import { counted, durationText, grouped, rateText } from '../text/quantities.ts';
import { join, printable, say, type Printable } from '../../wire/text.ts';
import type { Side } from '../record/event.ts';
import { otherSide } from '../record/packet-log.ts';
import type { CrossingFigures } from './crossing-figures.ts';
import { resentInAll, type Figures } from './statistics.ts';

export interface PlotStyle {
  readonly columns: number;
  readonly ascii: boolean;
}

const blocks = ' ▁▂▃▄▅▆▇█'.split(/(?:)/u).map((sign) => printable(sign));
const plain = ' .:-=+*#'.split(/(?:)/u).map((sign) => printable(sign));

/** One sign for each slice of time, as high as the goodput; empty where no octets moved. */
export function plot(buckets: readonly number[], { columns, ascii }: PlotStyle): Printable {
  const signs = ascii ? plain : blocks;
  const count = Math.min(buckets.length, Math.max(1, columns));
  const slices = new Array<number>(count).fill(0);
  buckets.forEach((octets, at) => {
    const slice = Math.floor((at * count) / buckets.length);
    slices[slice] = (slices[slice] ?? 0) + octets;
  });
  const most = Math.max(...slices, 1);
  // A slice with any octets is never drawn as empty.
  const sign = (octets: number): Printable =>
    signs[Math.ceil((octets / most) * (signs.length - 1))] ?? say` `;
  return join(slices.map(sign), say``);
}

/** What each end resent. `side`: ours, where the ends are named: both are local, or neither is. */
function resentNames(side: Side | undefined): readonly [ours: Printable, theirs: Printable] {
  if (side === undefined) return [say`resent`, say`resent by peer`];
  return [say`resent by ${printable(side)}`, say`resent by ${printable(otherSide(side))}`];
}

const nameWidth = 20;

type NamedValue = readonly [name: Printable, value: Printable];

/** Name and value, a line each; the plot comes last. */
export function figureLines(figures: Figures, style: PlotStyle): readonly Printable[] {
  const lines = figureRows(figures, style.ascii).map(([name, value]) => say`${fit(name, nameWidth)}${value}`);
  // Without octets there is nothing to draw.
  if (figures.octets === 0) return lines;
  const drawn = plot(figures.buckets, { ...style, columns: style.columns - nameWidth });
  return [...lines, say`${fit(say`over time`, nameWidth)}${drawn}`];
}

/** Name and value. */
export function figureRows(figures: Figures, ascii: boolean): readonly NamedValue[] {
  const { rtt, resent, firstOctet, stalls, stalled } = figures;
  const again = resentInAll(figures);
  const causes = Object.entries(resent).filter(([, count]) => count > 0);
  const why = causes.map(
    ([cause, count]) => say`${grouped(count)} ${causeWords[cause as keyof typeof causeWords]}`,
  );
  const isNamed = figures.overheard === true || figures.crossing !== undefined;
  const [ours, theirs] = resentNames(isNamed ? figures.side : undefined);
  const dash = ascii ? say`-` : say`—`;
  return [
    [say`octets`, say`${grouped(figures.octets)} in ${counted(figures.blocks, 'block')}`],
    [say`time`, durationText(figures.duration)],
    [say`goodput`, rateText(figures.goodput)],
    [say`first octet`, firstOctet === undefined ? dash : say`after ${durationText(firstOctet)}`],
    [say`round trip`, rtt.count === 0 ? dash : roundTrip(rtt)],
    [ours, again === 0 ? say`0` : say`${grouped(again)} (${join(why, say`, `)})`],
    [theirs, grouped(figures.peerResent)],
    [say`duplicates`, grouped(figures.duplicates)],
    [say`unexpected senders`, grouped(figures.strangers)],
    [say`timeouts`, grouped(figures.timeouts)],
    ...(figures.crossing === undefined ? [] : crossingRows(figures.crossing, dash)),
    [say`window stalls`, stalls === 0 ? say`0` : say`${grouped(stalls)}, ${durationText(stalled)} in total`],
    [
      say`payload`,
      say`${printable((figures.efficiency * 100).toFixed(1))} % of the octets, in ${counted(figures.packets, 'packet')}`,
    ],
  ];
}

/** With both ends, losses and one-way times are certain. */
function crossingRows({ client, server }: CrossingFigures, dash: Printable): readonly NamedValue[] {
  const copies = client.copies + server.copies;
  const lost = say`${grouped(client.lost)} to the server, ${grouped(server.lost)} to the client`;
  const times = (figures: Figures['rtt']): Printable => (figures.count === 0 ? dash : roundTrip(figures));
  return [
    [say`lost`, client.lost + server.lost === 0 ? say`0` : lost],
    ...(copies === 0 ? [] : [[say`copies`, say`${grouped(copies)} by the network`] as const]),
    [say`to the server`, times(client.oneWay)],
    [say`to the client`, times(server.oneWay)],
  ];
}

const causeWords = {
  timer: say`after a timeout`,
  gap: say`to ask for a missing block`,
  rollback: say`to restart a window`,
  duplicate: say`to answer a repeated packet`,
  other: say`for other reasons`,
};

function roundTrip({ min = 0, average = 0, p99 = 0, count }: Figures['rtt']): Printable {
  return say`min ${durationText(min)}, average ${durationText(average)}, p99 ${durationText(p99)} (${counted(count, 'sample')})`;
}

// The formats in which a transfer can be exported, one row each: usage, help, prompts and errors list them from here.
// The rule: a new format is one row; long code gets a file of its own.
import type { Figures } from '../figures/statistics.ts';
import { foldLadder, withRows } from '../ladder/fold.ts';
import { ladder, type Ladder, type LadderRow } from '../ladder/ladder.ts';
import type { PacketLog } from '../record/packet-log.ts';
import type { SideLog } from '../record/side-log.ts';
import type { Scheme } from '../text/palette.ts';
import { captureOf, cutPackets, type CutPackets } from './capture.ts';
import { transferHtml } from './html.ts';
import { transferJson } from './json.ts';
import { ladderMermaid } from './mermaid.ts';
import { ladderSvg } from './svg.ts';
import { numberColumns } from '../ladder/text.ts';
import { ladderPlain } from './text.ts';

/** A transfer that is exported. */
export interface Exportable {
  /** Joined from both ends, where both are ours. */
  readonly log: PacketLog;
  /** What one end recorded: a capture has one observer. */
  readonly own: SideLog;
  figures(): Figures;
}

/** How text is drawn, and what the time of the packets means. */
export interface ExportStyle {
  readonly columns: number;
  readonly ascii: boolean;
  /** Nanoseconds since 1970 UTC at which the clock of the packets was 0. */
  readonly epoch: bigint;
  /** The colours of a picture or a page; undefined: light or dark like the reader's system. */
  readonly theme?: Scheme | undefined;
  /** Chooses the rows of a drawn ladder. Default: all, with uneventful and repeated runs folded. */
  readonly choose?: ((rows: readonly LadderRow[]) => readonly LadderRow[]) | undefined;
  /** The folded ladder of a transfer of which only a part is here. Default: the ladder of the packets that are here. */
  readonly ladder?: Ladder | undefined;
}

/** What a file consists of. Its parts are made one after the other. */
export type Made = string | Iterable<string | Uint8Array>;

export interface Exporter {
  /** What a file name ends in, after the dot. */
  readonly ending: string;
  /** What the file is, in words. */
  readonly what: string;
  /** It has colours, which --theme chooses. */
  readonly hasTheme?: true;
  /** What is made is an SVG picture, which a program of the system has to turn into this format. */
  readonly isConverted?: true;
  /** It has the figures of the transfer. */
  readonly hasFigures?: true;
  /** It draws the rows of a ladder, and can draw some of them. */
  readonly isDrawn?: true;
  /** The whole file: text, or text or octets in parts. */
  readonly make: (transfer: Exportable, style: ExportStyle) => Made;
  /** The packets that the file has without their whole payload. Absent where a format holds no payload. */
  readonly cut?: (transfer: Exportable) => CutPackets | undefined;
}

/** All formats, in the order in which they are listed. */
export const exporters: readonly Exporter[] = [
  {
    ending: 'svg',
    what: 'a picture',
    hasTheme: true,
    isDrawn: true,
    make: (transfer, style) => ladderSvg(drawnLadder(transfer, style), { theme: style.theme }),
  },
  {
    ending: 'png',
    what: 'an image',
    hasTheme: true,
    isDrawn: true,
    isConverted: true,
    make: (transfer, style) => ladderSvg(drawnLadder(transfer, style), { theme: style.theme ?? 'light' }),
  },
  {
    ending: 'html',
    what: 'a page',
    hasTheme: true,
    hasFigures: true,
    isDrawn: true,
    make: (transfer, style) =>
      transferHtml(transfer.log, transfer.figures(), {
        ladder: drawnLadder(transfer, style),
        theme: style.theme,
      }),
  },
  {
    ending: 'mmd',
    what: 'a diagram',
    isDrawn: true,
    make: (transfer, style) => ladderMermaid(drawnLadder(transfer, style)),
  },
  {
    ending: 'txt',
    what: 'text',
    isDrawn: true,
    make: (transfer, style) =>
      ladderPlain(drawnLadder(transfer, style), {
        ...style,
        numbers: numberColumns(transfer.log.total),
      }),
  },
  { ending: 'json', what: 'data', make: (transfer) => transferJson(transfer.log, transfer.figures()) },
  {
    ending: 'pcapng',
    what: 'a capture',
    make: ({ own }, { epoch }) => captureOf(own, epoch),
    cut: cutPackets,
  },
];

function drawnLadder({ log }: Exportable, { choose, ladder: drawn }: ExportStyle): Ladder {
  if (drawn !== undefined) return drawn;
  const whole = ladder(log);
  return choose === undefined ? foldLadder(whole) : withRows(whole, choose(whole.rows));
}

/** The endings as a list: `svg, html, mmd`. */
export function endings(separator: string): string {
  return exporters.map(({ ending }) => ending).join(separator);
}

/** The format that a file name asks for; undefined if no format has this ending. */
export function exporterFor(name: string): Exporter | undefined {
  const ending = /\.([a-z]+)$/i.exec(name)?.[1]?.toLowerCase();
  return exporters.find((one) => one.ending === ending);
}

// A transfer as pages of text and as exported files. Commands and full-screen views share them.
import { diagnose } from '../../trace/diagnose/diagnose.ts';
import { explainTransfer } from '../../trace/explain/explain.ts';
import { placeText, spoken, type Explanation, type TransferReason } from '../../trace/explain/explanation.ts';
import { ladder } from '../../trace/ladder/ladder.ts';
import { figureLines, type PlotStyle } from '../../trace/figures/statistics-text.ts';
import { join, printable, say, type Printable } from '../../wire/text.ts';
import { createLocal } from '../../files/local/user-file.ts';
import {
  endings,
  exporterFor,
  type Exporter,
  type ExportStyle,
  type Made,
} from '../../trace/export/exporters.ts';
import { textPage } from '../help/page.ts';
import type { Scheme } from '../../trace/text/palette.ts';
import { wrapped } from '../../trace/text/wrap.ts';
import { octetsText } from '../../trace/text/quantities.ts';
import { diagnosisLines } from './diagnosis.ts';
import { pngOf } from './png.ts';
import type { TransferView } from './transfer-view.ts';
import { wholeLadder, type ChooseRows } from './whole-ladder.ts';
import type { ShellContext } from '../session/context.ts';
import type { Page, LadderView } from '../session/view.ts';

/** What an export needs from the shell: the local directory, the clock and the glyphs. */
export type ExportContext = Pick<ShellContext, 'directory' | 'output' | 'system' | 'runProgram' | 'work'>;

/** The figures of a transfer as a page. */
export function statsPage(transfer: TransferView, ascii: boolean): Page {
  return textPage(titleOf(transfer), (width) => statsLines(transfer, { columns: width, ascii }));
}

/** The figures of a transfer as lines. */
export function statsLines(transfer: TransferView, style: PlotStyle): readonly Printable[] {
  const lacks = transfer.lacks === undefined ? [] : [transfer.lacks];
  return [...figureLines(transfer.figures(), style), ...lacks];
}

/** `transfer 3: get "boot.cfg"`. */
export function titleOf({ number, log }: TransferView): Printable {
  return say`transfer ${number}: ${ladder(log).title}`;
}

/** What `explain` prints about a whole transfer, as a page. */
export function explainPage(transfer: TransferView): Page {
  const diagnosis = diagnose(transfer.log);
  const reasons = explainTransfer(transfer.log);
  const lacks = transfer.lacks === undefined ? [] : [say`  ${transfer.lacks}`];
  return textPage(titleOf(transfer), (width) => [
    ...diagnosisLines(diagnosis, width),
    ...(reasons.length === 0 ? [say`  Nothing unusual.`] : reasons.flatMap((one) => reasonLines(one, width))),
    ...lacks,
  ]);
}

const glue = '\u00a0';

/** A reason as indented lines of at most `width` columns. */
export function reasonLines(explanation: Explanation | TransferReason, width: number): readonly Printable[] {
  const { source, inferred } = explanation;
  const place = 'count' in explanation ? placeText(explanation) : say``;
  const parts = [
    source,
    ...(inferred ? [say`from the packets alone`] : []),
    ...(place === '' ? [] : [place]),
  ];
  const where = say`(${join(parts, say`; `)})`;
  // A reference stays on one line: RFC, number and section belong together.
  const lines = wrapped(`${spoken(explanation)} ${where.replaceAll(' ', glue)}`, width, {
    first: '  ',
    indent: 4,
  });
  // The lines are parts of a printable text, so they are printable.
  return lines.map((line) => line.replaceAll(glue, ' ') as Printable);
}

/** The error for a file name without the ending of a format. */
export const unknownFormat = printable(`Unknown format: the file name must end in ${endings(', ')}.`);

export interface ExportTarget {
  readonly name: string;
  readonly overwrite: boolean;
  readonly theme?: Scheme | undefined;
  /** The rows of a drawn ladder. Default: all, folded. */
  readonly choose?: ChooseRows;
}

/** What an export needs of a long transfer: what is drawn is drawn part by part. */
export function neededFor({ isDrawn, hasFigures }: Exporter): {
  readonly part?: true;
  readonly whole: boolean;
} {
  return isDrawn === true ? { part: true, whole: hasFigures === true } : { whole: true };
}

/** Exports a transfer into a local file. Rejects with FileError. @returns its octets. */
export async function writeExport(
  { directory, output, system, runProgram, work }: ExportContext,
  transfer: TransferView,
  exporter: Exporter,
  { name, overwrite, theme, choose }: ExportTarget,
): Promise<number> {
  const { clock } = system.tower;
  const epoch = BigInt(Math.round((clock.wall().getTime() - clock.now()) * 1000)) * 1000n;
  const drawn =
    exporter.isDrawn === true
      ? await work.reading(printable(name), (job) => wholeLadder(transfer, choose, job))
      : undefined;
  const style: ExportStyle = {
    ...{ columns: 100, ascii: output.isAscii, epoch: transfer.epoch ?? epoch, theme, ladder: drawn },
    ...(choose !== undefined && { choose: (rows) => choose(rows, transfer.log) }),
  };
  const made = exporter.make(transfer, style);
  const isPicture = exporter.isConverted === true && typeof made === 'string';
  return writeLocal(directory.resolve(name), isPicture ? [await pngOf(made, runProgram)] : made, overwrite);
}

/** Writes the file whole or not at all; an existing file only with `overwrite`. @returns its octets. */
export async function writeLocal(path: string, made: Made, overwrite: boolean): Promise<number> {
  const sink = await createLocal(path, { overwrite });
  let octets = 0;
  try {
    for (const batch of batches(typeof made === 'string' ? [made] : made)) {
      octets += lengthOf(batch);
      await sink.write(batch);
    }
    await sink.publish();
  } catch (error) {
    await sink.discard();
    throw error;
  }
  return octets;
}

/** Octets that are written at a time: each write of the disk costs a turn. */
const batchLength = 64 * 1024;

function* batches(parts: Iterable<string | Uint8Array>): Generator<readonly Uint8Array[], void> {
  const encoder = new TextEncoder();
  let batch: Uint8Array[] = [];
  let length = 0;
  for (const part of parts) {
    const octets = typeof part === 'string' ? encoder.encode(part) : part;
    batch.push(octets);
    length += octets.length;
    if (length < batchLength) continue;
    yield batch;
    batch = [];
    length = 0;
  }
  yield batch;
}

function lengthOf(parts: readonly Uint8Array[]): number {
  return parts.reduce((sum, part) => sum + part.length, 0);
}

/** A transfer as a full-screen view. */
export function transferView(
  context: ExportContext,
  transfer: TransferView,
  more: Pick<LadderView, 'kind' | 'packet' | 'filter' | 'play'>,
): Omit<LadderView, 'close'> {
  const exportTo = async (path: string): Promise<Printable> => {
    const exporter = exporterFor(path);
    if (exporter === undefined) return unknownFormat;
    try {
      const needsAll = neededFor(exporter).whole;
      const whole = (needsAll ? await transfer.whole?.() : undefined) ?? transfer;
      const octets = await writeExport(context, whole, exporter, { name: path, overwrite: false });
      return say`${printable(path)}: ${octetsText(octets)} written`;
    } catch (error) {
      return say`${printable(path)}: ${printable(messageOf(error))}`;
    }
  };
  return { ...more, transfer, exportTo };
}

/** The message of an error as one text. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : 'cannot be written';
}

// A transfer that is looked at, as pages and files: what commands print and full-screen views show alike.
// Never imports commands.
import { explainTransfer } from '../../trace/explain/explain.ts';
import { spoken, type Explanation } from '../../trace/explain/explanation.ts';
import { ladder } from '../../trace/ladder/ladder.ts';
import { figureLines } from '../../trace/figures/statistics-text.ts';
import { printable, say, type Printable } from '../../wire/text.ts';
import { exporters, exportFile, formatOf, type ExportStyle } from './export-file.ts';
import { pageWidth } from '../help/help.ts';
import { wrapped } from '../../trace/text/wrap.ts';
import { localPath } from '../language/local-path.ts';
import type { TransferView } from './inspector.ts';
import type { Session } from '../session/session.ts';
import { octetsText } from '../../trace/text/quantities.ts';
import type { Page, LadderView } from '../session/view.ts';

/** What `stats` says. */
export function statsPage(session: Session, seen: TransferView): Page {
  const { title } = ladder(seen.transcript);
  const lines = figureLines(seen.figures(), { columns: pageWidth, ascii: isAscii(session) });
  const lacks = seen.lacks === undefined ? [] : [seen.lacks];
  return { title: say`transfer ${seen.number}: ${title}`, lines: [...lines, ...lacks] };
}

/** What `explain` says of a transfer as a whole. */
export function explainPage(seen: TransferView): Page {
  const { title } = ladder(seen.transcript);
  const reasons = explainTransfer(seen.transcript).flatMap(reasonLines);
  const lacks = seen.lacks === undefined ? [] : [say`  ${seen.lacks}`];
  return {
    title: say`transfer ${seen.number}: ${title}`,
    lines: [...(reasons.length === 0 ? [say`  Nothing out of the ordinary.`] : reasons), ...lacks],
  };
}

const glue = '\u00a0';

/** A reason as indented lines. */
export function reasonLines(explanation: Explanation): readonly Printable[] {
  const { source, inferred } = explanation;
  const where = inferred ? say`(${source}; from the packets alone)` : say`(${source})`;
  // A reference is not broken between RFC, number and section.
  const lines = wrapped(`${spoken(explanation)} ${where.replaceAll(' ', glue)}`, pageWidth, {
    first: '  ',
    indent: 4,
  });
  // Parts of a printable text between blanks are printable.
  return lines.map((line) => line.replaceAll(glue, ' ') as Printable);
}

/** Exports a transfer under the name that says the format. Rejects with FileError. @returns its octets. */
export async function writeExport(
  session: Session,
  seen: TransferView,
  { name, overwrite }: { name: string; overwrite: boolean },
): Promise<number> {
  const { clock } = session.deps.tower;
  const epoch = BigInt(Math.round((clock.wall().getTime() - clock.now()) * 1000)) * 1000n;
  const style: ExportStyle = { columns: 100, ascii: isAscii(session), epoch: seen.epoch ?? epoch };
  const made = exporters[formatOf(name) ?? 'txt']?.(seen, style) ?? '';
  return exportFile(localPath(session, name), made, overwrite);
}

/** A transfer as a full-screen view. */
export function transferView(
  session: Session,
  seen: TransferView,
  more: Pick<LadderView, 'kind' | 'packet' | 'filter'>,
): Omit<LadderView, 'close'> {
  const exportTo = async (path: string): Promise<Printable> => {
    if (formatOf(path) === undefined)
      return printable(`The name says the format: ${Object.keys(exporters).join(', ')}.`);
    return writeExport(session, seen, { name: path, overwrite: false }).then(
      (octets) => say`${printable(path)}: ${octetsText(octets)} written`,
      (error: unknown) => say`${printable(path)}: ${printable(messageOf(error))}`,
    );
  };
  return { ...more, seen, exportTo };
}

/** What an error says, where there is no place for its parts. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : 'it cannot be written';
}

export function isAscii(session: Session): boolean {
  return session.setting('glyphs') === 'ascii';
}

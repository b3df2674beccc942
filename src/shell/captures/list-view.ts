// The conversations of an open capture as a full-screen list, and what the list can ask about each of them.
import { conversationTarget, matches } from '../../trace/capture/filter.ts';
import type { ConversationSummary } from '../../trace/capture/record.ts';
import { printable, say, type Printable } from '../../wire/text.ts';
import { conversationRow } from './conversation-lines.ts';
import { exporterFor } from '../../trace/export/exporters.ts';
import { extractFiles, lackWords } from './extract-files.ts';
import { counted, grouped, octetsText } from '../../trace/text/quantities.ts';
import {
  explainPage,
  messageOf,
  neededFor,
  statsPage,
  transferView,
  writeExport,
  type ExportContext,
} from '../packets/pages.ts';
import type { OpenCapture, Wanted } from './capture-file.ts';
import type { TransferView } from '../packets/transfer-view.ts';
import type { ShellContext } from '../session/context.ts';
import type { ListView, NamedFilter, Page } from '../session/view.ts';
import { openLocal } from '../../files/local/user-file.ts';

/** What a list needs besides its capture. */
export interface ListSetting {
  readonly filter: NamedFilter | undefined;
  readonly grows: boolean;
  /** The state of the reading, in parts. */
  readonly reading: () => readonly Printable[];
}

/** What a list needs of the shell. */
export type ListContext = ExportContext & Pick<ShellContext, 'inspector'>;

/** A capture as a list. */
export function listView(
  shell: ListContext,
  capture: OpenCapture,
  { filter, grows, reading }: ListSetting,
): Omit<ListView, 'close'> {
  const { list, name } = capture;
  let standing = '';
  const standingNow = (): readonly Printable[] => [...reading(), ...leftOut(capture)];
  const all = (): readonly ConversationSummary[] => [...list.summaries.values()];
  return {
    ...{ kind: 'list', name, filter, grows, all, standing: standingNow },
    row: (summary) => conversationRow(summary, list.goesOn(summary.transfer)),
    passing: (one) => all().filter((summary) => matches(one, conversationTarget(summary))),
    refresh: () => {
      const before = standing;
      standing = standingNow().join();
      return list.refresh() || standing !== before;
    },
    look: (number, signal, progress) =>
      withTransfer(shell, capture, { number, signal, progress, part: true, packet: 1 }, (transfer) =>
        transferView(shell, transfer, { kind: 'ladder', packet: undefined, filter: undefined }),
      ),
    read: (number, about, signal, progress) =>
      withTransfer(shell, capture, { number, signal, progress, whole: true }, (transfer): Page =>
        about === 'stats' ? statsPage(transfer, shell.output.isAscii) : explainPage(transfer),
      ),
    save: (number, path) => save(shell, capture, number, path),
  };
}

function leftOut({ list }: OpenCapture): readonly Printable[] {
  if (list.leftOut === 0) return [];
  const which =
    list.keep === 'first' ? say`${grouped(list.leftOut)} more` : counted(list.leftOut, 'older one');
  return [say`${which} not listed`];
}

interface WantedOne extends Wanted {
  readonly number: number;
}

async function withTransfer<T>(
  shell: ListContext,
  capture: OpenCapture,
  { number, ...wanted }: WantedOne,
  make: (transfer: TransferView) => T,
): Promise<T | Printable> {
  try {
    const transfer = await capture.find(number, wanted);
    if (transfer === undefined) return say`The packets of transfer ${number} are no longer kept.`;
    shell.inspector.select(number);
    return make(transfer);
  } catch (error) {
    return say`${capture.name}: ${printable(messageOf(error))}`;
  }
}

/** Exports the transfer where the name ends in a format; otherwise the name is a directory for the file of the transfer. */
async function save(
  shell: ListContext,
  capture: OpenCapture,
  number: number,
  path: string,
): Promise<Printable> {
  const name = printable(path);
  const exporter = exporterFor(path);
  if (exporter === undefined) return extracted(shell, capture, number, path);
  const write = (transfer: TransferView): Promise<number> =>
    writeExport(shell, transfer, exporter, { name: path, overwrite: false });
  try {
    const octets = await withTransfer(shell, capture, { number, ...neededFor(exporter) }, write);
    return typeof octets === 'number' ? say`${name}: ${octetsText(octets)} written` : octets;
  } catch (error) {
    return say`${name}: ${printable(messageOf(error))}`;
  }
}

async function extracted(
  shell: ListContext,
  capture: OpenCapture,
  number: number,
  path: string,
): Promise<Printable> {
  if (capture.path === undefined)
    return say`A live capture keeps only the first octets of DATA, so no file can be extracted.`;
  try {
    const source = await openLocal(capture.path, { growing: true });
    const { files } = await extractFiles(source, shell.directory.resolve(path), { only: number });
    const [file] = files;
    if (file === undefined) return say`Transfer ${number} moved no file.`;
    const where = printable(`${path.replace(/\/+$/, '')}/${file.name}`, 1024);
    const lack = file.complete ? say`` : say`, ${lackWords(file)}`;
    return say`${where}: ${octetsText(file.octets)}${lack}`;
  } catch (error) {
    return say`${printable(path)}: ${printable(messageOf(error))}`;
  }
}

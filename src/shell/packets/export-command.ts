// The code of `export`: a transfer as a file, in the format that the name of the file asks for.
import type { CutPackets } from '../../trace/export/capture.ts';
import { exporterFor, exporters, type Exporter } from '../../trace/export/exporters.ts';
import { ladder } from '../../trace/ladder/ladder.ts';
import { headKept } from '../../trace/record/ring.ts';
import { schemes, type Scheme } from '../../trace/text/palette.ts';
import { counted, octetsText } from '../../trace/text/quantities.ts';
import { printable, say, type Printable } from '../../wire/text.ts';
import type { Call } from '../language/command.ts';
import type { ShellContext } from '../session/context.ts';
import type { Line } from '../session/state.ts';
import { findTransfer, noPacket } from './find-transfer.ts';
import { neededFor, unknownFormat, writeExport } from './pages.ts';
import { chooseRows, isBeyond, nothingPasses, readRowChoice, type RowChoice } from './row-flags.ts';
import type { TransferView } from './transfer-view.ts';

export async function exportTransfer(call: Call, shell: ShellContext): Promise<number> {
  const [word] = call.words;
  if (word === undefined) return shell.output.misuse(call, undefined, say`export needs the name of a file.`);
  const exporter = exporterFor(word.text);
  if (exporter === undefined) return shell.output.misuse(call, word, unknownFormat);
  const theme = readTheme(call, shell, exporter);
  if (typeof theme === 'number') return theme;
  const choice = readRowChoice(call, shell.output);
  if (typeof choice === 'number') return choice;
  const isPart = choice.filter !== undefined || choice.packets !== undefined;
  if (isPart && exporter.isDrawn !== true)
    return shell.output.misuse(call, word, say`Only a ladder can be drawn in part: ${drawnEndings}.`);
  const transfer = await findTransfer(call, shell, call.flags.get('--transfer'), neededFor(exporter));
  if (typeof transfer === 'number') return transfer;
  if (isBeyond(choice, transfer.log)) return noPacket(call, shell, call.flags.get('--packets'), transfer);
  const none = isPart ? emptyPart(transfer, choice) : undefined;
  if (none !== undefined) return shell.output.misuse(call, call.flags.get('--filter'), none);
  const octets = await writeExport(shell, transfer, exporter, {
    name: word.text,
    overwrite: call.flags.has('--force'),
    theme,
    ...(isPart && { choose: (rows, log) => chooseRows(rows, choice, log) }),
  });
  const file = printable(word.text);
  const cut = exporter.cut?.(transfer);
  shell.output.emit(
    {
      event: 'exported',
      transfer: transfer.number,
      file,
      octets,
      ...(cut !== undefined && { cut: cut.count }),
    },
    [
      { kind: 'good', text: say`${shell.output.glyph('✔', 'ok')} ${file}   ${octetsText(octets)}` },
      ...lackNotes(exporter, transfer, cut),
    ],
  );
  return 0;
}

/** What the file lacks. What is drawn is drawn part by part, and has all packets. */
function lackNotes(
  { isDrawn }: Exporter,
  { lacks, parts }: TransferView,
  cut: CutPackets | undefined,
): readonly Line[] {
  const isWhole = lacks === undefined || (isDrawn === true && parts !== undefined);
  const notes = [...(cut === undefined ? [] : [cutNote(cut)]), ...(isWhole ? [] : [say`  ${lacks}`])];
  return notes.map((text) => ({ kind: 'hint', isResult: true, text }));
}

/** What is said of a part without a packet. */
function emptyPart({ log, parts }: TransferView, choice: RowChoice): Printable | undefined {
  // Where only a part is here, others may have some.
  if (parts !== undefined) return undefined;
  return nothingPasses(chooseRows(ladder(log).rows, choice, log), choice);
}

/** The colours that --theme asks for, or the exit status of a wrong wish. */
function readTheme(
  call: Call,
  shell: ShellContext,
  { ending, hasTheme }: Exporter,
): Scheme | undefined | number {
  const wish = call.flags.get('--theme');
  const theme = schemes.find((scheme) => scheme === wish?.text);
  if (wish !== undefined && theme === undefined)
    return shell.output.misuse(call, wish, say`--theme takes light or dark.`);
  if (wish !== undefined && hasTheme !== true)
    return shell.output.misuse(call, wish, say`${printable(ending)} files have no colours.`);
  return theme;
}

const drawnEndings = printable(
  exporters
    .filter(({ isDrawn }) => isDrawn === true)
    .map(({ ending }) => ending)
    .join(', '),
);

function cutNote({ count, first }: CutPackets): Printable {
  const packets = counted(count, 'packet');
  return say`  From packet ${first} on only the first ${headKept} octets of ${packets} are kept. Start "capture FILE.pcapng" before a transfer to write all octets, or "set keep" a larger number.`;
}

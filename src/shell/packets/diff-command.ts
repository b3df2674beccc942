// The code of `diff`: a full-screen view or lines. It is loaded when the command is called.
import { difference, type Difference } from '../../trace/figures/difference.ts';
import {
  differenceLines,
  differenceSentences,
  type DifferenceLine,
} from '../../trace/figures/difference-text.ts';
import { say, type Printable } from '../../wire/text.ts';
import type { Call } from '../language/command.ts';
import type { ShellContext } from '../session/context.ts';
import type { Line } from '../session/state.ts';
import type { PageLine } from '../session/view.ts';
import { findTransfer, tableLines } from './find-transfer.ts';
import type { TransferView } from './transfer-view.ts';

/** Lines are never narrower. */
const narrowest = 60;

export async function diff(call: Call, shell: ShellContext): Promise<number> {
  const [one, two] = call.words;
  if (one === undefined || two === undefined)
    return shell.output.misuse(call, undefined, say`diff needs two transfer numbers.`);
  // diff shows two transfers, so the current one stays the current one.
  const current = shell.inspector.current();
  const first = await findTransfer(call, shell, one, { whole: true });
  if (typeof first === 'number') return first;
  const second = await findTransfer(call, shell, two, { whole: true });
  if (typeof second === 'number') return second;
  if (current !== undefined) shell.inspector.select(current);
  const isView = shell.views.canShow && !call.flags.has('--plain');
  return isView ? showDifference(shell, first, second) : printDifference(shell, first, second);
}

/** What differs, and which packets of a long transfer were not compared. */
function sentencesOf(found: Difference, both: readonly TransferView[]): readonly Printable[] {
  const lacks = both.flatMap(({ number, lacks: text }) =>
    text === undefined ? [] : [say`transfer ${number}: ${text}`],
  );
  return [...differenceSentences(found), ...lacks];
}

async function showDifference(
  shell: ShellContext,
  first: TransferView,
  second: TransferView,
): Promise<number> {
  const found = difference(first.log, second.log);
  const heads = [...sentencesOf(found, [first, second]), say``].map((text): PageLine => ({ text }));
  const linesIn = (columns: number): readonly DifferenceLine[] =>
    differenceLines(found, [first, second], {
      columns: Math.max(narrowest, columns - 1),
      ascii: shell.output.isAscii,
    });
  await shell.views.showPage({
    title: say`DIFF  transfers ${first.number} and ${second.number}`,
    lines: (columns) => [...heads, ...linesIn(columns)],
  });
  return 0;
}

function printDifference(shell: ShellContext, first: TransferView, second: TransferView): number {
  const found = difference(first.log, second.log);
  const { isAscii: ascii, pictureWidth } = shell.output;
  const columns = Math.max(narrowest, pictureWidth);
  const rows = differenceLines(found, [first, second], { columns, ascii });
  const sentences = sentencesOf(found, [first, second]);
  const { alike } = found;
  shell.output.emit(
    {
      event: 'difference',
      first: first.number,
      second: second.number,
      alike,
      ...(alike < found.rows.length && { packet: alike + 1 }),
      lines: [...rows.map(({ text }) => text), ...sentences],
    },
    [
      ...rows.map(({ text, isUnusual }): Line => ({ kind: isUnusual ? 'unusual' : 'received', text })),
      ...tableLines(sentences),
    ],
  );
  return 0;
}

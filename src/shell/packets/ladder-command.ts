// The code of `ladder`: a full-screen view, also one that plays, or lines. It is loaded when the command is called.
import { ladder as ladderOf, type LadderRow } from '../../trace/ladder/ladder.ts';
import { pageHead, ladderLine, numberColumns } from '../../trace/ladder/text.ts';
import { printable, say } from '../../wire/text.ts';
import type { Call } from '../language/command.ts';
import type { Word } from '../language/parse.ts';
import { readCount, readSpeed, speeds } from '../language/units.ts';
import type { ShellContext } from '../session/context.ts';
import type { Line } from '../session/state.ts';
import { findTransfer, noPacket } from './find-transfer.ts';
import { transferView } from './pages.ts';
import { chooseRows, isBeyond, nothingPasses, readRowChoice, type RowChoice } from './row-flags.ts';
import type { TransferView } from './transfer-view.ts';

export async function ladder(call: Call, shell: ShellContext): Promise<number> {
  const choice = readRowChoice(call, shell.output);
  if (typeof choice === 'number') return choice;
  const { filter, packets } = choice;
  const columns = readColumns(call, shell.output.pictureWidth);
  if (columns === undefined)
    return shell.output.misuse(
      call,
      call.flags.get('--columns'),
      say`--columns takes a number from 40 to 500.`,
    );
  const asked = readPlay(call, shell);
  if (typeof asked === 'number') return asked;
  const isView = shell.views.canShow && packets === undefined && !call.flags.has('--plain');
  const isWalked = isView && asked.play === undefined;
  const needed = { packet: packets?.from, until: packets?.to, ...(isWalked && { part: true }) };
  const transfer = await findTransfer(call, shell, asked.transfer, needed);
  if (typeof transfer === 'number') return transfer;
  if (isBeyond(choice, transfer.log)) return noPacket(call, shell, call.flags.get('--packets'), transfer);
  if (isView)
    return shell.views.showTransfer(
      transferView(shell, transfer, { kind: 'ladder', filter, packet: undefined, play: asked.play }),
    );
  printLadder(shell, transfer, { columns, choice });
  return 0;
}

interface AskedLadder {
  readonly transfer: Word | undefined;
  /** The speed of `--play`; undefined: it is not played. */
  readonly play: number | undefined;
}

/** `ladder 2 --play 0.1x`. A number is the exit status of a refusal. */
function readPlay(call: Call, shell: ShellContext): AskedLadder | number {
  const isPlayed = call.flags.has('--play');
  const fast = call.words.find(({ text }) => /^[\d.]+x$/i.test(text));
  const others = call.words.filter((word) => word !== fast);
  const [transfer, tooMany] = others;
  if (tooMany !== undefined)
    return shell.output.misuse(call, tooMany, say`ladder takes one transfer number.`);
  if (fast !== undefined && !isPlayed)
    return shell.output.misuse(
      call,
      fast,
      say`A speed goes with --play: ladder --play ${printable(fast.text)}.`,
    );
  const speed = fast === undefined ? 1 : readSpeed(fast.text);
  if (speed === undefined)
    return shell.output.misuse(call, fast, say`A speed is ${speeds.from}x to ${speeds.to}x, such as 0.1x.`);
  if (isPlayed && (!shell.views.canShow || call.flags.has('--plain')))
    return shell.output.misuse(call, call.flags.get('--play'), say`--play needs the screen of a terminal.`);
  return { transfer, play: isPlayed ? speed : undefined };
}

/** A ladder as an event and as lines. */
function printLadder(
  shell: ShellContext,
  transfer: TransferView,
  { columns, choice }: { readonly columns: number; readonly choice: RowChoice },
): void {
  const drawn = ladderOf(transfer.log);
  const style = {
    columns,
    ascii: shell.output.isAscii,
    numbers: numberColumns(transfer.log.packets.at(-1)?.number ?? 1),
  };
  const rows = chooseRows(drawn.rows, choice, transfer.log);
  const head = pageHead(drawn, style).map((text): Line => ({ kind: 'plain', text }));
  const lines = rows.map((row): Line => ({ kind: kindOf(row), text: ladderLine(row, style) }));
  const { number, log } = transfer;
  const { title, figures } = drawn;
  shell.output.emit(
    {
      event: 'ladder',
      transfer: number,
      side: log.tag.side,
      title,
      figures,
      rows: lines.map(({ text }) => text),
      ...(transfer.lacks !== undefined && { lacks: transfer.lacks }),
    },
    [...head, ...lines, ...emptyLines(rows, choice), ...missingLines(transfer)],
  );
}

/** `--columns`, or else `width`; undefined: it is no number of columns. */
function readColumns(call: Call, width: number): number | undefined {
  const word = call.flags.get('--columns');
  if (word === undefined) return width;
  const columns = readCount(word.text);
  return columns !== undefined && columns >= 40 && columns <= 500 ? columns : undefined;
}

function kindOf({ unusual, direction }: LadderRow): Line['kind'] {
  return unusual ? 'unusual' : (direction ?? 'plain');
}

function emptyLines(rows: readonly LadderRow[], choice: RowChoice): readonly Line[] {
  const text = nothingPasses(rows, choice);
  return text === undefined ? [] : [{ kind: 'hint', text, isResult: true }];
}

function missingLines({ lacks }: TransferView): readonly Line[] {
  return lacks === undefined ? [] : [{ kind: 'plain', text: lacks }];
}

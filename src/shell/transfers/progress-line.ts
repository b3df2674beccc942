// One line of progress on a terminal's stderr. It is rewritten in place and erased before other text is written.
// Rule: if stderr is not a terminal, nothing is written.
import { columns, cut } from '../../trace/text/columns.ts';
import { cutMiddle, leastName } from '../editor/graphemes.ts';
import { join, printable, say } from '../../wire/text.ts';
import type { Printable } from '../../wire/text.ts';
import type { ShellState, TransferRow } from '../session/state.ts';
import { durationText, grouped, octetsText, rateText } from '../../trace/text/quantities.ts';

export class ProgressLine {
  readonly #write: (text: string) => void;
  readonly #columns: number | undefined;
  #width = 0;

  constructor(write: (text: string) => void, columns: number | undefined) {
    this.#write = write;
    this.#columns = columns;
  }

  show({ transfers, longWork }: Pick<ShellState, 'transfers' | 'longWork'>): void {
    if (this.#columns === undefined) return;
    const active = transfers.filter((row) => row.state === 'moving' || row.state === 'finishing');
    const room = this.#columns - 1;
    const longestName = Math.max(leastName, Math.floor(room * 0.3));
    const texts = [
      ...(longWork === undefined ? [] : [longWork.text]),
      ...active.map((row) => progressText(row, longestName)),
    ];
    if (texts.length === 0) return this.clear();
    const text = cut(join(texts, say`   `), room);
    const width = columns(text);
    this.#write(`\r${text}${' '.repeat(Math.max(0, this.#width - width))}`);
    this.#width = width;
  }

  clear(): void {
    if (this.#width > 0) this.#write(`\r${' '.repeat(this.#width)}\r`);
    this.#width = 0;
  }
}

/** `boot.img  62%  9.1 MB of 14.7 MB  11.2 MB/s  0:01 left`; without a known size there is no percentage. */
function progressText(
  { name, octets, size, rate, left, resent }: TransferRow,
  longestName: number,
): Printable {
  const parts: Printable[] = [cutMiddle(name, longestName, say`…`)];
  if (size !== undefined && size > 0)
    parts.push(say`${Math.floor((100 * octets) / size)}%`, say`${octetsText(octets)} of ${octetsText(size)}`);
  else parts.push(octetsText(octets));
  if (rate !== undefined) parts.push(rateText(rate));
  if (left !== undefined) parts.push(say`${durationText(left)} left`);
  if (resent > 0) parts.push(say`${grouped(resent)} resent`);
  return join(parts, printable('  '));
}

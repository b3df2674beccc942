// One line of progress on a terminal's stderr. It is rewritten in place and erased before other text is written.
// Rule: if stderr is not a terminal, nothing is written.
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
    const texts = [...(longWork === undefined ? [] : [longWork.text]), ...active.map(progressText)];
    if (texts.length === 0) return this.clear();
    const text = join(texts, say`   `).slice(0, this.#columns - 1);
    this.#write(`\r${text.padEnd(this.#width)}`);
    this.#width = text.length;
  }

  clear(): void {
    if (this.#width > 0) this.#write(`\r${' '.repeat(this.#width)}\r`);
    this.#width = 0;
  }
}

/** `boot.img  62%  9.1 MB of 14.7 MB  11.2 MB/s  0:01 left`; without a known size there is no percentage. */
export function progressText({ name, octets, size, rate, left, resent }: TransferRow): Printable {
  const parts: Printable[] = [name];
  if (size !== undefined && size > 0)
    parts.push(say`${Math.floor((100 * octets) / size)}%`, say`${octetsText(octets)} of ${octetsText(size)}`);
  else parts.push(octetsText(octets));
  if (rate !== undefined) parts.push(rateText(rate));
  if (left !== undefined) parts.push(say`${durationText(left)} left`);
  if (resent > 0) parts.push(say`${grouped(resent)} resent`);
  return join(parts, printable('  '));
}

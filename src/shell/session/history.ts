// The entered lines, kept across runs in a private file to which several shells append.
// Rule: the file may have been edited, so it is not trusted; a line that cannot be shown is dropped.
import { appendPrivate, readPrivateTail, replacePrivate } from '../../files/local/small-files.ts';
import { printable } from '../../wire/text.ts';
import { longestLine } from '../language/parse.ts';

const mostLines = 1000;
const mostOctets = 1024 * 1024;

export class History {
  readonly #path: string | undefined;
  #entries: string[] = [];
  #earlier: readonly string[] = [];
  /** Writes run one after another. If the disk refuses one, only that line of history is lost. */
  #writing: Promise<void> = Promise.resolve();

  constructor(path: string | undefined) {
    this.#path = path;
  }

  get entries(): readonly string[] {
    return this.#entries;
  }

  /** The lines of earlier runs, oldest first. */
  get earlier(): readonly string[] {
    return this.#earlier;
  }

  /** Reads the lines of earlier runs. Never rejects. */
  async load(): Promise<void> {
    if (this.#path === undefined) return;
    const path = this.#path;
    try {
      const { text, size } = await readPrivateTail(path, mostOctets);
      const lines = withoutRepeats(text.split('\n').filter(isClean));
      this.#earlier = lines.slice(-mostLines);
      this.#entries = [...this.#earlier, ...this.#entries];
      // Several shells append to the file. A shell that starts shortens it, unless another has just appended a line.
      if (lines.length <= 2 * mostLines && size <= mostOctets / 2) return;
      await replacePrivate(path, `${this.#entries.join('\n')}\n`, size);
    } catch {
      // The file does not exist or cannot be read: the history starts empty.
    }
  }

  /** Remembers a line, unless it equals the last one or begins with a blank. */
  add(line: string): void {
    if (line.startsWith(' ') || !isClean(line) || line === this.#entries.at(-1)) return;
    this.#entries.push(line);
    if (this.#entries.length > mostLines) this.#entries.shift();
    if (this.#path === undefined) return;
    const path = this.#path;
    this.#writing = this.#writing.then(() => appendPrivate(path, `${line}\n`)).catch(() => undefined);
  }

  /** Resolves when all lines are written. */
  saved(): Promise<void> {
    return this.#writing;
  }
}

function withoutRepeats(lines: readonly string[]): readonly string[] {
  return lines.filter((line, i) => line !== lines[i - 1]);
}

function isClean(line: string): boolean {
  return line.trim() !== '' && line.length <= longestLine && isPrintable(line);
}

function isPrintable(line: string): boolean {
  return printable(line.replaceAll('\\', '/'), longestLine) === line.replaceAll('\\', '/');
}

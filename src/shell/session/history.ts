// The lines of earlier, kept across runs: one a line in a private file that several shells append to.
// Rule: what is loaded is somebody else's text (it may have been edited); a line that cannot be shown is not kept.
import { appendPrivate, readPrivateTail, replacePrivate } from '../../files/local/small-files.ts';
import { printable } from '../../wire/text.ts';
import { longestLine } from '../language/parse.ts';

const mostLines = 1000;
const mostOctets = 1024 * 1024;

export class History {
  readonly #path: string | undefined;
  #entries: string[] = [];
  /** Writes follow each other; a disk that refuses costs the history and nothing else. */
  #writing: Promise<void> = Promise.resolve();

  constructor(path: string | undefined) {
    this.#path = path;
  }

  get entries(): readonly string[] {
    return this.#entries;
  }

  /** Reads what earlier runs left. Never rejects. */
  async load(): Promise<void> {
    if (this.#path === undefined) return;
    const path = this.#path;
    try {
      const { text, size } = await readPrivateTail(path, mostOctets);
      const lines = withoutRepeats(text.split('\n').filter(isClean));
      this.#entries = [...lines.slice(-mostLines), ...this.#entries];
      // Several shells append; whoever starts next cuts it back, unless one of them has just added to it.
      if (lines.length <= 2 * mostLines && size <= mostOctets / 2) return;
      await replacePrivate(path, `${this.#entries.join('\n')}\n`, size);
    } catch {
      // Nothing there yet, or nothing that we may read: then there is no history.
    }
  }

  /** Remembers a line; not the same one twice in a row, and none that begins with a blank. */
  add(line: string): void {
    if (line.startsWith(' ') || !isClean(line) || line === this.#entries.at(-1)) return;
    this.#entries.push(line);
    if (this.#entries.length > mostLines) this.#entries.shift();
    if (this.#path === undefined) return;
    const path = this.#path;
    this.#writing = this.#writing.then(() => appendPrivate(path, `${line}\n`)).catch(() => undefined);
  }

  /** Resolves when all is written. */
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

// The local file `-` of a get: standard output, or lines of the transcript if a view uses the screen.
import { once } from 'node:events';
import { Writable } from 'node:stream';
import { FileError } from '../../files/file.ts';
import { printable, say } from '../../wire/text.ts';
import { grouped } from '../../trace/text/quantities.ts';
import type { Output } from '../session/output.ts';

/** Octets of a file that the transcript shows at most. */
const shownAtMost = 64 * 1024;

export class StandardOutput {
  readonly #stream: Writable | undefined;
  readonly #output: Pick<Output, 'print' | 'flush'>;
  #isTaken = false;

  /** @param stream is undefined if a view uses the screen. */
  constructor(stream: Writable | undefined, output: Pick<Output, 'print' | 'flush'>) {
    this.#stream = stream;
    this.#output = output;
  }

  /** Whether a file is being written to standard output. Everything else must then go to stderr. */
  get isTaken(): boolean {
    return this.#isTaken;
  }

  /** Resolves once standard output takes more: what a slow reader has not taken yet fills the memory. Never rejects. */
  async room(): Promise<void> {
    const stream = this.#stream;
    if (stream?.writableNeedDrain !== true) return;
    // If the stream closes or fails, the next write reports it.
    const over = new AbortController();
    const any = ['drain', 'close'].map((event) =>
      once(stream, event, { signal: over.signal }).catch(() => undefined),
    );
    await Promise.race(any);
    over.abort();
  }

  /**
   * Runs `work` with the stream that `-` means. Resolves with its exit status.
   * @param force also lets a terminal have octets that are no text.
   */
  async lend(work: (stream: Writable) => Promise<number>, force = false): Promise<number> {
    if (this.#stream === undefined) return this.#toTranscript(work, force);
    this.#output.flush();
    this.#isTaken = true;
    try {
      return await work(isTerminal(this.#stream) && !force ? textOnly(this.#stream) : this.#stream);
    } finally {
      this.#output.flush();
      this.#isTaken = false;
    }
  }

  /** Collects the text and prints it as lines at the end, without control characters. */
  async #toTranscript(work: (stream: Writable) => Promise<number>, force: boolean): Promise<number> {
    const parts: Buffer[] = [];
    let length = 0;
    const stream = new Writable({
      write(chunk: Buffer, _encoding, done) {
        if (length < shownAtMost) parts.push(Buffer.from(chunk));
        length += chunk.length;
        done();
      },
    });
    const status = await work(force ? stream : textOnly(stream));
    const text = Buffer.concat(parts).subarray(0, shownAtMost).toString('utf8');
    const lines = text.replace(/\r?\n$/, '').split(/\r?\n/);
    if (length > 0)
      this.#output.print(lines.map((line) => printable(line.replaceAll('\t', '        '), 1000)));
    if (length > shownAtMost)
      this.#output.print(
        [say`… ${grouped(length - shownAtMost)} more octets; use "get REMOTE LOCAL" to save the file.`],
        'hint',
      );
    return status;
  }
}

function isTerminal(stream: Writable): boolean {
  return 'isTTY' in stream && stream.isTTY === true;
}

// Controls other than those of text (backspace, tab, line ends): a terminal could obey them.
// eslint-disable-next-line no-control-regex -- controls are what is looked for
const noText = /[\0-\x07\x0e-\x1f\x7f]/;

/** A stream in front of what a terminal shows. It fails at the first octet that is not text. */
function textOnly(shown: Writable): Writable {
  return new Writable({
    write(chunk: Buffer, _encoding, done) {
      if (!noText.test(chunk.toString('latin1'))) shown.write(chunk, done);
      else done(new FileError('not-text', 'Binary file not written to the terminal'));
    },
  });
}

// The file of a capture that was read, opened again at any place of it.
// Rule: the places of an index hold for the file that was read. A file that changed is refused; one that grew is not.
import type { Source } from '../../files/file.ts';
import { openLocal } from '../../files/local/user-file.ts';
import { problem } from '../../files/problem.ts';
import { unpack } from '../../files/streams/unpack.ts';
import { octetsText } from '../../trace/text/quantities.ts';

const again = 'open it again';

export class ReadFile {
  readonly #path: string;
  readonly #open: typeof openLocal;
  #size: number | undefined;
  #identity: string | undefined;
  /** Its octets come unpacked: what lies before a place has to be unpacked again. */
  isPacked = false;

  constructor(path: string, open = openLocal) {
    this.#path = path;
    this.#open = open;
  }

  /** What is read now is the file from now on. */
  knows({ size, shared }: Source): void {
    this.#size = size;
    this.#identity = shared?.identity;
  }

  /** The file from its beginning. Rejects with FileError, also where it is not what was read before. */
  async open(): Promise<Source> {
    const source = await this.#open(this.#path, { growing: true });
    try {
      this.#assertSame(source);
    } catch (error) {
      await source.close();
      throw error;
    }
    return source;
  }

  /** The octets of the capture, unpacked, after the first `offset`. Rejects as {@link ReadFile.open}. */
  async openAt(offset: number): Promise<Source> {
    const source = await this.open();
    if (this.isPacked) return after(unpack(source), offset);
    const { shared, size } = source;
    if (shared === undefined) return after(source, offset);
    let at = offset;
    return {
      size,
      read: async (into) => {
        const length = await shared.readAt(into, at);
        at += length;
        return length;
      },
      close: () => source.close(),
    };
  }

  #assertSame({ size, shared }: Source): void {
    const [known, now] = [this.#size, size];
    if (known === undefined || now === undefined || now > known) return;
    if (now < known)
      throw problem(
        'changed',
        `The capture is shorter than when it was read (${octetsText(now)} of ${octetsText(known)} are left): ${again}`,
      );
    if (this.#identity !== undefined && shared?.identity !== this.#identity)
      throw problem('changed', `The capture has changed since it was read: ${again}`);
  }
}

/** The source without its first `count` octets. */
async function after(source: Source, count: number): Promise<Source> {
  const piece = new Uint8Array(256 * 1024);
  for (let left = count; left > 0;) {
    const length = await source.read(piece.subarray(0, Math.min(left, piece.length)));
    if (length === 0) break;
    left -= length;
  }
  return source;
}

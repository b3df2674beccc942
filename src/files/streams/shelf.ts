// Octets of a file that arrived before their turn: in a temporary file without a name, each at its own offset.
// Rule: the file has no name, so the system frees it when the process ends, at the latest.
import type { FileHandle } from 'node:fs/promises';
import { openUnnamed } from '../cache/unnamed-file.ts';
import { problem, problemFrom } from '../problem.ts';

export class Shelf {
  readonly #directory: string;
  #handle: Promise<FileHandle> | undefined;

  /** `directory`: where the octets are, once there are some. */
  constructor(directory: string) {
    this.#directory = directory;
  }

  /** Rejects with FileError. */
  async put(at: number, octets: Uint8Array): Promise<void> {
    try {
      this.#handle ??= openUnnamed(this.#directory);
      const handle = await this.#handle;
      for (let done = 0; done < octets.length;)
        done += (await handle.write(octets, done, octets.length - done, at + done)).bytesWritten;
    } catch (error) {
      throw problemFrom(error);
    }
  }

  /** What was put there. Rejects with FileError. */
  async take(at: number, length: number): Promise<Uint8Array> {
    try {
      const octets = new Uint8Array(length);
      const handle = await this.#handle;
      for (let done = 0; done < length;) {
        const { bytesRead } = (await handle?.read(octets, done, length - done, at + done)) ?? {
          bytesRead: 0,
        };
        if (bytesRead === 0) throw problem('io');
        done += bytesRead;
      }
      return octets;
    } catch (error) {
      throw problemFrom(error);
    }
  }

  /** Frees the octets. Never rejects. */
  async close(): Promise<void> {
    const handle = await this.#handle?.catch(() => undefined);
    await handle?.close().catch(() => undefined);
  }
}

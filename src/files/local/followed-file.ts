// A regular file that somebody else goes on writing: at its end it is waited for more.
// Rule: it is read where it was opened; a file of the same name that takes its place is another file.
import { open } from 'node:fs/promises';
import type { Source } from '../file.ts';
import { problem, problemFrom } from '../problem.ts';
import { readFlags } from '../disk/source.ts';

/** Opens a file to follow; `wait` is called at its end, again and again, until it is closed. Rejects with FileError. */
export async function followFile(path: string, wait: () => Promise<void>): Promise<Source> {
  const handle = await open(path, readFlags).catch((error: unknown) => {
    throw problemFrom(error);
  });
  const stats = await handle.stat();
  if (!stats.isFile()) {
    await handle.close();
    throw problem(stats.isDirectory() ? 'is-directory' : 'not-regular');
  }
  let offset = 0;
  let isClosed = false;
  return {
    size: undefined,
    async read(into) {
      while (!isClosed) {
        const { bytesRead } = await handle.read(into, 0, into.length, offset).catch((error: unknown) => {
          throw problemFrom(error);
        });
        offset += bytesRead;
        if (bytesRead > 0) return bytesRead;
        await wait();
      }
      return 0;
    },
    async close() {
      isClosed = true;
      await handle.close().catch(() => undefined); // nothing was written: nothing can be lost
    },
  };
}

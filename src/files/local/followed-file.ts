// A regular file that another program is still writing: at its end we wait for more.
// Rule: we read the file that was opened. A file that replaces it under the same name is another file.
import { open } from 'node:fs/promises';
import type { Source } from '../file.ts';
import { problem, problemFrom } from '../problem.ts';
import { diskPath } from '../disk/path.ts';
import { readFlags } from '../disk/source.ts';

/** Opens a file to follow. At its end `wait` is called again and again, until the source is closed. Rejects with FileError. */
export async function followFile(path: string, wait: () => Promise<void>): Promise<Source> {
  const handle = await open(diskPath(path), readFlags).catch((error: unknown) => {
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
      await handle.close().catch(() => undefined); // Nothing was written, so nothing can be lost.
    },
  };
}

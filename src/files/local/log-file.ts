// A file of lines that only grows, such as the log of a server. Another program may rename it: reopen then starts a new one.
// Rule: writing never waits. Lines that a slow disk has no room for are counted, and the count is a line itself.
import { constants } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import { problem, problemFrom } from '../problem.ts';
import { diskPath } from '../disk/path.ts';

const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_APPEND | (constants.O_NONBLOCK || 0);
/** The owner and the group may read it: it has names of files and addresses of clients. */
const mode = 0o640;
/** Characters that may wait for the disk. */
const mostWaiting = 1 << 20;

async function openAppending(path: string): Promise<FileHandle> {
  try {
    const handle = await open(diskPath(path), flags, mode);
    if ((await handle.stat()).isFile()) return handle;
    await handle.close();
    throw problem('not-regular');
  } catch (error) {
    throw problemFrom(error);
  }
}

export class LogFile {
  readonly path: string;
  #handle: FileHandle;
  #waiting = '';
  #left = 0;
  #writing: Promise<void> | undefined;
  /** Settles when no opening is under way. */
  #reopened: Promise<void> = Promise.resolve();
  #hasFailed = false;
  /** Called with a FileError when lines are lost; again only after a write that succeeded. */
  failed: (error: Error) => void = () => undefined;

  private constructor(path: string, handle: FileHandle) {
    this.path = path;
    this.#handle = handle;
  }

  /** Opens `path` to append to it, and creates it where it is missing. Rejects with FileError. */
  static async open(path: string): Promise<LogFile> {
    return new LogFile(path, await openAppending(path));
  }

  /** Appends one line. */
  write(line: string): void {
    if (this.#waiting.length > mostWaiting) this.#left += 1;
    else this.#waiting += `${line}\n`;
    this.#writing ??= this.#write();
  }

  /** Opens the path again, because the file was renamed. On failure the old file is kept. Rejects with FileError. */
  reopen(): Promise<void> {
    const done = this.#reopened.then(() => this.#reopen());
    this.#reopened = done.catch(() => undefined);
    return done;
  }

  async #reopen(): Promise<void> {
    const fresh = await openAppending(this.path);
    await this.#writing;
    const old = this.#handle;
    this.#handle = fresh;
    await old.close().catch(() => undefined);
  }

  /** Writes what waits, then closes the file. */
  async close(): Promise<void> {
    await this.#reopened;
    while (this.#writing !== undefined) await this.#writing;
    await this.#handle.close().catch(() => undefined);
  }

  async #write(): Promise<void> {
    // The lines of one turn are written together.
    await Promise.resolve();
    while (this.#waiting !== '') {
      const left = this.#left === 0 ? '' : `… ${this.#left} lines left out: the disk was too slow\n`;
      const text = this.#waiting + left;
      this.#waiting = '';
      this.#left = 0;
      try {
        await this.#handle.appendFile(text);
        this.#hasFailed = false;
      } catch (error) {
        if (!this.#hasFailed) this.failed(problemFrom(error));
        this.#hasFailed = true;
      }
    }
    this.#writing = undefined;
  }
}

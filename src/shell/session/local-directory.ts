// The local directory of the session, and the paths that users write: relative to it, or with ~ for home.
import { isAbsolute, join, resolve } from 'node:path';

export class LocalDirectory {
  readonly home: string | undefined;
  #path: string;

  /** @param path is absolute. */
  constructor(path: string, home: string | undefined) {
    this.#path = path;
    this.home = home;
  }

  /** Absolute. */
  get path(): string {
    return this.#path;
  }

  /** @param path is absolute. */
  change(path: string): void {
    this.#path = path;
  }

  /** The absolute path that `text` means. */
  resolve(text: string): string {
    if (this.home !== undefined && /^~(?=\/|$)/.test(text)) return join(this.home, text.slice(1));
    return isAbsolute(text) ? text : resolve(this.#path, text);
  }
}

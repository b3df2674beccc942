// Single files that our server offers, and their names: added and dropped while it runs. Imports files (types).
import { platform } from 'node:os';
import { componentsOf } from '../../files/offerings/name.ts';
import type { OfferedFiles } from '../../files/offerings/named-files.ts';
import { join, printable, say } from '../../wire/text.ts';
import type { Printable } from '../../wire/text.ts';
import { counted } from '../../trace/text/quantities.ts';

/** Names that are told one by one. */
const told = 3;

export class OfferedNames {
  readonly #offered: OfferedFiles;
  readonly #names = new Set<string>();

  constructor(offered: OfferedFiles) {
    this.#offered = offered;
  }

  get names(): readonly string[] {
    return [...this.#names];
  }

  /** What is offered, in words. */
  get text(): Printable {
    if (this.#names.size === 0) return say`nothing`;
    if (this.#names.size > told) return counted(this.#names.size, 'file');
    return join(
      this.names.map((name) => printable(name)),
      say`, `,
    );
  }

  has(name: string): boolean {
    return this.#names.has(plain(name));
  }

  /** Rejects with FileError if the name or the file is refused. */
  async add(name: string, path: string): Promise<void> {
    await this.#offered.add(name, path);
    this.#names.add(componentsOf(name, platform()).join('/'));
  }

  /** @returns false where nothing had that name. */
  drop(name: string): boolean {
    return this.#names.delete(plain(name)) && this.#offered.drop(name);
  }
}

/** As names are compared; one that is refused everywhere is nobody's. */
function plain(name: string): string {
  try {
    return componentsOf(name, platform()).join('/');
  } catch {
    return '';
  }
}

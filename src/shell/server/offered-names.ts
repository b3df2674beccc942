// The names of single files that our server offers; files are added and dropped while it runs.
import { platform } from 'node:os';
import { componentsOf } from '../../files/offerings/name.ts';
import type { OfferedFiles } from '../../files/offerings/named-files.ts';
import { join, printable, say } from '../../wire/text.ts';
import type { Printable } from '../../wire/text.ts';
import { counted } from '../../trace/text/quantities.ts';

/** Up to this number the names are listed, above it only counted. */
const mostNamed = 3;

export class OfferedNames {
  readonly #offered: OfferedFiles;
  readonly #names = new Set<string>();

  constructor(offered: OfferedFiles) {
    this.#offered = offered;
  }

  get names(): readonly string[] {
    return [...this.#names];
  }

  /** What is offered, as text. */
  get text(): Printable {
    if (this.#names.size === 0) return say`nothing`;
    if (this.#names.size > mostNamed) return counted(this.#names.size, 'file');
    return join(
      this.names.map((name) => printable(name)),
      say`, `,
    );
  }

  has(name: string): boolean {
    return this.#names.has(normalised(name));
  }

  /** Adds the file at `path` under that name. Rejects with FileError if the name or the file is refused. */
  async add(name: string, path: string): Promise<void> {
    await this.#offered.add(name, path);
    this.#names.add(componentsOf(name, platform()).join('/'));
  }

  /** @returns false where no file had that name. */
  drop(name: string): boolean {
    return this.#names.delete(normalised(name)) && this.#offered.drop(name);
  }
}

/** The form in which names are compared; empty, and so unlike all others, where the name is not allowed. */
function normalised(name: string): string {
  try {
    return componentsOf(name, platform()).join('/');
  } catch {
    return '';
  }
}

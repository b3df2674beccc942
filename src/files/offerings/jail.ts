// A directory offered to a server: nothing outside it is ever opened, read, created or renamed.
// Rule: names are judged before the disk is touched, and what is then opened is judged again by its descriptor.
import { platform as systemPlatform } from 'node:os';
import type { OfferedFile, Offering, EntryVisitor, Sink, Source } from '../file.ts';
import { actualCase } from './caseless.ts';
import { listFiles, visitDirectory, reapStale } from './listing.ts';
import { componentsOf } from './name.ts';
import { problem, problemFrom } from '../problem.ts';
import { publishedMode } from '../disk/publish.ts';
import { assertRoom, createPart, existing, type PartSink } from '../disk/sink.ts';
import { openIn } from '../disk/source.ts';
import { openTree, resolveInside, type HeldDirectory, type Tree } from '../disk/walk.ts';

/** What may be done in an offered directory. */
export interface JailOptions {
  /** New files may be created; false. */
  readonly write?: boolean;
  /** Existing files may be replaced; false. A switch of its own: without `write` nothing new appears. */
  readonly overwrite?: boolean;
  /** Missing directories are made for a new file (and stay if it then fails); false. */
  readonly mkdir?: boolean;
  /** A published file survives a power loss: file and directory are synced; true. */
  readonly durable?: boolean;
  /** `refuse`: no link is followed. `inside`: links that lead to a place below the root are. Default `refuse`. */
  readonly links?: 'refuse' | 'inside';
  /** A name that is not there may mean the only one that differs in case alone; false. */
  readonly caseless?: boolean;
  /** Files may grow while they are sent, as logs do: the octets up to the size at opening are sent. Default false. */
  readonly growing?: boolean;
  /** Octets of the disk that uploads leave free; 64 MiB. */
  readonly reserve?: number;
  /** Octets of one upload; 1 GiB. */
  readonly maxUpload?: number;
  /** Files being written at a time; 4. */
  readonly maxUploads?: number;
  /** Whose rules for names hold; this system's. `win32` anywhere keeps names portable. */
  readonly names?: string;
  /** Which way directories are walked; this system's. */
  readonly platform?: string;
}

const defaults = {
  write: false,
  overwrite: false,
  mkdir: false,
  durable: true,
  links: 'refuse',
  caseless: false,
  growing: false,
  reserve: 64 * 1024 * 1024,
  maxUpload: 1024 * 1024 * 1024,
  maxUploads: 4,
} as const;

type Rules = Required<JailOptions> & { readonly mode: number };

/** Octets announced for an upload, and the sink that takes them once it is open. */
interface Upload {
  readonly size: number;
  sink: PartSink | undefined;
}

/**
 * Offers the directory `root`, held open from now on: it stays the same one when it is renamed.
 * Where writing is allowed, stale temporary files of earlier runs are removed first.
 * Rejects with FileError `no-directory` or `denied`.
 */
export async function openJail(root: string, options: JailOptions = {}): Promise<Offering> {
  const platform = options.platform ?? systemPlatform();
  const writable = options.write === true || options.overwrite === true;
  // Only uploads have a mode to find out: a directory that is only read asks nothing of the rest of the disk.
  const mode = writable ? await publishedMode(platform).catch(fail) : 0;
  const rules = { ...defaults, names: platform, ...options, platform, mode };
  const tree = await openTree(root, platform);
  try {
    if (writable) await reapStale(tree);
  } catch (error) {
    await tree.close();
    throw problemFrom(error);
  }
  return new Jail(tree, rules);
}

function fail(error: unknown): never {
  throw problemFrom(error);
}

class Jail implements Offering {
  readonly #tree: Tree;
  readonly #rules: Rules;
  /** Uploads that run, by directory and name on disk. */
  readonly #uploads = new Map<string, Upload>();

  constructor(tree: Tree, rules: Rules) {
    this.#tree = tree;
    this.#rules = rules;
  }

  /** What is meant by a name; refused before the disk is touched. */
  async #meant(name: string): Promise<readonly string[]> {
    const components = componentsOf(name, this.#rules.names);
    return this.#rules.caseless ? actualCase(this.#tree, components) : components;
  }

  async open(name: string): Promise<Source> {
    const components = await this.#meant(name);
    const real = this.#rules.links === 'inside' ? await resolveInside(this.#tree, components) : components;
    const leaf = real.at(-1);
    if (leaf === undefined) throw problem('is-directory');
    const directory = await this.#hold(real.slice(0, -1), false).catch((error: unknown) => {
      const known = problemFrom(error);
      throw known.problem === 'no-directory' ? problem('missing', undefined, error) : known;
    });
    try {
      return await openIn(directory, leaf, this.#rules);
    } finally {
      await directory.close();
    }
  }

  async create(name: string, size: number | undefined): Promise<Sink> {
    const { write, overwrite, maxUpload } = this.#rules;
    if (!write && !overwrite) throw problem('read-only');
    const components = await this.#meant(name);
    if (size !== undefined && size > maxUpload) throw problem('too-large');
    const real = await this.#destination(components);
    const directory = await this.#hold(real.slice(0, -1), this.#rules.mkdir && write);
    try {
      return await this.#createIn(directory, real.at(-1) ?? '', size ?? 0);
    } catch (error) {
      await directory.close();
      throw problemFrom(error);
    }
  }

  /** Where a new file goes: with links allowed, where they lead; a link to nothing is never written through. */
  async #destination(components: readonly string[]): Promise<readonly string[]> {
    if (this.#rules.links === 'refuse') return components;
    try {
      const real = await resolveInside(this.#tree, components);
      if (real.length === 0) throw problem('is-directory');
      return real;
    } catch (error) {
      if (problemFrom(error).problem !== 'missing') throw error;
    }
    const parents = components.slice(0, -1);
    const real = await resolveInside(this.#tree, parents).catch((error: unknown) => {
      if (problemFrom(error).problem !== 'missing') throw error;
      return parents; // missing: made or refused by the walk, which follows no link
    });
    return [...real, ...components.slice(-1)];
  }

  async #hold(parents: readonly string[], make: boolean): Promise<HeldDirectory> {
    try {
      return await this.#tree.directory(parents, make);
    } catch (error) {
      throw problemFrom(error);
    }
  }

  async #createIn(directory: HeldDirectory, leaf: string, size: number): Promise<Sink> {
    const key = `${await directory.identity()}/${leaf}`;
    if (this.#uploads.has(key)) throw problem('busy');
    if (this.#uploads.size >= this.#rules.maxUploads) throw problem('busy', 'Too many uploads');
    // From here to the entry nothing waits: of two requests for one name only one gets past.
    const upload: Upload = { size, sink: undefined };
    this.#uploads.set(key, upload);
    const release = (): void => void this.#uploads.delete(key);
    try {
      await this.#assertMayPublish(directory, leaf);
      await assertRoom(directory, this.#promised(), this.#rules.reserve);
      const { durable, maxUpload, overwrite, reserve, mode } = this.#rules;
      const options = { durable, overwrite, reserve, mode, limit: maxUpload, release };
      upload.sink = await createPart(directory, leaf, options);
      return upload.sink;
    } catch (error) {
      release();
      throw error;
    }
  }

  /** Octets that running uploads announced and have not written yet: the disk must hold them all. */
  #promised(): number {
    let sum = 0;
    for (const { size, sink } of this.#uploads.values()) sum += Math.max(0, size - (sink?.written ?? 0));
    return sum;
  }

  /** Told before the data, not after; publishing without overwrite asks the disk again. */
  async #assertMayPublish(directory: HeldDirectory, leaf: string): Promise<void> {
    const there = await existing(directory.at(leaf));
    if (there === undefined) {
      if (!this.#rules.write) throw problem('read-only');
      return;
    }
    if (there.isDirectory()) throw problem('is-directory');
    if (there.isSymbolicLink()) throw problem('denied');
    if (!there.isFile()) throw problem('not-regular');
    if (!this.#rules.overwrite) throw problem('exists');
  }

  list(limit: number): Promise<readonly OfferedFile[]> {
    return listFiles(this.#tree, limit, this.#rules.names);
  }

  visitDirectory(directory: string, see: EntryVisitor): Promise<void> {
    return visitDirectory(this.#tree, directory, { platform: this.#rules.names, see });
  }

  async close(): Promise<void> {
    await this.#tree.close();
  }
}

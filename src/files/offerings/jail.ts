// A directory that a server offers: nothing outside it is ever opened, read, created or renamed.
// Rule: a name is checked before the disk is touched, and the opened file is checked again by its descriptor.
import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import { platform as systemPlatform } from 'node:os';
import { join } from 'node:path';
import type {
  EntryVisitor,
  FileError,
  OfferedFile,
  OfferedPlace,
  Offering,
  OfferingClient,
  Sink,
  Source,
} from '../file.ts';
import { CaselessNames } from './caseless.ts';
import { Copies } from './copies.ts';
import { listFiles, visitDirectory, reapStale } from './listing.ts';
import { assertCreatable, componentsOf } from './name.ts';
import { problem, problemFrom, stillCopied } from '../problem.ts';
import { deepestOf, type Deepest } from '../disk/new-directories.ts';
import { existing, publishedMode } from '../disk/publish.ts';
import { assertRoom, type Reserve } from '../disk/room.ts';
import { createPart, type PartSink } from '../disk/sink.ts';
import { openIn } from '../disk/source.ts';
import { openTree, resolveInside, type HeldDirectory, type Tree } from '../disk/walk.ts';

/** What may be done in an offered directory. */
export interface JailOptions {
  /** Clients may create new files. Default: false. */
  readonly write?: boolean;
  /** Clients may replace existing files. Without `write` they cannot create new ones. Default: false. */
  readonly overwrite?: boolean;
  /**
   * Missing directories are created when a new file is published: at most 16 for one file and 10,000 in all. Without
   * `write` it does nothing. Default: false.
   */
  readonly mkdir?: boolean;
  /** File and directory are synced, so that a published file survives a power loss. Default: true. */
  readonly durable?: boolean;
  /** `refuse` follows no link. `inside` follows links that lead to a place below the root. Default: `refuse`. */
  readonly links?: 'refuse' | 'inside';
  /** A missing name may mean the only entry that differs in case alone. Default: false. */
  readonly caseless?: boolean;
  /** Milliseconds of the clock that dates files: `caseless` remembers directories that do not change, new files are known. */
  readonly now?: () => number;
  /** Files may grow while they are sent, as logs do: the octets up to the size at opening are sent. Default false. */
  readonly growing?: boolean;
  /** Only files that every user of this machine may read are sent. Default: false. */
  readonly secure?: boolean;
  /** Permissions that new files do not get, such as 0o027. Default: those of the process. */
  readonly umask?: number;
  /** Octets of the disk that uploads leave free; some inodes stay free as well. 0: neither. Default: `standard`. */
  readonly reserve?: Reserve;
  /** Octets of one upload at most. Default: 1 GiB. */
  readonly maxUpload?: number;
  /** Files being written at a time; 64. The limit of the server is lower. */
  readonly maxUploads?: number;
  /** The platform whose rules for names hold. `win32` keeps names portable on any system. Default: this system. */
  readonly names?: string;
  /** The platform that decides how directories are walked. Default: this system. */
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
  secure: false,
  reserve: 'standard',
  maxUpload: 1024 * 1024 * 1024,
  maxUploads: 64,
} as const;

/** Directories that one new file may need. */
const mostMissing = 16;
/** Directories that are made as long as the directory is offered. */
const mostMade = 10_000;

type Rules = Required<Omit<JailOptions, 'now' | 'umask'>> &
  Pick<JailOptions, 'now'> & { readonly mode: number; readonly root: string };

/** The octets announced for an upload, and its sink; undefined while the sink is being opened. */
interface Upload {
  readonly size: number;
  /** Directories that it needs. */
  readonly missing: number;
  sink: PartSink | undefined;
}

/**
 * Offers the directory `root` and holds it open: it stays the same directory if it is renamed.
 * If clients may write, stale temporary files of earlier runs are removed first.
 * Rejects with FileError `no-directory` or `denied`.
 */
export async function openJail(root: string, options: JailOptions = {}): Promise<Offering> {
  const platform = options.platform ?? systemPlatform();
  const writable = options.write === true || options.overwrite === true;
  // Only uploads need the mode: a read-only directory touches no other part of the disk.
  const mode = writable ? await modeFor(options.umask, platform) : 0;
  const rules = { ...defaults, names: platform, ...options, platform, mode, root };
  const tree = await openTree(root, platform);
  try {
    if (writable) await reapStale(tree);
  } catch (error) {
    await tree.close();
    throw problemFrom(error);
  }
  return new Jail(tree, rules);
}

async function modeFor(umask: number | undefined, platform: string): Promise<number> {
  if (umask !== undefined) return 0o666 & ~umask;
  return publishedMode(platform).catch((error: unknown) => {
    throw problemFrom(error);
  });
}

class Jail implements Offering {
  readonly #tree: Tree;
  readonly #rules: Rules;
  /** Running uploads by the directory and name on disk. */
  readonly #uploads = new Map<string, Upload>();
  /** Directories that were made for published files. */
  #made = 0;

  readonly #caseless: CaselessNames;
  readonly #copies: Copies;

  constructor(tree: Tree, rules: Rules) {
    this.#tree = tree;
    this.#caseless = new CaselessNames(tree, rules.now);
    this.#copies = new Copies(rules.now);
    this.#rules = rules;
  }

  /** The entry that a name means. A bad name is refused before the disk is touched. */
  async #meant(name: string): Promise<readonly string[]> {
    const components = componentsOf(name, this.#rules.names);
    return this.#rules.caseless ? this.#caseless.actual(components) : components;
  }

  async open(name: string): Promise<Source> {
    const components = await this.#meant(name);
    const real = this.#rules.links === 'inside' ? await resolveInside(this.#tree, components) : components;
    const leaf = real.at(-1);
    if (leaf === undefined) throw problem('is-directory');
    const directory = await this.#tree.directory(real.slice(0, -1)).catch((error: unknown) => {
      const known = problemFrom(error);
      throw known.problem === 'no-directory' ? problem('missing', undefined, error) : known;
    });
    try {
      const { growing, secure, root, now } = this.#rules;
      const path = join(root, ...real);
      return await openIn(directory, leaf, { growing, secure, path, ...(now !== undefined && { now }) });
    } catch (error) {
      throw await this.#whyMissing(problemFrom(error), directory, leaf);
    } finally {
      await directory.close();
    }
  }

  /** `error`, or that the missing file is still being copied or uploaded. */
  async #whyMissing(error: FileError, directory: HeldDirectory, leaf: string): Promise<FileError> {
    if (error.problem !== 'missing') return error;
    if (this.#uploads.size > 0 && this.#uploads.has(`${await directory.identity()}/${leaf}`))
      return stillCopied('missing', 'upload');
    return (await this.#copies.has(directory, leaf)) ? stillCopied('missing', 'temporary') : error;
  }

  async create(name: string, size: number | undefined, by?: OfferingClient): Promise<Sink> {
    const { write, overwrite, maxUpload } = this.#rules;
    if (!write && !overwrite) throw problem('read-only');
    const components = await this.#meant(name);
    assertCreatable(components);
    if (size !== undefined && size > maxUpload) throw problem('too-large');
    const real = await this.#destination(components);
    const { directory, missing } = await this.#hold(real.slice(0, -1));
    try {
      by?.signal?.throwIfAborted();
      return await this.#createIn(directory, [...missing, real.at(-1) ?? ''], size ?? 0, real);
    } catch (error) {
      await directory.close();
      throw problemFrom(error);
    }
  }

  /** Where a new file goes. If links are allowed they are followed, but never a link whose target is missing. */
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
      return parents; // Missing: the walk creates or refuses it, and follows no link.
    });
    return [...real, ...components.slice(-1)];
  }

  /** Where an upload is written: the deepest directory that exists, and the ones to be made below it. */
  async #hold(parents: readonly string[]): Promise<Deepest> {
    try {
      if (this.#rules.mkdir && this.#rules.write) return await deepestOf(this.#tree, parents);
      return { directory: await this.#tree.directory(parents), missing: [] };
    } catch (error) {
      throw problemFrom(error);
    }
  }

  /** `below`: the names of missing directories, then the name of the file. `real`: all names from the root. */
  async #createIn(
    directory: HeldDirectory,
    below: readonly string[],
    size: number,
    real: readonly string[],
  ): Promise<Sink> {
    const missing = below.slice(0, -1);
    const leaf = below.at(-1) ?? '';
    const key = [await directory.identity(), ...below].join('/');
    if (this.#uploads.has(key)) throw problem('busy');
    if (this.#uploads.size >= this.#rules.maxUploads) throw problem('exhausted', 'Too many uploads');
    if (missing.length > mostMissing) throw problem('denied', 'Too many new directories');
    // From here to the entry nothing waits: of two requests for one name only one gets past.
    const upload: Upload = { size, missing: missing.length, sink: undefined };
    this.#uploads.set(key, upload);
    const release = (isPublished: boolean): void => {
      this.#uploads.delete(key);
      if (isPublished) this.#made += missing.length;
    };
    try {
      if (missing.length === 0) await this.#assertMayPublish(directory, leaf);
      await this.#assertRoom(directory, upload);
      const { durable, maxUpload, overwrite, reserve, mode } = this.#rules;
      const options = {
        durable,
        overwrite,
        reserve,
        mode,
        missing,
        limit: maxUpload,
        release,
        path: join(this.#rules.root, ...real),
      };
      upload.sink = await createPart(directory, leaf, options);
      return upload.sink;
    } catch (error) {
      release(false);
      throw error;
    }
  }

  /** The disk needs room for all that running uploads announced and did not write yet, and for all new names. */
  async #assertRoom(directory: HeldDirectory, upload: Upload): Promise<void> {
    let octets = 0;
    let files = 0;
    let directories = 0;
    for (const { size, missing, sink } of this.#uploads.values()) {
      octets += Math.max(0, size - (sink?.written ?? 0));
      if (sink === undefined) files += 1;
      directories += missing;
    }
    if (upload.missing > 0 && this.#made + directories > mostMade) throw problem('full');
    await assertRoom(directory, { octets, entries: files + directories }, this.#rules.reserve);
  }

  /** Refuses before the data arrives. Publishing without `overwrite` checks the disk again. */
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

  async withPlaces(use: (places: readonly OfferedPlace[]) => Promise<void>): Promise<void> {
    const directory = await this.#tree.directory([]);
    const isWritten = this.#rules.write || this.#rules.overwrite;
    try {
      await use([{ path: directory.at('.').toString(), isWritten }]);
    } finally {
      await directory.close();
    }
  }

  async assertUsable(): Promise<void> {
    const directory = await this.#tree.directory([]);
    const may = (right: number, message: string): Promise<void> =>
      access(directory.at('.'), right).catch((error: unknown) => {
        throw problem('denied', message, error);
      });
    try {
      await may(constants.R_OK | constants.X_OK, 'read the directory');
      if (this.#rules.write || this.#rules.overwrite) await may(constants.W_OK, 'write to the directory');
    } finally {
      await directory.close();
    }
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

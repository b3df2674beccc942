// Compiles a script with what V8 kept of an earlier compilation: its code cache. A cache is never needed, and one that is
// missing, damaged, foreign or of another V8 is ignored. Rule: a cache is code, so it is read from the script's own folder
// or from a folder and file that belong to this user and that nobody else may read or write.
import {
  closeSync,
  constants,
  existsSync,
  fstatSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
  type Stats,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { Script } from 'node:vm';
import { crc32 } from 'node:zlib';

/** Where the user's caches are. */
export interface CodeCacheOptions {
  /** The user's folder for caches; undefined: only the cache beside the script is read. */
  readonly folder: string | undefined;
  /** The user. */
  readonly uid: number;
  /** What V8 compiles differently for: its version and its flags. Each variant has a cache of its own. */
  readonly variant: string;
}

/** A script that was compiled. */
export interface Compiled {
  /** What the script evaluates to. */
  readonly value: unknown;
  /**
   * Writes a cache of everything compiled so far to the user's folder; undefined where a cache was used. Failures are
   * ignored.
   */
  readonly save: (() => void) | undefined;
}

/** Octets of the checksum after the cache. V8 itself does not notice a damaged octet. */
const checksumLength = 4;
/** The user's folder is emptied when it holds that many caches: each release and each set of flags adds some. */
const mostCaches = 16;

/** Compiles and evaluates the ASCII script at `path`, whose cache beside it is `path` + `.cache`. */
export function runCached(path: string, { folder, uid, variant }: CodeCacheOptions): Compiled {
  const source = readFileSync(path);
  const seed = crc32(source);
  const own = `${basename(path)}-${crc32(variant, seed).toString(16)}.cache`;
  const cachedData =
    (folder === undefined ? undefined : checked(readOwn(folder, own, uid), seed)) ??
    checked(readShipped(`${path}.cache`), seed);
  const script = new Script(source.toString('latin1'), {
    // No path: the cache keeps the name, and V8 shows it in stacks.
    filename: basename(path),
    ...(cachedData !== undefined && { cachedData }),
  });
  const used = cachedData !== undefined && script.cachedDataRejected === false;
  const save = (): void => {
    if (folder !== undefined) writeOwn(folder, own, uid, () => withChecksum(script.createCachedData(), seed));
  };
  return { value: script.runInThisContext(), save: used ? undefined : save };
}

/** The octets before the checksum, where the checksum is that of the source and these octets. */
function checked(file: Buffer | undefined, seed: number): Buffer | undefined {
  if (file === undefined || file.length <= checksumLength) return undefined;
  const cache = file.subarray(0, -checksumLength);
  return crc32(cache, seed) === file.readUInt32LE(cache.length) ? cache : undefined;
}

function withChecksum(cache: Buffer, seed: number): Buffer {
  const checksum = Buffer.alloc(checksumLength);
  checksum.writeUInt32LE(crc32(cache, seed));
  return Buffer.concat([cache, checksum]);
}

function readShipped(path: string): Buffer | undefined {
  try {
    return readFileSync(path);
  } catch {
    return undefined;
  }
}

function readOwn(folder: string, name: string, uid: number): Buffer | undefined {
  let file: number | undefined;
  try {
    file = openSync(join(folder, name), constants.O_RDONLY | constants.O_NOFOLLOW);
    if (!isPrivate(fstatSync(file), uid) || !isPrivateFolder(folder, uid)) return undefined;
    return readFileSync(file);
  } catch {
    return undefined;
  } finally {
    if (file !== undefined) closeSync(file);
  }
}

// Not by `recursive`: where a file system such as /proc says ENOENT for a new name, Node tries for ever.
function makeFolder(folder: string): void {
  if (existsSync(folder)) return;
  makeFolder(dirname(folder));
  mkdirSync(folder, 0o700);
}

/** Replaces the cache as a whole: another process may be reading it. */
function writeOwn(folder: string, name: string, uid: number, cache: () => Buffer): void {
  let part: string | undefined;
  try {
    makeFolder(folder);
    if (!isPrivateFolder(folder, uid)) return;
    const others = readdirSync(folder);
    if (others.length >= mostCaches)
      for (const other of others) rmSync(join(folder, other), { recursive: true, force: true });
    part = join(mkdtempSync(join(folder, 'new-')), name);
    writeFileSync(part, cache(), { mode: 0o600 });
    renameSync(part, join(folder, name));
  } catch {
    // The next run tries again.
  } finally {
    if (part !== undefined) rmSync(dirname(part), { recursive: true, force: true });
  }
}

function isPrivateFolder(folder: string, uid: number): boolean {
  const stats = lstatSync(folder);
  return stats.isDirectory() && isPrivate(stats, uid);
}

function isPrivate({ uid, mode }: Stats, user: number): boolean {
  return uid === user && (mode & 0o077) === 0;
}

// Temporary directories and small helpers for the tests of files/. Nothing here knows the code under test but its types.
import { mkdtempSync, readdirSync, readlinkSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect } from 'vitest';
import type { FileProblem, Sink, Source } from '../../src/files/file.ts';
import { FileError } from '../../src/files/file.ts';

/**
 * A function that makes directories which vanish after each test. Then nothing in them may be open any more, unless
 * `isServed`: a stage that closes its server later holds them.
 */
export function temporaryDirectories({ isServed = false } = {}): () => string {
  const made: string[] = [];
  afterEach(() => {
    const paths = made.splice(0);
    const open = process.platform === 'linux' && !isServed ? paths.map(openDescriptors) : [];
    for (const path of paths) rmSync(path, { recursive: true, force: true });
    expect(open.filter((count) => count > 0)).toEqual([]);
  });
  return () => {
    const path = mkdtempSync(join(tmpdir(), 'tftpsh-test-'));
    made.push(path);
    return path;
  };
}

/** The whole source, read in pieces of `piece` octets, and closed. */
export async function readAll(source: Source, piece = 7): Promise<Buffer> {
  const parts: Buffer[] = [];
  try {
    for (;;) {
      const into = new Uint8Array(piece);
      const got = await source.read(into);
      if (got === 0) return Buffer.concat(parts);
      parts.push(Buffer.from(into.subarray(0, got)));
    }
  } finally {
    await source.close();
  }
}

export async function store(sink: Sink, text: string | Uint8Array): Promise<void> {
  await sink.write([Buffer.from(text as string)]);
  await sink.publish();
}

/** The problem that `work` rejects with; the test fails where it does not, or with anything but a FileError. */
export async function problemOf(work: Promise<unknown>): Promise<FileProblem> {
  return (await errorOf(work)).problem;
}

export async function errorOf(work: Promise<unknown>): Promise<FileError> {
  const error: unknown = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (error instanceof FileError) return error;
  throw new Error('expected a FileError', { cause: error });
}

/** How many descriptors of this process lead to `root` or below it. */
export function openDescriptors(root: string): number {
  return readdirSync('/proc/self/fd').filter((fd) => {
    try {
      return readlinkSync(`/proc/self/fd/${fd}`).startsWith(root);
    } catch {
      return false; // the one that read the list
    }
  }).length;
}

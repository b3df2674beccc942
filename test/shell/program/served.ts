// Our server in a process of its own for the tests of one file, and an empty directory for each of them.
import type { ChildProcessWithoutNullStreams } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach } from 'vitest';
import { ended, startServer } from '../../support/cli.ts';

/** What the tests of a file find: it is there once a test runs. */
export interface Served {
  /** The port of the server on 127.0.0.1. */
  readonly port: number;
  /** An empty directory, a new one for each test. */
  readonly work: string;
}

/** Serves `files`, by name. `flags` of `serve`. */
export function served(
  files: Readonly<Record<string, string | Uint8Array>>,
  flags: readonly string[] = [],
): Served {
  const rig = { port: 0, work: '' };
  let root = '';
  let server: ChildProcessWithoutNullStreams;
  beforeAll(async () => {
    root = await mkdtemp(join(tmpdir(), 'tftpsh-test-'));
    for (const [name, octets] of Object.entries(files)) await writeFile(join(root, name), octets);
    ({ port: rig.port, child: server } = await startServer(['.', ...flags], root));
  });
  beforeEach(async () => {
    rig.work = await mkdtemp(join(root, 'work-'));
  });
  afterAll(async () => {
    server.kill('SIGTERM');
    await ended(server);
    await rm(root, { recursive: true });
  });
  return rig;
}

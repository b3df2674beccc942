// The demonstration (--demo): our server with sample files on loopback, a get and a put with the trace on, then a
// comparison of hashes. The rule: it writes only into a temporary directory.
import { join } from 'node:path';
import { createDigest } from '../../files/streams/digest.ts';
import { openLocal } from '../../files/local/user-file.ts';
import { makeTemporaryDirectory, removeTree } from '../../files/local/directories.ts';
import { writeText } from '../../files/local/small-files.ts';
import { FileError } from '../../files/file.ts';
import { noTemporary } from '../../files/problem.ts';
import { memoryOffering } from '../../files/offerings/named-files.ts';
import { printable, say } from '../../wire/text.ts';
import { exitStatus } from '../report/exit-status.ts';
import type { ShellContext } from '../session/context.ts';

/** What the demonstration needs of the shell. */
export type DemoContext = Pick<ShellContext, 'directory' | 'output' | 'scripts' | 'server' | 'settings'>;

/** Runs the demonstration. Resolves with the exit status. The server and the trace stay on for a shell that follows. */
export async function runDemo(shell: DemoContext): Promise<number> {
  const before = shell.directory.path;
  let directory: string | undefined;
  try {
    directory = await makeTemporaryDirectory();
    shell.directory.change(directory);
    return await demonstrate(shell, directory);
  } catch (error) {
    if (!(error instanceof FileError)) throw error;
    return shell.output.fail(noTemporary(error), { verb: 'demo', name: say`` });
  } finally {
    shell.directory.change(before);
    if (directory !== undefined) await removeTree(directory).catch(() => undefined);
  }
}

async function demonstrate(shell: DemoContext, directory: string): Promise<number> {
  const files = sampleFiles();
  shell.output.print([
    printable('Starting a server on a free port of this machine, with sample files in memory:'),
  ]);
  const [own] = await shell.server.start({
    offering: memoryOffering(files, { write: true }),
    settings: { port: 0 },
    root: say`sample files`,
    writable: true,
  });
  if (own === undefined) return exitStatus.bug;
  shell.settings.set('hash', true);
  // Small blocks: on loopback one block would hold a whole sample.
  shell.settings.set('blksize', 1024);
  shell.settings.set('windowsize', 4);
  shell.settings.set('trace', 'on');
  await writeText(join(directory, 'notes.txt'), 'Sent by the demonstration of tftpsh.\n'.repeat(40));
  const lines = [`connect ${own.address} ${own.port}`, 'get boot.cfg', 'put notes.txt', 'ls'];
  for (const line of lines) {
    shell.output.echo(line);
    const status = await shell.scripts.runLine(line);
    if (status !== 0) return status;
  }
  shell.settings.set('blksize', undefined);
  shell.settings.set('windowsize', undefined);
  shell.settings.set('hash', undefined);
  return compare(shell, files, {
    'boot.cfg': join(directory, 'boot.cfg'),
    'notes.txt': join(directory, 'notes.txt'),
  });
}

async function compare(
  shell: DemoContext,
  files: ReadonlyMap<string, Uint8Array>,
  paths: Readonly<Record<string, string>>,
): Promise<number> {
  for (const [name, path] of Object.entries(paths)) {
    const served = hashOf(files.get(name) ?? new Uint8Array());
    const local = hashOf(await readAll(path));
    const same = served === local;
    shell.output.print([
      say`${printable(name)}: SHA-256 ${printable(local)} ${same ? say`is the same on both sides` : say`differs from the other side`}`,
    ]);
    if (!same) return exitStatus.integrity;
  }
  return exitStatus.done;
}

function sampleFiles(): Map<string, Uint8Array> {
  const lines = Array.from({ length: 120 }, (_, i) => `label demo${i}\n  kernel vmlinuz\n`);
  return new Map([
    ['boot.cfg', Buffer.from(lines.join(''))],
    ['hello.txt', Buffer.from('Hello from the embedded server.\n')],
    ['images/blank.img', new Uint8Array(64 * 1024)],
  ]);
}

function hashOf(octets: Uint8Array): string {
  const digest = createDigest();
  digest.update(octets);
  return digest.hex();
}

async function readAll(path: string): Promise<Uint8Array> {
  const source = await openLocal(path);
  const octets = new Uint8Array(source.size ?? 0);
  let length = 0;
  for (let read = -1; read !== 0 && length < octets.length; length += read)
    read = await source.read(octets.subarray(length));
  await source.close();
  return octets.subarray(0, length);
}

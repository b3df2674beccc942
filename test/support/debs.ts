// Where other people's programs are: unpacked by .ci/peers under .ci/cache/peers, or in PATH.
// Nothing is fetched or started here.
import { accessSync, constants, readdirSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** A program that can be started, with the environment that it needs. */
export interface Found {
  readonly command: string;
  readonly env: Readonly<Record<string, string>>;
}

/** With REQUIRE_PEERS=1 (as in CI) a missing peer is a failure, otherwise a skipped test. */
export const peersRequired = process.env['REQUIRE_PEERS'] === '1';

const unpacked = fileURLToPath(new URL('../../.ci/cache/peers/', import.meta.url));

/** Looks for `program` of a Debian package, first where .ci/peers puts it, then in PATH. */
export function findProgram(debianPackage: string, program: string): Found | undefined {
  const folder = join(unpacked, debianPackage);
  for (const bin of ['usr/bin', 'usr/sbin', 'bin', 'sbin']) {
    const command = join(folder, bin, program);
    if (isExecutable(command)) return { command, env: librariesIn(folder) };
  }
  for (const bin of [...(process.env['PATH'] ?? '').split(delimiter), '/usr/sbin', '/sbin'])
    if (bin !== '' && isExecutable(join(bin, program))) return { command: join(bin, program), env: {} };
  return undefined;
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

function librariesIn(folder: string): Record<string, string> {
  const paths: string[] = [];
  for (const lib of ['usr/lib', 'lib'])
    for (const name of list(join(folder, lib)))
      if (name.includes('-linux-gnu')) paths.push(join(folder, lib, name));
  return paths.length === 0 ? {} : { LD_LIBRARY_PATH: paths.join(':') };
}

function list(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

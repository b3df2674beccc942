// Where other people's programs are: unpacked by .ci/peers under .ci/cache/peers, or in PATH.
// Nothing is fetched or started here.
import { accessSync, constants, existsSync, readdirSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** A program that can be started, with the environment that it needs. */
export interface Found {
  readonly command: string;
  readonly env: Readonly<Record<string, string>>;
  /** Where its package was unpacked; undefined where it is the system's. */
  readonly folder: string | undefined;
}

/** With REQUIRE_PEERS=1 (as in CI) a missing peer is a failure, otherwise a skipped test. */
export const peersRequired = process.env['REQUIRE_PEERS'] === '1';

const unpacked = fileURLToPath(new URL('../../.ci/cache/peers/', import.meta.url));

// Chromium's folder comes first: its script in usr/bin looks for the browser in the system's folders.
const bins = ['usr/lib/chromium', 'usr/bin', 'usr/sbin', 'bin', 'sbin'];

/** Looks for `program` of a Debian package, first where .ci/peers puts it, then in PATH. */
export function findProgram(debianPackage: string, program: string): Found | undefined {
  const folder = join(unpacked, debianPackage);
  for (const bin of bins) {
    const command = join(folder, bin, program);
    if (isExecutable(command)) return { command, env: librariesIn(folder), folder };
  }
  for (const bin of (process.env['PATH'] ?? '').split(delimiter)) {
    const command = join(bin, program);
    if (bin !== '' && isExecutable(command)) return { command, env: {}, folder: undefined };
  }
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

/** Debian's folders of libraries, and those below in which some packages keep their own. */
function librariesIn(folder: string): Record<string, string> {
  const paths = ['usr/lib', 'lib']
    .flatMap((lib) => foldersIn(join(folder, lib)))
    .filter((path) => path.includes('-linux-gnu'))
    .flatMap((path) => [path, ...foldersIn(path)]);
  return paths.length === 0 ? {} : { LD_LIBRARY_PATH: paths.join(':') };
}

/** A folder of an unpacked package; undefined where it is not there. */
export function findFolder(debianPackage: string, path: string): string | undefined {
  const folder = join(unpacked, debianPackage, path);
  return existsSync(folder) ? folder : undefined;
}

/** The paths of the folders in `folder`; none where it is not there. */
export function foldersIn(folder: string): readonly string[] {
  try {
    const entries = readdirSync(folder, { withFileTypes: true });
    return entries.filter((entry) => entry.isDirectory()).map(({ name }) => join(folder, name));
  } catch {
    return [];
  }
}

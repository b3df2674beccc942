#!/usr/bin/env node
// Where the program starts. Prints the version and the help itself; for all else it runs the program, compiled
// with V8's code cache. The rule: nothing is loaded here that these two texts do not need.
import { join } from 'node:path';
import { writeNow } from './files/system/terminal.ts';
import { helpText, programFlags } from './shell/program/flags.ts';
import { cacheFolder } from './shell/program/xdg-paths.ts';
import { speaksUnicode } from './shell/settings/charset.ts';
import { toAscii } from './trace/text/ascii.ts';
import type { Printable } from './wire/text.ts';
import pkg from '../package.json' with { type: 'json' };

/** The program is a function of what it needs of a module: Node's own modules, the bundles beside it, its path. */
type Program = (
  require: (id: string) => unknown,
  load: (name: string) => Promise<unknown>,
  filename: string,
) => void;

/** The text that is asked for by `words`, if it is one of the two. */
function textFor(words: readonly string[]): string | undefined {
  const [word] = words;
  const flag = programFlags.find(({ name, short }) => word === `--${name}` || word === `-${short}`);
  if (words.length !== 1) return undefined;
  if (flag?.name === 'version') return `tftpsh ${pkg.version}\n`;
  if (flag?.name !== 'help') return undefined;
  return speaksUnicode(process.env, process.platform) ? helpText() : toAscii(helpText() as Printable);
}

/** @returns whether all of it was written. If not, the program writes it again and knows what to say. */
function print(text: string): boolean {
  try {
    return writeNow(1, text) === Buffer.byteLength(text);
  } catch {
    return false;
  }
}

async function start(): Promise<void> {
  const { runCached } = await import('./files/local/code-cache.ts');
  const { env, version, arch, execArgv } = process;
  // Windows has no permission bits to check: there the cache beside the bundle is the only one.
  const uid = process.getuid?.();
  const options = {
    folder: uid === undefined ? undefined : cacheFolder(env),
    uid: uid ?? 0,
    variant: [version, arch, env['NODE_OPTIONS'] ?? '', ...execArgv].join('\n'),
  };
  const path = join(import.meta.dirname, 'program.js');
  const { value, save } = runCached(path, options);
  if (save !== undefined) process.once('exit', save);
  (value as Program)(
    (id) => process.getBuiltinModule(id),
    (name) => import(name),
    path,
  );
}

const text = textFor(process.argv.slice(2));
if (text === undefined || !print(text)) void start();

// lcd, lpwd, lls and source: commands about local files and directories.
import { listDirectory, kindOf } from '../../files/local/directories.ts';
import { readText } from '../../files/local/small-files.ts';
import type { LocalEntry } from '../../files/local/directories.ts';
import { FileError } from '../../files/file.ts';
import { printable, say } from '../../wire/text.ts';
import type { Printable } from '../../wire/text.ts';
import { grouped } from '../../trace/text/quantities.ts';
import type { Call } from '../language/command.ts';
import type { Command, ShellContext } from '../session/context.ts';

async function lcd(call: Call, shell: ShellContext): Promise<number> {
  const [word] = call.words;
  const target = word?.text ?? shell.directory.home;
  if (target === undefined) return shell.output.misuse(call, word, say`lcd needs a directory.`);
  const path = shell.directory.resolve(target);
  const kind = await kindOf(path);
  if (kind === undefined) return shell.output.misuse(call, word, say`No such directory.`);
  if (kind !== 'directory') return shell.output.misuse(call, word, say`Not a directory.`);
  shell.directory.change(path);
  return lpwd(call, shell);
}

function lpwd(_call: Call, shell: ShellContext): number {
  shell.output.print([say`Local directory now ${printable(shell.directory.path, 1024)}`]);
  return 0;
}

async function lls(call: Call, shell: ShellContext): Promise<number> {
  const name = call.words[0]?.text ?? '.';
  const entries = await listDirectory(shell.directory.resolve(name)).catch((error: unknown) => {
    if (error instanceof FileError && error.problem === 'missing')
      throw new FileError('missing', 'no such directory');
    throw error;
  });
  const names = entries.map((entry) => printable(entry.name));
  shell.output.emit(
    { event: 'listing', directory: printable(shell.directory.resolve(name), 1024), names },
    entries.map((entry) => ({ kind: 'plain', text: entryText(entry) })),
  );
  return 0;
}

function entryText({ name, kind, size }: LocalEntry): Printable {
  const mark = kind === 'directory' ? say`/` : kind === 'link' ? say`@` : say``;
  return say`${printable((size === undefined ? '-' : grouped(size)).padStart(15))}  ${printable(name)}${mark}`;
}

/** How deeply scripts may be nested. */
const deepest = 16;
const longestScript = 1024 * 1024;

async function source(call: Call, shell: ShellContext): Promise<number> {
  const [word] = call.words;
  if (word === undefined) return shell.output.misuse(call, word, say`source needs the name of a file.`);
  if (shell.scripts.depth >= deepest)
    return shell.output.misuse(call, word, say`Scripts are nested too deeply.`);
  const text = await readText(shell.directory.resolve(word.text), longestScript);
  return shell.scripts.run({ name: printable(word.text), text });
}

export const localCommands: readonly Command[] = [
  {
    name: 'lcd',
    aliases: [],
    group: 'local',
    usage: ['[DIR]'],
    summary: 'change the local directory; without DIR, to your home directory',
    args: [{ name: 'DIR', kind: 'directory', optional: true }],
    examples: ['lcd /srv/tftp', 'lcd ..'],
    run: lcd,
  },
  {
    name: 'lpwd',
    aliases: [],
    group: 'local',
    usage: [''],
    summary: 'show the local directory',
    args: [],
    examples: ['lpwd'],
    run: lpwd,
  },
  {
    name: 'lls',
    aliases: [],
    group: 'local',
    usage: ['[DIR]'],
    summary: 'list a local directory',
    args: [{ name: 'DIR', kind: 'directory', optional: true }],
    examples: ['lls', 'lls /tmp'],
    run: lls,
  },
  {
    name: 'source',
    aliases: [],
    group: 'local',
    usage: ['FILE'],
    summary: 'run the commands in a file; stops at the first failure unless keep-going is on',
    args: [{ name: 'FILE', kind: 'local' }],
    examples: ['source lab.tftpsh'],
    run: source,
  },
];

// lcd, lpwd, lls and source: this machine's side.
import { listDirectory, kindOf, readText } from '../../files/local/small-files.ts';
import type { LocalEntry } from '../../files/local/small-files.ts';
import { FileError } from '../../files/file.ts';
import { printable, say } from '../../wire/text.ts';
import type { Printable } from '../../wire/text.ts';
import type { Call, Command } from '../language/command.ts';
import { localPath } from '../language/local-path.ts';
import { runScript } from '../session/script.ts';
import type { Session } from '../session/session.ts';
import { grouped } from '../../trace/text/quantities.ts';

async function lcd(call: Call, session: Session): Promise<number> {
  const [word] = call.words;
  const target = word?.text ?? session.deps.home;
  if (target === undefined) return session.misuse(call, word, say`lcd needs a directory.`);
  const path = localPath(session, target);
  const kind = await kindOf(path);
  if (kind === undefined) return session.misuse(call, word, say`No such directory.`);
  if (kind !== 'directory') return session.misuse(call, word, say`Not a directory.`);
  session.directory = path;
  return lpwd(call, session);
}

function lpwd(_call: Call, session: Session): number {
  session.print([say`Local directory now ${printable(session.directory, 1024)}`]);
  return 0;
}

async function lls(call: Call, session: Session): Promise<number> {
  const name = call.words[0]?.text ?? '.';
  const entries = await listDirectory(localPath(session, name)).catch((error: unknown) => {
    if (error instanceof FileError && error.problem === 'missing')
      throw new FileError('missing', 'no such directory');
    throw error;
  });
  const names = entries.map((entry) => printable(entry.name));
  session.tell(
    { event: 'listing', directory: printable(localPath(session, name), 1024), names },
    entries.map((entry) => ({ kind: 'plain', text: entryText(entry) })),
  );
  return 0;
}

function entryText({ name, kind, size }: LocalEntry): Printable {
  const mark = kind === 'directory' ? say`/` : kind === 'link' ? say`@` : say``;
  return say`${printable((size === undefined ? '-' : grouped(size)).padStart(15))}  ${printable(name)}${mark}`;
}

/** A script of a script of … ends somewhere. */
const deepest = 16;
const longestScript = 1024 * 1024;

async function source(call: Call, session: Session): Promise<number> {
  const [word] = call.words;
  if (word === undefined) return session.misuse(call, word, say`source needs the name of a file.`);
  if (session.sourceDepth >= deepest)
    return session.misuse(call, word, say`Scripts call each other too deeply.`);
  const text = await readText(localPath(session, word.text), longestScript);
  return session.sourcing(() => runScript(session, { name: printable(word.text), text }));
}

export const localCommands: readonly Command[] = [
  {
    name: 'lcd',
    aliases: [],
    group: 'local',
    usage: ['[DIR]'],
    summary: 'change the local directory; home without a word',
    args: [{ name: 'DIR', kind: 'directory', optional: true }],
    examples: ['lcd /srv/tftp', 'lcd ..'],
    run: lcd,
  },
  {
    name: 'lpwd',
    aliases: [],
    group: 'local',
    usage: [''],
    summary: 'tell the local directory',
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
    summary: 'run the commands of a file; it stops at the first failure unless keep-going is on',
    args: [{ name: 'FILE', kind: 'local' }],
    examples: ['source lab.tftpsh'],
    run: source,
  },
];

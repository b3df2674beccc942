// put: sends local files to a server. Reads the words and finds the name of each file on the server.
import { isMisuse } from '../language/misuse.ts';
import type { Origin } from '../../engine/client/requests.ts';
import { printable, say } from '../../wire/text.ts';
import type { Call } from '../language/command.ts';
import { scriptLineOf } from '../transfers/script-line.ts';
import { runTransfers } from '../transfers/run.ts';
import type { TransferPlan } from '../transfers/run.ts';
import type { Word } from '../language/parse.ts';
import type { Command, ShellContext } from '../session/context.ts';
import { withFlags, type SettingFlag } from '../settings/flags.ts';
import { findSetting, isChanged, settingOf, transferSettings, valueText } from '../settings/settings.ts';
import type { Chosen } from '../settings/table.ts';
import { expandWildcards } from '../language/wildcards.ts';
import { hasNamePlace, withName } from '../language/name-place.ts';
import { lastComponent, uriText } from '../language/remote-file.ts';
import type { RemoteFile } from '../language/remote-file.ts';
import { readCount } from '../language/units.ts';
import { readRemoteWord } from '../transfers/remote-word.ts';

const putFlags: readonly SettingFlag[] = [
  {
    name: '--rate',
    value: 'N',
    summary: 'octets per second that each file is sent with at most, such as 1M',
    setting: 'rate',
  },
  { name: '--pace', value: 'TIME', summary: 'time between two DATA packets, such as 2ms', setting: 'pace' },
];

/** A local file to send, and its name on the server. */
interface PutFile {
  readonly local: Word;
  readonly remote: RemoteFile;
}

async function put(call: Call, shell: ShellContext): Promise<number> {
  const words = await askFor(call, shell);
  if (words === undefined)
    return shell.output.misuse(call, undefined, printable('put needs the name of a file.'));
  const count = readCount(call.flags.get('-j')?.text ?? '1');
  if (count === undefined || count < 1 || count > 64)
    return shell.output.misuse(call, call.flags.get('-j'), printable('-j takes a number from 1 to 64.'));
  const settings = withFlags(call, putFlags, shell.settings.chosen);
  if (isMisuse(settings)) return shell.output.misuse(call, settings.word, settings.message);
  const files = await resolveAll(call, shell, words);
  if (typeof files === 'number') return files;
  const refused = checkInput(call, shell, files) ?? checkNames(call, shell, files);
  if (refused !== undefined) return refused;
  const uris = files.flatMap(({ local, remote }) => [local.text, uriText(remote)]);
  if (files.length === 1)
    shell.transfers.keepScriptLine(scriptLineOf('put', [...flagsOf(settings), ...uris], settings));
  return runTransfers(
    shell,
    files.map((file) => planFor(shell, file, settings)),
    { background: call.background, parallel: count },
  );
}

/** The files to send, with their names on the server. A number is the exit status of a refusal. */
async function resolveAll(
  call: Call,
  shell: ShellContext,
  words: readonly Word[],
): Promise<readonly PutFile[] | number> {
  const target = words.length > 1 ? words.at(-1) : undefined;
  const given = target === undefined ? words : words.slice(0, -1);
  const locals = await expandWildcards(given, shell.directory, shell.system.platform);
  if (isMisuse(locals)) return shell.output.misuse(call, locals.word, locals.message);
  for (const skipped of locals.skipped)
    shell.output.print([say`${printable(skipped)} is not a file: skipped.`], 'hint');
  const several = locals.words.length > 1 || locals.hasWildcards;
  const files: PutFile[] = [];
  for (const local of locals.words) {
    const file = resolveFile(call, shell, local, { target, several });
    if (typeof file === 'number') return file;
    files.push(file);
  }
  return files;
}

async function askFor(call: Call, shell: ShellContext): Promise<readonly Word[] | undefined> {
  if (call.words.length > 0) return call.words;
  const answer = (await shell.questions.ask(printable('(file) ')))?.trim() ?? '';
  return answer === '' ? undefined : [{ text: answer, from: 0, to: answer.length }];
}

interface PutTarget {
  /** The word for the file or directory on the server; undefined if the user gave none. */
  readonly target: Word | undefined;
  /** The command sends several files: the target is a directory, unless it has `{}`. */
  readonly several: boolean;
}

/** The name on the server that one file gets. A number is the exit status of a refusal. */
function resolveFile(
  call: Call,
  shell: ShellContext,
  local: Word,
  { target, several }: PutTarget,
): PutFile | number {
  const base = local.text === '-' ? '' : lastComponent(local.text);
  const remote = readRemoteWord(
    target ?? { ...local, text: shell.settings.get('literal') ? base : plainName(base) },
    shell,
  );
  if (isMisuse(remote)) return shell.output.misuse(call, target ?? local, remote.message);
  const hasPlace = target !== undefined && hasNamePlace(target) && base !== '';
  const filled = hasPlace ? withName(remote.file, base) : remote.file;
  const inDirectory = (several && !hasPlace) || filled === '' || filled.endsWith('/');
  const file = target === undefined ? base : inDirectory ? joinRemote(filled, base) : filled;
  if (file === '' || file.endsWith('/'))
    return shell.output.misuse(
      call,
      target ?? local,
      printable('put needs a file name for the server: put - NAME.'),
    );
  return { local, remote: { ...remote, file } };
}

// The leading ./ keeps a colon in a local name from being read as the end of a host name.
function plainName(base: string): string {
  return base === '' ? '-' : `./${base}`;
}

function joinRemote(directory: string, base: string): string {
  return directory === '' || directory.endsWith('/') ? `${directory}${base}` : `${directory}/${base}`;
}

function checkInput(call: Call, shell: ShellContext, files: readonly PutFile[]): number | undefined {
  const inputs = files.filter(({ local }) => local.text === '-');
  const [first, second] = inputs;
  if (first === undefined) return undefined;
  if (second !== undefined)
    return shell.output.misuse(call, second.local, printable('Standard input can be read only once.'));
  if (shell.system.stdin !== undefined) return undefined;
  return shell.output.misuse(call, first.local, printable('Standard input holds the commands; use a file.'));
}

/** Refuses two files that would get one name: the second would replace the first. */
function checkNames(call: Call, shell: ShellContext, files: readonly PutFile[]): number | undefined {
  const taken = new Map<string, Word>();
  for (const { local, remote } of files) {
    const uri = uriText(remote);
    const first = taken.get(uri);
    if (first !== undefined) {
      const both = say`${printable(first.text)} and ${printable(local.text)}`;
      return shell.output.misuse(call, local, say`${both} would both become ${printable(remote.file)}.`);
    }
    taken.set(uri, local);
  }
  return undefined;
}

/** The flags that a script needs to send with these settings. */
function flagsOf(settings: Chosen): readonly string[] {
  return putFlags.flatMap(({ name, setting }) => {
    const row = findSetting(setting);
    if (row === undefined || !isChanged(settings, setting)) return [];
    return [name, valueText(row, settingOf(settings, setting)).replace(' ', '')];
  });
}

function planFor(shell: ShellContext, { local, remote }: PutFile, settings: Chosen): TransferPlan {
  const { host, port, file, mode } = remote;
  return {
    kind: 'put',
    remote,
    local: printable(local.text),
    name: printable(local.text === '-' ? file : local.text),
    start: () =>
      shell.engine.client.put({
        remote: { host, port, file },
        settings: { ...transferSettings(settings), mode },
        from: originOf(shell, local.text),
        hash: shell.settings.get('hash'),
      }),
  };
}

function originOf(shell: ShellContext, text: string): Origin {
  const { stdin } = shell.system;
  if (text === '-' && stdin !== undefined) return { type: 'stream', stream: stdin };
  return { type: 'file', path: shell.directory.resolve(text), growing: shell.settings.get('growing') };
}

export const putCommand: Command = {
  name: 'put',
  aliases: ['p'],
  group: 'transfers',
  usage: ['LOCAL [REMOTE]', 'LOCAL LOCAL… DIR', 'LOCAL… NAME-{}', '- REMOTE'],
  summary: 'send files',
  details: [
    'REMOTE is a name at the chosen server, HOST[:PORT]:FILE, [v6]:FILE or tftp://HOST[:PORT]/FILE[;mode=netascii].',
    'REMOTE is a directory if it ends in a slash or if there are several files. LOCAL - is standard input.',
    'LOCAL may have wildcards: * ? [a-z]. The files that match are sent, sorted by name; REMOTE is then a directory. Quotes switch wildcards off, and a file of exactly that name comes first.',
    '{} in REMOTE stands for the name of each file: put *.cfg old-{} sends a.cfg as old-a.cfg.',
  ],
  args: [
    { name: 'LOCAL', kind: 'local' },
    { name: 'REMOTE', kind: 'either', many: true },
  ],
  flags: [{ name: '-j', value: 'N', summary: 'N files in parallel' }, ...putFlags],
  examples: [
    'put boot.cfg',
    'put fw.bin 10.0.0.1:fw-2.bin',
    'put a.bin b.bin images',
    'put *.bin images/',
    'put fw.bin --rate 1M',
    'put *.cfg old-{}',
  ],
  run: put,
};

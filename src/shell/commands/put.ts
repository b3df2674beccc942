// put: sends local files to a server. Reads the words and finds the name of each file on the server.
import { isMisuse } from '../language/misuse.ts';
import type { Origin } from '../../engine/client/requests.ts';
import { printable } from '../../wire/text.ts';
import type { Call } from '../language/command.ts';
import { scriptLineOf } from '../transfers/script-line.ts';
import { runTransfers } from '../transfers/run.ts';
import type { TransferPlan } from '../transfers/run.ts';
import type { Word } from '../language/parse.ts';
import type { Command, ShellContext } from '../session/context.ts';
import { transferSettings } from '../settings/settings.ts';
import { lastComponent, uriText } from '../language/remote-file.ts';
import type { RemoteFile } from '../language/remote-file.ts';
import { readCount } from '../language/units.ts';
import { readRemoteWord } from '../transfers/remote-word.ts';

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
  const target = words.length > 1 ? words.at(-1) : undefined;
  const locals = target === undefined ? words : words.slice(0, -1);
  const files: PutFile[] = [];
  for (const local of locals) {
    const file = resolveFile(call, shell, local, { target, several: locals.length > 1 });
    if (typeof file === 'number') return file;
    files.push(file);
  }
  const refused = checkInput(call, shell, files);
  if (refused !== undefined) return refused;
  const uris = files.flatMap(({ local, remote }) => [local.text, uriText(remote)]);
  if (files.length === 1) shell.transfers.keepScriptLine(scriptLineOf('put', uris, shell.settings.chosen));
  return runTransfers(
    shell,
    files.map((file) => planFor(shell, file)),
    { background: call.background, parallel: count },
  );
}

async function askFor(call: Call, shell: ShellContext): Promise<readonly Word[] | undefined> {
  if (call.words.length > 0) return call.words;
  const answer = (await shell.questions.ask(printable('(file) ')))?.trim() ?? '';
  return answer === '' ? undefined : [{ text: answer, from: 0, to: answer.length }];
}

interface PutTarget {
  /** The word for the file or directory on the server; undefined if the user gave none. */
  readonly target: Word | undefined;
  /** The command sends several files: the target is a directory. */
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
  const inDirectory = several || remote.file === '' || remote.file.endsWith('/');
  const file = target === undefined ? base : inDirectory ? joinRemote(remote.file, base) : remote.file;
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

function planFor(shell: ShellContext, { local, remote }: PutFile): TransferPlan {
  const { host, port, file, mode } = remote;
  return {
    kind: 'put',
    remote,
    local: printable(local.text),
    name: printable(local.text === '-' ? file : local.text),
    start: () =>
      shell.engine.client.put({
        remote: { host, port, file },
        settings: { ...transferSettings(shell.settings.chosen), mode },
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
  usage: ['LOCAL [REMOTE]', 'LOCAL LOCAL… DIR', '- REMOTE'],
  summary: 'send files',
  details: [
    'REMOTE is a name at the chosen server, HOST[:PORT]:FILE, [v6]:FILE or tftp://HOST[:PORT]/FILE[;mode=netascii].',
    'REMOTE is a directory if it ends in a slash or if there are several files. LOCAL - is standard input.',
  ],
  args: [
    { name: 'LOCAL', kind: 'local' },
    { name: 'REMOTE', kind: 'either', many: true },
  ],
  flags: [{ name: '-j', value: 'N', summary: 'N files in parallel' }],
  examples: ['put boot.cfg', 'put fw.bin 10.0.0.1:fw-2.bin', 'put a.bin b.bin images'],
  run: put,
};

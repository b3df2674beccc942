// put: files from here to a server. Reads its words and settles the name of each at the server.
import { isMisuse } from '../language/misuse.ts';
import type { Origin } from '../../engine/client/requests.ts';
import { printable } from '../../wire/text.ts';
import type { Call } from '../language/command.ts';
import { equivalentOf } from '../transfers/script-line.ts';
import { move } from '../transfers/run.ts';
import type { Job } from '../transfers/run.ts';
import type { Word } from '../language/parse.ts';
import type { Command, ShellContext } from '../session/context.ts';
import { transferSettings } from '../settings/settings.ts';
import { lastComponent, uriText } from '../language/remote-file.ts';
import type { RemoteFile } from '../language/remote-file.ts';
import { readCount } from '../language/units.ts';
import { readRemoteWord } from './remote-word.ts';

interface Given {
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
  const given: Given[] = [];
  for (const local of locals) {
    const one = settle(call, shell, local, { target, several: locals.length > 1 });
    if (typeof one === 'number') return one;
    given.push(one);
  }
  const refused = checkInput(call, shell, given);
  if (refused !== undefined) return refused;
  const uris = given.flatMap(({ local, remote }) => [local.text, uriText(remote)]);
  if (given.length === 1) shell.transfers.keepScriptLine(equivalentOf('put', uris, shell.settings.chosen));
  return move(
    shell,
    given.map((one) => jobFor(shell, one)),
    { background: call.background, parallel: count },
  );
}

async function askFor(call: Call, shell: ShellContext): Promise<readonly Word[] | undefined> {
  if (call.words.length > 0) return call.words;
  const answer = (await shell.questions.ask(printable('(file) ')))?.trim() ?? '';
  return answer === '' ? undefined : [{ text: answer, from: 0, to: answer.length }];
}

interface Aim {
  readonly target: Word | undefined;
  readonly several: boolean;
}

/** Where one file goes; a number: it was refused. */
function settle(call: Call, shell: ShellContext, local: Word, { target, several }: Aim): Given | number {
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

// Stands for the name while the chosen server is looked up: a colon in a local name is no host.
function plainName(base: string): string {
  return base === '' ? '-' : `./${base}`;
}

function joinRemote(directory: string, base: string): string {
  return directory === '' || directory.endsWith('/') ? `${directory}${base}` : `${directory}/${base}`;
}

function checkInput(call: Call, shell: ShellContext, given: readonly Given[]): number | undefined {
  const inputs = given.filter(({ local }) => local.text === '-');
  const [first, second] = inputs;
  if (first === undefined) return undefined;
  if (second !== undefined)
    return shell.output.misuse(call, second.local, printable('Standard input can be read only once.'));
  if (shell.system.stdin !== undefined) return undefined;
  return shell.output.misuse(call, first.local, printable('Standard input holds the commands; use a file.'));
}

function jobFor(shell: ShellContext, { local, remote }: Given): Job {
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
        from: origin(shell, local.text),
        hash: shell.settings.get('hash'),
      }),
  };
}

function origin(shell: ShellContext, text: string): Origin {
  const { stdin } = shell.system;
  if (text === '-' && stdin !== undefined) return { type: 'stream', stream: stdin };
  return { type: 'file', path: shell.directory.resolve(text) };
}

export const putCommand: Command = {
  name: 'put',
  aliases: ['p'],
  group: 'transfers',
  usage: ['LOCAL [REMOTE]', 'LOCAL LOCAL… DIR', '- REMOTE'],
  summary: 'send files',
  details: [
    'REMOTE is a name at the chosen server, HOST:FILE, [v6]:FILE or tftp://HOST[:PORT]/FILE[;mode=netascii].',
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

// get: fetches files from a server. Reads the words, finds the local path of each file, and asks before it overwrites one.
import { isMisuse, type Misuse } from '../language/misuse.ts';
import type { Writable } from 'node:stream';
import { dirname, join as joinPath } from 'node:path';
import type { Destination } from '../../engine/client/requests.ts';
import type { Transfer } from '../../engine/transfer.ts';
import { FileError } from '../../files/file.ts';
import { kindOf, makeDirectory, placeOf } from '../../files/local/directories.ts';
import { localNameOf } from '../../files/offerings/name.ts';
import { printable, say } from '../../wire/text.ts';
import type { Call } from '../language/command.ts';
import { scriptLineOf } from '../transfers/script-line.ts';
import { exitStatus } from '../report/exit-status.ts';
import { runTransfers } from '../transfers/run.ts';
import type { TransferPlan } from '../transfers/run.ts';
import type { Word } from '../language/parse.ts';
import type { Command, ShellContext } from '../session/context.ts';
import { yesNo } from '../session/questions.ts';
import { isUri, uriText } from '../language/remote-file.ts';
import type { RemoteFile } from '../language/remote-file.ts';
import { transferSettings } from '../settings/settings.ts';
import { hasNamePlace, withName } from '../language/name-place.ts';
import { readCount } from '../language/units.ts';
import { readRemoteWord } from '../transfers/remote-word.ts';

/** A file to fetch, and its local path. */
interface GetFile {
  readonly word: Word;
  readonly remote: RemoteFile;
  /** Absolute; `-` for standard output. */
  readonly path: string;
  /** The local name as the user sees it. */
  readonly shown: string;
}

async function get(call: Call, shell: ShellContext): Promise<number> {
  const words = await askFor(call, shell);
  if (words === undefined)
    return shell.output.misuse(call, undefined, printable('get needs the name of a file.'));
  const { remotes, local } = splitWords(call, words);
  const flaw = flagFlaw(call, shell, { remotes, local });
  if (flaw !== undefined) return shell.output.misuse(call, flaw.word, flaw.message);
  const [mkdir, sha256, multicast] = ['--mkdir', '--sha256', '--multicast'].map((one) => call.flags.get(one));
  const files = await resolveAll(call, shell, { remotes, local });
  if (typeof files === 'number') return files;
  const confirmed = await confirmAll(call, shell, files);
  if (confirmed.length === 0) return exitStatus.exists;
  keepScriptLine(call, shell, { files: confirmed, local });
  const start = (stream?: Writable): Promise<number> => {
    const plans = confirmed.map((file) => {
      const to: Destination = stream === undefined ? destinationFor(shell, file) : { type: 'stream', stream };
      return planFor(shell, file, {
        to,
        sha256: sha256?.text.toLowerCase(),
        multicast: multicast !== undefined,
      });
    });
    return runTransfers(shell, plans, { background: call.background, parallel: readParallel(call) ?? 1 });
  };
  const unmade = mkdir === undefined ? 0 : await makeDirectories(shell, confirmed);
  if (unmade !== 0) return unmade;
  const isForced = call.flags.has('-f');
  const status = await (files[0]?.path === '-' ? shell.standardOutput.lend(start, isForced) : start());
  return status === exitStatus.done && confirmed.length < files.length ? exitStatus.exists : status;
}

/** Makes the directories of the files. @returns 0, or the exit status of what was reported. */
async function makeDirectories(shell: ShellContext, files: readonly GetFile[]): Promise<number> {
  for (const { path, shown, remote } of files) {
    try {
      await makeDirectory(dirname(path));
    } catch (error) {
      // A file is in the way, or the file system allows no new directories.
      const message = 'The directory cannot be made there';
      const name = printable(remote.file);
      const where = { host: printable(remote.host), port: remote.port, local: printable(shown) };
      return shell.output.fail(new FileError('denied', message, { cause: error }), {
        verb: 'get',
        name,
        ...where,
      });
    }
  }
  return 0;
}

async function askFor(call: Call, shell: ShellContext): Promise<readonly Word[] | undefined> {
  if (call.words.length > 0) return call.words;
  const answer = (await shell.questions.ask(printable('(file) ')))?.trim() ?? '';
  return answer === '' ? undefined : [{ text: answer, from: 0, to: answer.length }];
}

/** What is wrong with a flag of the line, or undefined. */
function flagFlaw(call: Call, shell: ShellContext, { remotes, local }: GetWords): Misuse | undefined {
  const [mkdir, sha256, multicast] = ['--mkdir', '--sha256', '--multicast'].map((one) => call.flags.get(one));
  const bad = (word: Word | undefined, message: string): Misuse => ({
    ok: false,
    word,
    message: printable(message),
  });
  if (readParallel(call) === undefined) return bad(call.flags.get('-j'), '-j takes a number from 1 to 64.');
  if (sha256 !== undefined && !/^[0-9a-f]{64}$/i.test(sha256.text))
    return bad(sha256, 'A SHA-256 has 64 hexadecimal digits.');
  if (multicast !== undefined && !shell.settings.get('extensions'))
    return bad(multicast, '--multicast is an extension: use "set extensions on" or --extensions first.');
  if (mkdir !== undefined && (local === undefined || local.text === '-'))
    return bad(mkdir, '--mkdir makes the directory of -o DIR or of LOCAL: name one.');
  return sha256 !== undefined && remotes.length > 1
    ? bad(sha256, '--sha256 works with one file only.')
    : undefined;
}

function readParallel(call: Call): number | undefined {
  const word = call.flags.get('-j');
  const count = word === undefined ? 1 : readCount(word.text);
  return count !== undefined && count >= 1 && count <= 64 ? count : undefined;
}

interface GetWords {
  readonly remotes: readonly Word[];
  /** The local name, directory or name with `{}`. */
  readonly local: Word | undefined;
}

/** The files to fetch, with their local paths. A number is the exit status of a refusal. */
async function resolveAll(
  call: Call,
  shell: ShellContext,
  { remotes, local }: GetWords,
): Promise<readonly GetFile[] | number> {
  const files: GetFile[] = [];
  for (const word of remotes) {
    const file = await resolveFile(call, shell, word, local);
    if (typeof file === 'number') return file;
    const twin = files.find(({ path }) => path === file.path && path !== '-');
    if (twin !== undefined) {
      const both = say`${printable(twin.word.text)} and ${printable(word.text)}`;
      return shell.output.misuse(call, word, say`${both} would both be saved as ${printable(file.shown)}.`);
    }
    files.push(file);
  }
  return files;
}

/** BSD: of two words the second is the local name; three and more are all files on the server, unless the last has `{}`. */
function splitWords(call: Call, words: readonly Word[]): GetWords {
  const directory = call.flags.get('-o');
  const [first, second] = words;
  const last = words.at(-1);
  if (directory === undefined && words.length > 1 && last !== undefined && hasNamePlace(last))
    return { remotes: words.slice(0, -1), local: last };
  if (directory !== undefined || words.length !== 2 || first === undefined || second === undefined)
    return { remotes: words, local: directory };
  return isUri(second.text) ? { remotes: words, local: undefined } : { remotes: [first], local: second };
}

/** The server's file and the local path that one word means. A number is the exit status of a refusal. */
async function resolveFile(
  call: Call,
  shell: ShellContext,
  word: Word,
  local: Word | undefined,
): Promise<GetFile | number> {
  const remote = readRemoteWord(word, shell);
  if (isMisuse(remote)) return shell.output.misuse(call, remote.word, remote.message);
  if (remote.file === '')
    return shell.output.misuse(call, word, printable('A file name must follow the colon.'));
  if (local?.text === '-') {
    if (call.background)
      return shell.output.misuse(call, local, printable('Output to - works only in the foreground.'));
    return { word, remote, path: '-', shown: '-' };
  }
  const hasPlace = local !== undefined && hasNamePlace(local);
  const kind =
    local === undefined || hasPlace ? undefined : await kindOf(shell.directory.resolve(local.text));
  const isNamed = call.flags.has('-o') || /[/\\]$/.test(local?.text ?? '');
  const inDirectory = local !== undefined && !hasPlace && (isNamed || kind === 'directory');
  if (inDirectory && kind !== undefined && kind !== 'directory')
    return shell.output.misuse(call, local, say`${printable(local.text)} is a file, not a directory.`);
  if (local !== undefined && !inDirectory && !hasPlace)
    return { word, remote, path: shell.directory.resolve(local.text), shown: local.text };
  const name = localNameOf(remote.file, shell.system.platform);
  if (name === undefined)
    return shell.output.misuse(
      call,
      word,
      printable('This name cannot be used for a local file; give one: get REMOTE LOCAL.'),
    );
  const shown =
    local === undefined ? name : hasPlace ? withName(local.text, name) : joinPath(local.text, name);
  return { word, remote, path: shell.directory.resolve(shown), shown };
}

/** A file that will be fetched. */
interface ConfirmedFile extends GetFile {
  /** It may replace an existing file. */
  readonly overwrite: boolean;
}

/**
 * The files that may be written: "no" leaves out one file, Ctrl-C leaves out all. If no person can be asked, all files
 * stay in the list, and the engine refuses those that exist.
 */
async function confirmAll(
  call: Call,
  shell: ShellContext,
  files: readonly GetFile[],
): Promise<readonly ConfirmedFile[]> {
  const confirmed: ConfirmedFile[] = [];
  let all = call.flags.has('-f');
  for (const file of files) {
    const kind = file.path === '-' ? undefined : await placeOf(file.path);
    // The new file replaces the link itself; the target of the link stays unchanged.
    if (kind === 'link' && all)
      shell.output.print([say`${printable(file.shown)} is a link: the link itself is replaced.`], 'hint');
    if ((kind !== 'file' && kind !== 'link') || all) {
      confirmed.push({ ...file, overwrite: all });
      continue;
    }
    const answer = await askToReplace(shell, file, { kind, several: files.length > 1 });
    if (answer === 'none') {
      confirmed.length = 0;
      break;
    }
    all ||= answer === 'all';
    if (answer !== 'no') confirmed.push({ ...file, overwrite: answer !== 'nobody' });
  }
  if (confirmed.length === 0) shell.output.print([say`Nothing was done.`], 'hint');
  return confirmed;
}

interface Existing {
  readonly kind: 'file' | 'link';
  readonly several: boolean;
}

async function askToReplace(
  shell: ShellContext,
  { shown }: GetFile,
  { kind, several }: Existing,
): Promise<'yes' | 'all' | 'no' | 'none' | 'nobody'> {
  if (!shell.questions.canAsk) return 'nobody';
  const what = kind === 'link' ? say` is a link; the link itself would be replaced` : say` exists`;
  const choices = several ? { ...yesNo, a: say`all` } : yesNo;
  const key = await shell.questions.choose(say`${printable(shown)}${what}. Overwrite?`, choices);
  if (key === undefined) return 'none';
  return key === 'a' ? 'all' : key === 'y' ? 'yes' : 'no';
}

interface GetTarget {
  readonly to: Destination;
  readonly sha256: string | undefined;
  readonly multicast: boolean;
}

function planFor(
  shell: ShellContext,
  { remote, shown }: GetFile,
  { to, sha256, multicast }: GetTarget,
): TransferPlan {
  const { host, port, file, mode } = remote;
  const start = (): Transfer =>
    shell.engine.client.get({
      remote: { host, port, file },
      settings: { ...transferSettings(shell.settings.chosen), mode, ...(multicast && { multicast }) },
      to,
      hash: shell.settings.get('hash') || sha256 !== undefined,
      ...(sha256 !== undefined && { sha256 }),
    });
  return { kind: 'get', remote, local: printable(shown), name: printable(file), start };
}

function destinationFor(shell: ShellContext, { path, overwrite }: ConfirmedFile): Destination {
  return { type: 'file', path, overwrite, durable: shell.settings.get('durable') };
}

function keepScriptLine(
  call: Call,
  shell: ShellContext,
  { files, local }: { readonly files: readonly GetFile[]; readonly local: Word | undefined },
): void {
  const flags = [...call.flags].flatMap(([name, word]) => (word.text === name ? [name] : [name, word.text]));
  const to = local === undefined || call.flags.has('-o') ? [] : [local.text];
  const uris = files.map(({ remote }) => uriText(remote));
  const line = scriptLineOf('get', [...flags, ...uris, ...to], shell.settings.chosen);
  shell.transfers.keepScriptLine(line);
}

export const getCommand: Command = {
  name: 'get',
  aliases: ['g'],
  group: 'transfers',
  usage: ['REMOTE [LOCAL]', 'REMOTE REMOTE REMOTE…', '-o DIR/ REMOTE…', 'REMOTE… NAME-{}'],
  summary: 'fetch files',
  details: [
    'REMOTE is a file of the chosen server, HOST[:PORT]:FILE, [v6]:FILE, or tftp://HOST[:PORT]/FILE[;mode=netascii].',
    'A file is saved under the last part of its name. LOCAL - is standard output.',
    '{} in LOCAL or after -o stands for the name of each file.',
    'TFTP cannot resume: an interrupted transfer starts again.',
  ],
  args: [
    { name: 'REMOTE', kind: 'remote' },
    { name: 'LOCAL', kind: 'either', many: true },
  ],
  flags: [
    { name: '-f', summary: 'overwrite a local file; write binary to a terminal' },
    {
      name: '-o',
      value: 'DIR',
      kind: 'directory',
      summary: 'directory, or NAME-{}, for all files of the line',
    },
    { name: '--mkdir', summary: 'make the directory of -o or LOCAL if it does not exist' },
    { name: '-j', value: 'N', summary: 'N files in parallel' },
    { name: '--sha256', value: 'HEX', summary: 'save the file only if this is its SHA-256' },
    { name: '--multicast', summary: 'share one transfer with other clients; needs extensions on' },
  ],
  examples: ['get -o images/ a.bin b.bin', 'get a.cfg b.cfg backup-{}', 'get tftp://10.0.0.5/boot.img -'],
  run: get,
};

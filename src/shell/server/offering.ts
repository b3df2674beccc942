// From the words of `serve` to what is offered: a directory, single files, a web server, another TFTP server, and what
// is put before them. Loaded when a server is wanted. Rule: a word that is no offer is answered with a sentence.
import { basename } from 'node:path';
import { TftpError } from '../../engine/tftp-error.ts';
import { gatewayOffering } from '../../engine/offerings/web.ts';
import { proxyOffering } from '../../engine/offerings/tftp.ts';
import { FileError } from '../../files/file.ts';
import type { Offering } from '../../files/file.ts';
import { openJail } from '../../files/offerings/jail.ts';
import { offeredFiles } from '../../files/offerings/named-files.ts';
import { kindOf, readText } from '../../files/local/small-files.ts';
import type { RewriteRules } from '../../files/offerings/rewrite.ts';
import { rewriteRules } from '../../files/offerings/rewrite.ts';
import { perClient, rewritten } from '../../files/offerings/wrappers.ts';
import { httpOver } from '../../network/http.ts';
import { printable, quoted, say } from '../../wire/text.ts';
import type { Printable } from '../../wire/text.ts';
import { parseTarget } from '../../wire/uri.ts';
import type { Call } from '../language/command.ts';
import { isMisuse, misuse } from '../language/misuse.ts';
import type { Misuse } from '../language/misuse.ts';
import type { Word } from '../language/parse.ts';
import { OfferedNames } from './offered-names.ts';
import type { Tower } from '../../engine/tower.ts';
import type { LocalDirectory } from '../session/local-directory.ts';
import type { Chosen } from '../settings/table.ts';
import { settingOf, transferSettings } from '../settings/settings.ts';
import { isOwn } from './own-address.ts';

export type OfferKind = 'directory' | 'files' | 'web' | 'proxy';

/** What a server offers, and how it is told. */
export interface ServeOffering {
  readonly kind: OfferKind;
  readonly offering: Offering;
  readonly root: Printable;
  /** What clients may do, in words. */
  readonly mode: Printable;
  readonly writable: boolean;
  /** Single files: the set may change. */
  readonly files?: OfferedNames;
  readonly rules?: RewriteRules;
}

/** A call of `serve`, and what its words are read with. */
export interface Asked {
  readonly call: Call;
  readonly directory: Pick<LocalDirectory, 'resolve'>;
  readonly tower: Tower;
  /** The settings that hold for this server. */
  readonly wishes: Chosen;
}

const longestRules = 64 * 1024;
/** Milliseconds that a web server may take until it answers, and between two pieces. */
const webPatience = 10_000;

/** What `words` offer. Rejects with TftpError or FileError where the disk says no. */
export async function offer(asked: Asked): Promise<ServeOffering | Misuse> {
  const rules = await rulesOf(asked);
  if (rules !== undefined && isMisuse(rules)) return rules;
  const plain = await plainOffer(asked);
  if (isMisuse(plain)) return plain;
  const own = settingOf(asked.wishes, 'serve-root') === 'ip' && plain.kind !== 'files';
  const inner = own ? perClient(plain.offering) : plain.offering;
  if (rules === undefined) return { ...plain, offering: inner };
  return { ...plain, offering: rewritten(inner, rules), rules };
}

async function plainOffer(asked: Asked): Promise<ServeOffering | Misuse> {
  const { call, directory } = asked;
  const [first, second] = call.words;
  const scheme = /^([a-z][a-z0-9+.-]*):\/\//i.exec(first?.text ?? '')?.[1]?.toLowerCase();
  if (first === undefined) return misuse('serve needs a directory, files, or an address.');
  if (scheme !== undefined) {
    if (second !== undefined) return misuse('One address stands alone.', second);
    if (scheme === 'http' || scheme === 'https') return webOffer(asked, first);
    if (scheme === 'tftp') return proxyOffer(asked, first);
    return misuse('Files come from a directory, from http:// or https://, or from tftp://.', first);
  }
  const path = directory.resolve(first.text);
  if (second === undefined && (await kindOf(path)) === 'directory') return directoryOffer(asked, path);
  return filesOffer(
    asked,
    call.words.map((word) => ({ word, name: basename(directory.resolve(word.text)) })),
  );
}

type ServerSwitch = `serve-${'write' | 'overwrite' | 'mkdir' | 'sync' | 'caseless' | 'growing'}`;

async function directoryOffer({ wishes }: Asked, path: string): Promise<ServeOffering> {
  const on = (name: ServerSwitch): boolean => settingOf(wishes, name);
  const write = on('serve-write');
  const overwrite = on('serve-overwrite');
  const offering = await openJail(path, {
    ...{ write, overwrite, mkdir: on('serve-mkdir') },
    ...{ durable: on('serve-sync'), caseless: on('serve-caseless'), growing: on('serve-growing') },
  });
  const mode = modeText({ write, overwrite });
  return { kind: 'directory', offering, root: printable(path), mode, writable: write || overwrite };
}

function modeText({ write, overwrite }: { readonly write: boolean; readonly overwrite: boolean }): Printable {
  if (!write && !overwrite) return say`read-only`;
  if (!write) return say`files that exist may be replaced`;
  return overwrite ? say`files may be created and replaced` : say`new files may be created`;
}

/** A file under the name that clients ask for. */
export interface NamedWord {
  readonly word: Word;
  readonly name: string;
  /** The word that gave the name; `word`. */
  readonly named?: Word;
}

/** Single files, each a regular one with a name of its own. */
export async function filesOffer(
  asked: Asked,
  entries: readonly NamedWord[],
): Promise<ServeOffering | Misuse> {
  const misfit = unfit(asked.call, 'Single files are offered as they are, for reading only.', [
    ...['--write', '--overwrite', '--mkdir', '--no-sync'],
    ...['--caseless', '--unique-root'],
  ]);
  if (misfit !== undefined) return misfit;
  const offering = offeredFiles({ growing: settingOf(asked.wishes, 'serve-growing') });
  const files = new OfferedNames(offering);
  for (const entry of entries) {
    const wrong = await addFile(files, entry, asked.directory, entries.length);
    if (wrong !== undefined) return wrong;
  }
  return { kind: 'files', offering, files, root: files.text, mode: say`read-only`, writable: false };
}

/** Adds one file to those that are offered; undefined: it went well. */
export async function addFile(
  files: OfferedNames,
  { word, name, named = word }: NamedWord,
  directory: Pick<LocalDirectory, 'resolve'>,
  count = 1,
): Promise<Misuse | undefined> {
  const path = directory.resolve(word.text);
  const kind = await kindOf(path);
  if (kind !== 'file') return misuse(whyNot(kind, count), word);
  if (files.has(name))
    return misuse('Offered under that name already: "serve add FILE as NAME" gives another one.', named);
  try {
    await files.add(name, path);
  } catch (error) {
    if (!(error instanceof FileError)) throw error;
    return misuse(`No name that could be asked for: ${error.message}.`, named);
  }
  return undefined;
}

function whyNot(kind: Awaited<ReturnType<typeof kindOf>>, count: number): string {
  if (kind === undefined) return 'No such file or directory. "lls" shows what is there.';
  if (kind !== 'directory') return 'Neither a directory nor a regular file.';
  return count > 1 ? 'One directory, or several files.' : 'A directory cannot be added to single files.';
}

function webOffer({ call, tower }: Asked, word: Word): ServeOffering | Misuse {
  const misfit = unfit(call, 'A web server is read from only, and names are as it has them.', [
    ...['--write', '--overwrite', '--mkdir', '--no-sync', '--caseless', '--growing'],
  ]);
  if (misfit !== undefined) return misfit;
  try {
    const offering = gatewayOffering(word.text, httpOver(tower.clock, webPatience));
    return { kind: 'web', offering, root: printable(word.text), mode: say`read-only`, writable: false };
  } catch (error) {
    if (!(error instanceof TftpError)) throw error;
    return misuse(`${capital(error.shortMessage)}.`, word);
  }
}

async function proxyOffer({ call, tower, wishes }: Asked, word: Word): Promise<ServeOffering | Misuse> {
  const misfit = unfit(call, 'The server behind decides: only --write is for us to say.', [
    ...['--overwrite', '--mkdir', '--no-sync', '--caseless', '--growing'],
  ]);
  if (misfit !== undefined) return misfit;
  // A server alone is no file, which is what the reading of addresses is about: it is given one for that.
  const bare = /^tftp:\/\/[^/]*\/?$/i.test(word.text);
  const target = parseTarget(bare ? word.text.replace(/\/?$/, '/x') : word.text);
  if (!target.ok) return misuse(`No address of a TFTP server: ${target.message}.`, word);
  const { host, port = 69, mode } = target;
  const file = bare ? '' : target.file;
  if (host === undefined) return misuse('A proxy leads to a host: tftp://HOST/PATH.', word);
  if (mode !== undefined) return misuse('A proxy passes octets on: leave out ;mode.', word);
  if (await isOwn(tower, wishes, { host, port }))
    return misuse('That is this very server: it would ask itself for ever.', word);
  const write = settingOf(wishes, 'serve-write');
  const prefix = file === '' || file.endsWith('/') ? file : `${file}/`;
  const settings = transferSettings(wishes);
  const offering = proxyOffering(tower, { host, port, prefix, write, settings });
  const asked = write ? say`files may be sent to it` : say`read-only`;
  return { kind: 'proxy', offering, root: printable(word.text), mode: asked, writable: write };
}

/** The rules of names that this server has; undefined: none. */
export async function rulesOf({
  call,
  directory,
  wishes,
}: Pick<Asked, 'call' | 'directory' | 'wishes'>): Promise<RewriteRules | Misuse | undefined> {
  const file = settingOf(wishes, 'serve-rewrite');
  if (file === 'none') return undefined;
  const word = call.flags.get('--rewrite');
  const text = await readText(directory.resolve(file), longestRules).catch((error: unknown) => {
    if (error instanceof FileError) return error;
    throw error;
  });
  if (text instanceof FileError) return misuse(`The rules ${quoted(file)}: ${text.message}.`, word);
  const rules = rewriteRules(text);
  return 'rules' in rules ? rules : misuse(`${file}:${rules.line}: ${rules.message}.`, word);
}

/** The first of `flags` that was given although it says nothing here. */
function unfit(call: Call, message: string, flags: readonly string[]): Misuse | undefined {
  const given = flags.find((flag) => call.flags.has(flag));
  return given === undefined ? undefined : misuse(message, call.flags.get(given));
}

function capital(text: string): string {
  return `${text.slice(0, 1).toUpperCase()}${text.slice(1)}`;
}

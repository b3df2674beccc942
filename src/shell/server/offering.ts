// Makes an offering from the arguments of `serve`: a directory, single files, a web server or another TFTP server, with
// rewrite rules and client directories where they are asked for. Rule: a wrong argument becomes a misuse, not an exception.
import { basename } from 'node:path';
import { TftpError } from '../../engine/tftp-error.ts';
import { gatewayOffering, webCache } from '../../engine/offerings/web.ts';
import { proxyOffering } from '../../engine/offerings/tftp.ts';
import { FileError } from '../../files/file.ts';
import type { Offering } from '../../files/file.ts';
import { openJail } from '../../files/offerings/jail.ts';
import { offeredFiles } from '../../files/offerings/named-files.ts';
import { kindOf } from '../../files/local/directories.ts';
import { readText } from '../../files/local/small-files.ts';
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
import { quoteWord, type Word } from '../language/parse.ts';
import { OfferedNames } from './offered-names.ts';
import type { Tower } from '../../engine/tower.ts';
import type { LocalDirectory } from '../session/local-directory.ts';
import type { Chosen } from '../settings/table.ts';
import { settingOf, transferSettings } from '../settings/settings.ts';
import { rootNames } from './client-roots.ts';
import type { MacOf } from './neighbours.ts';
import { isOwnAddress } from './own-address.ts';

export type OfferKind = 'directory' | 'files' | 'web' | 'proxy';

/** What a server offers, and its description for the user. */
export interface ServeOffering {
  readonly kind: OfferKind;
  readonly offering: Offering;
  readonly root: Printable;
  /** What clients may do, as text. */
  readonly mode: Printable;
  readonly writable: boolean;
  /** Single files: the set may change. */
  readonly files?: OfferedNames;
  readonly rules?: RewriteRules;
}

/** A call of `serve`, and what is needed to read its arguments. */
export interface ServeRequest {
  readonly call: Call;
  readonly directory: Pick<LocalDirectory, 'resolve'>;
  readonly tower: Tower;
  /** The call was typed at the prompt, and not on a command line: advice is a line for the prompt. */
  readonly atPrompt: boolean;
  /** The settings of this server: the session's, changed by the flags of the call. */
  readonly settings: Chosen;
  readonly macOf: MacOf;
}

const longestRules = 64 * 1024;
/** Milliseconds that a web server may take until its first octets, and between two reads. */
const webPatience = 10_000;

/** The offering that the call asks for. Rejects with TftpError or FileError. */
export async function openOffering(request: ServeRequest): Promise<ServeOffering | Misuse> {
  const rules = await rulesOf(request);
  if (rules !== undefined && isMisuse(rules)) return rules;
  const base = await baseOffering(request);
  if (isMisuse(base)) return base;
  const inner = withRoots(request, base);
  if (rules === undefined) return { ...base, offering: inner };
  return { ...base, offering: rewritten(inner, rules), rules };
}

/** The offering with a directory for each client, where the settings ask for it. */
function withRoots({ settings, macOf }: ServeRequest, { kind, offering }: ServeOffering): Offering {
  const nameOf = rootNames(settingOf(settings, 'serve-root'), macOf);
  return nameOf === undefined || kind === 'files' ? offering : perClient(offering, nameOf);
}

async function baseOffering(request: ServeRequest): Promise<ServeOffering | Misuse> {
  const { call, directory } = request;
  const [first, second] = call.words;
  const scheme = /^([a-z][a-z0-9+.-]*):\/\//i.exec(first?.text ?? '')?.[1]?.toLowerCase();
  if (first === undefined) return misuse('serve needs a directory, files or a URL.');
  if (scheme !== undefined) {
    if (second !== undefined) return misuse('Give one URL and nothing else.', second);
    if (scheme === 'http' || scheme === 'https') return webOffering(request, first);
    if (scheme === 'tftp') return tftpOffering(request, first);
    return misuse('Unknown kind of URL. Use http://, https:// or tftp://.', first);
  }
  const path = directory.resolve(first.text);
  const kind = second === undefined ? await kindOf(path) : 'file';
  if (kind === 'directory') return directoryOffering(request, path);
  if (kind === undefined && directoryFlags.some((flag) => call.flags.has(flag)))
    return noSuchDirectory(request, first);
  return filesOffering(
    request,
    call.words.map((word) => ({ word, name: basename(directory.resolve(word.text)) })),
  );
}

/** Flags that only a web server takes. */
const webFlags = ['--redirects', '--cache', '--cache-size'];

type ServerSwitch = `serve-${'write' | 'overwrite' | 'mkdir' | 'sync' | 'caseless' | 'growing' | 'secure'}`;

async function directoryOffering(
  { call, settings, tower }: ServeRequest,
  path: string,
): Promise<ServeOffering | Misuse> {
  const unsupported = unsupportedFlag(call, 'This flag applies to a web server only.', webFlags);
  if (unsupported !== undefined) return unsupported;
  const umask = umaskOf(settings);
  if (Number.isNaN(umask))
    return misuse('--umask needs permissions in octal, such as 027.', call.flags.get('--umask'));
  const on = (name: ServerSwitch): boolean => settingOf(settings, name);
  const write = on('serve-write');
  const overwrite = on('serve-overwrite');
  const offering = await openJail(path, {
    ...{ write, overwrite, mkdir: on('serve-mkdir') },
    ...{ durable: on('serve-sync'), caseless: on('serve-caseless'), growing: on('serve-growing') },
    ...{ secure: on('serve-secure'), ...(umask !== undefined && { umask }) },
    now: () => tower.clock.wall().getTime(),
  });
  const mode = modeText({ write, overwrite });
  return { kind: 'directory', offering, root: printable(path), mode, writable: write || overwrite };
}

/** NaN if it is not octal. */
function umaskOf(settings: Chosen): number | undefined {
  const text = settingOf(settings, 'serve-umask');
  if (text === 'auto') return undefined;
  return /^0?[0-7]{1,3}$/.test(text) ? Number.parseInt(text, 8) : NaN;
}

function modeText({ write, overwrite }: { readonly write: boolean; readonly overwrite: boolean }): Printable {
  if (!write && !overwrite) return say`read-only`;
  if (!write) return say`existing files may be replaced`;
  return overwrite ? say`files may be created and replaced` : say`new files may be created`;
}

/** Flags of a server that offers a directory. Whoever gives one means a directory. */
const directoryFlags: readonly string[] = [
  ...['--write', '--overwrite', '--mkdir', '--no-sync', '--on-upload'],
  ...['--caseless', '--unique-root', '--umask'],
];

function noSuchDirectory({ atPrompt }: ServeRequest, word: Word): Misuse {
  const make = `${atPrompt ? '!' : ''}mkdir ${quoteWord(word.text)}`;
  return misuse(`There is no directory ${quoted(word.text)}. Make it first: ${make}`, word);
}

/** A file, and the name that clients request it by. */
export interface NamedWord {
  readonly word: Word;
  readonly name: string;
  /** The argument that gave the name; by default `word`. */
  readonly named?: Word;
}

/** An offering of single files: each is a regular file and has a different name. */
export async function filesOffering(
  request: ServeRequest,
  entries: readonly NamedWord[],
): Promise<ServeOffering | Misuse> {
  const unsupported = unsupportedFlag(
    request.call,
    'Single files are offered unchanged and read-only; this flag does not apply.',
    [...directoryFlags, ...webFlags],
  );
  if (unsupported !== undefined) return unsupported;
  const [growing, secure] = (['serve-growing', 'serve-secure'] as const).map((name) =>
    settingOf(request.settings, name),
  );
  const offering = offeredFiles({
    ...{ growing: growing === true, secure: secure === true },
    now: () => request.tower.clock.wall().getTime(),
  });
  const files = new OfferedNames(offering);
  for (const entry of entries) {
    const wrong = await addFile(files, entry, request, entries.length);
    if (wrong === undefined) continue;
    // The files that were added before it are held open.
    await offering.close();
    return wrong;
  }
  return { kind: 'files', offering, files, root: files.text, mode: say`read-only`, writable: false };
}

/** Adds one file to the offered ones. @returns undefined on success. */
export async function addFile(
  files: OfferedNames,
  { word, name, named = word }: NamedWord,
  { directory, atPrompt }: Pick<ServeRequest, 'directory' | 'atPrompt'>,
  count = 1,
): Promise<Misuse | undefined> {
  const path = directory.resolve(word.text);
  const kind = await kindOf(path);
  if (kind === undefined)
    return misuse(`No such file or directory. "${atPrompt ? 'lls' : 'ls'}" lists the local files.`, word);
  if (kind !== 'file') return misuse(fileKindMessage(kind, count), word);
  if (files.has(name))
    return misuse(
      'A file with that name is already offered. Use "serve add FILE as NAME" for another name.',
      named,
    );
  try {
    await files.add(name, path);
  } catch (error) {
    if (!(error instanceof FileError)) throw error;
    return misuse(`A client cannot request that name: ${error.message}.`, named);
  }
  return undefined;
}

function fileKindMessage(kind: 'directory' | 'other', count: number): string {
  if (kind !== 'directory') return 'Not a directory or a regular file.';
  return count > 1 ? 'Give one directory, or several files.' : 'A directory cannot be added to single files.';
}

async function webOffering(request: ServeRequest, word: Word): Promise<ServeOffering | Misuse> {
  const { call, tower, settings } = request;
  const unsupported = unsupportedFlag(
    call,
    'A web server is offered read-only, with its own names; this flag does not apply.',
    [
      ...['--write', '--overwrite', '--mkdir', '--no-sync', '--caseless', '--growing', '--on-upload'],
      ...['--on-download', '--secure', '--umask'],
    ],
  );
  if (unsupported !== undefined) return unsupported;
  const cache = await cacheOf(request);
  if (cache !== undefined && isMisuse(cache)) return cache;
  try {
    const gateway = gatewayOffering(word.text, httpOver(tower.clock, webPatience), {
      clock: tower.clock,
      redirects: settingOf(settings, 'serve-redirects'),
      ...(cache !== undefined && { cache }),
    });
    const isChosen = settingOf(settings, 'serve-cache') !== 'auto';
    // Without a directory that the user chose, a gateway works without its cache too.
    const usable = isChosen && cache !== undefined ? { assertUsable: () => cache.assertUsable() } : {};
    const offering = { ...gateway, ...usable };
    return { kind: 'web', offering, root: printable(word.text), mode: say`read-only`, writable: false };
  } catch (error) {
    if (!(error instanceof TftpError)) throw error;
    return misuse(`${capital(error.shortMessage)}.`, word);
  }
}

/** The cache for files of a web server; undefined if it is off. */
async function cacheOf({
  call,
  directory,
  settings,
  tower,
}: ServeRequest): Promise<ReturnType<typeof webCache> | Misuse | undefined> {
  const place = settingOf(settings, 'serve-cache');
  const size = settingOf(settings, 'serve-cache-size');
  if (place === 'off') return undefined;
  const descriptors = await tower.descriptors?.();
  if (place === 'auto') return webCache({ size }, tower.clock, descriptors);
  const path = directory.resolve(place);
  if ((await kindOf(path)) !== 'directory')
    return misuse('The directory of --cache does not exist.', call.flags.get('--cache'));
  return webCache({ directory: path, size }, tower.clock, descriptors);
}

async function tftpOffering(
  { call, tower, settings }: ServeRequest,
  word: Word,
): Promise<ServeOffering | Misuse> {
  const unsupported = unsupportedFlag(call, 'The other server decides this; a proxy takes --write only.', [
    ...['--overwrite', '--mkdir', '--no-sync', '--caseless', '--growing', ...webFlags, '--on-upload'],
    ...['--on-download', '--secure', '--umask'],
  ]);
  if (unsupported !== undefined) return unsupported;
  // parseTarget needs a file name: an address without one gets `x`.
  const bare = /^tftp:\/\/[^/]*\/?$/i.test(word.text);
  const target = parseTarget(bare ? word.text.replace(/\/?$/, '/x') : word.text);
  if (!target.ok) return misuse(`Not the address of a TFTP server: ${target.message}.`, word);
  const { host, port = 69, mode } = target;
  const file = bare ? '' : target.file;
  if (host === undefined) return misuse('A proxy needs a host: tftp://HOST/PATH.', word);
  if (mode !== undefined) return misuse('A proxy always uses octet mode: leave out ;mode.', word);
  if (await isOwnAddress(tower, settings, { host, port }))
    return misuse('That address is this server itself: it would send each request to itself.', word);
  const write = settingOf(settings, 'serve-write');
  const prefix = file === '' || file.endsWith('/') ? file : `${file}/`;
  const offering = proxyOffering(tower, { host, port, prefix, write, settings: transferSettings(settings) });
  const access = write ? say`files may be written to it` : say`read-only`;
  return { kind: 'proxy', offering, root: printable(word.text), mode: access, writable: write };
}

/** The rewrite rules of this server; undefined where it has none. */
export async function rulesOf({
  call,
  directory,
  settings,
}: Pick<ServeRequest, 'call' | 'directory' | 'settings'>): Promise<RewriteRules | Misuse | undefined> {
  const file = settingOf(settings, 'serve-rewrite');
  if (file === 'none') return undefined;
  const word = call.flags.get('--rewrite');
  const text = await readText(directory.resolve(file), longestRules).catch((error: unknown) => {
    if (error instanceof FileError) return error;
    throw error;
  });
  if (text instanceof FileError)
    return misuse(`Cannot read the rewrite rules ${quoted(file)}: ${text.message}.`, word);
  const rules = rewriteRules(text, { caseless: settingOf(settings, 'serve-caseless') });
  if ('rules' in rules) return rules;
  const { line, message, text: wrong, from = 0, to = from } = rules;
  const refused = misuse(`${file}:${line}: ${message}.`, word);
  if (wrong === undefined) return refused;
  return { ...refused, word: { text: wrong.slice(from, to), from, to }, line: wrong };
}

/** Refuses the first of `flags` that the call has: they do not apply to this kind of offering. */
function unsupportedFlag(call: Call, message: string, flags: readonly string[]): Misuse | undefined {
  const given = flags.find((flag) => call.flags.has(flag));
  return given === undefined ? undefined : misuse(message, call.flags.get(given));
}

function capital(text: string): string {
  return `${text.slice(0, 1).toUpperCase()}${text.slice(1)}`;
}

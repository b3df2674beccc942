// Reads which file on which server the user means: HOST:FILE, HOST:PORT:FILE, [v6]:FILE, tftp:// or a FILE of the
// chosen server. Pure.
import { TftpError } from '../../engine/tftp-error.ts';
import { percentEncoded } from '../../wire/names.ts';
import { printable, say } from '../../wire/text.ts';
import type { Printable } from '../../wire/text.ts';
import { parseTarget } from '../../wire/uri.ts';
import type { Misuse } from './misuse.ts';
import type { Word } from './parse.ts';

/** The server that commands talk to. */
export interface Peer {
  /** As the user named it. */
  readonly host: string;
  readonly port: number;
  /** The numeric address to which the name resolved when the user chose the server. */
  readonly address: string;
}

/** A file on a server. */
export interface RemoteFile {
  readonly host: string;
  readonly port: number;
  /** Empty after `HOST:` alone. */
  readonly file: string;
  readonly mode: 'octet' | 'netascii';
}

/** The settings that decide how a word for a remote file is read. */
export interface RemoteDefaults {
  /** The chosen server. */
  readonly peer: Peer | undefined;
  readonly mode: RemoteFile['mode'];
  /** The whole word is the file name, including any colon. */
  readonly literal: boolean;
  /** Hosts that this session used. */
  readonly hosts: readonly string[];
}

/** The file that `word` means. Without a host it is a file of the chosen server. */
export function readRemote(word: Word, { peer, mode, literal, hosts }: RemoteDefaults): RemoteFile | Misuse {
  if (literal) {
    if (peer === undefined) return notConnected(word);
    return { host: peer.host, port: peer.port, file: word.text, mode };
  }
  // Where a server is chosen only a host that is known is one: no name of a file is looked up by surprise.
  const isHost = (host: string): boolean =>
    peer === undefined || isNumeric(host) || ['localhost', peer.host, ...hosts].includes(host);
  const target = parseTarget(word.text, isHost);
  if (!target.ok) {
    const from = word.from + Math.min(target.at, Math.max(0, word.to - word.from - 1));
    return {
      ok: false,
      word: { ...word, from },
      message: say`Not a remote file: ${target.message}.`,
    };
  }
  const fileAndMode = { file: target.file, mode: target.mode ?? mode };
  if (target.host !== undefined) return { host: target.host, port: target.port ?? 69, ...fileAndMode };
  if (peer === undefined) return notConnected(word);
  return { host: peer.host, port: peer.port, ...fileAndMode };
}

/** Whether the word would name another host if no server were chosen. */
export function isLikeHostAndFile(text: string): boolean {
  const target = parseTarget(text);
  return target.ok && target.host !== undefined;
}

function isNumeric(host: string): boolean {
  return /^[0-9]{1,3}(\.[0-9]{1,3}){3}$/.test(host);
}

/** The answer if no server is chosen. Its first words are BSD's. */
export function notConnected(word: Word): Misuse {
  return {
    ok: false,
    word,
    message: printable('Not connected. Try "connect HOST", or write HOST:FILE.'),
  };
}

export function isUri(text: string): boolean {
  return /^tftp:\/\//i.test(text);
}

/** The last component of a path with slashes or backslashes. */
export function lastComponent(name: string): string {
  return name.split(/[\\/]/).at(-1) ?? '';
}

/** `10.0.0.1:boot.cfg`, `[fe80::1]:boot.cfg`. */
export function remoteText({ host, file }: Pick<RemoteFile, 'host' | 'file'>): Printable {
  const shown = printable(host);
  return host.includes(':') ? say`[${shown}]:${printable(file)}` : say`${shown}:${printable(file)}`;
}

/** The URI of a file, for `show command`. */
export function uriText({ host, port, file, mode }: RemoteFile): Printable {
  const where = host.includes(':') ? `[${host.replace('%', '%25')}]` : host;
  const path = file.split('/').map(percentEncoded).join('/');
  return printable(`tftp://${where}${port === 69 ? '' : `:${port}`}/${path};mode=${mode}`, 2000);
}

/** A usage error that is found too late to mark a word of the line. */
export function usageError(message: string): TftpError {
  return new TftpError(message, { by: 'usage', message });
}

// What a user may write for a file on a server: `tftp://host[:port]/file[;mode=…]` (RFC 3617), `HOST:FILE`,
// `[v6%zone]:FILE`, or a FILE alone. A port, and slashes that are not escaped, go beyond RFC 3617.
// Answers with a place for a caret, never throws. Imports nothing but its own room.
import { parseDecimal } from './decimal.ts';
import { parseMode, type Mode } from './mode.ts';
import { lowerAscii } from './options.ts';
import { say, type Printable } from './text.ts';

/** A file, and where it was said to be. `file` is empty after `HOST:` alone; the caller may know a name for it. */
export interface Target {
  readonly ok: true;
  /** A name or a numeric address, without brackets; an IPv6 zone after `%`. Missing: the host in use. */
  readonly host?: string;
  readonly port?: number;
  readonly file: string;
  readonly mode?: Mode;
}

/** Why a text is no target, and the index in it that the message is about. */
export interface NoTarget {
  readonly ok: false;
  readonly message: Printable;
  readonly at: number;
}

/**
 * Reads a target. A colon parts host and file unless a slash or backslash comes before it, so that `./a:b` is a
 * FILE. A single letter is a host as well: `C:\x` is the file `\x` on host `C`, since this names remote files only.
 */
export function parseTarget(text: string): Target | NoTarget {
  const odd = /\0|\p{Cs}/u.exec(text);
  if (odd) return refuse(say`this character cannot travel in a file name`, odd.index);
  if (lowerAscii(text.slice(0, scheme.length)) === scheme) return parseUri(text);
  if (text.startsWith('[')) return parseBracketed(text);
  const colon = /^[^/\\:]*(?=:)/.exec(text)?.[0].length;
  if (colon === undefined)
    return text === '' ? refuse(say`a file name is missing`, 0) : { ok: true, file: text };
  const host = text.slice(0, colon);
  return checkHost(host, 0) ?? { ok: true, host, file: text.slice(colon + 1) };
}

const scheme = 'tftp://';

function refuse(message: Printable, at: number): NoTarget {
  return { ok: false, message, at };
}

function checkHost(host: string, at: number): NoTarget | undefined {
  if (host === '') return refuse(say`a host is missing`, at);
  const odd = /[\s\p{C}@[\]%?#]/u.exec(host);
  return odd ? refuse(say`this character is not part of a host name`, at + odd.index) : undefined;
}

/** An address in brackets that starts at `at`: the address, and the index behind its bracket. */
function bracketed(text: string, at: number): { readonly host: string; readonly end: number } | NoTarget {
  const close = text.indexOf(']', at);
  if (close < 0) return refuse(say`the bracket is never closed`, at);
  const host = text.slice(at + 1, close);
  if (!/^[0-9a-f.]*:[0-9a-f:.]+(%[^\s%\p{C}]+)?$/iu.test(host))
    return refuse(say`an IPv6 address belongs in brackets`, at + 1);
  return { host, end: close + 1 };
}

function parseBracketed(text: string): Target | NoTarget {
  const found = bracketed(text, 0);
  if ('ok' in found) return found;
  if (text[found.end] !== ':')
    return refuse(say`a colon and a file name belong behind the bracket`, found.end);
  return { ok: true, host: found.host, file: text.slice(found.end + 1) };
}

// RFC 3617 §3: tftp://host/file[;mode=netascii|octet]. What follows the slash is the name, percent-decoded once.
function parseUri(text: string): Target | NoTarget {
  const slash = text.indexOf('/', scheme.length);
  const end = slash < 0 ? text.length : slash;
  const authority = parseAuthority(text, end);
  if ('ok' in authority) return authority;
  if (end + 1 >= text.length) return refuse(say`a slash and a file name belong behind the host`, end);
  const path = parsePath(text, end + 1);
  return 'ok' in path ? path : { ok: true, ...authority, ...path };
}

function parseAuthority(text: string, end: number): Pick<Target, 'host' | 'port'> | NoTarget {
  let host: string;
  let hostEnd: number;
  if (text[scheme.length] === '[') {
    // RFC 6874 §2: the % before a zone is itself escaped in a URI; without that it is understood as well.
    const found = bracketed(text.slice(0, end), scheme.length);
    if ('ok' in found) return found;
    host = found.host.replace(/%25(?=.)/, '%');
    hostEnd = found.end;
  } else {
    const colon = text.slice(0, end).indexOf(':', scheme.length);
    hostEnd = colon < 0 ? end : colon;
    host = text.slice(scheme.length, hostEnd);
    const problem = checkHost(host, scheme.length);
    if (problem) return problem;
  }
  if (hostEnd === end) return { host };
  if (text[hostEnd] !== ':') return refuse(say`only a colon and a port may follow the address`, hostEnd);
  const port = parseDecimal(text.slice(hostEnd + 1, end));
  if (port === undefined || port < 1 || port > 65535)
    return refuse(say`a port is a number from 1 to 65535`, hostEnd + 1);
  return { host, port };
}

function parsePath(text: string, start: number): Pick<Target, 'file' | 'mode'> | NoTarget {
  const suffix = /;mode=([^;/]*)$/i.exec(text.slice(start));
  const end = suffix ? start + suffix.index : text.length;
  if (end === start) return refuse(say`a file name is missing`, start);
  const file = decodePercent(text, start, end);
  if (typeof file !== 'string') return file;
  if (!suffix) return { file };
  const mode = parseMode(suffix[1] ?? '');
  if (mode === 'octet' || mode === 'netascii') return { file, mode };
  return refuse(say`the mode is octet or netascii`, end + ';mode='.length);
}

function decodePercent(text: string, start: number, end: number): string | NoTarget {
  const path = text.slice(start, end);
  const broken = /%(?![0-9a-f]{2})/i.exec(path);
  if (broken)
    return refuse(
      say`two hexadecimal digits belong behind a %; %25 is the sign itself`,
      start + broken.index,
    );
  const nul = path.indexOf('%00');
  if (nul >= 0) return refuse(say`this character cannot travel in a file name`, start + nul);
  try {
    return decodeURIComponent(path);
  } catch {
    return refuse(say`the escapes do not make UTF-8 characters`, start + path.indexOf('%'));
  }
}

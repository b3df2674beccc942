// How a user may name a file on a server: `tftp://host[:port]/file[;mode=…]` (RFC 3617), `HOST:FILE`, U-Boot's
// `HOST:PORT:FILE`, `[v6%zone]:FILE`, or only FILE. RFC 3617 has neither the port nor slashes without an escape.
// A refusal says where the text is wrong, so that the shell can put a caret there. Nothing throws.
import { parseDecimal } from './decimal.ts';
import { parseMode, type Mode } from './mode.ts';
import { flawOf, percentDecoded } from './names.ts';
import { lowerAscii } from './options.ts';
import { say, type Printable } from './text.ts';

/** A file and its server. `file` is empty for `HOST:` alone; the caller may have a name for it. */
export interface Target {
  readonly ok: true;
  /** A name or a numeric address, without brackets; an IPv6 zone after `%`. Undefined: the current host. */
  readonly host?: string;
  readonly port?: number;
  readonly file: string;
  readonly mode?: Mode;
}

/** Why a text is not a target. `at` is the index in the text that the message is about. */
export interface InvalidTarget {
  readonly ok: false;
  readonly message: Printable;
  readonly at: number;
}

/**
 * Reads a target. A colon separates host and file, unless a slash or backslash comes before it: `./a:b` is a FILE.
 * `C:\x` is a FILE too: no host is followed by a backslash. `isHost` says which words before a colon are hosts; without
 * it all are. A word that is not a host is part of the name of the file.
 */
export function parseTarget(
  text: string,
  isHost: (host: string) => boolean = () => true,
): Target | InvalidTarget {
  const flaw = flawOf(text);
  if (flaw !== undefined) return refuse(say`a file name cannot contain this character`, flaw);
  if (lowerAscii(text.slice(0, scheme.length)) === scheme) return parseUri(text);
  if (text.startsWith('[')) return parseBracketed(text);
  const colon = /^[^/\\:]*(?=:)/.exec(text)?.[0].length;
  if (colon === undefined)
    return text === '' ? refuse(say`a file name is missing`, 0) : { ok: true, file: text };
  const host = text.slice(0, colon);
  if (host !== '' && (text[colon + 1] === '\\' || !isHost(host))) return { ok: true, file: text };
  return checkHost(host, 0) ?? { ok: true, host, ...portAndFile(text.slice(colon + 1)) };
}

/** What follows `HOST:`. U-Boot writes `PORT:FILE`; a name with more colons, such as one of a MAC address, is a FILE. */
function portAndFile(text: string): Pick<Target, 'port' | 'file'> {
  const [, digits = '', file = ''] = /^([0-9]{1,5}):([^:]*)$/.exec(text) ?? [];
  const port = parseDecimal(digits);
  return port !== undefined && port >= 1 && port <= 65535 ? { port, file } : { file: text };
}

const scheme = 'tftp://';

function refuse(message: Printable, at: number): InvalidTarget {
  return { ok: false, message, at };
}

function checkHost(host: string, at: number): InvalidTarget | undefined {
  if (host === '') return refuse(say`a host is missing`, at);
  const odd = /[\s\p{C}@[\]%?#]/u.exec(host);
  return odd ? refuse(say`a host name cannot contain this character`, at + odd.index) : undefined;
}

/** Reads the address in brackets at `at`. `end` is the index after the closing bracket. */
function bracketed(
  text: string,
  at: number,
): { readonly host: string; readonly end: number } | InvalidTarget {
  const close = text.indexOf(']', at);
  if (close < 0) return refuse(say`the closing bracket is missing`, at);
  const host = text.slice(at + 1, close);
  if (!/^[0-9a-f.]*:[0-9a-f:.]+(%[^\s%\p{C}]+)?$/iu.test(host))
    return refuse(say`only an IPv6 address may be in brackets`, at + 1);
  return { host, end: close + 1 };
}

function parseBracketed(text: string): Target | InvalidTarget {
  const found = bracketed(text, 0);
  if ('ok' in found) return found;
  if (text[found.end] !== ':') return refuse(say`a colon and a file name must follow the bracket`, found.end);
  return { ok: true, host: found.host, ...portAndFile(text.slice(found.end + 1)) };
}

// RFC 3617 §3: tftp://host/file[;mode=netascii|octet]. The name follows the slash and is percent-decoded once.
function parseUri(text: string): Target | InvalidTarget {
  const slash = text.indexOf('/', scheme.length);
  const end = slash < 0 ? text.length : slash;
  const authority = parseAuthority(text, end);
  if ('ok' in authority) return authority;
  if (end + 1 >= text.length) return refuse(say`a slash and a file name must follow the host`, end);
  const path = parsePath(text, end + 1);
  return 'ok' in path ? path : { ok: true, ...authority, ...path };
}

function parseAuthority(text: string, end: number): Pick<Target, 'host' | 'port'> | InvalidTarget {
  let host: string;
  let hostEnd: number;
  if (text[scheme.length] === '[') {
    // RFC 6874 §2: in a URI the % before a zone is written %25. A bare % is accepted too.
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

function parsePath(text: string, start: number): Pick<Target, 'file' | 'mode'> | InvalidTarget {
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

function decodePercent(text: string, start: number, end: number): string | InvalidTarget {
  const path = text.slice(start, end);
  const broken = /%(?![0-9a-f]{2})/i.exec(path);
  if (broken)
    return refuse(say`two hexadecimal digits must follow a %; write %25 for a %`, start + broken.index);
  const nul = path.indexOf('%00');
  if (nul >= 0) return refuse(say`a file name cannot contain this character`, start + nul);
  return percentDecoded(path);
}

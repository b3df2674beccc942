// Reads a word as a host with an optional port, or as the place where a command listens.
import { servicePort } from '../../network/resolve.ts';
import { parseTarget } from '../../wire/uri.ts';
import { tid, type Tid } from '../../wire/tid.ts';
import { misuse, type Misuse } from './misuse.ts';
import type { Word } from './parse.ts';
import { isUri } from './remote-file.ts';

/** Reads `HOST`, `HOST:PORT`, `[v6]`, `[v6]:PORT` or a URI; the path of the URI is ignored. */
export function readHost(
  text: string,
): { readonly host: string; readonly port: number | undefined } | undefined {
  if (isUri(text)) {
    const target = parseTarget(`${text.replace(/^(tftp:\/\/[^/]*).*$/i, '$1')}/-`);
    return target.ok && target.host !== undefined ? { host: target.host, port: target.port } : undefined;
  }
  const match = /^(?:\[([^\]]+)\]|([^\s:[\]/\\]+))(?::([0-9]{1,5}))?$/.exec(text);
  const host = match?.[1] ?? match?.[2];
  if (host !== undefined) {
    const port = match?.[3] === undefined ? undefined : servicePort(match[3]);
    return match?.[3] !== undefined && (port === undefined || port === 0) ? undefined : { host, port };
  }
  return /^[0-9a-f.]*:[0-9a-f:.]+(%[^\s%]+)?$/i.test(text) ? { host: text, port: undefined } : undefined;
}

/** `6969`, `0.0.0.0:6969` or `[::]:6969`. */
export function readListen(word: Word): Tid | Misuse {
  const match = /^(?:(?:\[([0-9a-f:.%\w]+)\]|([0-9.]+)):)?([0-9]{1,5})$/i.exec(word.text);
  const port = Number(match?.[3] ?? NaN);
  if (!(port <= 65_535)) return misuse('LISTEN is PORT or ADDRESS:PORT, such as 0.0.0.0:6969.', word);
  return tid(match?.[1] ?? match?.[2] ?? '127.0.0.1', port);
}

// Reads which server a probe, check or tune asks: HOST [PORT], `self`, a URI, or the chosen server.
import { servicePort } from '../../network/resolve.ts';
import { say } from '../../wire/text.ts';
import { parseTarget } from '../../wire/uri.ts';
import { readHost } from '../language/host.ts';
import type { Misuse } from '../language/misuse.ts';
import type { Word } from '../language/parse.ts';
import { isUri } from '../language/remote-file.ts';
import type { ShellContext } from '../session/context.ts';

/** A server, and the file of a URI that names one. */
export interface ServerWords {
  readonly host: string;
  readonly port: number;
  readonly file: string | undefined;
}

/** The server that the words mean. */
export function readServer(
  [word, portWord]: readonly (Word | undefined)[],
  { peer, server }: Pick<ShellContext, 'peer' | 'server'>,
): ServerWords | Misuse {
  if (word === undefined) {
    const { current } = peer;
    if (current !== undefined) return { host: current.host, port: current.port, file: undefined };
    return { ok: false, word, message: say`Name a server, or choose one with "connect HOST".` };
  }
  if (word.text === 'self') {
    const own = server.local;
    if (own === undefined)
      return { ok: false, word, message: say`Our server is not running. Try "serve DIR".` };
    return { host: own.address, port: own.port, file: undefined };
  }
  const where = readHost(word.text);
  if (where === undefined) return { ok: false, word, message: say`Not a host name or address.` };
  const port = portWord === undefined ? (where.port ?? 69) : servicePort(portWord.text);
  if (port === undefined || port === 0)
    return { ok: false, word: portWord, message: say`Give a port from 1 to 65535 or a service name.` };
  return { host: where.host, port, file: fileOf(word.text) };
}

/** The path of a URI; undefined without one. */
function fileOf(text: string): string | undefined {
  const target = isUri(text) ? parseTarget(text) : undefined;
  return target?.ok === true && target.file !== '' ? target.file : undefined;
}

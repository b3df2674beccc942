// A word of a command as a file on a server, read with the settings and the server of the session.
import type { Word } from '../language/parse.ts';
import { readRemote } from '../language/remote-file.ts';
import type { Misuse } from '../language/misuse.ts';
import type { RemoteFile } from '../language/remote-file.ts';
import type { ShellContext } from '../session/context.ts';

export function readRemoteWord(
  word: Word,
  { peer, settings }: Pick<ShellContext, 'peer' | 'settings'>,
): RemoteFile | Misuse {
  const mode = settings.get('mode');
  return readRemote(word, { peer: peer.current, mode, literal: settings.get('literal') });
}

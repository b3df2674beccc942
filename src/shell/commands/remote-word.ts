// Reads a word of a command as a file on a server, with the current settings and the chosen server.
import type { Word } from '../language/parse.ts';
import { readRemote } from '../language/remote-file.ts';
import type { Misuse } from '../language/misuse.ts';
import type { RemoteFile } from '../language/remote-file.ts';
import type { ShellContext } from '../session/context.ts';

/** The file that `word` means with the current settings and the chosen server. */
export function readRemoteWord(
  word: Word,
  { peer, settings }: Pick<ShellContext, 'peer' | 'settings'>,
): RemoteFile | Misuse {
  const mode = settings.get('mode');
  return readRemote(word, { peer: peer.current, mode, literal: settings.get('literal') });
}

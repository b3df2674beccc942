// Reads a word of a command as a file on a server, with the current settings and the chosen server.
import type { Word } from '../language/parse.ts';
import { isLikeHostAndFile, readRemote } from '../language/remote-file.ts';
import { isMisuse } from '../language/misuse.ts';
import type { Misuse } from '../language/misuse.ts';
import type { RemoteFile } from '../language/remote-file.ts';
import type { ShellContext } from '../session/context.ts';
import { printable, say } from '../../wire/text.ts';

/**
 * The file that `word` means with the current settings and the chosen server. A hint is printed if a word before a
 * colon could be a host and is read as a part of the name.
 */
export function readRemoteWord(
  word: Word,
  { peer, settings, usedNames, output }: Pick<ShellContext, 'peer' | 'settings' | 'usedNames' | 'output'>,
): RemoteFile | Misuse {
  const literal = settings.get('literal');
  const hosts = usedNames.hosts(undefined).map(({ text }) => text);
  const remote = readRemote(word, { peer: peer.current, mode: settings.get('mode'), literal, hosts });
  if (!literal && !isMisuse(remote) && remote.file === word.text && isLikeHostAndFile(word.text))
    output.print(
      [
        say`${printable(word.text)} is taken as a file of ${printable(remote.host)}; another host: tftp://HOST/FILE.`,
        say`Write ./NAME, or use "literal on", to take every colon as part of a name.`,
      ],
      'hint',
    );
  return remote;
}

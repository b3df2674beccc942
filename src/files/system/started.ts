// What this process was started with. Node gives arguments and the directory as text, in which an octet that is not UTF-8 is
// U+FFFD; Linux still knows the octets.
import { readFileSync, readlinkSync } from 'node:fs';
import { decodeName } from '../../wire/names.ts';

/** What Node puts in the place of an octet that is not UTF-8. */
const lost = '\ufffd';

/** `words`, the last arguments of this process, with all their octets. Where the system does not tell them, `words` itself. */
export function argumentsWithOctets(words: readonly string[]): readonly string[] {
  if (!words.some((word) => word.includes(lost))) return words;
  try {
    const all = readFileSync('/proc/self/cmdline').toString('latin1').split('\0').slice(0, -1);
    const octets = all.slice(-words.length).map((word) => Buffer.from(word, 'latin1'));
    const isSame =
      octets.length === words.length && words.every((word, at) => octets[at]?.toString() === word);
    return isSame ? octets.map((word) => decodeName(word)) : words;
  } catch {
    return words;
  }
}

/** `path`, the directory of this process, with all its octets, like {@link argumentsWithOctets}. */
export function directoryWithOctets(path: string): string {
  if (!path.includes(lost)) return path;
  try {
    return decodeName(readlinkSync('/proc/self/cwd', { encoding: 'buffer' }));
  } catch {
    return path;
  }
}

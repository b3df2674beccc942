// Turns a file name that a stranger chose into one that is safe on any disk and in any shell.
import { raw, type Untrusted } from '../../wire/text.ts';

/** Octets of a name: room is left for `.partial` and a number. */
const longest = 200;
const reserved = /^(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³]|conin\$|conout\$)$/i;
const encoder = new TextEncoder();

/**
 * The last component of `remote` with everything replaced by `_` that a disk, a terminal or a shell could take for
 * more than a name. Different names may become the same: the caller numbers them.
 */
export function harmlessName(remote: Untrusted | undefined): string {
  const text = remote === undefined ? '' : raw(remote);
  const last = text.split(/[\\/]/).findLast((part) => part !== '') ?? '';
  const short = shorten(last.slice(0, longest).normalize('NFC'))
    .replace(/[\p{C}\p{Zl}\p{Zp}\p{DI}<>:"|?*'`$&;!(){}[\]]/gu, '_')
    .replace(/^[-.~\s]|[. ]+$/g, '_');
  if (short === '') return 'unnamed';
  const stem = short.split('.', 1)[0] ?? '';
  return reserved.test(stem.trimEnd()) ? `_${short}` : short;
}

function shorten(name: string): string {
  let short = name;
  // Whole characters only.
  while (encoder.encode(short).length > longest) short = Array.from(short).slice(0, -1).join('');
  return short;
}

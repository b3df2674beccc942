// The mode of a request (RFC 1350 §1, §5). `binary`, `image` and `ascii` are words of the shell, never of the wire.
import { lowerAscii } from './options.ts';
import type { Untrusted } from './text.ts';

/** How a file is sent: unchanged, or with the line ends of netascii. */
export type Mode = 'octet' | 'netascii';

/** Reads a mode in upper or lower case. `mail` is recognised only to be refused (RFC 1123 §4.2.2.1). */
export function parseMode(text: Untrusted | string): Mode | 'mail' | 'unknown' {
  const mode = lowerAscii(text as string);
  return mode === 'octet' || mode === 'netascii' || mode === 'mail' ? mode : 'unknown';
}

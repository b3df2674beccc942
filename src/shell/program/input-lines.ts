// Splits a stream of octets into lines, at LF or CRLF. The last line may lack its end. Memory never exceeds the longest
// line that is allowed.
import { decodeName } from '../../wire/names.ts';
import { longestLine } from '../language/parse.ts';

/** One line, or why it cannot be read. */
export type InputLine =
  { readonly type: 'line'; readonly text: string } | { readonly type: 'refused'; readonly message: string };

/** UTF-8 needs at most four octets for a character. */
const mostOctets = longestLine * 4;

/** Reads `input` line by line; octets that are not UTF-8 are as in a name. A line that is too long gives one refusal. */
export async function* readLines(input: AsyncIterable<Uint8Array | string>): AsyncGenerator<InputLine> {
  let parts: Uint8Array[] = [];
  let length = 0;
  let tooLong = false;
  for await (const chunk of input) {
    const octets = typeof chunk === 'string' ? Buffer.from(chunk) : chunk;
    let from = 0;
    for (let end = octets.indexOf(10); end >= 0; end = octets.indexOf(10, from)) {
      parts.push(octets.subarray(from, end));
      if (!tooLong) yield decodeLine(parts);
      parts = [];
      length = 0;
      tooLong = false;
      from = end + 1;
    }
    const partial = octets.subarray(from);
    if (tooLong || partial.length === 0) continue;
    parts.push(partial);
    length += partial.length;
    if (length <= mostOctets) continue;
    // Refused before its end arrives: the remainder may be a gigabyte.
    tooLong = true;
    parts = [];
    yield { type: 'refused', message: 'line too long: at most 4,096 characters' };
  }
  if (!tooLong && length > 0) yield decodeLine(parts);
}

function decodeLine(parts: readonly Uint8Array[]): InputLine {
  const octets = parts.length === 1 ? (parts[0] ?? new Uint8Array()) : Buffer.concat(parts);
  const end = octets.at(-1) === 13 ? octets.length - 1 : octets.length;
  // Editors of Windows begin a file with a byte order mark.
  return { type: 'line', text: decodeName(octets.subarray(0, end)).replace(/^\ufeff/, '') };
}

// A stream of octets cut into lines: LF or CRLF, with or without one at the end, never more memory than one line may take.
// Pure but for the stream. Never imports the session.
import { longestLine } from '../language/parse.ts';

export type InputLine =
  { readonly type: 'line'; readonly text: string } | { readonly type: 'refused'; readonly message: string };

/** No character takes more octets in UTF-8. */
const mostOctets = longestLine * 4;

/** Reads `input` line by line. A line that is too long, or is not UTF-8, is told as such once. */
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
    const rest = octets.subarray(from);
    if (tooLong || rest.length === 0) continue;
    parts.push(rest);
    length += rest.length;
    if (length <= mostOctets) continue;
    // Told as soon as it is known: the rest may be a gigabyte.
    tooLong = true;
    parts = [];
    yield { type: 'refused', message: 'line too long: at most 4,096 characters' };
  }
  if (!tooLong && length > 0) yield decodeLine(parts);
}

function decodeLine(parts: readonly Uint8Array[]): InputLine {
  const octets = parts.length === 1 ? (parts[0] ?? new Uint8Array()) : Buffer.concat(parts);
  const end = octets.at(-1) === 13 ? octets.length - 1 : octets.length;
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(octets.subarray(0, end));
    return { type: 'line', text };
  } catch {
    return { type: 'refused', message: 'not valid UTF-8' };
  }
}

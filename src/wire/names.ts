// Names of files: octets on the wire and on the disk, a string in memory. An octet that is not part of a UTF-8 character is
// a lone surrogate in the string, U+DC80 to U+DCFF, as Python's "surrogateescape" has it (PEP 383).
// Rule: no octet is lost and none is replaced, so two different names never become equal.

const strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const encoder = new TextEncoder();

/** U+DC00: the octet is added to it. */
const escapeBase = 0xdc00;
const notInNames = /\0|(?![\udc80-\udcff])\p{Cs}/u;

/** The name that has these octets. {@link encodeName} gives exactly the same octets back. */
export function decodeName(octets: Uint8Array): string {
  try {
    return strict.decode(octets);
  } catch {
    return decodeMixed(octets);
  }
}

function decodeMixed(octets: Uint8Array): string {
  let name = '';
  let from = 0;
  const characters = (end: number): string => (end > from ? strict.decode(octets.subarray(from, end)) : '');
  for (let at = 0; at < octets.length;) {
    const length = characterLength(octets, at);
    if (length > 0) {
      at += length;
      continue;
    }
    name += characters(at) + String.fromCharCode(escapeBase + (octets[at] ?? 0));
    at += 1;
    from = at;
  }
  return name + characters(octets.length);
}

/**
 * Octets of the UTF-8 character at `at`; 0 if none begins there. RFC 3629 §4: overlong forms, surrogates and numbers above
 * U+10FFFF are not characters.
 */
function characterLength(octets: Uint8Array, at: number): number {
  const first = octets[at] ?? 0;
  if (first < 0x80) return 1;
  if (first < 0xc2 || first > 0xf4) return 0;
  const length = first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
  const second = octets[at + 1] ?? 0;
  const least = first === 0xe0 ? 0xa0 : first === 0xf0 ? 0x90 : 0x80;
  const most = first === 0xed ? 0x9f : first === 0xf4 ? 0x8f : 0xbf;
  if (second < least || second > most) return 0;
  for (let index = 2; index < length; index++) if (((octets[at + index] ?? 0) & 0xc0) !== 0x80) return 0;
  return length;
}

/** The octets of a name, for the wire and the disk. Surrogates that stand for no octet become U+FFFD: see {@link flawOf}. */
export function encodeName(name: string): Uint8Array {
  if (name.isWellFormed()) return encoder.encode(name);
  const octets: number[] = [];
  for (const character of name) {
    const octet = escapedOctet(character);
    if (octet === undefined) octets.push(...encoder.encode(character));
    else octets.push(octet);
  }
  return Uint8Array.from(octets);
}

/** The octet that a character of a name stands for; undefined if it is an ordinary character. */
export function escapedOctet(character: string): number | undefined {
  const code = character.length === 1 ? character.charCodeAt(0) - escapeBase : 0;
  return code >= 0x80 && code <= 0xff ? code : undefined;
}

/** One octet as a part of a name. Several parts are joined by {@link settled}. */
export function octetInName(octet: number): string {
  return String.fromCharCode(octet < 0x80 ? octet : escapeBase + octet);
}

/** The octets in a name. */
export function nameLength(name: string): number {
  return encodeName(name).length;
}

/** The index of the first character that no name has: a NUL, or a lone surrogate that stands for no octet. */
export function flawOf(text: string): number | undefined {
  return notInNames.exec(text)?.index;
}

/** A name that was put together of parts, in its only spelling: octets that form a character are that character. */
export function settled(name: string): string {
  return name.isWellFormed() || flawOf(name) !== undefined ? name : decodeName(encodeName(name));
}

/** A part of a URI with its octets as `%FF` (RFC 3986 §2.1), as encodeURIComponent writes well-formed text. */
export function percentEncoded(name: string): string {
  const encode = (character: string): string => {
    const octet = escapedOctet(character);
    return octet === undefined ? encodeURIComponent(character) : `%${octet.toString(16).toUpperCase()}`;
  };
  return Array.from(name, encode).join('');
}

/** Reads {@link percentEncoded}. Each `%` must begin an escape. */
export function percentDecoded(text: string): string {
  const octets: number[] = [];
  for (const [piece, digits] of text.matchAll(/%([0-9a-f]{2})|[^%]+/gi)) {
    if (digits === undefined) octets.push(...encodeName(piece));
    else octets.push(Number.parseInt(digits, 16));
  }
  return decodeName(Uint8Array.from(octets));
}

// What the fields of a packet mean, with the RFC section that defines them. The rule: tables of words.
import { errorText } from '../../wire/codes.ts';
import { parseMode } from '../../wire/mode.ts';
import { knownOption, optionNumber, optionValue } from '../../wire/options.ts';
import { printable, say, type Printable } from '../../wire/text.ts';
import { grouped } from '../text/quantities.ts';

const opcodes: Readonly<Record<number, Printable>> = {
  1: say`RRQ, read request (RFC 1350 §5)`,
  2: say`WRQ, write request (RFC 1350 §5)`,
  3: say`DATA (RFC 1350 §5)`,
  4: say`ACK (RFC 1350 §5)`,
  5: say`ERROR (RFC 1350 §5)`,
  6: say`OACK, option acknowledgement (RFC 2347)`,
};

export function opcodeMeaning(opcode: number): Printable {
  return opcodes[opcode] ?? say`unknown`;
}

/** What each code means, besides its classic text. */
const errors: readonly Printable[] = [
  say`the message says what`,
  say`the server has no such file, or does not show it`,
  say`the file may not be read or written`,
  say`there is no room for the file`,
  say`the packet makes no sense here`,
  say`the packet that this answers came from a port that belongs to no transfer; it ends none`,
  say`the server does not overwrite`,
  say`of mode mail, which is obsolete`,
  say`the client cannot accept what the OACK says (RFC 2347)`,
];

export function errorMeaning(code: number): Printable {
  const more = errors[code];
  return more === undefined
    ? say`undefined code: the RFCs define 0 to 8`
    : say`${printable(errorText(code))}: ${more}`;
}

export function modeMeaning(text: string): Printable {
  const mode = parseMode(text);
  if (mode === 'octet') return say`octets as they are (RFC 1350 §1)`;
  if (mode === 'netascii') return say`text: CR LF ends a line, CR NUL is a CR (RFC 764)`;
  return mode === 'mail' ? say`obsolete (RFC 1123 §4.2.2.1)` : say`not a mode of RFC 1350`;
}

export function optionMeaning(name: string): Printable {
  const row = knownOption(name);
  if (row === undefined)
    return say`unknown: a server that does not know it leaves it out of the OACK (RFC 2347)`;
  return say`${row.meaning} (${row.source})`;
}

/** Its limits, and whether it keeps them; empty where nothing is known of the option. */
export function valueMeaning(name: string, text: string, opcode: number): Printable {
  const row = knownOption(name);
  if (row?.limits === undefined) return say``;
  const { min, max } = row.limits;
  const range =
    max === Number.MAX_SAFE_INTEGER ? say`${grouped(min)} and up` : say`${grouped(min)} to ${grouped(max)}`;
  if (optionNumber(row, text) === undefined) return say`not a decimal number; allowed: ${range}`;
  const value = optionValue(row, text);
  if (value === undefined) return say`outside ${range}`;
  const remark = row.remark?.(value, opcode);
  return remark === undefined ? say`allowed: ${range}` : say`allowed: ${range}; ${remark}`;
}

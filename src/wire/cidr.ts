// Blocks of addresses (RFC 4632, RFC 4291 §2.3): text read once, then matched against numeric addresses.
// An IPv4-mapped IPv6 address counts as the IPv4 address; zones are ignored. Nothing throws.
import { parseDecimal } from './decimal.ts';

/** A block of addresses: every address whose first `prefix` bits equal those of `octets` (4 or 16 octets). */
export interface Cidr {
  readonly octets: Uint8Array;
  readonly prefix: number;
}

/** Why a text is not a block. The message is printable. */
export interface InvalidCidr {
  readonly message: string;
}

/**
 * Reads `192.0.2.0/24`, `2001:db8::/32`, or a single address. Bits after the prefix do not matter: `192.0.2.7/24` is
 * the network of that host.
 */
export function parseCidr(text: string): Cidr | InvalidCidr {
  const slash = text.indexOf('/');
  const address = slash < 0 ? text : text.slice(0, slash);
  if (address.includes('%')) return { message: 'a block of addresses cannot have a zone' };
  const octets = parseAddress(address);
  if (octets === undefined)
    return {
      message: 'a block is a numeric address and a length, for example 192.0.2.0/24 or 2001:db8::/32',
    };
  const most = address.includes(':') ? 128 : 32;
  const length = slash < 0 ? most : parseDecimal(text.slice(slash + 1));
  if (length === undefined || length > most) return { message: `the prefix must be 0 to ${most}` };
  const prefix = length - (most - octets.length * 8);
  if (prefix < 0) return { message: 'the prefix of an IPv4-mapped block is at least 96' };
  return { octets, prefix };
}

/** Whether a numeric address lies in the block. An address of the other family never does. */
export function isWithin({ octets, prefix }: Cidr, address: string): boolean {
  const other = parseAddress(address);
  return other !== undefined && sameHead(octets, other, prefix);
}

/** Whether any of the blocks contains the numeric address, which is read only once. */
export function isWithinAny(blocks: readonly Cidr[], address: string): boolean {
  const other = parseAddress(address);
  return other !== undefined && blocks.some(({ octets, prefix }) => sameHead(octets, other, prefix));
}

function sameHead(a: Uint8Array, b: Uint8Array, bits: number): boolean {
  if (a.length !== b.length) return false;
  const whole = bits >> 3;
  for (let at = 0; at < whole; at += 1) if (a[at] !== b[at]) return false;
  const rest = bits & 7;
  return rest === 0 || ((a[whole] ?? 0) ^ (b[whole] ?? 0)) >> (8 - rest) === 0;
}

/** 4 or 16 octets of a numeric address in the forms of RFC 4291 §2.2; undefined for anything else. */
export function parseAddress(text: string): Uint8Array | undefined {
  if (!text.includes(':')) return parseFour(text);
  const [plain = ''] = text.split('%', 1);
  const octets = parseSix(plain);
  if (octets === undefined || !isMapped(octets)) return octets;
  return octets.slice(12);
}

function parseFour(text: string): Uint8Array | undefined {
  const parts = text.split('.');
  if (parts.length !== 4) return undefined;
  const octets = new Uint8Array(4);
  for (const [at, part] of parts.entries()) {
    // Some systems read a leading zero as octal, so such a text would mean different addresses.
    if (!/^(?:0|[1-9][0-9]{0,2})$/.test(part) || Number(part) > 255) return undefined;
    octets[at] = Number(part);
  }
  return octets;
}

function parseSix(text: string): Uint8Array | undefined {
  const halves = text.split('::');
  if (halves.length > 2) return undefined;
  const [head = '', tail] = halves;
  const left = groupsOf(head, tail === undefined);
  const right = tail === undefined ? [] : groupsOf(tail, true);
  if (left === undefined || right === undefined) return undefined;
  const known = left.length + right.length;
  if (tail === undefined ? known !== 16 : known > 14) return undefined;
  return Uint8Array.from([...left, ...Array.from({ length: 16 - known }, () => 0), ...right]);
}

/** Octets of groups between colons. With `isEnd` the last group may be an IPv4 address. */
function groupsOf(text: string, isEnd: boolean): number[] | undefined {
  if (text === '') return [];
  const octets: number[] = [];
  const groups = text.split(':');
  for (const [at, group] of groups.entries()) {
    if (isEnd && at === groups.length - 1 && group.includes('.')) {
      const four = parseFour(group);
      if (four === undefined) return undefined;
      octets.push(...four);
    } else if (/^[0-9a-f]{1,4}$/i.test(group)) {
      const value = Number.parseInt(group, 16);
      octets.push(value >> 8, value & 255);
    } else return undefined;
  }
  return octets;
}

/** RFC 4291 §2.5.5.2: ten octets of zeros, two of ones, then the IPv4 address. */
function isMapped(octets: Uint8Array): boolean {
  return octets.subarray(0, 10).every((octet) => octet === 0) && octets[10] === 255 && octets[11] === 255;
}

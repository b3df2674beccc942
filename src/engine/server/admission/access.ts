// Which addresses may use our server, and how far: allow and deny lists of address blocks, parsed once.
import { isWithinAny, parseCidr, type Cidr } from '../../../wire/cidr.ts';
import { quoted } from '../../../wire/text.ts';
import { usageError } from '../../tftp-error.ts';
import type { ServerSettings } from '../types.ts';

export interface Access {
  readonly allow: readonly Cidr[];
  readonly deny: readonly Cidr[];
  /** `allow` holds the word `any`: addresses outside the blocks may ask too. */
  readonly any: boolean;
}

/** @throws TftpError `by: 'usage'` naming the text that is not a block of addresses. */
export function accessFor(settings: {
  readonly allow?: readonly string[];
  readonly deny?: readonly string[];
}): Access {
  const { allow = [], deny = [] } = settings;
  const blocks = allow.filter((text) => text !== 'any');
  return { allow: blocks.map(blockOf), deny: deny.map(blockOf), any: blocks.length < allow.length };
}

/** Deny wins over allow. With an allow list, an address outside of it may not ask. */
export function mayAsk({ allow, deny, any }: Access, address: string): boolean {
  if (deny.length > 0 && isWithinAny(deny, address)) return false;
  return any || allow.length === 0 || isWithinAny(allow, address);
}

/** Whether an address lies in a block that the user named, or is on this machine: its owner may get full speed. */
export function isTrusted({ allow }: Access, address: string): boolean {
  return isLoopback(address) || isWithinAny(allow, address);
}

/** Whether only this machine reaches the address. */
export function isLoopback(address: string): boolean {
  return address === '::1' || /^(?:::ffff:)?127\./i.test(address);
}

/**
 * In single-port mode there is no secret port, so an ACK proves nothing: anybody can have a file sent to a victim.
 * @throws TftpError `by: 'usage'` where such a server would listen beyond loopback for everybody, and nobody said so.
 */
export function assertBounded(settings: ServerSettings): void {
  const { singlePort = false, lan = false, hosts = ['127.0.0.1'], sockets = [], allow = [] } = settings;
  const isLocal = !lan && sockets.length === 0 && hosts.every(isLoopback);
  if (singlePort && !isLocal && allow.length === 0)
    throw usageError('a single port beyond loopback needs --allow: name address blocks, or any');
}

function blockOf(text: string): Cidr {
  const parsed = parseCidr(text);
  if ('message' in parsed) throw usageError(`${quoted(text)} is not a block of addresses: ${parsed.message}`);
  return parsed;
}

/** Octets of one ACK on an Ethernet, with its headers. */
const ackLength = 46;
/** The largest block that travels in one packet. */
const wholeBlock = 1468;
/** The block of RFC 1350, which every client may ask for. */
const leastBlock = 512;
/** Octets of the largest window. */
const largestWindow = 98_304;

/**
 * `settings` with blocks and windows for an address that is not in `allow`. If there is one port, or a narrow range, a
 * forger can send an ACK to every port in the name of a victim. With these limits that costs as much as the victim gets.
 */
export function guessable(settings: ServerSettings): ServerSettings {
  const { singlePort, ports, blksize = Infinity, windowsize = Infinity } = settings;
  if (singlePort === true) return { ...settings, blksize: Math.min(blksize, wholeBlock), windowsize: 1 };
  const octets = ports === undefined ? Infinity : (ports.to - ports.from + 1) * ackLength;
  if (octets >= largestWindow) return settings;
  const block = Math.max(leastBlock, Math.min(wholeBlock, octets));
  const window = Math.max(1, Math.floor(octets / wholeBlock));
  return { ...settings, blksize: Math.min(blksize, block), windowsize: Math.min(windowsize, window) };
}

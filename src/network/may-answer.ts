// Decides from the source of a request whether it may be answered. Pure.
// Rule: a listening port applies it to each datagram before anything is sent.
import type { Tid } from '../wire/tid.ts';

/**
 * Whether an answer to `from` can reach exactly one host other than ourselves (`listening`). Node does not report the
 * destination of a datagram, so only the source can be checked.
 */
export function mayAnswer(from: Tid, listening: Tid): boolean {
  // RFC 768: source port 0 asks for no answer.
  if (from.port === 0) return false;
  if (from.port === listening.port && isOurs(from.address, listening.address)) return false;
  return from.address.includes(':') ? isSingleHost6(from.address) : isSingleHost4(from.address);
}

// A listener on all addresses also listens on the loopback addresses.
function isOurs(address: string, listening: string): boolean {
  if (address === listening) return true;
  if (listening === '0.0.0.0') return address.startsWith('127.');
  return listening === '::' && address === '::1';
}

// RFC 1122 §3.2.1.3: an address in 0.0.0.0/8, a multicast or a broadcast address is never a single sender.
function isSingleHost4(address: string): boolean {
  const first = Number(address.slice(0, address.indexOf('.')));
  return first > 0 && first < 224;
}

// RFC 4291 §2.5.2 and §2.7: neither the unspecified address nor a multicast one may be a source.
function isSingleHost6(address: string): boolean {
  return !address.startsWith('ff') && address !== '::';
}

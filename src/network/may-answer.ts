// Which sources a request may come from: a filter before anything is sent. Pure.
// A listening port applies it to each datagram.
import type { Tid } from '../wire/tid.ts';

/**
 * Whether an answer to `from` could reach one host, and one that is not ourselves (`listening`). Node does not tell the
 * destination of a datagram, so a request to a broadcast address is known by its source only.
 */
export function mayAnswer(from: Tid, listening: Tid): boolean {
  // RFC 768: source port 0 asks for no answer.
  if (from.port === 0) return false;
  if (from.port === listening.port && isOurs(from.address, listening.address)) return false;
  return from.address.includes(':') ? isSingleHost6(from.address) : isSingleHost4(from.address);
}

// A listener on all addresses is on the loopback ones too.
function isOurs(address: string, listening: string): boolean {
  if (address === listening) return true;
  if (listening === '0.0.0.0') return address.startsWith('127.');
  return listening === '::' && address === '::1';
}

// RFC 1122 §3.2.1.3: 0.0.0.0/8, multicast and broadcast never name the sender of an answerable datagram.
function isSingleHost4(address: string): boolean {
  const first = Number(address.slice(0, address.indexOf('.')));
  return first > 0 && first < 224;
}

// RFC 4291 §2.5.2 and §2.7: neither the unspecified address nor a multicast one may be a source.
function isSingleHost6(address: string): boolean {
  return !address.startsWith('ff') && address !== '::';
}

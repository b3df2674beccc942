// IPv4 (RFC 791) and IPv6 (RFC 8200) headers: what a packet carries, whole or as a fragment.
// Total: undefined for a header that makes no sense.
import { word } from '../file/octets.ts';

const fragmentHeader = 44;
const authentication = 51;
/** Hop-by-hop, routing, destination options, mobility, HIP, shim6: all have their length in the same field. */
const extensions = [0, 43, 60, 135, 139, 140];

/** What one IP packet carries. */
export interface Carried {
  readonly source: Uint8Array;
  readonly destination: Uint8Array;
  /** The protocol; in a later fragment it may be that of an extension header. */
  readonly protocol: number;
  /** What was captured of it. */
  readonly octets: Uint8Array;
  /** Octets that it had on the link. */
  readonly length: number;
  /** Its identification, which the sender changes with each packet; 0 where there is none. */
  readonly id: number;
  /** Routers it may still pass. */
  readonly hops: number;
  /** Where it belongs, when it is but a part. */
  readonly fragment: FragmentPlace | undefined;
}

export interface FragmentPlace {
  readonly id: number;
  readonly start: number;
  readonly more: boolean;
}

/** Reads an IP packet; `length` is what the link says that it had, where the packet itself does not. */
export function readIp(packet: Uint8Array, length: number): Carried | undefined {
  return (packet[0] ?? 0) >> 4 === 4 ? readIpv4(packet, length) : readIpv6(packet, length);
}

/** Walks through the extension headers of a reassembled packet, whose first header is `protocol`. */
export function unwrapExtensions(carried: Carried): Carried | undefined {
  return walk(carried);
}

function readIpv4(packet: Uint8Array, onLink: number): Carried | undefined {
  const head = ((packet[0] ?? 0) & 0x0f) * 4;
  if (head < 20 || packet.length < head) return undefined;
  // A length of 0 is a large packet that the network card was still to cut.
  const total = word(packet, 2) || onLink;
  if (total < head) return undefined;
  const flags = word(packet, 6);
  const start = (flags & 0x1fff) * 8;
  const more = (flags & 0x2000) !== 0;
  const carried = {
    source: packet.subarray(12, 16),
    destination: packet.subarray(16, 20),
    protocol: packet[9] ?? 0,
    octets: packet.subarray(head, total),
    length: total - head,
    id: word(packet, 4),
    hops: packet[8] ?? 0,
    fragment: start > 0 || more ? { id: word(packet, 4), start, more } : undefined,
  };
  return carried.fragment === undefined ? walk(carried) : carried;
}

function readIpv6(packet: Uint8Array, onLink: number): Carried | undefined {
  if (packet.length < 40) return undefined;
  const length = word(packet, 4) || Math.max(0, onLink - 40);
  return walk({
    source: packet.subarray(8, 24),
    destination: packet.subarray(24, 40),
    protocol: packet[6] ?? 0,
    octets: packet.subarray(40, 40 + length),
    length,
    id: 0,
    hops: packet[7] ?? 0,
    fragment: undefined,
  });
}

// RFC 8200 §4: each header names the next one. Every header takes octets, so that the walk ends. IPv4 has one such header.
function walk(carried: Carried): Carried | undefined {
  let { protocol, octets, length, id } = carried;
  const isIpv6 = carried.source.length === 16;
  while (
    protocol === authentication ||
    (isIpv6 && (protocol === fragmentHeader || extensions.includes(protocol)))
  ) {
    const next = octets[0] ?? 0;
    const size = octets[1] ?? 0;
    if (protocol === fragmentHeader) {
      if (octets.length < 8) return undefined;
      const place = word(octets, 2);
      id = word(octets, 4) * 0x10000 + word(octets, 6);
      const fragment = { id, start: place & 0xfff8, more: (place & 1) !== 0 };
      const rest = { ...carried, protocol: next, octets: octets.subarray(8), length: length - 8, id };
      // RFC 6946: a fragment that is the whole packet has nothing to wait for.
      if (fragment.start > 0 || fragment.more) return { ...rest, fragment };
      ({ protocol, octets, length } = rest);
      continue;
    }
    const taken = protocol === authentication ? (size + 2) * 4 : (size + 1) * 8;
    if (taken > octets.length) return undefined;
    protocol = next;
    octets = octets.subarray(taken);
    length -= taken;
  }
  return { ...carried, protocol, octets, length, id };
}

// Removes the head of each link type, so that an IPv4 or IPv6 packet is left. Total: undefined for anything else.
import { word, word32 } from '../file/octets.ts';

const ipv4 = 0x0800;
const ipv6 = 0x86dd;
/** 802.1Q, 802.1ad, and the numbers that stacked tags had before it. */
const vlanTypes = [0x8100, 0x88a8, 0x9100, 0x9200];

/** Where the head of a link ends, and the EtherType of what follows, where the head has one. */
interface Head {
  readonly end: number;
  readonly etherType: number | undefined;
}

type ReadHead = (octets: Uint8Array) => Head | undefined;

/** Link types by their number in captures (tcpdump.org/linktypes). */
const links: ReadonlyMap<number, ReadHead> = new Map<number, ReadHead>([
  [0, (octets) => loopback(octets)],
  [1, (octets) => ({ end: 14, etherType: word(octets, 12) })],
  [12, raw],
  [14, raw],
  [101, raw],
  [108, (octets) => loopback(octets)],
  [113, (octets) => ({ end: 16, etherType: word(octets, 14) })],
  [228, () => ({ end: 0, etherType: ipv4 })],
  [229, () => ({ end: 0, etherType: ipv6 })],
  [276, (octets) => ({ end: 20, etherType: word(octets, 0) })],
]);

/** Whether frames of this link type can be read. */
export function isKnownLink(link: number): boolean {
  return links.has(link);
}

/** The IP packet in a frame, including padding; undefined where there is none. */
export function ipPacket(link: number, octets: Uint8Array): Uint8Array | undefined {
  const head = links.get(link)?.(octets);
  if (head === undefined) return undefined;
  let { end, etherType } = head;
  while (etherType !== undefined && vlanTypes.includes(etherType) && end + 4 <= octets.length) {
    etherType = word(octets, end + 2);
    end += 4;
  }
  if (etherType !== undefined && etherType !== ipv4 && etherType !== ipv6) return undefined;
  if (end >= octets.length) return undefined;
  const packet = octets.subarray(end);
  const version = (packet[0] ?? 0) >> 4;
  const wanted = etherType === ipv4 ? 4 : etherType === ipv6 ? 6 : version;
  return version === wanted && (version === 4 || version === 6) ? packet : undefined;
}

function raw(): Head {
  return { end: 0, etherType: undefined };
}

// The address family in four octets, in the byte order of the machine that captured; IPv6 has several numbers.
function loopback(octets: Uint8Array): Head | undefined {
  const families = [word32(octets, 0, true), word32(octets, 0, false)];
  if (families.includes(2)) return { end: 4, etherType: ipv4 };
  return families.some((family) => [10, 24, 28, 30].includes(family))
    ? { end: 4, etherType: ipv6 }
    : undefined;
}

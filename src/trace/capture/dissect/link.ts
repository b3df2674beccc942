// The link types of captures by their number (tcpdump.org/linktypes), and how their frames are read.
import { word, word16, word32 } from '../file/octets.ts';
import { byEtherType, ethernet, frameRelay, hdlc, llc, ppp } from './ethernet.ts';
import { opaque, other, type ReadLayer, type Step } from './layer.ts';
import { avs, ppi, prism, radiotap, wireless } from './wireless.ts';

const links: ReadonlyMap<number, ReadLayer> = new Map<number, ReadLayer>([
  [0, loopback],
  [1, ethernet],
  [6, () => ({ next: llc, at: 14 })], // Token Ring
  [8, () => ({ ip: undefined, at: 16 })], // SLIP
  [9, ppp],
  [10, () => ({ next: llc, at: 13 })], // FDDI
  [11, llc], // ATM (RFC 2684)
  [12, anyIp],
  [14, anyIp],
  [50, hdlc],
  [51, () => ({ next: ppp, at: 6 })], // PPPoE session
  [100, llc],
  [101, anyIp],
  [104, hdlc],
  [105, wireless],
  [107, frameRelay],
  [108, loopback],
  [113, cooked],
  [119, prism],
  [122, () => ({ next: llc, at: 16 })], // IP over Fibre Channel
  [127, radiotap],
  [163, avs],
  [166, (octets) => ({ next: ppp, at: octets[1] === 0x03 ? 2 : 1 })], // pppd: a direction stands for the address
  [192, ppi],
  [204, () => ({ next: ppp, at: 1 })],
  [228, () => ({ ip: 4, at: 0 })],
  [229, () => ({ ip: 6, at: 0 })],
  [239, firewallLog],
  [276, (octets) => cookedType(word(octets, 0), 20)],
]);

/** Names of link types that carry no IP, or whose frames are not read. */
const names: ReadonlyMap<number, string> = new Map([
  [117, 'PF log'],
  [147, 'user 0'],
  [187, 'Bluetooth'],
  [189, 'USB'],
  [195, '802.15.4'],
  [201, 'Bluetooth'],
  [220, 'USB'],
  [227, 'CAN'],
  [230, '802.15.4'],
  [249, 'USB'],
  [253, 'netlink'],
]);

/** What a frame of this link type leads to. */
export function byLink(link: number, octets: Uint8Array): Step {
  const read = links.get(link);
  if (read !== undefined) return read(octets);
  const name = names.get(link);
  return opaque(name === undefined ? `link type ${link}` : `link type ${link} (${name})`);
}

function anyIp(): Step {
  return { ip: undefined, at: 0 };
}

// The address family in four octets, in the byte order of the machine that captured; IPv6 has several numbers.
function loopback(octets: Uint8Array): Step {
  const families = [word32(octets, 0, true), word32(octets, 0, false)];
  if (families.includes(2)) return { ip: 4, at: 4 };
  if (families.some((family) => [10, 24, 28, 30].includes(family))) return { ip: 6, at: 4 };
  return other('another address family');
}

function cooked(octets: Uint8Array): Step {
  return cookedType(word(octets, 14), 16);
}

/** Linux has numbers below 1536 for what has no EtherType: 1 is raw 802.3, 4 is LLC. */
function cookedType(type: number, at: number): Step {
  if (type === 1) return other('IPX');
  return type < 0x600 && type !== 4 ? opaque(`Linux protocol ${type}`) : byEtherType(type, at);
}

/** NFLOG: fields with a length in the byte order of the machine; field 9 is the packet. */
function firewallLog(octets: Uint8Array): Step {
  const little = word16(octets, 4, true) < word16(octets, 4, false);
  for (let at = 4; at + 4 <= octets.length;) {
    const length = word16(octets, at, little);
    if (word16(octets, at + 2, little) === 9) return { ip: undefined, at: at + 4 };
    if (length < 4) break;
    at += Math.ceil(length / 4) * 4;
  }
  return opaque('NFLOG without a packet');
}

// Ethernet and what lies between it and IP: tags, LLC and SNAP, MPLS, PPPoE and PPP, the framings of serial lines.
// Rule: every reader uses at least one octet of each layer, so that the walk ends.
import { word } from '../file/octets.ts';
import { opaque, other, type ReadLayer, type Step } from './layer.ts';

export const ipv4Type = 0x0800;
const ipv6Type = 0x86dd;
/** Below this the field of Ethernet is a length (IEEE 802.3). */
const lowestType = 0x0600;

/** Tags in front of another EtherType, and octets from one EtherType to the next. */
const tags: ReadonlyMap<number, number> = new Map([
  [0x8100, 4], // 802.1Q
  [0x88a8, 4], // 802.1ad
  [0x9100, 4], // numbers of stacked tags before 802.1ad
  [0x9200, 4],
  [0x9300, 4],
  [0x893f, 8], // 802.1BR
  [0x8926, 6], // VN-Tag
]);

const namedTypes: ReadonlyMap<number, string> = new Map([
  [0x0806, 'ARP'],
  [0x8035, 'RARP'],
  [0x88cc, 'LLDP'],
  [0x8863, 'PPPoE discovery'],
  [0x888e, '802.1X'],
  [0x8809, 'LACP'],
  [0x8808, 'Ethernet flow control'],
  [0x8137, 'IPX'],
  [0x9000, 'Ethernet loopback'],
  [0x88f7, 'PTP'],
  [0x8892, 'PROFINET'],
  [0x88a4, 'EtherCAT'],
]);

/** What follows an EtherType that ends at `at`. */
export function byEtherType(type: number, at: number): Step {
  if (type === ipv4Type) return { ip: 4, at };
  if (type === ipv6Type) return { ip: 6, at };
  const tag = tags.get(type);
  if (tag !== undefined) return { next: (octets) => byEtherType(word(octets, tag - 2), tag), at };
  switch (type) {
    case 0x8847:
    case 0x8848:
      return { next: mpls, at };
    case 0x8864:
      // RFC 2516 §4: six octets, the last two of them a length.
      return { next: ppp, at: at + 6 };
    case 0x88e7:
      // 802.1ah: an I-Tag in front of a frame of the customer.
      return { next: ethernet, at: at + 4 };
    case 0x88e5:
      return { next: macsec, at };
    case 0x6558:
      return { next: ethernet, at };
    case 0x880b:
      return { next: ppp, at };
    case 0x8870:
      return { next: llc, at };
    default:
      if (type < lowestType) return { next: llc, at };
      return namedTypes.has(type)
        ? other(namedTypes.get(type) ?? '')
        : opaque(`EtherType 0x${type.toString(16).padStart(4, '0')}`);
  }
}

export const ethernet: ReadLayer = (octets) => byEtherType(word(octets, 12), 14);

/** IEEE 802.2, and SNAP (RFC 1042) in it. */
export const llc: ReadLayer = (octets) => {
  const saps = word(octets, 0);
  if (saps === 0xaaaa) return snap(octets);
  if (saps === 0x0606) return { ip: 4, at: 3 };
  // RFC 2684 §5.2: NLPID of ISO.
  if (saps === 0xfefe) return octets[3] === undefined ? other('OSI') : nlpid(octets[3], 4);
  if (saps === 0x4242) return other('spanning tree');
  return saps === 0xe0e0 || saps === 0xffff ? other('IPX') : other('LLC');
};

function snap(octets: Uint8Array): Step {
  const owner = ((octets[3] ?? 0) << 16) | word(octets, 4);
  const type = word(octets, 6);
  if (owner === 0 || owner === 0x0000f8) return byEtherType(type, 8);
  // RFC 2684 §5.2: bridged Ethernet, with two octets of padding on ATM alone.
  if (owner === 0x0080c2 && (type === 1 || type === 7)) return { next: ethernet, at: 8 };
  return owner === 0x00000c ? other('Cisco discovery') : other('SNAP');
}

function nlpid(id: number, at: number): Step {
  if (id === 0xcc) return { ip: 4, at };
  if (id === 0x8e) return { ip: 6, at };
  if (id === 0x80) return { next: (octets) => snapAfterNlpid(octets), at };
  return id === 0xcf ? { next: ppp, at } : other('OSI');
}

function snapAfterNlpid(octets: Uint8Array): Step {
  const owner = ((octets[0] ?? 0) << 16) | word(octets, 1);
  return owner === 0 ? byEtherType(word(octets, 3), 5) : other('SNAP');
}

/** RFC 3032: the label stack does not say what follows; its first four bits do (RFC 4928 §3). */
export const mpls: ReadLayer = (octets) => {
  const isLast = ((octets[2] ?? 0) & 1) !== 0;
  return isLast ? { next: afterLabels, at: 4 } : { next: mpls, at: 4 };
};

const afterLabels: ReadLayer = (octets) => {
  const version = (octets[0] ?? 0) >> 4;
  if (version === 4 || version === 6) return { ip: version, at: 0 };
  // RFC 4385 §3: a control word begins with four zero bits, as many Ethernet addresses do.
  for (const at of [4, 0]) if (isFrame(octets.subarray(at))) return { next: ethernet, at };
  return opaque('MPLS');
};

function isFrame(octets: Uint8Array): boolean {
  const type = word(octets, 12);
  return type === ipv4Type || type === ipv6Type || tags.has(type) || namedTypes.has(type);
}

/** IEEE 802.1AE: without encryption the frame follows the tag. */
const macsec: ReadLayer = (octets) => {
  const flags = octets[0] ?? 0;
  if ((flags & 0x0c) !== 0) return opaque('MACsec, encrypted');
  const end = (flags & 0x20) === 0 ? 6 : 14;
  return byEtherType(word(octets, end), end + 2);
};

/** RFC 1661 §2: address and control may be left out, and so may the first octet of the protocol. */
export const ppp: ReadLayer = (octets) => {
  let at = word(octets, 0) === 0xff03 ? 2 : 0;
  const first = octets[at] ?? 0;
  const protocol = (first & 1) === 1 ? first : word(octets, at);
  at += (first & 1) === 1 ? 1 : 2;
  switch (protocol) {
    case 0x0021:
      return { ip: 4, at };
    case 0x0057:
      return { ip: 6, at };
    case 0x0281:
    case 0x0283:
      return { next: mpls, at };
    case 0x0031:
      // RFC 3518 §4.2: flags, then the kind of address; 1 is Ethernet.
      return octets[at + 1] === 1 ? { next: ethernet, at: at + 2 } : other('PPP bridging');
    case 0x003d:
      // RFC 1990 §3: a packet that begins and ends in this fragment.
      return ((octets[at] ?? 0) & 0xc0) === 0xc0
        ? { next: ppp, at: at + 4 }
        : opaque('PPP multilink fragment');
    case 0x0053:
      return opaque('PPP, encrypted');
    case 0x00fd:
    case 0x00fb:
      return opaque('PPP, compressed');
    case 0x002d:
    case 0x002f:
      return other('TCP');
    default:
      return protocol >= 0x8000
        ? other('PPP control')
        : opaque(`PPP protocol 0x${protocol.toString(16).padStart(4, '0')}`);
  }
};

/** Cisco HDLC: an address, a zero, an EtherType. PPP on the same lines begins with FF 03. */
export const hdlc: ReadLayer = (octets) => {
  const address = octets[0] ?? 0;
  if (address === 0xff) return { next: ppp, at: 0 };
  const type = word(octets, 2);
  return type === 0x8035 ? other('Cisco keepalive') : byEtherType(type, 4);
};

/** RFC 2427 §3: an address of two to four octets, UI, NLPID. Cisco has an EtherType there. */
export const frameRelay: ReadLayer = (octets) => {
  let at = 0;
  while (at < 4 && ((octets[at] ?? 1) & 1) === 0) at += 1;
  at += 1;
  if (octets[at] !== 0x03) return byEtherType(word(octets, at), at + 2);
  const padded = octets[at + 1] === 0 ? at + 2 : at + 1;
  return nlpid(octets[padded] ?? 0, padded + 1);
};

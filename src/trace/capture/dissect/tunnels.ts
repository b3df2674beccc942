// Tunnels: frames and packets that IP or UDP carries. GRE, EtherIP, MPLS, VXLAN, GENEVE, TZSP, L2TP.
// Rule: a UDP port alone proves nothing, since a transfer may have it. The head of the tunnel must fit too.
import { word, word32 } from '../file/octets.ts';
import { byEtherType, ethernet, mpls, ppp } from './ethernet.ts';
import { cutShort, opaque, other, type ReadLayer, type Step } from './layer.ts';
import { avs, prism, wireless } from './wireless.ts';

/** RFC 2784, RFC 2890; version 1 is that of PPTP (RFC 2637 §4.1). */
const gre: ReadLayer = (octets) => {
  const [flags = 0, second = 0] = octets;
  const type = word(octets, 2);
  if ((second & 7) === 1) {
    const at = 8 + ((flags & 0x10) === 0 ? 0 : 4) + ((second & 0x80) === 0 ? 0 : 4);
    return type === 0x880b ? { next: ppp, at } : opaque('GRE of version 1');
  }
  if ((second & 7) !== 0 || (flags & 0x40) !== 0) return opaque('GRE with routes or of another version');
  const isSequenced = (flags & 0x10) !== 0;
  const at = 4 + ((flags & 0x80) === 0 ? 0 : 4) + ((flags & 0x20) === 0 ? 0 : 4) + (isSequenced ? 4 : 0);
  // ERSPAN: type I has no head of its own.
  if (type === 0x88be) return { next: ethernet, at: isSequenced ? at + 8 : at };
  if (type === 0x22eb) return { next: erspan3, at };
  return type === 0 ? other('GRE keepalive') : byEtherType(type, at);
};

const erspan3: ReadLayer = (octets) => ({ next: ethernet, at: ((octets[11] ?? 0) & 1) === 0 ? 12 : 20 });

/** What IP carries, by its protocol number. */
const carriers: ReadonlyMap<number, ReadLayer> = new Map<number, ReadLayer>([
  [4, () => ({ ip: 4, at: 0 })],
  [41, () => ({ ip: 6, at: 0 })],
  [47, gre],
  [94, () => ({ ip: 4, at: 0 })],
  [97, () => ({ next: ethernet, at: 2 })],
  [137, mpls],
]);

const protocols: ReadonlyMap<number, string> = new Map([
  [1, 'ICMP'],
  [2, 'IGMP'],
  [6, 'TCP'],
  [58, 'ICMPv6'],
  [59, 'IPv6 without data'],
  [88, 'EIGRP'],
  [89, 'OSPF'],
  [103, 'PIM'],
  [112, 'VRRP'],
  [132, 'SCTP'],
]);

/** What the payload of an IP packet leads to; not for UDP. */
export function byProtocol(protocol: number, octets: Uint8Array): Step {
  const carrier = carriers.get(protocol);
  if (carrier !== undefined) return octets.length === 0 ? cutShort : carrier(octets);
  if (protocol === 50) return opaque('ESP, encrypted');
  const name = protocols.get(protocol);
  return name === undefined ? opaque(`IP protocol ${protocol}`) : other(name);
}

/** RFC 7348 §5: the flag I and nothing else. */
const vxlan: ReadLayer = (octets) =>
  octets[0] === 0x08 && octets[7] === 0 ? { next: ethernet, at: 8 } : notThis;

/** What the protocol of VXLAN-GPE leads to. */
const extended: ReadonlyMap<number, Step> = new Map<number, Step>([
  [1, { ip: 4, at: 8 }],
  [2, { ip: 6, at: 8 }],
  [3, { next: ethernet, at: 8 }],
  [5, { next: mpls, at: 8 }],
]);

/** VXLAN-GPE: a flag says that there is a protocol. */
const vxlanProtocol: ReadLayer = (octets) => {
  if (((octets[0] ?? 0) & 0x0c) !== 0x0c) return vxlan(octets);
  return extended.get(octets[3] ?? 0) ?? notThis;
};

/** RFC 8926 §3.4. */
const geneve: ReadLayer = (octets) => {
  const [first = 0, second = 0] = octets;
  if (first >> 6 !== 0 || (second & 0x3f) !== 0 || octets[7] !== 0) return notThis;
  return byEtherType(word(octets, 2), 8 + (first & 0x3f) * 4);
};

/** The encapsulations of TZSP, which mirrors frames of an access point or a router. */
const mirrored: ReadonlyMap<number, ReadLayer> = new Map<number, ReadLayer>([
  [1, ethernet],
  [18, wireless],
  [119, prism],
  [127, avs],
]);

const tzsp: ReadLayer = (octets) => {
  const inner = mirrored.get(word(octets, 2));
  if (octets[0] !== 1 || (octets[1] ?? 0) > 1 || inner === undefined) return notThis;
  let at = 4;
  // Tag 0 is padding and tag 1 the end; the others have a length.
  while (at < octets.length && octets[at] !== 1) at += octets[at] === 0 ? 1 : 2 + (octets[at + 1] ?? 0);
  return { next: inner, at: at + 1 };
};

/** RFC 2661 §3.1: a data message, whose fields depend on flags. */
const l2tp: ReadLayer = (octets) => {
  const [flags = 0, version = 0] = octets;
  if ((version & 0x0f) !== 2) return notThis;
  if ((flags & 0x80) !== 0) return other('L2TP control');
  let at = 6 + ((flags & 0x40) === 0 ? 0 : 2) + ((flags & 0x08) === 0 ? 0 : 4);
  if ((flags & 0x02) !== 0) at += 2 + word(octets, at);
  return { next: ppp, at };
};

const labelled: ReadLayer = (octets) => (word32(octets, 0, false) === 0 ? notThis : mpls(octets));

const notThis = other('UDP');

/** Tunnels by the port that their packets go to. */
const ports: ReadonlyMap<number, ReadLayer> = new Map<number, ReadLayer>([
  [4789, vxlan],
  [8472, vxlan],
  [4790, vxlanProtocol],
  [6081, geneve],
  [37008, tzsp],
  [1701, l2tp],
  [6635, labelled],
]);

/** What a datagram to `port` leads to if it belongs to a tunnel; undefined for others. */
export function inUdp(port: number, payload: Uint8Array): Step | undefined {
  const tunnel = ports.get(port);
  const step = tunnel === undefined || payload.length < 8 ? undefined : tunnel(payload);
  return step === notThis ? undefined : step;
}

// How the kernel's structures lie in memory on 64-bit little-endian Linux: offsets, constants, and writing them. Pure.
import { formatAddress } from '../../trace/capture/dissect/address.ts';
import { parseAddress } from '../../wire/cidr.ts';
import { tid, type Tid } from '../../wire/tid.ts';

export const family = { ipv4: 2, ipv6: 10 } as const;

/** A datagram socket that never blocks and is closed on exec. */
export const datagramSocket = 2 | 0o4000 | 0o2000000;

export const level = { ip: 0, socket: 1, udp: 17, ipv6: 41 } as const;
export const option = {
  reuseAddress: 2,
  sendBuffer: 7,
  receiveBuffer: 8,
  reusePort: 15,
  ipv6Only: 26,
  /** UDP_SEGMENT: the kernel cuts one send into datagrams of this many octets. */
  segment: 103,
  /** UDP_GRO: datagrams of one size may come joined, with that size beside them. */
  joined: 104,
} as const;

/**
 * The options with which the kernel says which of our addresses a datagram was sent to, and takes the one to send from
 * (`struct in_pktinfo`, `in6_pktinfo`): offsets in what comes after the head of the control message.
 */
export const packetInfo = {
  ipv4: { level: level.ip, receive: 8, type: 8, size: 12, interface: 0, address: 4, destination: 8 },
  ipv6: { level: level.ipv6, receive: 49, type: 50, size: 20, interface: 16, address: 0 },
} as const;

export const flag = { dontWait: 0x40, truncated: 0x20, noSignal: 0x4000 } as const;
export const errno = {
  interrupted: 4,
  again: 11,
  invalid: 22,
  io: 5,
  messageTooLong: 90,
  protocolOption: 92,
  notSupported: 95,
  refused: 111,
} as const;
export const pollEvent = { in: 1, out: 4 } as const;

/** `struct mmsghdr`: a `struct msghdr` and the octets that were moved. */
export const message = {
  size: 64,
  /** Octets of the `struct msghdr` at its start. */
  headerSize: 56,
  name: 0,
  nameLength: 8,
  vectors: 16,
  vectorCount: 24,
  control: 32,
  controlLength: 40,
  flags: 48,
  octets: 56,
} as const;

/** `struct iovec`. */
export const vector = { size: 16, base: 0, length: 8 } as const;

/** A control message with one integer: `struct cmsghdr`, the integer, and room to the next multiple of eight. */
export const control = { size: 24, length: 0, level: 8, type: 12, value: 16 } as const;

/** Octets of the head of a control message: `struct cmsghdr`. */
export const controlHead = 16;

/** `struct pollfd`. */
export const pollEntry = { size: 8, fd: 0, events: 4, happened: 6 } as const;

/** Octets of the longest socket address used here, rounded up to whole words. */
export const addressRoom = 32;

/** Room for the largest datagram of UDP, or for several of them joined. */
export const largestMessage = 65_536;

/** Memory, and views of it for numbers of each width. */
export class Memory {
  readonly octets: Uint8Array;
  readonly #view: DataView;

  constructor(length: number) {
    this.octets = new Uint8Array(new ArrayBuffer(length));
    this.#view = new DataView(this.octets.buffer);
  }

  get16(at: number): number {
    return this.#view.getUint16(at, true);
  }

  get32(at: number): number {
    return this.#view.getUint32(at, true);
  }

  set16(at: number, value: number): void {
    this.#view.setUint16(at, value, true);
  }

  set32(at: number, value: number): void {
    this.#view.setUint32(at, value, true);
  }

  /** An address or a size: numbers below 2⁵³ are exact. */
  set64(at: number, value: number): void {
    this.#view.setUint32(at, value % 2 ** 32, true);
    this.#view.setUint32(at + 4, value / 2 ** 32, true);
  }

  get64(at: number): number {
    return this.#view.getUint32(at, true) + this.#view.getUint32(at + 4, true) * 2 ** 32;
  }
}

/** `struct sockaddr_in` or `sockaddr_in6`; undefined where `address` is not numeric or its zone is unknown. */
export function socketAddress(
  { address, port }: Tid,
  zoneIndex: (name: string) => number,
): Uint8Array | undefined {
  const octets = parseAddress(address);
  if (octets === undefined) return undefined;
  const isFour = !address.includes(':');
  // An IPv4-mapped address belongs to no socket of ours: IPv6 sockets hear IPv6 alone.
  if (isFour !== (octets.length === 4)) return undefined;
  const made = new Memory(isFour ? 16 : 28);
  made.set16(0, isFour ? family.ipv4 : family.ipv6);
  made.octets[2] = port >> 8;
  made.octets[3] = port & 255;
  made.octets.set(octets, isFour ? 4 : 8);
  const zone = address.split('%')[1];
  if (isFour || zone === undefined) return made.octets;
  const index = /^[0-9]+$/.test(zone) ? Number(zone) : zoneIndex(zone);
  if (index === 0) return undefined;
  made.set32(24, index);
  return made.octets;
}

/** Reads a `struct sockaddr_in` or `sockaddr_in6` of `length` octets at `at`; undefined for anything else. */
export function readSocketAddress(
  memory: Memory,
  { at, length }: { readonly at: number; readonly length: number },
  zoneName: (index: number) => string,
): Tid | undefined {
  const isFour = memory.get16(at) === family.ipv4 && length === 16;
  if (!isFour && !(memory.get16(at) === family.ipv6 && length === 28)) return undefined;
  const { octets } = memory;
  const port = ((octets[at + 2] ?? 0) << 8) | (octets[at + 3] ?? 0);
  if (isFour) return tid(formatAddress(octets.subarray(at + 4, at + 8)), port);
  const address = octets.subarray(at + 8, at + 24);
  return tid(withZone(address, zoneName(memory.get32(at + 24))), port);
}

/** The text of an address; one that is only valid on its link (RFC 4291 §2.5.6) with the name of the interface. */
export function withZone(address: Uint8Array, zone: string): string {
  const [first = 0, second = 0] = address;
  const isLinkLocal = address.length === 16 && first === 0xfe && (second & 0xc0) === 0x80;
  return isLinkLocal && zone !== '' ? `${formatAddress(address)}%${zone}` : formatAddress(address);
}

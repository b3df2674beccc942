// From frames to the datagrams in them: link, IP, fragments, UDP (RFC 768).
// Rule: total and bounded; undefined where there is no UDP. Checksums are not verified: network cards fill them in later.
import type { Tid } from '../../../wire/tid.ts';
import type { Untrusted } from '../../../wire/text.ts';
import { formatAddress } from './address.ts';
import { Fragments } from './fragments.ts';
import type { Frame } from '../file/frame.ts';
import { readIp, unwrapExtensions, type Carried } from './ip.ts';
import { ipPacket, isKnownLink } from './link.ts';
import { word } from '../file/octets.ts';

const udp = 17;
const udpHead = 8;
const maxLinks = 16;

/** One datagram out of a capture. */
export interface CapturedDatagram {
  /** Nanoseconds since 1970 UTC. */
  readonly at: bigint;
  readonly from: Tid;
  readonly to: Tid;
  /** What was captured of it; borrowed from the frame. */
  readonly payload: Uint8Array;
  /** Octets that it had on the link. */
  readonly length: number;
  /** Whether the capture holds less of it than there was. */
  readonly cut: boolean;
  /** Where the record of its (last) frame begins in the file. */
  readonly offset: number;
  readonly comment: Untrusted | undefined;
}

/** Takes frames apart. It remembers fragments only. */
export class Dissector {
  readonly #fragments = new Fragments();
  readonly #unknown = new Set<number>();

  /** Link types that were met and cannot be read; at most 16 are kept. */
  get unknownLinks(): readonly number[] {
    return [...this.#unknown];
  }

  /** Packets of which fragments were missing. */
  get lostFragments(): number {
    return this.#fragments.lost;
  }

  /** The datagram that this frame carries or completes. */
  push(frame: Frame): CapturedDatagram | undefined {
    if (!isKnownLink(frame.link)) {
      if (this.#unknown.size < maxLinks) this.#unknown.add(frame.link);
      return undefined;
    }
    const packet = ipPacket(frame.link, frame.octets);
    if (packet === undefined) return undefined;
    const onLink = frame.length - (frame.octets.length - packet.length);
    let carried = readIp(packet, onLink);
    if (carried?.fragment !== undefined) {
      const whole = this.#fragments.push(carried, carried.fragment, frame.at);
      carried = whole === undefined ? undefined : unwrapExtensions(whole);
    }
    return carried === undefined ? undefined : datagram(carried, frame);
  }
}

function datagram(carried: Carried, { at, offset, comment }: Frame): CapturedDatagram | undefined {
  const { octets } = carried;
  if (carried.protocol !== udp || octets.length < udpHead) return undefined;
  const said = word(octets, 4);
  if (said < udpHead) return undefined;
  const length = Math.min(said, carried.length) - udpHead;
  const payload = octets.subarray(udpHead, udpHead + length);
  return {
    at,
    from: { address: formatAddress(carried.source), port: word(octets, 0) },
    to: { address: formatAddress(carried.destination), port: word(octets, 2) },
    payload,
    length,
    cut: payload.length < said - udpHead,
    offset,
    comment,
  };
}

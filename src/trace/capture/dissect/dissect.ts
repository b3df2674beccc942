// From frames to the datagrams in them: links, tunnels, IP, fragments, UDP (RFC 768).
// Rule: total and bounded; undefined where there is no UDP. Checksums are not verified: network cards fill them in later.
import type { Tid } from '../../../wire/tid.ts';
import type { Untrusted } from '../../../wire/text.ts';
import { formatAddress } from './address.ts';
import { Fragments } from './fragments.ts';
import type { Frame } from '../file/frame.ts';
import { Census, type FrameKind } from './census.ts';
import { readIp, unwrapExtensions, type Carried } from './ip.ts';
import { cutShort, opaque, other, tooDeep, type Stop } from './layer.ts';
import { byLink } from './link.ts';
import { icmpReport, type NetworkReport } from './report.ts';
import { byProtocol, inUdp } from './tunnels.ts';
import { word } from '../file/octets.ts';

const udp = 17;
const udpHead = 8;
/** Layers of one frame: tags, labels and tunnels in tunnels. */
const maxLayers = 32;

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
  /** The identification of its IP packet; 0 if it has none. */
  readonly id: number;
  /** Where it was captured: the interface and the addresses of its link, as one number. */
  readonly place: number;
}

/** Takes frames apart. It remembers fragments and counts only. */
export class Dissector {
  readonly #fragments = new Fragments();
  readonly #census = new Census();
  readonly #icmp: NetworkReport[] = [];

  /** What the frames carried, the most frequent first. */
  get kinds(): readonly FrameKind[] {
    return this.#census.kinds;
  }

  /** Frames that were taken. */
  get frames(): number {
    return this.#census.frames;
  }

  /** IP packets of which fragments are missing. */
  get lostFragments(): number {
    return this.#fragments.lost + this.#fragments.waiting;
  }

  /** What the network said of lost datagrams since the last call. */
  takeReports(): readonly NetworkReport[] {
    const given = this.#fragments.takeReports();
    return this.#icmp.length === 0 ? given : [...this.#icmp.splice(0), ...given];
  }

  /** The capture is over: packets that are not whole are given up. */
  end(): void {
    this.#fragments.end();
  }

  /** The datagram that this frame carries or completes. */
  push(frame: Frame): CapturedDatagram | undefined {
    const found = this.#walk(frame);
    if (!('stop' in found)) {
      this.#census.add('UDP', false);
      return found;
    }
    const stop = found === damaged && frame.octets.length < frame.length ? cutShort : found;
    this.#census.add(stop.stop, stop.opaque);
    return undefined;
  }

  #walk(frame: Frame): CapturedDatagram | Stop {
    let { octets, length } = frame;
    let step = byLink(frame.link, octets);
    let place = hashed(frame.face, noOctets);
    let outer: CapturedDatagram | undefined;
    for (let layers = 0; layers < maxLayers; layers++) {
      if ('stop' in step) return outer ?? step;
      if (step.at >= octets.length) return outer ?? cutShort;
      place = hashed(place, octets.subarray(0, step.at));
      octets = octets.subarray(step.at);
      length -= step.at;
      if ('next' in step) {
        step = step.next(octets);
        continue;
      }
      const carried = this.#ip(octets, length, { version: step.ip, at: frame.at });
      if ('stop' in carried) return outer ?? carried;
      ({ octets, length } = carried);
      if (carried.protocol === udp) {
        const found = datagram(carried, frame, (place ^ carried.hops) >>> 0);
        if (found === undefined) return outer ?? damaged;
        const inner = inUdp(found.to.port, found.payload);
        if (inner === undefined) return found;
        // A transfer may have the port of a tunnel: what begins as TFTP is one, unless a whole packet is in it.
        if (mayBeTftp(found.payload)) outer ??= found;
        octets = found.payload;
        length = found.length;
        step = inner;
      } else {
        const report = icmpReport(carried, frame.at);
        if (report !== undefined) this.#icmp.push(report);
        step = byProtocol(carried.protocol, octets);
      }
      place = hashed(frame.face, noOctets);
    }
    return outer ?? tooDeep;
  }

  /** What an IP packet carries: whole, or completed by this fragment. */
  #ip(
    octets: Uint8Array,
    length: number,
    { version, at }: { readonly version: 4 | 6 | undefined; readonly at: bigint },
  ): Carried | Stop {
    const found = (octets[0] ?? 0) >> 4;
    if ((found !== 4 && found !== 6) || (version !== undefined && version !== found)) return damaged;
    const carried = readIp(octets, length);
    if (carried?.fragment === undefined) return carried ?? damaged;
    const whole = this.#fragments.push(carried, carried.fragment, at);
    return whole === undefined ? other('IP fragments') : (unwrapExtensions(whole) ?? damaged);
  }
}

const damaged = opaque('damaged IP');
const noOctets = new Uint8Array(0);

/** FNV-1a, which goes on from `hash`. */
function hashed(hash: number, octets: Uint8Array): number {
  let value = hash ^ 0x811c9dc5;
  for (const octet of octets) value = Math.imul(value ^ octet, 0x01000193);
  return value >>> 0;
}

function mayBeTftp(payload: Uint8Array): boolean {
  const op = word(payload, 0);
  return op >= 1 && op <= 6;
}

function datagram(
  carried: Carried,
  { at, offset, comment }: Frame,
  place: number,
): CapturedDatagram | undefined {
  const { octets, id } = carried;
  if (octets.length < udpHead) return undefined;
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
    id,
    place,
  };
}

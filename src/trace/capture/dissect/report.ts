// What the network says of datagrams that did not arrive: ICMP errors (RFC 792, RFC 4443) and fragments that never became whole.
// Rule: the report names the datagram by its TIDs, so that it can be joined to its transfer.
import type { Tid } from '../../../wire/tid.ts';
import type { ReportKind } from '../../record/event.ts';
import { word } from '../file/octets.ts';
import { formatAddress } from './address.ts';
import { readIp, type Carried } from './ip.ts';

/** One report about one datagram. */
export interface NetworkReport {
  readonly kind: ReportKind;
  /** Nanoseconds since 1970 UTC: of the ICMP message, or of the first fragment. */
  readonly at: bigint;
  /** The datagram that it is about. */
  readonly from: Tid;
  readonly to: Tid;
  /** Who sent the ICMP message; of fragments, the sender of the datagram. */
  readonly by: string;
  /** Of `fragments`: octets of the datagram that were captured. */
  readonly octets?: number;
}

const icmp = 1;
const icmp6 = 58;
const udp = 17;

/** The report in an ICMP message; undefined: it is another message, or about another protocol. */
export function icmpReport({ protocol, octets, source }: Carried, at: bigint): NetworkReport | undefined {
  const [type = 0, code = 0] = octets;
  const kind = protocol === icmp ? kind4(type, code) : protocol === icmp6 ? kind6(type, code) : undefined;
  if (kind === undefined) return undefined;
  // RFC 792: eight octets, then the head of the datagram; RFC 4443 §3 has the same order.
  const quoted = octets.subarray(8);
  const carried = readIp(quoted, quoted.length);
  if (carried?.protocol !== udp || (carried.fragment?.start ?? 0) > 0 || carried.octets.length < 4)
    return undefined;
  return { kind, at, ...tidsOf(carried), by: formatAddress(source) };
}

/** The report about a packet of which fragments are missing; undefined: its UDP header is missing too. */
export function fragmentReport(
  first: Carried | undefined,
  at: bigint,
  octets: number,
): NetworkReport | undefined {
  if (first?.protocol !== udp || first.octets.length < 4) return undefined;
  return { kind: 'fragments', at, ...tidsOf(first), by: formatAddress(first.source), octets };
}

function tidsOf({ source, destination, octets }: Carried): Pick<NetworkReport, 'from' | 'to'> {
  return {
    from: { address: formatAddress(source), port: word(octets, 0) },
    to: { address: formatAddress(destination), port: word(octets, 2) },
  };
}

/** RFC 792, RFC 1812 §5.2.7.1. */
function kind4(type: number, code: number): ReportKind | undefined {
  if (type === 11) return code === 1 ? 'reassembly-time-exceeded' : 'time-exceeded';
  if (type !== 3) return undefined;
  if (code === 3) return 'port-unreachable';
  if (code === 4) return 'too-big';
  return code === 9 || code === 10 || code === 13 ? 'prohibited' : 'host-unreachable';
}

/** RFC 4443 §3. */
function kind6(type: number, code: number): ReportKind | undefined {
  if (type === 2) return 'too-big';
  if (type === 3) return code === 1 ? 'reassembly-time-exceeded' : 'time-exceeded';
  if (type !== 1) return undefined;
  if (code === 4) return 'port-unreachable';
  return code === 1 || code === 5 ? 'prohibited' : 'host-unreachable';
}

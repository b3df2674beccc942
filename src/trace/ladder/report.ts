// What the network says of a datagram that did not arrive, in a few words.
import { printable, say, type Printable } from '../../wire/text.ts';
import type { ReportEvent, ReportKind } from '../record/event.ts';
import { grouped } from '../text/quantities.ts';

const words: Readonly<Record<ReportKind, Printable>> = {
  'port-unreachable': say`port unreachable`,
  'host-unreachable': say`host unreachable`,
  prohibited: say`administratively prohibited`,
  'too-big': say`packet too big`,
  'time-exceeded': say`time exceeded`,
  'reassembly-time-exceeded': say`fragment reassembly time exceeded`,
  fragments: say`fragments missing`,
};

/** `ICMP from 10.0.0.1: port unreachable`, `fragments missing: 1,480 octets captured`. */
export function reportWords({ kind, by, octets = 0 }: ReportEvent): Printable {
  if (kind === 'fragments') return say`${words.fragments}: ${grouped(octets)} octets captured`;
  return say`ICMP from ${printable(by)}: ${words[kind]}`;
}

// Causes that the network itself names in a capture: ICMP errors, and fragments that never became whole.
import { printable, say, type Printable } from '../../wire/text.ts';
import type { ReportKind } from '../record/event.ts';
import { otherSide } from '../record/packet-log.ts';
import type { ReportRec } from '../record/side-log.ts';
import { counted } from '../text/quantities.ts';
import { optionOf, type Evidence } from './evidence.ts';
import { sideName, type CauseRow, type Found } from './cause.ts';

export const networkCauses: readonly CauseRow[] = [
  {
    name: 'port-closed',
    level: 'failure',
    cause: 'a port is closed (capture)',
    evidence: 'ICMP port unreachable about a packet of the transfer',
    remedy: 'start the program on that side; if it ran, see why it ended',
    covers: ['went-silent', 'large-data-lost'],
    find: (evidence) =>
      ofKind(evidence, ['port-unreachable'], ({ report }, count) => {
        const other = sideName(otherSide(report.from));
        // A client that has its file closes its port, and a repeated last DATA finds nobody.
        if (evidence.hasEnd && report.from === 'server') return undefined;
        // After its end, good or bad, nobody needs the port.
        if (evidence.outcome?.ok === true || evidence.errors.length > 0) return undefined;
        return evidence.server.packets === 0
          ? say`Nothing listens on the port of the ${other}: ${from(report)} answers with ICMP port unreachable (${count}).`
          : say`The ${other} closed its port: ${from(report)} answers packets of the ${sideName(report.from)} with ICMP port unreachable (${count}).`;
      }),
  },
  {
    name: 'unreachable',
    level: 'failure',
    cause: 'a router or a firewall refuses the packets',
    evidence: 'ICMP host unreachable, prohibited, or time exceeded about a packet of the transfer',
    remedy: 'look at the route and the firewall at the address that reports it',
    find: (evidence) =>
      ofKind(
        evidence,
        ['host-unreachable', 'prohibited', 'time-exceeded'],
        ({ report }, count) =>
          say`${from(report)} reports that packets of the ${sideName(report.from)} cannot be delivered (ICMP ${printable(report.kind.replace('-', ' '))}, ${count}).`,
      ),
  },
  {
    name: 'fragments-lost',
    level: 'failure',
    cause: 'fragments never complete',
    evidence:
      'fragments of one datagram in the capture, but not all; or ICMP fragment reassembly time exceeded',
    remedy:
      'use blocks that need no fragments: {blksize 1468} fits Ethernet; or let the firewall pass fragments',
    covers: ['went-silent', 'large-data-lost'],
    find: (evidence) =>
      ofKind(evidence, ['fragments', 'reassembly-time-exceeded'], ({ report }, count) => {
        const blksize = optionOf(evidence.oack?.packet, 'blksize');
        const size = blksize === undefined ? say`` : say` with blksize ${blksize}`;
        return say`Datagrams of the ${sideName(report.from)}${size} travel in fragments, and not all of them were seen (${count}).`;
      }),
  },
  {
    name: 'too-big',
    level: 'failure',
    cause: 'datagrams are too big for a link',
    evidence: 'ICMP fragmentation needed, or packet too big',
    remedy: 'use a smaller block: {blksize 1428}, or {blksize 512}, which fits every network',
    covers: ['went-silent', 'large-data-lost'],
    find: (evidence) =>
      ofKind(
        evidence,
        ['too-big'],
        ({ report }, count) =>
          say`Datagrams of the ${sideName(report.from)} are too big for a link after ${from(report)} (ICMP, ${count}).`,
      ),
  },
];

function ofKind(
  { reports }: Evidence,
  kinds: readonly ReportKind[],
  words: (first: ReportRec, count: Printable) => Printable | undefined,
): Found | undefined {
  const found = reports.filter(({ report }) => kinds.includes(report.kind));
  const [first] = found;
  const text = first === undefined ? undefined : words(first, counted(found.length, 'time'));
  return text === undefined ? undefined : { text };
}

function from({ by }: ReportRec['report']): Printable {
  return printable(by);
}

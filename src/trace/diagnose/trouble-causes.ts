// Causes of trouble that a transfer may survive: what came from somebody else, not at all, twice, or in a wrong form.
import { formatTid } from '../../wire/tid.ts';
import { reasonWords } from '../../wire/summary.ts';
import { printable, say } from '../../wire/text.ts';
import { senderOf } from '../record/packet-log.ts';
import type { PacketRec } from '../record/side-log.ts';
import { counted, grouped } from '../text/quantities.ts';
import { listed, named, sideName, times, type CauseRow } from './cause.ts';

/** A smaller window than this one helps little. */
const smallWindow = 4;

export const troubleCauses: readonly CauseRow[] = [
  {
    name: 'two-answers',
    level: 'trouble',
    cause: 'the server answers a repeated request with a second transfer',
    evidence: 'packets from a second port of the server',
    remedy: 'a longer first interval, so that the request is not repeated: {rexmt 5}',
    find: ({ strangers, log, requests }) => {
      const pinned = log.reader.numbering.pinned;
      const [first] = strangers.filter(
        ({ peer, packet }) => peer.address === pinned?.address && packet.op !== 'malformed',
      );
      if (first === undefined || pinned === undefined || requests.length < 2) return undefined;
      return {
        text: say`The request was sent ${times(requests.length)}, and the server began two transfers: the second one at ${printable(formatTid(first.peer))}.`,
        packets: [first.number],
      };
    },
  },
  {
    name: 'unexpected-sender',
    level: 'trouble',
    cause: 'packets from somebody else',
    evidence: 'packets from a TID that is not the peer',
    remedy: 'nothing: they are answered with ERROR 5 and change nothing',
    find: (evidence) => {
      const { strangers, log, requests } = evidence;
      const pinned = log.reader.numbering.pinned;
      const others = strangers.filter(({ peer }) => requests.length < 2 || peer.address !== pinned?.address);
      const [first] = others;
      if (first === undefined || evidence.server.packets === 0) return undefined;
      if (first.peer.address === pinned?.address)
        return {
          text: say`${counted(others.length, 'packet')} of the server came from port ${first.peer.port} instead of ${pinned.port}: NAT, or a server that changes its port in the middle.`,
          packets: others.slice(0, 4).map(({ number }) => number),
          remedy: 'use a NAT helper for TFTP, or a server with one port: {set single-port on}',
        };
      return {
        text: say`${counted(others.length, 'packet')} came from ${printable(formatTid(first.peer))}, which has no part in this transfer.`,
        packets: others.slice(0, 4).map(({ number }) => number),
      };
    },
  },
  {
    name: 'loss',
    level: 'trouble',
    cause: 'packets are lost',
    evidence: 'gaps and repetitions; both ends, or the place of the capture, show where',
    remedy: 'a smaller window loses less at once: {windowsize 4}; look at the link where they are lost',
    find: ({ losses, apprentice, server, vantage, log }) => {
      const { to, unknown, of, isCertain, packets } = losses;
      const count = to.client + to.server + unknown;
      // Requests that nobody answered are silence.
      if (count === 0 || apprentice !== undefined || (server.packets === 0 && vantage !== 'server'))
        return undefined;
      const rate = printable(((100 * count) / Math.max(1, of)).toFixed(1));
      const parts = [
        ...(to.client > 0 ? [say`${grouped(to.client)} on the way to the client`] : []),
        ...(to.server > 0 ? [say`${grouped(to.server)} on the way to the server`] : []),
        ...(unknown > 0 ? [say`${grouped(unknown)} on one way or the other`] : []),
      ];
      const verb = isCertain ? say`were lost` : say`were lost or late`;
      const text = say`${rate} % of the packets ${verb}: ${listed(parts)}.`;
      const hasWindow = log.reader.numbering.terms.windowsize > smallWindow;
      return hasWindow
        ? { text, packets }
        : { text, packets, remedy: 'look at the link where they are lost' };
    },
  },
  {
    name: 'apprentice',
    level: 'trouble',
    cause: "the Sorcerer's Apprentice: each packet is answered twice",
    evidence: 'from some block on, every DATA and every ACK comes twice',
    remedy: 'correct the side that answers a repeated ACK with DATA (RFC 1123 §4.2.3.1)',
    find: ({ apprentice }) =>
      apprentice === undefined
        ? undefined
        : {
            text: say`From block ${apprentice.from} on every DATA and every ACK came twice (${counted(apprentice.blocks, 'block')}): one side answers each repeated ACK with DATA.`,
            packets: [apprentice.packet],
          },
  },
  {
    name: 'copies',
    level: 'trouble',
    cause: 'the network, or a sender, doubles packets',
    evidence: 'the same packet twice within a moment, without a timeout of its sender',
    remedy: 'look for a loop or a bridge in the network; the transfer ignores copies',
    find: ({ copies, apprentice, log }) => {
      const [first] = copies;
      if (first === undefined || apprentice !== undefined) return undefined;
      const isCertain = log.both !== undefined || first.fates.includes('duplicated');
      const who = isCertain ? say`The network` : say`The network, or the ${sideName(senderOf(first, log))},`;
      return {
        text: say`${who} doubled ${counted(copies.length, 'packet')}, from packet ${first.number} on.`,
        packets: numbers(copies),
      };
    },
  },
  {
    name: 'oversize-data',
    level: 'trouble',
    cause: 'DATA is longer than agreed',
    evidence: 'a DATA with more octets than blksize',
    remedy: 'correct the sender; {set blksize off} avoids it where the sender ignores options',
    find: ({ data, log, request }) => {
      // Without its beginning the block size is not known.
      if (request === undefined) return undefined;
      const { blksize } = log.reader.numbering.terms;
      const long = data.find(({ length }) => length - 4 > blksize);
      return long === undefined
        ? undefined
        : {
            text: say`${named(long)} has ${grouped(long.length - 4)} octets, more than the blksize of ${grouped(blksize)}.`,
            packets: [long.number],
          };
    },
  },
  {
    name: 'short-block',
    level: 'trouble',
    cause: 'a short block in the middle',
    evidence: 'a DATA shorter than blksize, and later blocks after it',
    remedy: 'correct the sender: a short block ends the file (RFC 1350 §6)',
    find: ({ data, blocks, request }) => {
      if (request === undefined) return undefined;
      const short = data.find(({ last, index = 0, again }) => last && !again && index < blocks);
      return short === undefined
        ? undefined
        : {
            text: say`${named(short)} is short, which ends the file, but later blocks follow it.`,
            packets: [short.number],
          };
    },
  },
  {
    name: 'runt',
    level: 'trouble',
    cause: 'packets that are not TFTP',
    evidence: 'datagrams that are too short, or have an unknown opcode',
    remedy: 'see which program sends them: {packet K} shows the octets',
    find: ({ malformed }) => {
      const [first] = malformed;
      if (first?.packet.op !== 'malformed') return undefined;
      const why = say`packet ${first.number}: ${reasonWords[first.packet.reason]}`;
      return {
        text:
          malformed.length === 1
            ? say`One datagram cannot be read as TFTP (${why}).`
            : say`${counted(malformed.length, 'datagram')} cannot be read as TFTP (the first one, ${why}).`,
        packets: numbers(malformed),
      };
    },
  },
];

function numbers(packets: readonly PacketRec[]): readonly number[] {
  return packets.slice(0, 4).map(({ number }) => number);
}

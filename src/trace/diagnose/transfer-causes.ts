// Causes while blocks move and at the end: silence, losses, repetitions, blocks of a wrong size or number.
import type { NetworkReason } from '../../transfer/failure.ts';
import { formatTid } from '../../wire/tid.ts';
import { reasonWords } from '../../wire/summary.ts';
import { printable, say } from '../../wire/text.ts';
import { counted, durationText, grouped } from '../text/quantities.ts';
import { otherSide } from '../record/packet-log.ts';
import type { PacketRec } from '../record/side-log.ts';
import { hasFailed, isStuck, listed, named, sideName, times, type CauseRow } from './cause.ts';
import { optionOf, type Evidence } from './evidence.ts';

/** How the system reports a closed port. */
const closed: readonly NetworkReason[] = ['port-unreachable', 'transfer-port-closed'];
/** Octets of IP and UDP headers, and of opcode and block number. */
const headers = 32;
const ethernet = 1500;

export const transferCauses: readonly CauseRow[] = [
  {
    name: 'large-data-lost',
    level: 'failure',
    cause: 'large datagrams do not pass',
    evidence: 'the OACK comes, but not one DATA or no ACK for it, with a blksize above 512',
    remedy: 'use a smaller block: {blksize 1468} fits Ethernet, {blksize 512} fits every network',
    find: (evidence) => {
      const { oack, log } = evidence;
      const blksize = optionOf(oack?.packet, 'blksize') ?? 512;
      const isGivenUp = evidence.errors.every(({ packet, from }) => packet.code === 0 && from === 'client');
      if (oack === undefined || blksize <= 512 || !isStuck(evidence) || !isGivenUp) return undefined;
      const isPut = evidence.request?.packet.op === 'WRQ';
      const arrived = isPut
        ? log.packets.some(({ packet, index = 0 }) => packet.op === 'ACK' && index > 0)
        : evidence.data.some((rec) => !isShortEnd(rec)) &&
          evidence.vantage !== 'server' &&
          evidence.client.packets > 2;
      const waits = isPut ? evidence.data.length > 0 : confirmed(evidence);
      if (arrived || !waits) return undefined;
      const isEndOnly = !isPut && evidence.data.length > 0 && evidence.vantage !== 'server';
      const what = isPut
        ? say`no ACK for DATA 1`
        : isEndOnly
          ? say`only the last, shorter DATA`
          : say`no DATA`;
      const size = blksize + headers;
      const fragments =
        size > ethernet
          ? say`, more than the ${grouped(ethernet)} of Ethernet, so they travel in fragments`
          : say``;
      return {
        text: say`The OACK agreed on blksize ${grouped(blksize)}, then ${what} came. Small packets pass; datagrams of ${grouped(size)} octets do not${fragments}.`,
        packets: [oack.rec.number],
      };
    },
  },
  {
    name: 'server-died',
    level: 'failure',
    cause: 'the peer ended in the middle',
    evidence: 'its port answers with ICMP port unreachable after blocks moved',
    remedy: 'see why the server ended, then try again',
    find: ({ outcome, tail, server }) => {
      if (
        outcome?.ok !== false ||
        outcome.failure.by !== 'network' ||
        tail === undefined ||
        server.packets === 0
      )
        return undefined;
      if (!closed.includes(outcome.failure.reason)) return undefined;
      return {
        text: say`After ${named(tail.last)} the other side closed its port (ICMP port unreachable): its program ended in the middle.`,
        packets: [tail.last.number],
      };
    },
  },
  {
    name: 'stops-at-65535',
    level: 'failure',
    cause: 'one side cannot count past block 65535',
    evidence: 'block 65535 is the last one that moves',
    remedy: 'use a larger blksize, so that the file has fewer blocks: {blksize 1468}',
    find: (evidence) => {
      const { blocks, hasEnd } = evidence;
      if (blocks < 65_535 || blocks > 65_536 || hasEnd || !isStuck(evidence)) return undefined;
      return {
        text: say`Nothing moves after block 65535: one side cannot count further (${grouped(blocks)} blocks).`,
        packets: lastOf(evidence),
      };
    },
  },
  {
    name: 'restarts-at-1',
    level: 'failure',
    cause: 'one side counts from 1 after block 65535, the other from 0',
    evidence: 'after DATA 65535 comes DATA 1',
    remedy: '{set rollover 1}, or a larger blksize',
    find: (evidence) => {
      const at = evidence.data.findIndex(
        ({ packet, index = 0 }) => packet.op === 'DATA' && packet.block === 65_535 && index >= 65_535,
      );
      const next = evidence.data
        .slice(at + 1)
        .find(({ packet }) => packet.op === 'DATA' && packet.block !== 65_535);
      const { rollover } = evidence.log.reader.numbering.terms;
      if (at < 0 || next?.packet.op !== 'DATA' || next.packet.block !== 1 || rollover === 1) return undefined;
      return {
        text: say`After DATA 65535 comes ${named(next)} instead of DATA 0: the sides count differently.`,
        packets: [next.number],
      };
    },
  },
  {
    name: 'went-silent',
    level: 'failure',
    cause: 'one side falls silent in the middle',
    evidence: 'the other side repeats its last packet and gets nothing',
    remedy:
      'try again; if it happens at the same block, look at that side: its program, its disk, a firewall that forgets',
    find: (evidence) => {
      const { tail, server, vantage, requests } = evidence;
      if (tail === undefined || server.packets === 0 || !isStuck(evidence) || evidence.errors.length > 0)
        return undefined;
      if (!endedInSilence(evidence)) return undefined;
      if (vantage !== 'client' && evidence.client.packets <= requests.length) return undefined;
      const silent = otherSide(tail.from);
      if (evidence.hasEnd && (evidence.isConfirmed || vantage === 'outside')) return undefined;
      if (tail.repeats[silent] > 0) {
        return {
          text: say`After ${named(tail.last)} both sides repeat their last packets: what the ${sideName(tail.from)} sends does not reach the ${sideName(silent)}.`,
          packets: [tail.last.number],
        };
      }
      const repeated = tail.repeats[tail.from];
      if (repeated === 0 && evidence.outcome === undefined) return undefined;
      const again =
        repeated === 0
          ? say``
          : say`; the ${sideName(tail.from)} repeated it ${times(repeated)} and got nothing`;
      return {
        text: say`After ${named(tail.last)} the ${sideName(silent)} fell silent for ${durationText(tail.silence)}${again}.`,
        packets: [tail.last.number],
      };
    },
  },
  {
    name: 'error-in-the-middle',
    level: 'failure',
    cause: 'one side ends the transfer with an ERROR',
    evidence: 'an ERROR after the first block or the OACK',
    remedy: 'its text says why',
    find: (evidence) => {
      const error = evidence.errors.at(-1);
      const isMoving = evidence.oack !== undefined || evidence.data.length > 0;
      if (error === undefined || !hasFailed(evidence) || !isMoving) return undefined;
      if (error.packet.code === 8 || error.packet.code === 5 || isOwnDisk(evidence) || isDecline(evidence))
        return undefined;
      const { tail } = evidence;
      const before = evidence.log.packets[error.rec.number - 2];
      const after = tail === undefined || before === undefined ? say`` : say` after ${named(before)}`;
      return {
        text: say`The ${sideName(error.from)} ended the transfer${after} with ERROR ${error.packet.code}: ${printable(error.packet.message, 128)}.`,
        packets: [error.rec.number],
      };
    },
  },
  {
    name: 'wrong-tid',
    level: 'failure',
    cause: 'the ports do not match: NAT, a firewall, or a peer that forgot the transfer',
    evidence: 'ERROR 5 from the peer',
    remedy: 'use a NAT helper for TFTP, or a server with one port: {set single-port on}',
    find: (evidence) => {
      const error = evidence.errors.find(({ packet }) => packet.code === 5);
      if (
        error === undefined ||
        !hasFailed(evidence) ||
        (evidence.oack === undefined && evidence.data.length === 0)
      )
        return undefined;
      return {
        text: say`The ${sideName(error.from)} does not know this port (ERROR 5, packet ${error.rec.number}): NAT or a firewall changed it, or the ${sideName(error.from)} forgot the transfer.`,
        packets: [error.rec.number],
      };
    },
  },
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
    find: ({ losses, apprentice, server, vantage }) => {
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
      return { text: say`${rate} % of the packets ${verb}: ${listed(parts)}.`, packets };
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
    cause: 'the network duplicates packets',
    evidence: 'the same packet twice within a moment, without a timeout of its sender',
    remedy: 'look for a loop or a bridge in the network; the transfer ignores copies',
    find: ({ log }) => {
      const copies = log.packets.filter(
        ({ ends, fates }) => ends?.copy === true || (ends === undefined && fates.includes('duplicated')),
      );
      const [first] = copies;
      if (first === undefined) return undefined;
      return {
        text: say`The network doubled ${counted(copies.length, 'packet')}, from packet ${first.number} on.`,
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

/** The client confirmed the OACK of a read, or repeats that. */
function confirmed({ log }: Evidence): boolean {
  return log.packets.some(({ packet, index }) => packet.op === 'ACK' && index === 0);
}

/** The last DATA of several, which is shorter than the others. */
function isShortEnd({ last, index = 1 }: PacketRec): boolean {
  return last && index > 1;
}

/** Whether nothing but silence ended it. In a capture the ERROR of the end that gives up is its last word. */
function endedInSilence({ outcome, vantage }: Evidence): boolean {
  if (outcome?.ok !== false || outcome.failure.by === 'silence') return true;
  return vantage === 'outside' && outcome.failure.by !== 'network';
}

function isOwnDisk({ local }: Evidence): boolean {
  return local?.by === 'file';
}

/** A client that only wanted the size, or was stopped by its user. */
function isDecline({ errors, data, vantage }: Evidence): boolean {
  const error = errors.at(-1);
  return error?.from === 'client' && error.packet.code === 0 && (data.length <= 1 || vantage === 'client');
}

function lastOf({ tail }: Evidence): readonly number[] {
  return tail === undefined ? [] : [tail.last.number];
}

function numbers(packets: readonly PacketRec[]): readonly number[] {
  return packets.slice(0, 4).map(({ number }) => number);
}

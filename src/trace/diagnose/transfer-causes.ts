// Causes that end a transfer while blocks move: silence, a block number or a port that does not fit, an ERROR.
import type { NetworkReason } from '../../transfer/failure.ts';
import { say } from '../../wire/text.ts';
import { counted, durationText, grouped } from '../text/quantities.ts';
import { otherSide } from '../record/packet-log.ts';
import type { PacketRec } from '../record/side-log.ts';
import { isProbe } from '../explain/packets.ts';
import {
  hasFailed,
  isStuck,
  isUnconfirmed,
  messageOf,
  named,
  sideName,
  times,
  type CauseRow,
} from './cause.ts';
import { optionOf, type Evidence } from './evidence.ts';

/** How the system reports a closed port. */
const closed: readonly NetworkReason[] = ['port-unreachable', 'transfer-port-closed'];
/** Octets of IP and UDP headers, and of opcode and block number. */
const headers = 32;
const ethernet = 1500;
/** Milliseconds that a silence lasts, at least. */
const moment = 100;

export const transferCauses: readonly CauseRow[] = [
  {
    name: 'large-data-lost',
    level: 'failure',
    cause: 'large datagrams do not pass',
    evidence: 'the OACK comes, but not one DATA or no ACK for it, with a blksize above 512',
    remedy:
      'use a smaller block: {blksize 1468} fits Ethernet, {blksize 512} fits every network; {probe HOST} finds the largest that passes',
    covers: ['went-silent', 'unconfirmed'],
    find: (evidence) => {
      const { oack, log } = evidence;
      const blksize = optionOf(oack?.packet, 'blksize') ?? 512;
      const isGivenUp = evidence.errors.every(({ packet, from }) => packet.code === 0 && from === 'client');
      if (oack === undefined || blksize <= 512 || !isGivenUp || repeatsOack(evidence)) return undefined;
      if (!isStuck(evidence) && !isUnconfirmed(evidence)) return undefined;
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
        ...(size > ethernet ? {} : { remedy: smaller }),
      };
    },
  },
  {
    name: 'server-died',
    level: 'failure',
    cause: 'the peer ended in the middle',
    evidence: 'its port answers with ICMP port unreachable after blocks moved',
    remedy: 'see why the server ended, then try again',
    covers: ['large-data-lost', 'went-silent'],
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
    covers: ['went-silent'],
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
    name: 'changed-port',
    level: 'failure',
    cause: 'one side goes on from another port in the middle',
    evidence: 'no answer from its port any more, but packets from another port of the same host',
    remedy: 'use a NAT helper for TFTP, or a server with one port: {set single-port on}',
    covers: ['went-silent', 'unexpected-sender'],
    find: (evidence) => {
      const { tail, strangers, log, requests, vantage } = evidence;
      const { pinned } = log.reader.numbering;
      if (tail === undefined || pinned === undefined || !isStuck(evidence)) return undefined;
      const others = strangers.filter(
        ({ peer, number }) => peer.address === pinned.address && number > tail.last.number,
      );
      const [first] = others;
      const isRepeatedRequest = requests.length > 1 && tail.last === requests.at(-1)?.rec;
      if (
        first === undefined ||
        isRepeatedRequest ||
        tail.from === (vantage === 'server' ? 'client' : 'server')
      )
        return undefined;
      return {
        text: say`After ${named(tail.last)} the ${sideName(otherSide(tail.from))} goes on from port ${first.peer.port} instead of ${pinned.port} (${counted(others.length, 'packet')}): NAT, or a program that changes its port.`,
        packets: others.slice(0, 4).map(({ number }) => number),
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
      if (tail.silence < moment) return undefined;
      if (evidence.hasEnd && (evidence.isConfirmed || vantage === 'outside')) return undefined;
      if (tail.repeats[silent] > 0) {
        return {
          text:
            vantage === silent
              ? say`After ${named(tail.last)} both sides repeat their last packets: the ${sideName(silent)} does not take that one.`
              : say`After ${named(tail.last)} both sides repeat their last packets: what the ${sideName(tail.from)} sends does not reach the ${sideName(silent)}.`,
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
    evidence: 'an ERROR after the first block or the OACK, or one of the client about the first answer',
    remedy: 'its text says why',
    find: (evidence) => {
      const error = evidence.errors.at(-1);
      const isMoving = evidence.oack !== undefined || evidence.data.length > 0;
      if (error === undefined || !hasFailed(evidence)) return undefined;
      const isRejected = error.from === 'client' && error.packet.code !== 0;
      if (!isMoving && !isRejected) return undefined;
      if (error.packet.code === 8 || error.packet.code === 5 || isOwnDisk(evidence) || isDecline(evidence))
        return undefined;
      const { tail } = evidence;
      const before = evidence.log.packets[error.rec.number - 2];
      const after = tail === undefined || before === undefined ? say`` : say` after ${named(before)}`;
      return {
        text: say`The ${sideName(error.from)} ended the transfer${after} with ERROR ${error.packet.code}: ${messageOf(error.packet)}.`,
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
];

/** What helps where blocks fit Ethernet and do not pass. */
const smaller =
  'use a smaller block: {blksize 512} fits every network; {probe HOST} finds the largest that passes';

/** The server repeats its OACK although the client answered it: that answer is lost, whatever its size. */
function repeatsOack({ oack, log, request }: Evidence): boolean {
  const answer = log.packets.find(({ packet, index }) => packet.op === 'ACK' && index === 0);
  const isPut = request?.packet.op === 'WRQ';
  return (
    !isPut &&
    oack !== undefined &&
    log.packets.some(({ packet, number }) => packet.op === 'OACK' && number > (answer?.number ?? Infinity))
  );
}

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
function isDecline(evidence: Evidence): boolean {
  const error = evidence.errors.at(-1);
  if (error?.from !== 'client' || error.packet.code !== 0) return false;
  return evidence.vantage === 'client' || isProbe(evidence);
}

function lastOf({ tail }: Evidence): readonly number[] {
  return tail === undefined ? [] : [tail.last.number];
}

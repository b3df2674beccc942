// Causes at the end, and what slows a transfer that works.
import { printable, say } from '../../wire/text.ts';
import { durationText, grouped } from '../text/quantities.ts';
import { hasFailed, isUnconfirmed, named, sideName, type CauseRow } from './cause.ts';
import { optionOf, type Evidence } from './evidence.ts';

/** An end is slow if its answers take this many times its fastest one, this long on average, and this share of the time. */
const slow = { factor: 4, average: 20, share: 0.4, answers: 8 };

export const endingCauses: readonly CauseRow[] = [
  {
    name: 'unconfirmed',
    level: 'trouble',
    cause: 'the last ACK never came',
    evidence: 'the last DATA was sent several times without an ACK',
    remedy: 'check that the file is there: the receiver ended early, or its last ACK was lost',
    find: (evidence) => {
      const { data, vantage, hasEnd, isConfirmed, tail } = evidence;
      const last = data.at(-1);
      // A capture knows no outcome: its sender repeats the last DATA and hears nothing.
      const isRepeated = tail !== undefined && tail.repeats[tail.from] > 0;
      const isLeftOpen = vantage === 'outside' && hasEnd && !isConfirmed && isRepeated;
      if (last === undefined || (!isUnconfirmed(evidence) && !isLeftOpen)) return undefined;
      return { text: say`All blocks were sent, but no ACK for ${named(last)} came.`, packets: [last.number] };
    },
  },
  {
    name: 'slow-end',
    level: 'trouble',
    cause: 'one side is slow: its disk or its program',
    evidence: 'its answers take far longer than its fastest one, which shows the round trip',
    remedy: 'look at that side: a slow disk, a busy processor, a virus scanner',
    find: ({ time }) => {
      for (const side of ['client', 'server'] as const) {
        const { count, fastest, average } = time.answers[side];
        const isSlow = average > slow.average && average > slow.factor * fastest;
        if (!isSlow || count < slow.answers || time.waited[side] < slow.share * time.total) continue;
        return {
          text: say`The ${sideName(side)} takes ${durationText(average)} for an answer on average, ${durationText(fastest)} at best: it is slow, not the network.`,
        };
      }
      return undefined;
    },
  },
  {
    name: 'netascii-binary',
    level: 'trouble',
    cause: 'a binary file in netascii',
    evidence: 'netascii, and octets that no text has',
    remedy: 'use octet: {binary}',
    find: ({ isNetascii, binary }) =>
      isNetascii && binary !== undefined
        ? {
            text: say`The mode is netascii, but ${named(binary)} holds octets of a binary file: line ends were changed, and the file is damaged.`,
            packets: [binary.number],
          }
        : undefined,
  },
  {
    name: 'size-mismatch',
    level: 'trouble',
    cause: 'the size is not the announced one',
    evidence: 'tsize differs from the octets that came',
    remedy: 'check whether the file changed while it was sent; {tsize off} takes it as long as it is',
    find: (evidence) => {
      const { hasEnd, octets, isNetascii, oack, request, log } = evidence;
      const size =
        request?.packet.op === 'WRQ' ? optionOf(request.packet, 'tsize') : optionOf(oack?.packet, 'tsize');
      if (size === undefined || isNetascii) return undefined;
      if (octets > size)
        return {
          text: say`${grouped(size)} octets were announced (tsize), and at least ${grouped(octets)} came.`,
        };
      const isWhole = log.packets[0] === request?.rec && hasEnd && !hasGaps(evidence);
      if (!isWhole || size === octets) return undefined;
      return { text: say`${grouped(size)} octets were announced (tsize), and ${grouped(octets)} came.` };
    },
  },
  {
    name: 'local-file',
    level: 'failure',
    cause: 'the local file or disk',
    evidence: 'our own side ended the transfer: it could not read or write the file',
    remedy: 'see the message: space, permissions, the name of the file',
    find: ({ local }) =>
      local?.by === 'file'
        ? { text: say`The local file stopped the transfer: ${printable(local.message ?? '', 200)}.` }
        : undefined,
  },
  {
    name: 'damaged-content',
    level: 'failure',
    cause: 'what came is not the expected file',
    evidence: 'its size or its digest differs from the expected one',
    remedy: 'compare the file on the server; nothing was stored',
    find: ({ local }) =>
      local?.by === 'integrity'
        ? { text: say`What came is not the expected file: ${printable(local.message ?? '', 200)}.` }
        : undefined,
  },
  {
    name: 'datagram-too-large',
    level: 'failure',
    cause: 'this machine cannot send datagrams of that size',
    evidence: 'the system refuses to send them',
    remedy: '{set blksize 1468} fits Ethernet, {set blksize off} fits every network',
    find: (evidence) => {
      const { outcome } = evidence;
      const isLocal = evidence.local?.reason === 'message-too-long';
      const isOwn =
        outcome?.ok === false &&
        outcome.failure.by === 'network' &&
        outcome.failure.reason === 'message-too-long';
      return hasFailed(evidence) && (isLocal || isOwn)
        ? { text: say`The system refuses to send datagrams of the agreed block size.` }
        : undefined;
    },
  },
];

function hasGaps({ data, blocks }: Evidence): boolean {
  const seen = new Set(data.map(({ index }) => index));
  return seen.size !== blocks;
}

// Why a packet was sent or came, as tables of rules: the first row that fits explains.
import { parseDecimal } from '../../wire/decimal.ts';
import { findOption, lowerAscii } from '../../wire/options.ts';
import type { OackPacket, RequestPacket } from '../../wire/packet.ts';
import { reasonWords } from '../../wire/summary.ts';
import { printable, quoted, raw, say, type Printable } from '../../wire/text.ts';
import {
  blockName,
  capital,
  octets,
  theOther,
  theSide,
  type Rule,
  type ExplainContext,
} from './explanation.ts';
import type { PacketRec } from '../record/side-log.ts';

/** Packets that the end sent which is looked from. */
export const sentRules: readonly Rule[] = [
  {
    name: 'error-5',
    source: say`RFC 1350 §4`,
    say: ({ packet, stranger }) =>
      packet.op === 'ERROR' && stranger
        ? say`ERROR 5 tells an unexpected sender that its TID is unknown here. The transfer with the real peer continues.`
        : undefined,
  },
  {
    name: 'size-probe',
    source: say`RFC 2349`,
    say: (rec, context) =>
      rec.packet.op === 'ERROR' && isProbe(context)
        ? say`Only the size was asked for. TFTP can ask for it only by beginning a read; this ERROR ends the read before the first block counts.`
        : undefined,
  },
  {
    name: 'options-refused',
    source: say`RFC 2347`,
    say: ({ packet }) =>
      packet.op === 'ERROR' && packet.code === 8
        ? say`The OACK has an option that was not asked for, or a value that was not offered: the negotiation fails, and the transfer with it.`
        : undefined,
  },
  {
    name: 'gave-up',
    source: say`RFC 1350 §7`,
    say: ({ packet }, { log }) =>
      packet.op === 'ERROR'
        ? say`${capital(theSide(log.tag.side))} ends the transfer and says why: ${printable(packet.message, 128)}. An ERROR is neither acknowledged nor resent.`
        : undefined,
  },
  {
    name: 'again-by-timer',
    source: say`RFC 1350 §2`,
    say: ({ cause, again, packet }) =>
      again && cause?.kind === 'timer'
        ? say`${printable(packet.op)} is resent because there was no progress in time: it was lost, or its answer was.`
        : undefined,
  },
  {
    name: 'window-again',
    source: say`RFC 7440 §4`,
    say: (rec) =>
      rec.packet.op === 'DATA' && rec.again && causedBy(rec, 'rollback')
        ? say`Resent: the ACK before it shows that the blocks from here on were lost, so the window restarts.`
        : undefined,
  },
  {
    name: 'ack-gap',
    source: say`RFC 7440 §4`,
    say: (rec, context) =>
      rec.packet.op === 'ACK' && rec.index !== undefined && causedBy(rec, 'gap')
        ? say`${capital(blockName(rec.index + 1))} is missing: this ACK asks ${theOther(context)} to resend from there. It is sent once, not for each block that follows.`
        : undefined,
  },
  {
    name: 'ack-again',
    source: say`RFC 1350 §2`,
    say: (rec) =>
      rec.packet.op === 'ACK' && rec.again && causedBy(rec, 'duplicate')
        ? say`The block came before, so the ACK for it was lost or late: the ACK is resent.`
        : undefined,
  },
  {
    name: 'request',
    source: say`RFC 1350 §2, RFC 2347`,
    say: ({ packet }) => request(packet),
  },
  {
    name: 'oack',
    source: say`RFC 2347`,
    say: ({ packet }) =>
      packet.op === 'OACK'
        ? say`The OACK is the server's first answer. It lists the accepted options; an option that it does not list is not in force.`
        : undefined,
  },
];

/** Packets of a transfer without trouble, whichever end sent them. */
export const usualRules: readonly Rule[] = [
  {
    name: 'malformed',
    source: say`RFC 1350 §5`,
    say: ({ packet }) =>
      packet.op === 'malformed'
        ? say`The datagram cannot be read as a packet of TFTP: ${reasonWords[packet.reason]}.`
        : undefined,
  },
  {
    name: 'confirm',
    source: say`RFC 2347`,
    say: ({ packet, index }, context) =>
      packet.op === 'ACK' && index === 0
        ? hasOack(context)
          ? say`ACK 0 confirms the OACK: the options are in force, and DATA 1 may come.`
          : say`ACK 0 answers the write request: the server is ready for DATA 1.`
        : undefined,
  },
  {
    name: 'last-ack',
    source: say`RFC 1350 §6`,
    say: ({ packet, index }, { log }) =>
      packet.op === 'ACK' && index !== undefined && index === log.reader.numbering.last
        ? say`This ACK confirms the last block, and with it the file. It is sent only after the file is stored.`
        : undefined,
  },
  {
    name: 'ack',
    source: say`RFC 1350 §2`,
    say: ({ packet, index }, { log }) => {
      if (packet.op !== 'ACK' || index === undefined) return undefined;
      const { windowsize } = log.reader.numbering.terms;
      return windowsize === 1
        ? say`windowsize is 1: each DATA is acknowledged before the next one may come.`
        : say`ACK ${packet.block} acknowledges all blocks up to ${index}, at the end of a window of ${windowsize} (RFC 7440 §4).`;
    },
  },
  {
    name: 'last-empty',
    source: say`RFC 1350 §6`,
    say: ({ packet, last, length }, { log }) =>
      packet.op === 'DATA' && last && length === 4
        ? say`The length of the file is a multiple of ${log.reader.numbering.terms.blksize}, so the block before was full. Only a shorter block ends a file: this one is empty.`
        : undefined,
  },
  {
    name: 'last',
    source: say`RFC 1350 §6`,
    say: ({ packet, last, length }, { log }) =>
      packet.op === 'DATA' && last
        ? say`Only ${octets(length - 4)}, fewer than the block size of ${log.reader.numbering.terms.blksize}: this is the last block.`
        : undefined,
  },
  {
    name: 'data',
    source: say`RFC 1350 §2`,
    say: ({ packet, index }, { log }) => {
      if (packet.op !== 'DATA' || index === undefined) return undefined;
      const { windowsize } = log.reader.numbering.terms;
      const name = blockName(index);
      return windowsize === 1
        ? say`A full block: ${name} of the file. The next one follows after its ACK.`
        : say`A full block: ${name} of the file, one of up to ${windowsize} in flight at once (RFC 7440 §4).`;
    },
  },
  {
    name: 'oack-came',
    source: say`RFC 2347`,
    say: ({ packet }) =>
      packet.op === 'OACK'
        ? say`The server accepts options with this OACK; ACK 0 or DATA 1 confirms them.`
        : undefined,
  },
  {
    name: 'error-came',
    source: say`RFC 1350 §7`,
    say: ({ packet }, context) =>
      packet.op === 'ERROR'
        ? say`${capital(theOther(context))} ended the transfer: ${quoted(packet.message, 128)}. An ERROR is never answered.`
        : undefined,
  },
  { name: 'request-came', source: say`RFC 1350 §2, RFC 2347`, say: ({ packet }) => request(packet) },
];

function request(packet: PacketRec['packet']): Printable | undefined {
  if (packet.op !== 'RRQ' && packet.op !== 'WRQ') return undefined;
  const what = packet.op === 'RRQ' ? say`asks to read` : say`asks to write`;
  const name = quoted(packet.filename, 64);
  const count = packet.options.length;
  if (count === 0)
    return say`The request ${what} ${name} with plain RFC 1350: no options, blocks of 512 octets.`;
  return count === 1
    ? say`The request ${what} ${name} and offers one option: the server may accept, lower or ignore it.`
    : say`The request ${what} ${name} and offers ${count} options: the server may accept, lower or ignore each of them.`;
}

function causedBy({ cause }: PacketRec, type: string): boolean {
  return cause?.kind === 'packet' && cause.notes.some((note) => note.type === type);
}

function hasOack({ log }: ExplainContext): boolean {
  return log.packets.slice(0, 64).some(({ packet }) => packet.op === 'OACK');
}

/**
 * A read that asked for the size, and that the client ended with an ERROR right after the OACK. Some clients send ERROR 8 for
 * this, although nothing is wrong with the options (RFC 2347). A client that sent ACK 0, or got DATA 1, gave up. The local
 * client knows what it wanted: its probe ends well, even if it took the first block.
 */
export function isProbe({ log }: Pick<ExplainContext, 'log'>): boolean {
  const { packets } = log;
  const asked = packets.find(({ packet }) => packet.op === 'RRQ')?.packet;
  if (asked?.op !== 'RRQ' || findOption(asked.options, 'tsize') === undefined) return false;
  const error = packets.find(({ packet, stranger }) => packet.op === 'ERROR' && !stranger);
  if (log.tag.side === 'client' && log.tag.overheard !== true)
    return error?.direction === 'sent' && log.reader.outcome?.ok === true;
  const fromClient = error?.direction === (log.tag.side === 'client' ? 'sent' : 'received');
  const code = error?.packet.op === 'ERROR' ? error.packet.code : -1;
  const oack = packets.find(({ packet }) => packet.op === 'OACK')?.packet;
  if (oack?.op !== 'OACK' || findOption(oack.options, 'tsize') === undefined) return false;
  // RFC 2347: an OACK that breaks the negotiation is refused with ERROR 8 too.
  if (code === 8 && !isConfirmedBy(asked, oack)) return false;
  const moved = packets.some(({ packet }) => packet.op === 'ACK' || packet.op === 'DATA');
  return fromClient && !moved && (code === 0 || code === 8) && raw(asked.filename) !== '';
}

/** Whether the OACK has options of the request only, and no value beyond the one that was asked for. */
export function isConfirmedBy({ options }: RequestPacket, oack: OackPacket): boolean {
  return oack.options.every(({ name, value }) => {
    const asked = findOption(options, raw(name));
    if (asked === undefined || lowerAscii(raw(name)) === 'tsize') return asked !== undefined;
    return (parseDecimal(raw(value)) ?? 0) <= (parseDecimal(raw(asked.value)) ?? 0);
  });
}

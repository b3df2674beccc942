// Why a packet was sent, or came, as tables of rules: the first row that fits explains. Imports wire's words and types.
import { findOption } from '../../wire/options.ts';
import { printable, quoted, raw, say, type Printable } from '../../wire/text.ts';
import { blockName, octets, theOther, type Rule, type ExplainContext } from './explanation.ts';
import type { PacketRec } from '../record/side-log.ts';

/** Packets that we sent. */
export const sentRules: readonly Rule[] = [
  {
    name: 'error-5',
    source: say`RFC 1350 §4`,
    tell: ({ packet, stranger }) =>
      packet.op === 'ERROR' && stranger
        ? say`ERROR 5 goes to a stranger who wrote to our port. The transfer with the real peer goes on.`
        : undefined,
  },
  {
    name: 'size-probe',
    source: say`RFC 2349`,
    tell: (rec, scene) =>
      rec.packet.op === 'ERROR' && isProbe(scene)
        ? say`Only the size was asked for. TFTP has no other way to ask than to begin a read; this ERROR ends it before the first block counts.`
        : undefined,
  },
  {
    name: 'options-refused',
    source: say`RFC 2347`,
    tell: ({ packet }) =>
      packet.op === 'ERROR' && packet.code === 8
        ? say`The OACK holds what was not asked for, or a value that was not offered: the negotiation fails and the transfer with it.`
        : undefined,
  },
  {
    name: 'gave-up',
    source: say`RFC 1350 §7`,
    tell: ({ packet }) =>
      packet.op === 'ERROR'
        ? say`We end the transfer and say why: ${printable(packet.message, 128)}. An ERROR is neither acknowledged nor sent again.`
        : undefined,
  },
  {
    name: 'again-by-timer',
    source: say`RFC 1350 §2`,
    tell: ({ cause, again, packet }) =>
      again && cause?.kind === 'timer'
        ? say`${printable(packet.op)} goes out again because nothing came in time: it was lost, or its answer was.`
        : undefined,
  },
  {
    name: 'window-again',
    source: say`RFC 7440 §4`,
    tell: (rec) =>
      rec.packet.op === 'DATA' && rec.again && causedBy(rec, 'rollback')
        ? say`Sent again: the ACK before tells that blocks behind it were lost, so the window begins again there.`
        : undefined,
  },
  {
    name: 'ack-gap',
    source: say`RFC 7440 §4`,
    tell: (rec, scene) =>
      rec.packet.op === 'ACK' && rec.index !== undefined && causedBy(rec, 'gap')
        ? say`A block is missing behind ${rec.index}: this ACK asks ${theOther(scene)} to begin again with ${rec.index + 1}. It is sent once, not for each block that follows.`
        : undefined,
  },
  {
    name: 'ack-again',
    source: say`RFC 1350 §2`,
    tell: (rec) =>
      rec.packet.op === 'ACK' && rec.again && causedBy(rec, 'duplicate')
        ? say`The block had come before, so our ACK of it was lost or late: it is sent again.`
        : undefined,
  },
  {
    name: 'request',
    source: say`RFC 1350 §2, RFC 2347`,
    tell: ({ packet }) => request(packet),
  },
  {
    name: 'oack',
    source: say`RFC 2347`,
    tell: ({ packet }) =>
      packet.op === 'OACK'
        ? say`The OACK stands for the first answer and names the options that were accepted. Those it does not name are not in force.`
        : undefined,
  },
];

/** Packets in the ordinary course of a transfer, whoever sent them. */
export const usualRules: readonly Rule[] = [
  {
    name: 'confirm',
    source: say`RFC 2347`,
    tell: ({ packet, index }, scene) =>
      packet.op === 'ACK' && index === 0
        ? hasOack(scene)
          ? say`ACK 0 confirms the OACK: the options hold, and DATA 1 may come.`
          : say`ACK 0 answers the write request: the server is ready for DATA 1.`
        : undefined,
  },
  {
    name: 'last-ack',
    source: say`RFC 1350 §6`,
    tell: ({ packet, index }, { transcript }) =>
      packet.op === 'ACK' && index !== undefined && index === lastIndex(transcript.packets)
        ? say`The last block is acknowledged, and with it the file. It is sent only when the file is stored.`
        : undefined,
  },
  {
    name: 'ack',
    source: say`RFC 1350 §2`,
    tell: ({ packet, index }, { transcript }) => {
      if (packet.op !== 'ACK' || index === undefined) return undefined;
      const { windowsize } = transcript.reader.numbering.terms;
      return windowsize === 1
        ? say`windowsize is 1, so every DATA is acknowledged before the next one may come.`
        : say`ACK ${packet.block} acknowledges all blocks up to ${index}, at the end of a window of ${windowsize} (RFC 7440 §4).`;
    },
  },
  {
    name: 'last-empty',
    source: say`RFC 1350 §6`,
    tell: ({ packet, last, length }, { transcript }) =>
      packet.op === 'DATA' && last && length === 4
        ? say`The file's length is a multiple of ${transcript.reader.numbering.terms.blksize}, so its last block was full. Only a shorter block ends a file: this one is empty.`
        : undefined,
  },
  {
    name: 'last',
    source: say`RFC 1350 §6`,
    tell: ({ packet, last, length }, { transcript }) =>
      packet.op === 'DATA' && last
        ? say`${octets(length - 4)} are fewer than the block size of ${transcript.reader.numbering.terms.blksize}: this is the last block.`
        : undefined,
  },
  {
    name: 'data',
    source: say`RFC 1350 §2`,
    tell: ({ packet, index }, { transcript }) => {
      if (packet.op !== 'DATA' || index === undefined) return undefined;
      const { windowsize } = transcript.reader.numbering.terms;
      const name = blockName(index);
      return windowsize === 1
        ? say`A full block: ${name} of the file, and more to come once it is acknowledged.`
        : say`A full block: ${name} of the file, one of up to ${windowsize} that may be on their way at once (RFC 7440 §4).`;
    },
  },
  {
    name: 'oack-came',
    source: say`RFC 2347`,
    tell: ({ packet }, scene) =>
      packet.op === 'OACK'
        ? say`With this OACK ${theOther(scene)} accepts options; ACK 0 or DATA 1 confirms them.`
        : undefined,
  },
  {
    name: 'error-came',
    source: say`RFC 1350 §7`,
    tell: ({ packet }, scene) =>
      packet.op === 'ERROR'
        ? say`${capital(theOther(scene))} ended the transfer: ${quoted(packet.message, 128)}. An ERROR is never answered.`
        : undefined,
  },
  { name: 'request-came', source: say`RFC 1350 §2, RFC 2347`, tell: ({ packet }) => request(packet) },
];

function request(packet: PacketRec['packet']): Printable | undefined {
  if (packet.op !== 'RRQ' && packet.op !== 'WRQ') return undefined;
  const what = packet.op === 'RRQ' ? say`asks to read` : say`asks to write`;
  const name = quoted(packet.filename, 64);
  const count = packet.options.length;
  if (count === 0)
    return say`The request ${what} ${name} with plain RFC 1350: no options, blocks of 512 octets.`;
  return count === 1
    ? say`The request ${what} ${name} and offers one option: the server may accept it, lower it or leave it out.`
    : say`The request ${what} ${name} and offers ${count} options: the server may accept, lower or leave out each of them.`;
}

function causedBy({ cause }: PacketRec, type: string): boolean {
  return cause?.kind === 'packet' && cause.notes.some((note) => note.type === type);
}

function hasOack({ transcript }: ExplainContext): boolean {
  return transcript.packets.slice(0, 64).some(({ packet }) => packet.op === 'OACK');
}

function lastIndex(packets: readonly PacketRec[]): number | undefined {
  return packets.findLast((rec) => rec.packet.op === 'DATA' && rec.last && !rec.stranger)?.index;
}

/** A read that asked for the size and was ended by the client before anything was acknowledged. */
export function isProbe({ transcript }: ExplainContext): boolean {
  const { packets } = transcript;
  const asked = packets.find(({ packet }) => packet.op === 'RRQ')?.packet;
  if (asked?.op !== 'RRQ' || findOption(asked.options, 'tsize') === undefined) return false;
  const error = packets.find(({ packet }) => packet.op === 'ERROR');
  const fromClient = error?.direction === (transcript.tag.side === 'client' ? 'sent' : 'received');
  const code = error?.packet.op === 'ERROR' ? error.packet.code : -1;
  const moved = packets.some(({ packet }) => packet.op === 'ACK');
  return fromClient && !moved && (code === 0 || code === 8) && raw(asked.filename) !== '';
}

export function capital(text: Printable): Printable {
  return (text.charAt(0).toUpperCase() + text.slice(1)) as Printable;
}

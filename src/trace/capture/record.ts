// What a capture contains, as data: packets with their place in a transfer, and a summary of each transfer.
import { formatTid, type Tid } from '../../wire/tid.ts';
import { raw, type Untrusted } from '../../wire/text.ts';
import type { Malformed, MalformedReason, Packet, WireOption } from '../../wire/packet.ts';
import type { Instant, Outcome } from '../../transfer/machine.ts';
import type { Note } from '../../transfer/note.ts';

/** What a packet meant for its transfer. */
export interface Meaning {
  /** Its sender had sent it before. */
  readonly repeat: boolean;
  /** Of DATA and ACK: the block counted without rollover. */
  readonly index: number | undefined;
  /** DATA that ends the file, as far as is known by then. */
  readonly last: boolean;
  /** What follows from the packets alone: inferred, never heard from a machine. */
  readonly notes: readonly Note[];
  /** How the transfer ended, on the packet that ended it. */
  readonly ended: Outcome | undefined;
}

/** One packet of a transfer. The data of DATA is borrowed: copy it to keep it. */
export interface PacketRecord extends Meaning {
  /** Counts the packets of all transfers from 1. */
  readonly id: number;
  readonly transfer: number;
  /** As the client sees it: `outgoing` goes towards the server. */
  readonly direction: 'outgoing' | 'incoming';
  /** Milliseconds since the first datagram of the capture. */
  readonly at: Instant;
  readonly packet: Packet | Malformed;
  /** Octets that the datagram had on the link. */
  readonly length: number;
  /** Whether the capture holds less of it than that. */
  readonly cut: boolean;
  readonly from: Tid;
  readonly to: Tid;
  /** The client of the transfer: of a stranger's packet it may be neither end. */
  readonly client: Tid;
  /** A packet from or to a TID that has no part in the transfer. */
  readonly stranger: boolean;
  /** Where its record begins in the file. */
  readonly offset: number;
  readonly comment: Untrusted | undefined;
}

/**
 * How a conversation went. `complete`: the last block was acknowledged. `refused`: the first answer was ERROR.
 * `declined`: the client refused the answer, as a client does that asks only for the size. `aborted`: ERROR later on.
 * `silent`: one side kept repeating, the other had stopped. `unfinished`: the capture has no end of it.
 */
export type ConversationOutcome = 'complete' | 'refused' | 'silent' | 'aborted' | 'declined' | 'unfinished';

/** One transfer, as its packets show it. */
export interface ConversationSummary {
  readonly transfer: number;
  /** Where the request is missing, what the direction of DATA says. */
  readonly op: 'RRQ' | 'WRQ';
  /** Undefined where the request is missing. */
  readonly file: Untrusted | undefined;
  readonly mode: Untrusted | undefined;
  /** Why a malformed request is not a request; it then has no file. */
  readonly malformed: MalformedReason | undefined;
  readonly client: Tid;
  /** Where the request went. */
  readonly server: Tid;
  /** Where the answer came from. */
  readonly tid: Tid | undefined;
  /** The options of the OACK. */
  readonly options: readonly WireOption[];
  readonly outcome: ConversationOutcome;
  readonly error: { readonly code: number; readonly message: Untrusted } | undefined;
  /** Distinct octets of the file that were seen, as they travelled. */
  readonly octets: number;
  /** Distinct DATA packets. */
  readonly blocks: number;
  /** DATA packets up to the last one seen that the capture does not have. */
  readonly missing: number;
  /** Packets that were resent. */
  readonly resent: number;
  /** Those of them that the other side had answered already. */
  readonly duplicates: number;
  /** Packets from TIDs that had no part in it. */
  readonly strangers: number;
  /** Milliseconds from the first datagram of the capture to its own first packet. */
  readonly start: number;
  /** Milliseconds from the first packet to the one that ended it. */
  readonly duration: number;
}

/** The summary as the object that is printed with `--json`; its texts are as they came. */
export function conversationObject(summary: ConversationSummary) {
  const { transfer, op, file, mode, client, server, tid, options, outcome, error } = summary;
  const { octets, blocks, missing, resent, duplicates, strangers, malformed, start, duration } = summary;
  return {
    event: 'conversation' as const,
    transfer,
    op,
    file: file === undefined ? null : raw(file),
    mode: mode === undefined ? null : raw(mode),
    malformed: malformed ?? null,
    client: formatTid(client),
    server: formatTid(server),
    tid: tid === undefined ? null : formatTid(tid),
    options: Object.fromEntries(options.map(({ name, value }) => [raw(name), raw(value)])),
    outcome,
    error: error === undefined ? null : { code: error.code, message: raw(error.message) },
    octets,
    blocks,
    missing,
    resent,
    duplicates,
    strangers,
    start,
    duration,
  };
}

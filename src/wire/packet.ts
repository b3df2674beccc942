// The six packets of RFC 1350 §5 and RFC 2347 as values, and the value of a datagram that is not a packet.
// Numbers are as on the wire: a block number has 16 bits.
import type { Untrusted } from './text.ts';

/** An option as it was sent: the name in lower case (RFC 2347: names are case-insensitive), the value as text. */
export interface WireOption {
  readonly name: Untrusted;
  readonly value: Untrusted;
}

/** RRQ or WRQ (RFC 1350 §5, RFC 2347). */
export interface RequestPacket {
  readonly op: 'RRQ' | 'WRQ';
  /** Any octets but NUL; see names.ts. */
  readonly filename: Untrusted;
  /** As sent, in upper or lower case. */
  readonly mode: Untrusted;
  /** In the order sent, repetitions included; at most 16. */
  readonly options: readonly WireOption[];
  /** Octets after the last whole option: a name without a value, or rubbish that a boot ROM appends. */
  readonly ignored: number;
}

/** DATA: 0 to blksize octets of the file. `data` may be a view into the datagram: copy it to keep it. */
export interface DataPacket {
  readonly op: 'DATA';
  readonly block: number;
  readonly data: Uint8Array;
}

export interface AckPacket {
  readonly op: 'ACK';
  readonly block: number;
}

export interface ErrorPacket {
  readonly op: 'ERROR';
  /** 0…65535; RFC 1350 and RFC 2347 define 0…8. */
  readonly code: number;
  readonly message: Untrusted;
}

/** OACK (RFC 2347): the options that the server accepted. */
export interface OackPacket {
  readonly op: 'OACK';
  readonly options: readonly WireOption[];
  readonly ignored: number;
}

export type Packet = RequestPacket | DataPacket | AckPacket | ErrorPacket | OackPacket;

/** Why a datagram is not a packet. */
export type MalformedReason =
  | 'empty' // no octets
  | 'no-opcode' // one octet
  | 'unknown-opcode' // 0, 7 and up
  | 'too-short' // DATA, ACK or ERROR without its fixed fields
  | 'too-long' // an ACK of more than 4 octets
  | 'filename-unterminated'
  | 'filename-empty'
  | 'mode-unterminated'
  | 'options-empty' // an OACK without an option
  | 'options-malformed'; // an OACK with half an option

/** A datagram that is not a packet. `opcode` is undefined if the datagram is too short for one. */
export interface Malformed {
  readonly op: 'malformed';
  readonly reason: MalformedReason;
  readonly opcode: number | undefined;
  /** Octets in the datagram. */
  readonly length: number;
}

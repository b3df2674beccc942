// What the peer matrix does not exercise, and why: one table, printed with the tests that are skipped for it.
import type { Direction } from '../support/peers.ts';
import type { Piece } from './content.ts';

interface LeftOut {
  readonly peer: string;
  readonly direction?: Direction;
  readonly mode?: Piece['mode'];
  /** Octets of the file. */
  readonly size?: number;
  /** Thousands of packets. */
  readonly long?: true;
  readonly why: string;
}

const table: readonly LeftOut[] = [
  { peer: 'dnsmasq', direction: 'put', why: 'serves files only' },
  { peer: 'fbtftp', direction: 'put', why: 'serves files only' },
  { peer: 'curl', mode: 'netascii', why: 'moves octets only' },
  { peer: 'busybox', mode: 'netascii', why: 'moves octets only' },
  { peer: 'busybox tftpd', mode: 'netascii', why: 'moves octets only' },
  { peer: 'tftp-hpa', direction: 'put', size: 33_553_920, why: 'needs a last block other than number 0' },
  { peer: 'curl', direction: 'put', size: 33_553_920, why: 'needs a last block other than number 0' },
  ...[0, 1, 511].map((size) => ({
    ...({ peer: 'Net::TFTP', direction: 'put', size, why: 'puts files of at least a whole block' } as const),
  })),
  ...['Erlang tftp', 'Net::TFTP', 'Net::TFTPd'].flatMap((peer) => [
    { peer, mode: 'netascii', why: 'moves octets only here' } as const,
    { peer, long: true, why: 'takes a minute for this many packets' } as const,
  ]),
];

/** Why `peer` does not move `piece` in this direction; undefined where it does. */
export function leftOut(peer: string, direction: Direction, piece: Piece): string | undefined {
  return reason(peer, direction, piece, piece.octets.length);
}

/** Whether the piece has a place in this peer's row at all: a substitute has none where the first choice moves. */
export function belongs(peer: string, direction: Direction, piece: Piece): boolean {
  const { insteadOf } = piece;
  return insteadOf === undefined || reason(peer, direction, piece, insteadOf) !== undefined;
}

function reason(peer: string, direction: Direction, { mode, long }: Piece, size: number): string | undefined {
  return table.find(
    (row) =>
      row.peer === peer &&
      (row.direction ?? direction) === direction &&
      (row.mode ?? mode) === mode &&
      (row.long ?? long) === long &&
      (row.size ?? size) === size,
  )?.why;
}

// What a reader of captures returns: frames as their link carried them, or the place where the file is damaged.
import type { Printable, Untrusted } from '../../../wire/text.ts';

/** One captured frame. Its octets are borrowed: copy them, or use them before more is pushed. */
export interface Frame {
  readonly type: 'frame';
  /** LINKTYPE of the interface that it was seen on. */
  readonly link: number;
  /** Number of that interface in the file. */
  readonly face: number;
  /** Nanoseconds since 1970 UTC; a packet that carries no time has that of the packet before it. */
  readonly at: bigint;
  readonly octets: Uint8Array;
  /** Octets that the frame had on the link: more than `octets` where the capture cut it. */
  readonly length: number;
  /** Where its record begins in the file. */
  readonly offset: number;
  readonly comment: Untrusted | undefined;
}

/** The file cannot be read from `offset` on: nothing follows. */
export interface Damage {
  readonly type: 'damage';
  readonly offset: number;
  readonly message: Printable;
}

/** What a format reads from the octets that are there. */
export type Step =
  /** A record of `length` octets ends here; a reader skips what is not there yet. */
  | { readonly type: 'taken'; readonly length: number; readonly frame?: Frame }
  /** The format needs `length` octets to continue. */
  | { readonly type: 'need'; readonly length: number }
  | Damage;

/** One format of files: `octets` begin at a record, which lies at `offset` in the file. */
export interface Format {
  next(octets: Uint8Array, offset: number): Step;
  /** The format as it is now: each call of the answer makes one that reads on from here. */
  hold(): () => Format;
}

/** Most octets of one frame; no link carries more, so that a larger number is damage. */
export const maxFrame = 1 << 20;

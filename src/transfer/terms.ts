// Settings, what is offered, and the terms that both sides hold to once they agreed. Imports nothing.

/** What both sides hold to: RFC 1350's values where nothing else was agreed. */
export interface Terms {
  /** Octets of file in a full DATA packet: 8…65464 (RFC 2348); 512 without agreement. */
  readonly blksize: number;
  /** Blocks in flight: 1…65535 (RFC 7440); 1 without agreement, which is RFC 1350's lockstep. */
  readonly windowsize: number;
  /** The agreed timeout option in seconds (RFC 2349), or undefined. */
  readonly timeout: number | undefined;
  /** The size of the file as the other side told it (RFC 2349), or undefined. */
  readonly tsize: number | undefined;
  /** What follows block 65535: 0 as almost everybody does, or 1. */
  readonly rollover: 0 | 1;
  /** Whether an OACK was exchanged. */
  readonly negotiated: boolean;
}

/** RFC 1350 without options. */
export const classicTerms: Terms = {
  blksize: 512,
  windowsize: 1,
  timeout: undefined,
  tsize: undefined,
  rollover: 0,
  negotiated: false,
};

/** Retransmission limits (RFC 1123 §4.2.3.2), in milliseconds. */
export interface Pace {
  /** First interval before anything was measured; 1,000. */
  readonly first: number;
  /** Smallest interval; 250. */
  readonly floor: number;
  /** Largest interval; 8,000. */
  readonly cap: number;
  /** Silence after which we give up; 25,000. */
  readonly giveUp: number;
  /** How long a finished receiver answers repeated last DATA (RFC 1350 §6); 12,000. */
  readonly dally: number;
}

/** The limits of the README's table. */
export const defaultPace: Pace = { first: 1000, floor: 250, cap: 8000, giveUp: 25_000, dally: 12_000 };

// The terms that both sides keep to, the limits of retransmission, and the one reader of the terms in an OACK.
import { findOption, knownOption, optionValue, type TermName } from '../wire/options.ts';
import type { WireOption } from '../wire/packet.ts';
import type { SendLimits } from './send-limit.ts';

/** Terms that exist only where an option set them. */
type OptionalTerms = Readonly<
  Partial<Record<Exclude<TermName, 'blksize' | 'windowsize' | 'rollover'>, number | undefined>>
>;

/** What both sides keep to: the values of RFC 1350 where nothing else was agreed. */
export interface Terms extends OptionalTerms {
  /** Octets of file in a full DATA packet: 8…65464 (RFC 2348); 512 without agreement. */
  readonly blksize: number;
  /** Blocks in flight: 1…65535 (RFC 7440); 1 without agreement, which is RFC 1350's lockstep. */
  readonly windowsize: number;
  /** The agreed timeout option in seconds (RFC 2349), or undefined. */
  readonly timeout: number | undefined;
  /** The size of the file that the other side announced (RFC 2349), or undefined. */
  readonly tsize: number | undefined;
  /** The block number after 65535: 0 in almost every implementation, or 1. */
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

/**
 * The terms that an OACK with these options sets; `base` has those that it leaves as they are.
 * An option with an invalid value counts as if it were missing (RFC 2347). Every reader of an OACK uses this function:
 * the server that sends it, the client that gets it, and the views that only see it pass.
 */
export function termsOf(options: readonly WireOption[], base: Terms = classicTerms): Terms {
  let terms: Terms = { ...base, negotiated: options.length > 0 };
  for (const one of options) {
    const row = knownOption(one.name);
    if (row?.term === undefined || findOption(options, row.name) !== one) continue;
    // An extension that sets the same term gives way to the option of the RFC.
    if (row.name !== row.term && findOption(options, row.term) !== undefined) continue;
    const value = optionValue(row, one.value);
    if (value !== undefined) terms = { ...terms, [row.term]: value / (row.unitsPerTerm ?? 1) };
  }
  return terms;
}

/** Retransmission limits (RFC 1123 §4.2.3.2), in milliseconds, and how fast a sender may be. */
export interface Pace extends SendLimits {
  /** The interval before a round trip was measured; 1,000. */
  readonly first: number;
  /** Smallest interval; 250. */
  readonly floor: number;
  /** Largest interval; 8,000. */
  readonly cap: number;
  /** Time without progress after which we give up; 25,000. */
  readonly giveUp: number;
  /** How long a client waits for the first answer, through closed ports, instead of `giveUp`; 0: it does not. */
  readonly wait: number;
  /** Whether the interval stays short until the first answer: at `first`, at least 1,000; false. */
  readonly steady: boolean;
  /** How long a finished receiver still answers a repeated last DATA (RFC 1350 §6); 12,000. */
  readonly dally: number;
}

/** The limits that hold unless the user sets others. */
export const defaultPace: Pace = {
  first: 1000,
  floor: 250,
  cap: 8000,
  giveUp: 25_000,
  wait: 0,
  steady: false,
  dally: 12_000,
  rate: Infinity,
  gap: 0,
};

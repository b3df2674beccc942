// The table of options: limits, meaning, source and rule of agreement, one row per option.
// Negotiation, settings, packet views and help read it, so a new option is a new row.
// Names are compared, never used as keys of a plain object: a peer may send `__proto__`.
import type { WireOption } from './packet.ts';
import { raw, say, untrusted, type Printable, type Untrusted } from './text.ts';

/** Options that our client may ask for. Each sets the term of the transfer that has its name. */
export type TermName = 'tsize' | 'blksize' | 'timeout' | 'windowsize' | 'rollover';

/** How a server answers an option that it accepts. */
export type AnswerRule =
  /** With the value that the client asked for (RFC 2349). */
  | 'same'
  /** With that value or a smaller one (RFC 2348, RFC 7440 §3). */
  | 'same-or-less'
  /** With a power of two that is not larger (tftp-hpa). */
  | 'power-of-two'
  /** With the size of the file for an RRQ, with the value that the client sent for a WRQ (RFC 2349). */
  | 'file-size';

/** What the value of an option may be. */
export interface ValueRule {
  /** Smallest and largest value; undefined if the value is not a number. */
  readonly limits: { readonly min: number; readonly max: number } | undefined;
  /** Most digits; 10. */
  readonly digits?: number;
}

interface OptionRow extends ValueRule {
  readonly source: Printable;
  readonly meaning: Printable;
  /** What is special about a valid value in a packet with this opcode. */
  readonly remark?: (value: number, opcode: number) => Printable | undefined;
}

/** How both sides agree on the value of an option. */
export interface Agreement extends OptionRow {
  readonly answer: AnswerRule;
  readonly limits: { readonly min: number; readonly max: number };
  /** The server accepts it only with the setting `extensions`: no RFC describes it. */
  readonly isExtension?: true;
  /** How many units of the value make one unit of the term; 1. */
  readonly unitsPerTerm?: number;
  /** A server lowers a value above the limit instead of ignoring the option. */
  readonly lowersExcess?: true;
}

/** An option that our client asks for or our server accepts. */
export interface NegotiatedOption extends Agreement {
  /** As on the wire, in lower case. */
  readonly name: string;
  /** The term that the value sets. An option with another name gives way to the option named after the term. */
  readonly term: TermName;
}

/** An option that sets no term: `multicast` leads to a transfer of another kind, and the others we only recognise. */
export interface ForeignOption extends OptionRow {
  /** As on the wire, in lower case. */
  readonly name: string;
  readonly term: undefined;
}

export type KnownOption = NegotiatedOption | ForeignOption;

/** 1,468 octets of file, 4 of TFTP, 8 of UDP and 20 of IP fill the 1,500 of an Ethernet frame. */
const ethernetBlock = 1468;

const termRows: Readonly<Record<TermName, Agreement>> = {
  tsize: {
    source: say`RFC 2349`,
    meaning: say`size of the file in octets; 0 in a read request asks for it`,
    limits: { min: 0, max: Number.MAX_SAFE_INTEGER },
    answer: 'file-size',
    digits: 20,
    remark: (value, opcode) => (value === 0 && opcode === 1 ? say`0 asks for the size` : undefined),
  },
  blksize: {
    source: say`RFC 2348`,
    meaning: say`octets of the file in one DATA packet`,
    limits: { min: 8, max: 65464 },
    answer: 'same-or-less',
    lowersExcess: true,
    remark: (value) => (value > ethernetBlock ? say`above 1,468 Ethernet needs IP fragments` : undefined),
  },
  timeout: {
    source: say`RFC 2349`,
    meaning: say`seconds before a packet is resent`,
    limits: { min: 1, max: 255 },
    answer: 'same',
  },
  windowsize: {
    source: say`RFC 7440`,
    meaning: say`DATA packets sent before the receiver acknowledges them`,
    limits: { min: 1, max: 65535 },
    answer: 'same-or-less',
    remark: (value) => (value === 1 ? say`1 is lockstep, as in RFC 1350` : undefined),
  },
  rollover: {
    source: say`tftp-hpa`,
    meaning: say`number of the block after block 65535`,
    limits: { min: 0, max: 1 },
    answer: 'same',
    isExtension: true,
  },
};

/** Options that set a term in another unit or with another rule. */
const extensionOptions: readonly NegotiatedOption[] = [
  {
    name: 'blksize2',
    source: say`tftp-hpa`,
    meaning: say`blksize as a power of two`,
    limits: { min: 8, max: 32768 },
    term: 'blksize',
    answer: 'power-of-two',
    isExtension: true,
    lowersExcess: true,
  },
  {
    name: 'utimeout',
    source: say`tftp-hpa`,
    meaning: say`timeout in microseconds`,
    limits: { min: 10_000, max: 255_000_000 },
    term: 'timeout',
    answer: 'same',
    isExtension: true,
    unitsPerTerm: 1e6,
  },
];

const foreignOptions: readonly ForeignOption[] = [
  {
    name: 'multicast',
    source: say`RFC 2090`,
    meaning: say`one transfer for many clients: address, port and role of a client in its group`,
    limits: undefined,
    term: undefined,
  },
  {
    name: 'msftwindow',
    source: say`Windows Deployment Services`,
    meaning: say`request for a window of variable size; the value is a fixed number`,
    limits: undefined,
    term: undefined,
  },
];

/** The options that our client may ask for, in the order in which a request carries them. */
export const termOptions: readonly NegotiatedOption[] = (Object.keys(termRows) as TermName[]).map((term) => ({
  name: term,
  term,
  ...termRows[term],
}));

/** Every option that we know by name. RFC 2347: an option that is not here is unknown, not wrong. */
export const knownOptions: readonly KnownOption[] = [...termOptions, ...extensionOptions, ...foreignOptions];

const byName: ReadonlyMap<string, KnownOption> = new Map(knownOptions.map((row) => [row.name, row]));

/** The row of an option, whatever the case of `name`; undefined for an unknown option. */
export function knownOption(name: Untrusted | string): KnownOption | undefined {
  return byName.get(lowerAscii(name as string));
}

/** The row of the option that sets `term` and has its name. */
export function termOption(term: TermName): Agreement {
  return termRows[term];
}

/**
 * The value of an option as a number: plain digits and nothing else, because a lenient reader agrees to values that
 * nobody sent. Undefined for any other text. A number above 2^53 − 1 is read as 2^53 − 1, which is larger than any
 * disk. The limits are not checked here: see {@link optionValue}.
 */
export function optionNumber({ digits = 10 }: ValueRule, value: Untrusted | string): number | undefined {
  const text = value as string;
  if (!/^[0-9]+$/.test(text) || text.length > digits) return undefined;
  return Math.min(Number(text), Number.MAX_SAFE_INTEGER);
}

/** {@link optionNumber} within the limits of the option, or undefined. */
export function optionValue(rule: ValueRule, value: Untrusted | string): number | undefined {
  const number = optionNumber(rule, value);
  const { limits } = rule;
  if (number === undefined || limits === undefined) return undefined;
  return number < limits.min || number > limits.max ? undefined : number;
}

/** The option called `name`, in lower case. RFC 2347 is silent about repeated options: the first one counts. */
export function findOption(options: readonly WireOption[], name: string): WireOption | undefined {
  return options.find((option) => raw(option.name) === name);
}

/** An option to be sent. */
export function option(name: string, value: string | number): WireOption {
  return { name: untrusted(lowerAscii(name)), value: untrusted(String(value)) };
}

/** RFC 2347: names are case-insensitive. It means ASCII: the Kelvin sign is not a `k`. */
export function lowerAscii(text: string): string {
  return text.replace(/[A-Z]+/g, (capitals) => capitals.toLowerCase());
}

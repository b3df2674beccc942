// The options that anybody is known to send: one table for limits, traces, help and tests.
// Names are compared, never used as keys of a plain object. Imports nothing but its own room.
import type { WireOption } from './packet.ts';
import { raw, say, untrusted, type Printable, type Untrusted } from './text.ts';

/** One row of the table of options. */
export interface KnownOption {
  /** As on the wire, in lower case. */
  readonly name: Printable;
  readonly source: Printable;
  /** Smallest and largest value where the value is a number; undefined where it is none. */
  readonly limits: { readonly min: number; readonly max: number } | undefined;
  readonly meaning: Printable;
}

/** Every option that is known by name; an option that is none of these is unknown, not wrong (RFC 2347). */
export const knownOptions: readonly KnownOption[] = [
  {
    name: say`blksize`,
    source: say`RFC 2348`,
    limits: { min: 8, max: 65464 },
    meaning: say`octets of the file in one DATA packet`,
  },
  {
    name: say`timeout`,
    source: say`RFC 2349`,
    limits: { min: 1, max: 255 },
    meaning: say`seconds before a packet is sent again`,
  },
  {
    name: say`tsize`,
    source: say`RFC 2349`,
    limits: { min: 0, max: Number.MAX_SAFE_INTEGER },
    meaning: say`octets of the whole file; 0 in a read request asks for them`,
  },
  {
    name: say`windowsize`,
    source: say`RFC 7440`,
    limits: { min: 1, max: 65535 },
    meaning: say`DATA packets sent before an ACK is awaited`,
  },
  {
    name: say`blksize2`,
    source: say`tftp-hpa`,
    limits: { min: 8, max: 32768 },
    meaning: say`blksize as a power of two`,
  },
  {
    name: say`utimeout`,
    source: say`tftp-hpa`,
    limits: { min: 10_000, max: 255_000_000 },
    meaning: say`timeout in microseconds`,
  },
  {
    name: say`rollover`,
    source: say`tftp-hpa`,
    limits: { min: 0, max: 1 },
    meaning: say`number of the block that follows block 65535`,
  },
  {
    name: say`multicast`,
    source: say`RFC 2090`,
    limits: undefined,
    meaning: say`address, port and role of a client that shares a multicast transfer`,
  },
  {
    name: say`msftwindow`,
    source: say`Windows Deployment Services`,
    limits: undefined,
    meaning: say`asks for a window of variable size by a fixed number`,
  },
];

const byName: ReadonlyMap<string, KnownOption> = new Map(knownOptions.map((row) => [row.name, row]));

/** The row of an option, whatever the case of `name`; undefined for one that is unknown. */
export function knownOption(name: Untrusted | string): KnownOption | undefined {
  return byName.get(lowerAscii(name as string));
}

/** The option called `name`, in lower case. Of several the first one wins: RFC 2347 is silent about them. */
export function findOption(options: readonly WireOption[], name: string): WireOption | undefined {
  return options.find((option) => raw(option.name) === name);
}

/** An option to be sent. */
export function option(name: string, value: string | number): WireOption {
  return { name: untrusted(lowerAscii(name)), value: untrusted(String(value)) };
}

/** RFC 2347: names are case-insensitive, which is said of ASCII: the Kelvin sign is no `k`. */
export function lowerAscii(text: string): string {
  return text.replace(/[A-Z]+/g, (capitals) => capitals.toLowerCase());
}

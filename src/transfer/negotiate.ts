// Offer, accept and confirm (RFC 2347, 2348, 2349, 7440): what a client asks, what a server grants, and
// what the client then makes of the grant. Values are never raised, never guessed. Imports wire.
import { findOption, option } from '../wire/options.ts';
import { raw } from '../wire/text.ts';
import type { ErrorCode } from '../wire/codes.ts';
import type { OackPacket, RequestPacket, WireOption } from '../wire/packet.ts';
import {
  blksizeRange,
  fileSize,
  numberWithin,
  smallNumber,
  timeoutRange,
  utimeoutRange,
  windowsizeRange,
} from './option-values.ts';
import { classicTerms, type Terms } from './terms.ts';

/** What a client asks for: an option that is missing is not sent. */
export interface Offer {
  readonly blksize?: number;
  readonly windowsize?: number;
  /** Whole seconds, 1…255. */
  readonly timeout?: number;
  /** 0 in an RRQ, the file's size in a WRQ. */
  readonly tsize?: number;
  /** tftp-hpa's extension; what follows block 65535. */
  readonly rollover?: 0 | 1;
}

/** What a server may grant. */
export interface Grant {
  /** Largest blksize; 65464. */
  readonly blksize: number;
  /** Largest windowsize whatever the block size; 64. */
  readonly windowsize: number;
  /** Whether any option is accepted at all. */
  readonly options: boolean;
  /** Whether blksize2, utimeout and rollover are accepted too (tftp-hpa's extensions). */
  readonly extensions: boolean;
  /** The size of the file that will be read, on the wire; undefined where it is not known (netascii). */
  readonly size: number | undefined;
}

export interface Accepted {
  readonly terms: Terms;
  /** Options of the OACK in the order asked; empty: answer without an OACK. */
  readonly oack: readonly WireOption[];
  /** Printable names of known options that were asked for and left out. */
  readonly refused: readonly string[];
}

export type Confirmation =
  | { readonly ok: true; readonly terms: Terms; readonly refused: readonly string[] }
  | { readonly ok: false; readonly code: ErrorCode; readonly message: string };

const offered = ['tsize', 'blksize', 'timeout', 'windowsize', 'rollover'] as const;
const extensions: readonly string[] = ['blksize2', 'utimeout', 'rollover'];
const known: readonly string[] = [...offered, 'blksize2', 'utimeout'];
const mostOptions = 16;

/** Largest window that fits a default receive buffer: min(64, ⌊98304 / (blksize + 4)⌋), at least 1. */
export function windowLimit(blksize: number): number {
  return Math.max(1, Math.min(64, Math.floor(98304 / (blksize + 4))));
}

/** The options of a request, in a fixed order (RFC 2347). */
export function offerOptions(offer: Offer): readonly WireOption[] {
  return offered.flatMap((name) => {
    const value = offer[name];
    return value === undefined ? [] : [option(name, String(value))];
  });
}

/** One granted option: the value for the OACK, and what it changes in the terms. */
interface Granted {
  readonly value: string;
  readonly terms: Partial<Terms>;
}

/** A server's answer to the options of `request`: what is invalid or unknown is left out (RFC 2347). */
export function acceptOptions(request: RequestPacket, grant: Grant): Accepted {
  const asked = request.options.slice(0, mostOptions);
  const oack: WireOption[] = [];
  const refused: string[] = [];
  let terms: Terms = classicTerms;
  const blksize = grantedBlksize(asked, grant);
  for (const one of asked) {
    const name = raw(one.name);
    // Of an option that is repeated the first one counts.
    if (!known.includes(name) || findOption(asked, name) !== one) continue;
    const granted = grantOne(one, { request, grant, asked, blksize });
    if (granted === undefined) refused.push(name);
    else {
      oack.push(option(name, granted.value));
      terms = { ...terms, ...granted.terms, negotiated: true };
    }
  }
  return { terms, oack, refused };
}

interface Question {
  readonly request: RequestPacket;
  readonly grant: Grant;
  readonly asked: readonly WireOption[];
  /** The block size that will hold. */
  readonly blksize: number;
}

function grantOne(one: WireOption, question: Question): Granted | undefined {
  const { grant, asked, request } = question;
  const name = raw(one.name);
  if (!grant.options || (extensions.includes(name) && !grant.extensions)) return undefined;
  if (name === 'blksize') return grantBlksize(one, grant);
  if (name === 'blksize2') return findOption(asked, 'blksize') ? undefined : grantBlksize2(one, grant);
  if (name === 'windowsize') return grantWindowsize(one, question);
  if (name === 'timeout') return grantTimeout(one);
  if (name === 'utimeout') return findOption(asked, 'timeout') ? undefined : grantUtimeout(one);
  if (name === 'rollover') return grantRollover(one);
  return grantTsize(one, request.op, grant.size);
}

/** The block size that will hold, wherever in the request it stands: the window depends on it. */
function grantedBlksize(asked: readonly WireOption[], grant: Grant): number {
  const plain = findOption(asked, 'blksize');
  const power = grant.extensions ? findOption(asked, 'blksize2') : undefined;
  const granted = plain ? grantBlksize(plain, grant) : power && grantBlksize2(power, grant);
  return (grant.options ? granted?.terms.blksize : undefined) ?? classicTerms.blksize;
}

function grantBlksize(one: WireOption, grant: Grant): Granted | undefined {
  const value = smallNumber(one);
  // RFC 2348: what the server returns must not exceed what was asked.
  if (value === undefined || value < blksizeRange.least) return undefined;
  const blksize = Math.min(value, grant.blksize, blksizeRange.most);
  return { value: String(blksize), terms: { blksize } };
}

/** tftp-hpa's blksize2: a power of two, rounded down. */
function grantBlksize2(one: WireOption, grant: Grant): Granted | undefined {
  const most = grantBlksize(one, grant)?.terms.blksize;
  if (most === undefined) return undefined;
  const blksize = 2 ** Math.floor(Math.log2(most));
  return { value: String(blksize), terms: { blksize } };
}

function grantWindowsize(one: WireOption, { grant, blksize }: Question): Granted | undefined {
  const value = numberWithin(one, windowsizeRange);
  if (value === undefined) return undefined;
  // RFC 7440 §3: lower it if need be, never raise it.
  const windowsize = Math.min(value, grant.windowsize, windowLimit(blksize));
  return { value: String(windowsize), terms: { windowsize } };
}

function grantTimeout(one: WireOption): Granted | undefined {
  const timeout = numberWithin(one, timeoutRange);
  // RFC 2349: the value must be returned as it was asked, or not at all.
  return timeout === undefined ? undefined : { value: raw(one.value), terms: { timeout } };
}

function grantUtimeout(one: WireOption): Granted | undefined {
  const value = numberWithin(one, utimeoutRange);
  return value === undefined ? undefined : { value: raw(one.value), terms: { timeout: value / 1e6 } };
}

function grantRollover(one: WireOption): Granted | undefined {
  const value = smallNumber(one);
  return value === 0 || value === 1 ? { value: String(value), terms: { rollover: value } } : undefined;
}

function grantTsize(one: WireOption, op: 'RRQ' | 'WRQ', size: number | undefined): Granted | undefined {
  const asked = fileSize(one);
  if (asked === undefined) return undefined;
  // RFC 2349: an upload's size is echoed; for a download the real size is told, whatever was asked.
  if (op === 'WRQ') return { value: raw(one.value), terms: { tsize: asked } };
  // A size of 0 would be legal, but there are clients that fail on it.
  return size === undefined || size === 0 ? undefined : { value: String(size), terms: { tsize: size } };
}

type Checked = { readonly terms: Partial<Terms> } | { readonly wrong: string };

/**
 * A client's check of an OACK. Anything that was not asked for, and any value that was not in our offer, is
 * ERROR 8 (RFC 2347); `lenient` lets options through that were not asked for, as long as their values are valid.
 */
export function confirmOptions(
  offer: Offer,
  oack: OackPacket,
  lenient: boolean,
  op: 'RRQ' | 'WRQ',
): Confirmation {
  let terms: Terms = { ...classicTerms, rollover: offer.rollover ?? 0, negotiated: true };
  for (const one of oack.options) {
    if (findOption(oack.options, raw(one.name)) !== one) continue;
    const checked = confirmOne(one, offer, lenient, op);
    if ('wrong' in checked) return refusal(checked.wrong);
    terms = { ...terms, ...checked.terms };
  }
  const refused = offered.filter((name) => offer[name] !== undefined && !findOption(oack.options, name));
  return { ok: true, terms, refused };
}

function refusal(detail: string): Confirmation {
  return { ok: false, code: 8, message: `Failure to negotiate RFC2347 options: ${detail}` };
}

function confirmOne(one: WireOption, offer: Offer, lenient: boolean, op: 'RRQ' | 'WRQ'): Checked {
  const name = offered.find((word) => word === raw(one.name));
  if (name === undefined) return lenient ? { terms: {} } : { wrong: 'an option that was not asked for' };
  if (offer[name] === undefined && !lenient) return { wrong: `${name} was not asked for` };
  if (name === 'tsize') return confirmTsize(one, offer, op);
  if (name === 'timeout') return confirmTimeout(one, offer);
  if (name === 'rollover') return confirmRollover(one, offer);
  const range = name === 'blksize' ? blksizeRange : windowsizeRange;
  // RFC 2348, RFC 7440 §3: the server may lower what was asked, never raise it.
  const value = numberWithin(one, { least: range.least, most: offer[name] ?? range.most });
  if (value === undefined) return { wrong: `${name} is not what was asked for or less` };
  return { terms: { [name]: value } };
}

function confirmTsize(one: WireOption, offer: Offer, op: 'RRQ' | 'WRQ'): Checked {
  const size = fileSize(one);
  if (size === undefined) return { wrong: 'tsize is not a number' };
  // RFC 2349: the answer to a WRQ is an echo; what we sent is what holds.
  return { terms: { tsize: op === 'WRQ' ? (offer.tsize ?? size) : size } };
}

function confirmTimeout(one: WireOption, offer: Offer): Checked {
  const timeout = numberWithin(one, timeoutRange);
  if (timeout === undefined) return { wrong: 'timeout is not within 1 to 255' };
  // RFC 2349: the value must match; a server's own is never adopted.
  if (offer.timeout === undefined) return { terms: {} };
  return timeout === offer.timeout ? { terms: { timeout } } : { wrong: 'timeout is not what was asked for' };
}

function confirmRollover(one: WireOption, offer: Offer): Checked {
  const value = smallNumber(one);
  if (value !== 0 && value !== 1) return { wrong: 'rollover is neither 0 nor 1' };
  if (offer.rollover !== undefined && value !== offer.rollover)
    return { wrong: 'rollover is not what was asked for' };
  return { terms: { rollover: value } };
}

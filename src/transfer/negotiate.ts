// Offer, accept and confirm (RFC 2347, 2348, 2349, 7440): which options a client asks for, which the server accepts,
// and how the client checks the answer. Values are never raised and never guessed.
import {
  findOption,
  knownOption,
  option,
  optionNumber,
  optionValue,
  termOptions,
  type NegotiatedOption,
  type TermName,
} from '../wire/options.ts';
import { raw } from '../wire/text.ts';
import type { ErrorCode } from '../wire/codes.ts';
import type { OackPacket, RequestPacket, WireOption } from '../wire/packet.ts';
import { blksizeAt, windowsizeAt, type SendLimits } from './send-limit.ts';
import { classicTerms, termsOf, type Terms } from './terms.ts';

/**
 * What a client asks for, by option: a missing one is not sent. `timeout` is in whole seconds, 1…255; `tsize` is 0
 * in an RRQ and the file's size in a WRQ.
 */
export type Offer = { readonly [N in TermName]?: NonNullable<Terms[N]> };

/** What a server may accept. */
export interface Grant {
  /** Largest blksize; 65464. */
  readonly blksize: number;
  /** Largest windowsize for any block size; 64. */
  readonly windowsize: number;
  /** Whether any option is accepted at all. */
  readonly options: boolean;
  /** Whether the extensions of tftp-hpa are accepted too: blksize2, utimeout and rollover. */
  readonly extensions: boolean;
  /** The size of the file that will be read, on the wire; undefined where it is not known (netascii). */
  readonly size: number | undefined;
  /** How fast the answer to an RRQ may be sent: blocks and windows are small enough for that. Default: no limit. */
  readonly limits?: SendLimits;
}

export interface Accepted {
  readonly terms: Terms;
  /** Options of the OACK in the order of the request; empty: answer without an OACK. */
  readonly oack: readonly WireOption[];
  /** Printable names of known options that the client asked for and the OACK does not have. */
  readonly refused: readonly string[];
}

export type Confirmation =
  | { readonly ok: true; readonly terms: Terms; readonly refused: readonly string[] }
  | { readonly ok: false; readonly code: ErrorCode; readonly message: string };

const maxOptions = 16;

/** Largest window that fits a default receive buffer: min(64, ⌊98304 / (blksize + 4)⌋), at least 1. */
export function windowLimit(blksize: number): number {
  return Math.max(1, Math.min(64, Math.floor(98304 / (blksize + 4))));
}

/** The options of a request, in a fixed order (RFC 2347). */
export function offerOptions(offer: Offer): readonly WireOption[] {
  return termOptions.flatMap(({ name, term }) => {
    const value = offer[term];
    return value === undefined ? [] : [option(name, value)];
  });
}

/** A server's answer to the options of `request`: an invalid or unknown option is left out (RFC 2347). */
export function acceptOptions(request: RequestPacket, grant: Grant): Accepted {
  const limits = request.op === 'RRQ' ? grant.limits : undefined;
  const most = { ...grant, ...(limits && { blksize: Math.min(grant.blksize, blksizeAt(limits)) }) };
  // The window depends on the block size, wherever in the request that comes.
  const { blksize } = answerOptions(request, most).terms;
  const slow = limits === undefined ? Infinity : windowsizeAt(limits, blksize);
  const windowsize = Math.min(grant.windowsize, windowLimit(blksize), slow);
  return answerOptions(request, { ...most, windowsize });
}

function answerOptions(request: RequestPacket, grant: Grant): Accepted {
  const asked = request.options.slice(0, maxOptions);
  const oack: WireOption[] = [];
  const refused: string[] = [];
  for (const one of asked) {
    const row = knownOption(one.name);
    // Of a repeated option the first one counts.
    if (row?.term === undefined || findOption(asked, row.name) !== one) continue;
    const isReplaced = row.name !== row.term && findOption(asked, row.term) !== undefined;
    const value = isReplaced ? undefined : answerTo(row, one, request.op, grant);
    if (value === undefined) refused.push(row.name);
    else oack.push(option(row.name, value));
  }
  return { terms: termsOf(oack), oack, refused };
}

/** The value that the OACK has for one option; undefined leaves the option out. */
function answerTo(
  row: NegotiatedOption,
  one: WireOption,
  op: 'RRQ' | 'WRQ',
  grant: Grant,
): string | undefined {
  if (!grant.options || (row.isExtension === true && !grant.extensions)) return undefined;
  switch (row.answer) {
    case 'same':
      // RFC 2349: return the value as the client sent it, or leave the option out.
      return optionValue(row, one.value) === undefined ? undefined : raw(one.value);
    case 'same-or-less':
      return lowered(row, one, grant)?.toString();
    case 'power-of-two': {
      const most = lowered(row, one, grant);
      return most === undefined ? undefined : String(2 ** Math.floor(Math.log2(most)));
    }
    case 'file-size':
      return optionValue(row, one.value) === undefined ? undefined : sizeAnswer(one, op, grant.size);
  }
}

/** RFC 2348, RFC 7440 §3: the server may lower the value, never raise it. */
function lowered(row: NegotiatedOption, one: WireOption, grant: Grant): number | undefined {
  const { min, max } = row.limits;
  const value = row.lowersExcess === true ? optionNumber(row, one.value) : optionValue(row, one.value);
  if (value === undefined || value < min) return undefined;
  const most: Partial<Record<TermName, number>> = grant;
  return Math.min(value, most[row.term] ?? max, max);
}

/** RFC 2349: the size of an upload is echoed; for a download the real size is sent, whatever the client asked. */
function sizeAnswer(one: WireOption, op: 'RRQ' | 'WRQ', size: number | undefined): string | undefined {
  if (op === 'WRQ') return raw(one.value);
  // A size of 0 would be legal, but some clients fail on it.
  return size === undefined || size === 0 ? undefined : String(size);
}

/**
 * A client's check of an OACK. An option that was not asked for, and a value that the offer does not allow, is
 * ERROR 8 (RFC 2347); `lenient` lets options through that were not asked for, as long as their values are valid.
 */
export function confirmOptions(
  offer: Offer,
  oack: OackPacket,
  lenient: boolean,
  op: 'RRQ' | 'WRQ',
): Confirmation {
  const agreed: WireOption[] = [];
  for (const one of oack.options) {
    if (findOption(oack.options, raw(one.name)) !== one) continue;
    const row = termOptions.find(({ name }) => name === raw(one.name));
    const asked = row && offer[row.term];
    if (asked === undefined && !lenient)
      return refusal(row ? `${row.name} was not asked for` : 'an option that was not asked for');
    const flaw = row && flawOf(row, one, asked);
    if (flaw !== undefined) return refusal(flaw);
    // RFC 2349: a timeout that only the server wants is never adopted.
    if (row !== undefined && (asked !== undefined || row.term !== 'timeout')) agreed.push(one);
  }
  const read = termsOf(agreed, { ...classicTerms, rollover: offer.rollover ?? 0 });
  // RFC 2349: the answer to a WRQ is an echo; the size that we sent is the right one.
  const tsize = op === 'WRQ' && read.tsize !== undefined ? (offer.tsize ?? read.tsize) : read.tsize;
  const refused = termOptions.filter(
    ({ name, term }) => offer[term] !== undefined && findOption(oack.options, name) === undefined,
  );
  return { ok: true, terms: { ...read, tsize, negotiated: true }, refused: refused.map(({ name }) => name) };
}

function refusal(detail: string): Confirmation {
  return { ok: false, code: 8, message: `Failure to negotiate RFC2347 options: ${detail}` };
}

/** What is wrong with a server's answer to an option for which `asked` was sent; undefined: nothing. */
function flawOf(row: NegotiatedOption, one: WireOption, asked: number | undefined): string | undefined {
  const value = optionValue(row, one.value);
  if (value === undefined) return `the value of ${row.name} is not valid`;
  if (asked === undefined) return undefined;
  switch (row.answer) {
    case 'same':
      return value === asked ? undefined : `${row.name} is not what was asked for`;
    case 'same-or-less':
    case 'power-of-two':
      return value <= asked ? undefined : `${row.name} is more than was asked for`;
    case 'file-size':
      return undefined;
  }
}

// What an OACK made hold, as a bystander reads it. Imports wire and transfer.
import {
  blksizeRange,
  fileSize,
  numberWithin,
  timeoutRange,
  windowsizeRange,
} from '../../transfer/option-values.ts';
import { classicTerms, type Terms } from '../../transfer/terms.ts';
import { findOption } from '../../wire/options.ts';
import type { RequestPacket, WireOption } from '../../wire/packet.ts';
import { raw } from '../../wire/text.ts';

/** The terms of an OACK; what makes no sense in it is as without options (RFC 2347). */
export function agreedTerms(options: readonly WireOption[]): Terms {
  const within = (
    name: string,
    range: { readonly least: number; readonly most: number },
  ): number | undefined => {
    const one = findOption(options, name);
    return one === undefined ? undefined : numberWithin(one, range);
  };
  const tsize = findOption(options, 'tsize');
  return {
    blksize: within('blksize', blksizeRange) ?? within('blksize2', blksizeRange) ?? classicTerms.blksize,
    windowsize: within('windowsize', windowsizeRange) ?? classicTerms.windowsize,
    timeout: within('timeout', timeoutRange),
    tsize: tsize === undefined ? undefined : fileSize(tsize),
    rollover: within('rollover', { least: 1, most: 1 }) === 1 ? 1 : 0,
    negotiated: options.length > 0,
  };
}

/** Names of options that were asked for and left out of the answer. */
export function refusedNames(
  request: RequestPacket | undefined,
  agreed: readonly WireOption[],
): readonly string[] {
  const asked = request?.options.map(({ name }) => raw(name)) ?? [];
  return asked.filter((name) => findOption(agreed, name) === undefined);
}

/** Whether two requests want the same of the same file; options apart. */
export function wantsSame(a: RequestPacket, b: RequestPacket): boolean {
  return a.op === b.op && raw(a.filename) === raw(b.filename) && raw(a.mode) === raw(b.mode);
}

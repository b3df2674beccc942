// From the user's settings to a client's offer.
// Rule: wrong settings are refused here, before anything is sent.
import { windowLimit, type Offer } from '../../transfer/negotiate.ts';
import { blksizeAt, windowsizeAt } from '../../transfer/send-limit.ts';
import { termOption, termOptions } from '../../wire/options.ts';
import { sendLimitsFor } from '../pace.ts';
import { usageError } from '../tftp-error.ts';
import { isPlainTerm, type TransferSettings } from '../transfer.ts';

/** Whether datagrams to `address` never leave this machine, so that large blocks need no fragments. */
export function isLoopback(address: string): boolean {
  return address === '::1' || address.startsWith('127.');
}

/** The largest block that needs no fragments: Ethernet's MTU less the headers; on loopback the largest datagram. */
export function autoBlksize(address: string, platform: string): number {
  // macOS refuses datagrams of more than 9,216 octets.
  if (isLoopback(address)) return platform === 'darwin' ? 8192 : 65464;
  return address.includes(':') ? 1448 : 1468;
}

export interface OfferFor {
  readonly op: 'RRQ' | 'WRQ';
  readonly address: string;
  /** Octets that a put will send; undefined where unknown. */
  readonly size: number | undefined;
  readonly platform: string;
}

/** The options that a client offers; none with `options: false`. */
export function offerFor(settings: TransferSettings, { op, address, size, platform }: OfferFor): Offer {
  if (settings.options === false) return {};
  const limits = sendLimitsFor(op === 'WRQ' ? settings : {});
  const auto = Math.min(autoBlksize(address, platform), blksizeAt(limits));
  const blksize = chosen(settings.blksize, auto);
  const most = Math.min(windowLimit(blksize ?? 512), windowsizeAt(limits, blksize ?? 512));
  // RFC 2090 has one block at a time.
  const isOneByOne = op === 'RRQ' && settings.multicast === true;
  const window = isOneByOne ? undefined : chosen(settings.windowsize, Math.min(16, most));
  const octet = (settings.mode ?? 'octet') === 'octet';
  const tsize = op === 'RRQ' ? 0 : size;
  const seconds = settings.rexmt === undefined ? undefined : settings.rexmt / 1000;
  return asked(settings.asks, {
    ...(blksize === undefined ? {} : { blksize }),
    // A window of one is the default without the option (RFC 7440).
    ...(window === undefined || (window === 1 && typeof settings.windowsize !== 'number')
      ? {}
      : { windowsize: window }),
    ...(seconds !== undefined && Number.isInteger(seconds) && seconds <= termOption('timeout').limits.max
      ? { timeout: seconds }
      : {}),
    ...(settings.tsize !== false && octet && tsize !== undefined ? { tsize } : {}),
    ...plainOptions(settings),
  });
}

/** Of an offer only the options that are to be asked for. */
function asked(names: TransferSettings['asks'], offer: Offer): Offer {
  if (names === undefined) return offer;
  return Object.fromEntries(Object.entries(offer).filter(([name]) => names.some((one) => one === name)));
}

/** The options that are asked for with the value of the setting of the same name. */
function plainOptions(settings: TransferSettings): Offer {
  const chosen = termOptions.flatMap(({ term }) =>
    isPlainTerm(term) && settings[term] !== undefined ? [[term, settings[term]]] : [],
  );
  return Object.fromEntries(chosen) as Offer;
}

function chosen(setting: number | 'auto' | 'off' | undefined, auto: number): number | undefined {
  if (setting === 'off') return undefined;
  return setting === undefined || setting === 'auto' ? auto : setting;
}

/** @throws TftpError `by: 'usage'` naming the setting and its limits. */
export function checkSettings(settings: TransferSettings): void {
  for (const { term, limits, source } of termOptions)
    if (term === 'blksize' || term === 'windowsize' || isPlainTerm(term))
      within(term, settings[term], [limits.min, limits.max], source);
  within('rexmt', settings.rexmt, [10, termOption('timeout').limits.max * 1000], 'milliseconds, RFC 2349');
  within('timeout', settings.timeout, [10, 86_400_000], 'milliseconds');
  within('wait', settings.wait, [0, 86_400_000], 'milliseconds');
  within('rate', settings.sendRate, [1024, 1_000_000_000], 'octets per second');
  within('pace', settings.sendGap && Math.ceil(settings.sendGap), [0, 1000], 'milliseconds');
  within('local port', settings.localPorts?.from, [1, 65535], 'UDP');
  within('local port', settings.localPorts?.to, [settings.localPorts?.from ?? 1, 65535], 'UDP');
}

function within(
  name: string,
  value: number | string | undefined,
  [least, most]: readonly [number, number],
  source: string,
): void {
  if (typeof value !== 'number' || (Number.isInteger(value) && value >= least && value <= most)) return;
  throw usageError(`${name} must be ${least}–${most} (${source})`);
}

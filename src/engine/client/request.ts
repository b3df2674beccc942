// Builds a client's request, and refuses one that must not be sent.
import { grouped } from '../../wire/counts.ts';
import { maxRequest, requestLength } from '../../wire/encode.ts';
import { flawOf, settled } from '../../wire/names.ts';
import { multicastRequest } from '../../wire/multicast.ts';
import { findOption } from '../../wire/options.ts';
import type { RequestPacket, WireOption } from '../../wire/packet.ts';
import { untrusted } from '../../wire/text.ts';
import { offerOptions, type Offer } from '../../transfer/negotiate.ts';
import { usageError } from '../tftp-error.ts';
import type { TransferSettings } from '../transfer.ts';

export interface RequestFor {
  readonly op: 'RRQ' | 'WRQ';
  readonly file: string;
  /** Its mode, and the options in their order; by default octet, and the order of the table of options. */
  readonly settings: Pick<TransferSettings, 'mode' | 'asks'>;
  readonly offer: Offer;
  /** Ask for a multicast transfer too; false. */
  readonly multicast?: boolean;
}

/** @throws TftpError `by: 'usage'` for an empty name, a NUL in it, or a request of more than 512 octets (RFC 2347). */
export function requestFor({ op, file, settings, offer, multicast = false }: RequestFor): RequestPacket {
  if (file === '') throw usageError('the remote file has no name');
  if (file.includes('\0')) throw usageError('a file name cannot contain NUL');
  if (flawOf(file) !== undefined) throw usageError('a file name cannot contain half of a surrogate pair');
  const request: RequestPacket = {
    op,
    filename: untrusted(settled(file)),
    mode: untrusted(settings.mode ?? 'octet'),
    options: [...inOrder(offerOptions(offer), settings.asks), ...(multicast ? [multicastRequest] : [])],
    ignored: 0,
  };
  const length = requestLength(request);
  if (length > maxRequest)
    throw usageError(
      `the request would be ${grouped(length)} octets long: a request has at most ${grouped(maxRequest)} (RFC 2347)`,
    );
  return request;
}

function inOrder(options: readonly WireOption[], order: TransferSettings['asks']): readonly WireOption[] {
  return order?.flatMap((name) => findOption(options, name) ?? []) ?? options;
}

// What a machine needs to begin: as the client that asks, or as the server that answers.
import { multicastName } from '../wire/multicast.ts';
import { findOption } from '../wire/options.ts';
import type { RequestPacket, WireOption } from '../wire/packet.ts';
import type { Tid } from '../wire/tid.ts';
import type { Offer } from './negotiate.ts';
import type { Pace, Terms } from './terms.ts';

/** A client's machine: it sends `request` to `to` and pins the first TID that answers from the same address. */
export interface ClientStart {
  readonly role: 'client';
  readonly to: Tid;
  /** Has the options of `offerOptions(offer)`. */
  readonly request: RequestPacket;
  readonly offer: Offer;
  /** Accept options in an OACK that were not asked for. */
  readonly lenient: boolean;
  /** Accept the first answer from an address other than the one asked (servers with several addresses). */
  readonly anyAddress: boolean;
  readonly rollover: 0 | 1;
  readonly pace: Pace;
}

/** A server's machine after the request was accepted. It answers with an OACK, unless `oack` is empty. */
export interface ServerStart {
  readonly role: 'server';
  readonly peer: Tid;
  readonly terms: Terms;
  readonly oack: readonly WireOption[];
  /** See {@link Accepted}: for the `negotiated` note. */
  readonly refused: readonly string[];
  readonly pace: Pace;
}

/** Whether the request asks for a multicast transfer (RFC 2090). */
export function asksForMulticast({ request }: Pick<ClientStart, 'request'>): boolean {
  return findOption(request.options, multicastName) !== undefined;
}

export type Start = ClientStart | ServerStart;

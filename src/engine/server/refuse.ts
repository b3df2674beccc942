// Refuses: sends one ERROR packet to a peer that gets no transfer (RFC 1350 §4: from a port of its own).
// Rule: a refused request has a number in the trace like a transfer, so that its packets can be looked at.
import type { ErrorCode } from '../../wire/codes.ts';
import type { ErrorPacket, RequestPacket } from '../../wire/packet.ts';
import { raw, untrusted } from '../../wire/text.ts';
import { parseMode } from '../../wire/mode.ts';
import type { Tid } from '../../wire/tid.ts';
import type { PacketPort } from '../../network/packet-network.ts';
import type { Tag } from '../../trace/record/event.ts';
import { askedAddress } from './transfer-port.ts';
import type { Tower } from '../tower.ts';

export interface RefuseOptions {
  readonly peer: Tid;
  /** The port that the request came to. */
  readonly port: PacketPort;
  readonly code: ErrorCode;
  readonly message: string;
  /** Send from a port of its own, as some clients expect; false under load and in single-port mode. */
  readonly ownPort: boolean;
  /** Range of that port; any. */
  readonly ports?: { readonly from: number; readonly to: number } | undefined;
}

export interface RefuseRequestOptions extends RefuseOptions {
  /** Of a malformed request what can be read of it. */
  readonly request: Pick<RequestPacket, 'op' | 'filename' | 'mode'>;
  /** The number that the request has already; 0: none. */
  readonly number: number;
}

/** Refuses a request. @returns its number in the trace. */
export function refuseRequest(tower: Tower, options: RefuseRequestOptions): number {
  const { peer, request, code, message } = options;
  const number = options.number === 0 ? tower.nextNumber() : options.number;
  const tag: Tag = { transfer: number, side: 'server' };
  const { op, filename: file } = request;
  const mode = parseMode(raw(request.mode)) === 'netascii' ? 'netascii' : 'octet';
  if (tower.bus.active) tower.bus.emit({ type: 'began', at: tower.clock.now(), tag, op, file, mode, peer });
  refuse(tower, options, tag, () => {
    const outcome = { ok: false, failure: { by: 'local', code, message } } as const;
    if (tower.bus.active) tower.bus.emit({ type: 'ended', at: tower.clock.now(), tag, outcome });
  });
  return number;
}

/** Sends ERROR as a packet of `tag`; then calls `onSent`. */
function refuse(
  tower: Tower,
  { peer, port, code, message, ownPort, ports }: RefuseOptions,
  tag: Tag,
  onSent: () => void,
): void {
  const packet: ErrorPacket = { op: 'ERROR', code, message: untrusted(message) };
  const sendFrom = (from: PacketPort): void => {
    from.send(peer, packet);
    onSent();
  };
  if (!ownPort) return sendFrom(port);
  const silent = { received: () => undefined, unreachable: () => undefined, failed: () => undefined };
  tower.network
    .open({
      address: askedAddress(port, peer),
      port: ports ?? 0,
      role: 'transfer',
      tag,
      events: silent,
    })
    .then(
      (own) => {
        sendFrom(own);
        own.close();
      },
      () => sendFrom(port),
    );
}

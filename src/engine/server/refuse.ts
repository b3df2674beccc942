// Sends one ERROR packet to a peer without a transfer (RFC 1350 §4: from a port of its own).
import type { ErrorCode } from '../../wire/codes.ts';
import type { ErrorPacket } from '../../wire/packet.ts';
import { untrusted } from '../../wire/text.ts';
import type { Tid } from '../../wire/tid.ts';
import type { PacketPort } from '../../network/packet-network.ts';
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

export function refuse(tower: Tower, { peer, port, code, message, ownPort, ports }: RefuseOptions): void {
  const packet: ErrorPacket = { op: 'ERROR', code, message: untrusted(message) };
  if (!ownPort) return port.send(peer, packet);
  const silent = { received: () => undefined, unreachable: () => undefined, failed: () => undefined };
  tower.network
    .open({
      address: askedAddress(port, peer),
      port: ports ?? 0,
      role: 'transfer',
      tag: { transfer: 0, side: 'server' },
      events: silent,
    })
    .then(
      (own) => {
        own.send(peer, packet);
        own.close();
      },
      () => port.send(peer, packet),
    );
}

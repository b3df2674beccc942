// One ERROR packet to somebody with whom we have no transfer (RFC 1350 §4: from a port of its own). Imports wire, network.
import type { ErrorCode } from '../../wire/codes.ts';
import { encode } from '../../wire/encode.ts';
import { untrusted } from '../../wire/text.ts';
import type { Tid } from '../../wire/tid.ts';
import type { Port } from '../../network/network.ts';
import type { Tower } from '../tower.ts';

export interface RefuseOptions {
  readonly peer: Tid;
  /** The port that the request came to. */
  readonly port: Port;
  readonly code: ErrorCode;
  readonly message: string;
  /** Send from a port of its own, as some clients expect of every answer; false under load and in single-port mode. */
  readonly ownPort: boolean;
  /** Where such a port is taken from; any. */
  readonly ports?: { readonly from: number; readonly to: number } | undefined;
}

export function refuse(tower: Tower, { peer, port, code, message, ownPort, ports }: RefuseOptions): void {
  const octets = encode({ op: 'ERROR', code, message: untrusted(message) });
  if (!ownPort) return port.send(peer, octets);
  const silent = { datagram: () => undefined, unreachable: () => undefined, failed: () => undefined };
  tower.network
    .open({
      address: port.local.address,
      port: ports ?? 0,
      role: 'transfer',
      tag: { transfer: 0, side: 'server' },
      events: silent,
    })
    .then(
      (own) => {
        own.send(peer, octets);
        own.close();
      },
      () => port.send(peer, octets),
    );
}

// The port of a server's transfer: one of its own (RFC 1350 §4), or in single-port mode the one listened on.
import type { Tag } from '../../trace/record/event.ts';
import type { PacketEvents, PacketPort } from '../../network/packet-network.ts';
import { limitedPort, type TransferPort } from './limited-port.ts';
import { Busy } from './open-request.ts';
import type { ServerSettings } from './types.ts';
import type { Tid } from '../../wire/tid.ts';
import type { Tower } from '../tower.ts';

export interface TransferPortOptions {
  readonly tower: Tower;
  readonly settings: ServerSettings;
  /** The port that the request came to. */
  readonly listening: PacketPort;
  readonly peer: Tid;
  readonly tag: Tag;
  readonly events: PacketEvents;
  /** In single-port mode: milliseconds until that many octets may go to this client. Undefined: at once. */
  readonly wait: ((octets: number) => number) | undefined;
}

/** Rejects with {@link Busy} where no port can be opened: the range is used up, or the process has no descriptor left. */
export async function openTransferPort({
  tower,
  settings,
  listening,
  peer,
  tag,
  events,
  wait,
}: TransferPortOptions): Promise<TransferPort> {
  if (settings.singlePort === true)
    return wait === undefined ? shared(listening) : limitedPort(shared(listening), tower.clock, wait);
  try {
    return await tower.network.open({
      address: askedAddress(listening, peer),
      port: settings.ports ?? 0,
      ...{ role: 'transfer', offload: settings.offload ?? true, tag, events },
    });
  } catch {
    throw new Busy();
  }
}

/** Our address that `peer` asked, from which it expects the answer. */
export function askedAddress({ local, addressFor }: PacketPort, peer: Tid): string {
  return addressFor?.(peer) ?? local.address;
}

/** The listening port, lent to one of many transfers: they may only send. */
function shared(port: PacketPort): PacketPort {
  const ignore = (): void => undefined;
  return {
    local: port.local,
    send: (to, packet) => port.send(to, packet),
    flush: () => port.flush(),
    pin: ignore,
    unref: ignore,
    close: ignore,
  };
}

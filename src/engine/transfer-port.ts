// The port of a server's transfer: one of its own (RFC 1350 §4), or in single-port mode the one listened on.
// Imports network (types).
import type { Tag } from '../trace/event.ts';
import type { Port, PortEvents } from '../network/network.ts';
import type { ServerSettings } from './server-types.ts';
import type { Tower } from './tower.ts';

export interface TransferPortOptions {
  readonly tower: Tower;
  readonly settings: ServerSettings;
  /** The port that the request came to. */
  readonly listening: Port;
  readonly tag: Tag;
  readonly events: PortEvents;
}

/** Rejects with the system's error where no port can be had. */
export async function openTransferPort({
  tower,
  settings,
  listening,
  tag,
  events,
}: TransferPortOptions): Promise<Port> {
  if (settings.singlePort === true) return shared(listening);
  return tower.network.open({
    address: listening.local.address,
    port: settings.ports ?? 0,
    ...{ role: 'transfer', tag, events },
  });
}

/** The listening port lent to one of many: only sending is its own. */
function shared(port: Port): Port {
  const nothing = (): void => undefined;
  return {
    local: port.local,
    send: (to, head, tail) => port.send(to, head, tail),
    pin: nothing,
    unref: nothing,
    close: nothing,
  };
}

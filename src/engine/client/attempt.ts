// One attempt of a client's transfer: one address, one port, one machine, driven to its outcome.
import { sameTid, type Tid } from '../../wire/tid.ts';
import type { Machine, Outcome } from '../../transfer/machine.ts';
import type { Note } from '../../transfer/note.ts';
import type { Tag } from '../../trace/record/event.ts';
import type { PacketEvents, PacketPort } from '../../network/packet-network.ts';
import { deferred } from '../deferred.ts';
import { Drive, type Deliveries } from '../drive/drive.ts';
import type { Feed } from '../drive/feed.ts';
import type { RehearsalOptions } from '../drive/rehearsal.ts';
import { manyDescriptors } from '../failure-texts.ts';
import { TftpError } from '../tftp-error.ts';
import type { Tower } from '../tower.ts';
import { isLoopback } from './options.ts';

const dataOpcode = 3;

export interface AttemptOptions {
  readonly to: Tid;
  readonly machine: Machine;
  readonly rehearsal: RehearsalOptions;
  readonly tag: Tag;
  readonly localPorts: { readonly from: number; readonly to: number } | undefined;
  /** See `PortPlace.offload`. */
  readonly offload: boolean;
  readonly feed?: Feed | undefined;
  readonly drain?: Deliveries | undefined;
  readonly onNote?: (note: Note) => void;
  readonly onTooLarge?: () => void;
}

/** An attempt that runs. */
export interface ClientAttempt {
  readonly drive: Drive;
  readonly outcome: Promise<Outcome>;
  /** Resolves when dallying is over and the socket is closed. */
  readonly released: Promise<void>;
}

/** Opens a port for `options.to` and starts the machine on it. Rejects with TftpError where no port can be opened. */
export async function attempt(tower: Tower, options: AttemptOptions): Promise<ClientAttempt> {
  const { to, machine, tag, feed, drain } = options;
  const outcome = deferred<Outcome>();
  const released = deferred<undefined>();
  const holder: { drive?: Drive } = {};
  const port = await openPort(tower, options, {
    received: (datagram) => holder.drive?.received(datagram),
    unreachable: (peer) => holder.drive?.unreachable(peer),
    tooLarge: () => holder.drive?.tooLarge(),
    failed: (message) => holder.drive?.failed(message),
  });
  const joined: { port?: PacketPort } = {};
  const drive = new Drive({
    join: async (group) => {
      joined.port = await openGroup(tower, options, { group, drive: () => holder.drive });
    },
    ...{ machine, port, tag, feed, drain, rehearsal: options.rehearsal },
    ...{ clock: tower.clock, bus: tower.bus, machines: tower.stepping?.machines },
    ...(options.onNote === undefined ? {} : { onNote: options.onNote }),
    ...(options.onTooLarge === undefined ? {} : { onTooLarge: options.onTooLarge }),
    onEnd: (ended) => {
      joined.port?.unref();
      outcome.resolve(ended);
    },
    onRelease: () => {
      joined.port?.close();
      released.resolve(undefined);
    },
  });
  holder.drive = drive;
  // A connected socket learns at once that the server's port is closed.
  port.pin(to);
  drive.start();
  return { drive, outcome: outcome.promise, released: released.promise };
}

/** Opens a port for the blocks of a multicast transfer, on the interface that leads to the server. */
async function openGroup(
  { network, routeTo }: Tower,
  { to, tag }: AttemptOptions,
  { group, drive }: { readonly group: Tid; readonly drive: () => Drive | undefined },
): Promise<PacketPort> {
  const port = await network.open({
    ...group,
    multicast: { way: 'receive', via: await routeTo(to.address) },
    ...{ role: 'transfer', offload: false, tag },
    events: {
      // RFC 2090: only DATA of the server, from the port of this transfer. Whatever else comes gets no answer.
      received: (datagram) => {
        const peer = drive()?.peer;
        if (datagram.octets[1] === dataOpcode && peer !== undefined && sameTid(datagram.from, peer))
          drive()?.received(datagram);
      },
      unreachable: () => undefined,
      failed: (message) => drive()?.failed(message),
    },
  });
  // The transfer may have ended meanwhile.
  if (drive()?.released === true) port.close();
  return port;
}

async function openPort(
  { network }: Tower,
  { to, tag, localPorts, offload }: AttemptOptions,
  events: PacketEvents,
): Promise<PacketPort> {
  try {
    return await network.open({
      address: anyAddressFor(to),
      port: localPorts ?? 0,
      ...{ role: 'transfer', offload, tag, events },
    });
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown error';
    const range =
      localPorts === undefined ? 'a local port' : `a local port of ${localPorts.from}–${localPorts.to}`;
    const message = `cannot open ${range} (${code})`;
    throw new TftpError(
      message,
      { by: 'network', reason: 'no-local-port', message },
      {
        ...(code === 'EMFILE' && { advice: manyDescriptors }),
        cause: error,
      },
    );
  }
}

/** The local address to bind: all of ours in the peer's family; on loopback only the loopback address. */
export function anyAddressFor({ address }: Tid): string {
  if (address.includes(':')) return isLoopback(address) ? '::1' : '::';
  return isLoopback(address) ? '127.0.0.1' : '0.0.0.0';
}

// Our side, as the composition root builds it: a tower on real sockets and clock, a client and a server on it.
// Shared by the peer tests and the benchmarks; nothing foreign here.
import { Client } from '../../src/engine/client/client.ts';
import { Server } from '../../src/engine/server/server.ts';
import type { ServerSettings } from '../../src/engine/server/server.ts';
import { systemTower } from '../../src/engine/system.ts';
import type { SystemOptions } from '../../src/engine/system.ts';
import { openJail } from '../../src/files/offerings/jail.ts';
import type { JailOptions } from '../../src/files/offerings/jail.ts';

/** TFTPSH_NATIVE=0 keeps to the runtime's own sockets, as in the program. */
const door: SystemOptions = process.env['TFTPSH_NATIVE'] === '0' ? { nativeAfter: Infinity } : {};

export function ourClient(options: SystemOptions = {}): Client {
  return new Client(systemTower({ ...door, ...options }));
}

export interface OurServer {
  readonly host: string;
  readonly port: number;
  stop(): Promise<void>;
}

/** Serves `root` on loopback and a free port; writable and replacing unless `jail` says otherwise. */
export async function ourServer(
  root: string,
  settings: ServerSettings = {},
  jail: JailOptions = {},
  options: SystemOptions = {},
): Promise<OurServer> {
  const offering = await openJail(root, { write: true, overwrite: true, ...jail });
  const server = new Server(systemTower({ ...door, ...options }), offering, {
    port: 0,
    grace: 0,
    ...settings,
  });
  const [local] = await server.listen();
  if (local === undefined) throw new Error('it listens nowhere');
  return {
    host: local.address,
    port: local.port,
    stop: async () => {
      await server.close();
      await offering.close();
    },
  };
}

// What the composition root passes to a session: the types, and the real engine as the default.
// Rule: the shell uses only the process, clock and streams that it gets here.
import type { Readable, Writable } from 'node:stream';
import { Client } from '../../engine/client/client.ts';
import type { Server, ServerSettings } from '../../engine/server/server.ts';
import type { Tower } from '../../engine/tower.ts';
import type { Ring } from '../../trace/record/ring.ts';
import type { Offering } from '../../files/file.ts';
import type { Privileges } from '../server/privileges.ts';
import type { Chosen } from '../settings/table.ts';

/** The part of the engine that the session uses. Tests pass one of their own. */
export interface Engine {
  readonly client: Pick<Client, 'get' | 'put' | 'stat'>;
  readonly serve: (
    offering: Offering,
    settings: ServerSettings,
  ) => Promise<Pick<Server, 'listen' | 'status' | 'subscribe' | 'abort' | 'close'>>;
  readonly addressFor: (host: string) => Promise<string>;
}

export interface ShellDeps {
  readonly tower: Tower;
  /** The seed of the random faults; undefined: one is drawn. */
  readonly seed?: number | undefined;
  /** The packets that the tower's bus recorded. If undefined, the packet commands have nothing to show. */
  readonly ring?: Ring;
  readonly engine?: Engine;
  /** A person can answer questions. */
  readonly interactive: boolean;
  /** Full-screen views are drawn although no lines are typed: one command at a terminal. Default: false. */
  readonly views?: boolean;
  /** Copies each line into the transcript before it runs, for an interface that erases what was typed. */
  readonly echo: boolean;
  /** What `put -` reads. If undefined, `put -` is refused, because standard input holds the commands. */
  readonly stdin: Readable | undefined;
  /** Where `get -` writes. If undefined, the text is shown in the transcript. */
  readonly stdout: Writable | undefined;
  /** The width of the terminal in columns; 80 if undefined. */
  readonly columns?: () => number | undefined;
  /** The height of the terminal in rows; 24 if undefined. */
  readonly rows?: () => number | undefined;
  /** The first local directory, absolute. */
  readonly directory: string;
  readonly home: string | undefined;
  readonly platform: string;
  /** Environment of local commands. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Sends SIGTERM to a process group that a local command leads. */
  readonly endGroup: (leader: number) => void;
  /** What the shell may do with the process's rights. If undefined, it does nothing with them. */
  readonly privileges?: Privileges;
  /** The settings that the program's flags and environment set. */
  readonly chosen: Chosen;
  /** The file that keeps entered lines across runs. If undefined, none is kept. */
  readonly historyFile: string | undefined;
  /** The file that keeps the progress in lessons. Default: none is kept. */
  readonly progressFile?: string | undefined;
}

/** The real engine. The code of its server is loaded when a server starts, since a transfer does not need it. */
export function realEngine(tower: Tower): Engine {
  return {
    client: new Client(tower),
    serve: async (offering, settings) =>
      new (await import('../../engine/server/server.ts')).Server(tower, offering, settings),
    addressFor: async (host) => (await import('../../engine/server/server.ts')).localAddressFor(tower, host),
  };
}

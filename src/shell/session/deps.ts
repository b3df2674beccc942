// What a session stands on, given once by the composition root: types, and the real engine as its default.
// Rule: the shell reads no process, clock or stream that it was not handed here.
import type { Readable, Writable } from 'node:stream';
import { Client } from '../../engine/client/client.ts';
import type { Server, ServerSettings } from '../../engine/server/server.ts';
import type { Tower } from '../../engine/tower.ts';
import type { Ring } from '../../trace/record/ring.ts';
import type { Offering } from '../../files/file.ts';
import type { Privileges } from '../server/privileges.ts';
import type { Chosen } from '../settings/table.ts';

/** What the session needs of the engine: tests give it another one. */
export interface Engine {
  readonly client: Pick<Client, 'get' | 'put' | 'stat'>;
  readonly serve: (
    offering: Offering,
    settings: ServerSettings,
  ) => Promise<Pick<Server, 'listen' | 'status' | 'subscribe' | 'close'>>;
  readonly addressFor: (host: string) => Promise<string>;
}

export interface ShellDeps {
  readonly tower: Tower;
  /** What the tower's bus records; undefined: nothing can be looked at after the fact. */
  readonly ring?: Ring;
  readonly engine?: Engine;
  /** Somebody is there to be asked. */
  readonly interactive: boolean;
  /** Full-screen views are drawn though nobody types lines: a one-shot at a terminal. */
  readonly views?: boolean;
  /** Put each line into the transcript before it runs: for a view that erases what was typed. */
  readonly echo: boolean;
  /** What `put -` reads; undefined: refused (it holds the commands). */
  readonly stdin: Readable | undefined;
  /** Where `get -` writes; undefined: the text is shown in the transcript. */
  readonly stdout: Writable | undefined;
  /** Columns of the terminal that lines go to; none: 80. */
  readonly columns?: () => number | undefined;
  /** Local directory to begin in, absolute. */
  readonly directory: string;
  readonly home: string | undefined;
  readonly platform: string;
  /** Environment of local commands. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Sends SIGTERM to a process group that a local command leads. */
  readonly endGroup: (leader: number) => void;
  /** What may be done with the process; missing: nothing. */
  readonly privileges?: Privileges;
  readonly chosen: Chosen;
  /** Where lines are kept across runs; undefined: nowhere. */
  readonly historyFile: string | undefined;
}

/** The engine itself. Its server is loaded when one is wanted: a transfer needs none. */
export function realEngine(tower: Tower): Engine {
  return {
    client: new Client(tower),
    serve: async (offering, settings) =>
      new (await import('../../engine/server/server.ts')).Server(tower, offering, settings),
    addressFor: async (host) => (await import('../../engine/server/server.ts')).localAddressFor(tower, host),
  };
}

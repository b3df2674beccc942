// Names for completion: files here, files our server offers, remote names and hosts of this session.
// Kept in memory and refreshed beside the prompt, since completion may not wait for a disk.
import { listDirectory } from '../files/plain.ts';
import { dirname } from 'node:path';
import { localPath } from './paths.ts';
import type { Session } from './session.ts';

/** A name on this machine. */
export interface LocalName {
  readonly name: string;
  readonly directory: boolean;
}

const most = 500;

export class Names {
  readonly #session: Session;
  readonly #directories = new Map<string, readonly LocalName[]>();
  readonly #remote = new Set<string>();
  #offered: readonly string[] = [];

  constructor(session: Session) {
    this.#session = session;
  }

  /** Remote names seen in this session, and what our own server offers. */
  get remote(): readonly string[] {
    return [...new Set([...this.#remote, ...this.#offered])];
  }

  get hosts(): readonly string[] {
    const { peer, serving } = this.#session;
    return [...(serving.running ? ['self'] : []), ...(peer === undefined ? [] : [peer.host])];
  }

  /** Numbers of transfers: those that run, and those whose packets can be looked at. */
  get numbers(): readonly string[] {
    const running = this.#session.transfers.rows().map(({ number }) => number);
    const all = new Set([...running.filter((number) => number > 0), ...this.#session.records.numbers()]);
    return [...all].map(String);
  }

  get session(): Session {
    return this.#session;
  }

  remember(name: string): void {
    this.#remote.delete(name);
    this.#remote.add(name);
    if (this.#remote.size > most) this.#remote.delete(this.#remote.values().next().value ?? '');
  }

  /** What is in the directory that `text` begins with; as far as it is known, and soon as it is. */
  localIn(text: string): readonly LocalName[] {
    const path = localPath(this.#session, text.endsWith('/') || text === '' ? `${text}.` : dirname(text));
    void this.#load(path);
    return this.#directories.get(path) ?? [];
  }

  /** Reads again what completion may soon ask for. */
  refresh(): void {
    this.#directories.clear();
    void this.#load(this.#session.directory);
    void this.#loadOffered();
  }

  async #load(path: string): Promise<void> {
    const entries = await listDirectory(path).catch(() => []);
    this.#directories.set(
      path,
      entries.map(({ name, kind }) => ({ name, directory: kind === 'directory' })),
    );
    if (this.#directories.size > 20) this.#directories.delete(this.#directories.keys().next().value ?? '');
  }

  async #loadOffered(): Promise<void> {
    const { offering } = this.#session.serving;
    this.#offered =
      offering === undefined
        ? []
        : await offering.list(most).then(
            (files) => files.map(({ name }) => name),
            () => [],
          );
  }
}

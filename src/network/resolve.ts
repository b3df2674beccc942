// The only door for names: host and service names to numbers. Contract. Imports wire.

/** An address that a host name stands for. */
export interface Resolved {
  /** Numeric, normalised as in a Tid, with its zone. */
  readonly address: string;
  readonly family: 4 | 6;
}

/** Rejects with an `Error` whose `code` is the resolver's (`ENOTFOUND`, `EAI_AGAIN`). Numeric addresses resolve at once. */
export type Resolve = (host: string, family: 4 | 6 | undefined, signal?: AbortSignal) => Promise<readonly Resolved[]>;

export declare const systemResolve: Resolve;
